// Package load sends requests to an HTTP/1.1 server, so many connections or so
// many requests a second, and records what becomes of them.
//
// A [Schedule] says when, a [Scenario] what, and an engine carries both out:
// [Attack] on a [Pool] of connections for any server, [Raw] for the fastest,
// [NewWebSocket] for messages that come back, [NewEvents] for server-sent
// events. A [Siege] is a bystander among hostile clients.
//
// The package measures where the bytes are written and read, on connections of
// its own: nothing is retried, redirected, decompressed or pooled behind the
// numbers, and every failure has its stage.
package load

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
)

// UserAgent is what requests say that they come from.
const UserAgent = "httpdlab"

// Request is a request ready to be written again and again.
type Request struct {
	wire  []byte
	shape http.Request // what the response's reader needs to know
	body  int          // bytes of content
}

// NewRequest encodes a request for u in origin form. Fields may replace
// User-Agent and Host, and must not be about framing: a body, if there is one,
// goes with its Content-Length.
func NewRequest(method string, u *url.URL, fields http.Header, body []byte) (*Request, error) {
	h := http.Header{"Host": {u.Host}, "User-Agent": {UserAgent}}
	for name, values := range fields {
		h[http.CanonicalHeaderKey(name)] = values
	}
	if h.Get("Transfer-Encoding") != "" || h.Get("Content-Length") != "" {
		return nil, fmt.Errorf("encode a request: Content-Length and Transfer-Encoding follow from the body")
	}
	if len(body) > 0 || method == http.MethodPost || method == http.MethodPut || method == http.MethodPatch {
		h.Set("Content-Length", strconv.Itoa(len(body)))
	}
	var b bytes.Buffer
	// RFC 9112, 3.2: a client SHOULD send Host as the first field.
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: %s\r\n", method, u.RequestURI(), h.Get("Host"))
	h.Del("Host")
	if err := h.Write(&b); err != nil {
		return nil, fmt.Errorf("encode a request: %w", err)
	}
	b.WriteString("\r\n")
	b.Write(body)
	return &Request{wire: b.Bytes(), shape: http.Request{Method: method}, body: len(body)}, nil
}
