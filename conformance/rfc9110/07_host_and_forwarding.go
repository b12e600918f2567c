package rfc9110

import (
	"fmt"
	"net/url"
	"strings"
)

// requestOnly are fields that mean nothing in a response.
var requestOnly = []string{"Host", "Expect", "Range", "If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since", "If-Range", "Max-Forwards"}

// endToEnd are fields of a response that nobody on the way may remove.
var endToEnd = []string{"Age", "Allow", "Cache-Control", "Content-Encoding", "Content-Language", "Content-Length", "Content-Location", "Content-Range", "Content-Type", "Date", "ETag", "Expires", "Last-Modified", "Location", "Retry-After", "Server", "Set-Cookie", "Vary", "WWW-Authenticate"}

var hostAndForwarding = []Case{
	{
		Section: "7.2", Name: "no-request-fields-in-responses", Alias: "RESP-NO-REQUEST-ONLY-FIELDS",
		Rule: "A response SHOULD NOT have fields that are defined for requests only.",
		Lint: func(r *Response) error {
			for _, name := range requestOnly {
				if err := without(r, name); err != nil {
					return err
				}
			}
			return nil
		},
	},
	{
		Section: "7.2", Name: "redirect-keeps-authority", Alias: "RESP-SPLIT-HOST-REFLECT", Cite: "RFC 9112, 3.2",
		Rule:   "A redirect that is built from Host MUST keep a valid authority.",
		Script: Script{send("GET {redirect} HTTP/1.1\r\nHost: {h}\r\n\r\n"), validLocation},
	},
	{
		Section: "7.6.1", Name: "hop-by-hop-fields-are-listed",
		Rule: "A field about the connection itself, as Upgrade (7.8) or Keep-Alive, MUST be named in Connection.",
		Lint: func(r *Response) error {
			err := na
			for _, name := range []string{"Upgrade", "Keep-Alive", "TE"} {
				if len(r.Values(name)) == 0 {
					continue
				}
				if err = nil; !r.Has("Connection", name) {
					return wrong("Connection: "+name, fmt.Sprintf("%q beside %s: %s", r.Get("Connection"), name, r.Get(name)))
				}
			}
			return err
		},
	},
	{
		Section: "7.6.1", Name: "connection-lists-no-end-to-end-field",
		Rule: "Connection MUST NOT name a field that is for all recipients: it would be removed on the way.",
		Lint: func(r *Response) error {
			if len(r.Values("Connection")) == 0 {
				return na
			}
			for _, name := range endToEnd {
				if r.Has("Connection", name) {
					return wrong("only fields about this connection", "Connection: "+r.Get("Connection"))
				}
			}
			return nil
		},
	},
	{
		Section: "7.6.2", Name: "max-forwards-zero", Alias: "M-TRACE-MAXFORWARDS",
		Rule:   "A server that gets Max-Forwards 0 MAY only answer itself: it does not pass the request on.",
		Script: Script{send("OPTIONS {p} HTTP/1.1\r\nHost: {h}\r\nMax-Forwards: 0\r\n\r\n"), tolerate(400, 403, 404, 405, 501)},
	},
}

// validLocation asks for a Location that is a reference to this host, or relative.
func validLocation(c *Conn) error {
	r, err := c.Final()
	if err != nil {
		return err
	}
	to, err := url.Parse(r.Get("Location"))
	if err != nil || strings.ContainsAny(r.Get("Location"), " <>\"\\") {
		return wrong("a Location that is a URI reference", r.Get("Location"))
	}
	if to.Host != "" && to.Hostname() != c.Vars["host"] {
		return wrong("the host "+c.Vars["host"]+" or a relative reference", r.Get("Location"))
	}
	return nil
}
