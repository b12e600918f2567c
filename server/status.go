package server

import (
	"strconv"

	"github.com/httpdlab/httpdlab/server/http1"
)

// statusLines holds "HTTP/1.1 NNN Reason\r\n" for every code; the registered ones have their reason.
var statusLines = func() (lines [600]string) {
	for code := range lines {
		lines[code] = "HTTP/1.1 " + strconv.Itoa(code) + " " + StatusText(code) + "\r\n"
	}
	return lines
}()

// StatusText returns the reason phrase registered for a status code, or "" for an unknown one.
func StatusText(code int) string { return http1.Reason(code) }

// errorText is the body of an error response for which nobody gave one.
func errorText(code int) string {
	switch code {
	case 400:
		return "The request's syntax is wrong"
	case 401:
		return "This resource needs credentials"
	case 403:
		return "This resource is not for you"
	case 404:
		return "No resource has this path"
	case 405:
		return "This resource does not know the method"
	case 408:
		return "The request did not arrive in time"
	case 411:
		return "The request needs a Content-Length"
	case 413:
		return "The request's content is too large"
	case 414:
		return "The request's target is too long"
	case 417:
		return "The request's expectation cannot be met"
	case 426:
		return "The resource needs another protocol"
	case 431:
		return "The request's header fields are too large"
	case 500:
		return "The server met an unexpected error"
	case 501:
		return "The server does not know the method or coding"
	case 503:
		return "The server is busy"
	case 505:
		return "The server speaks HTTP/1.1 and HTTP/1.0"
	}
	return StatusText(code)
}
