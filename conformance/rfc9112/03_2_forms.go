package rfc9112

import (
	"fmt"
	"strings"
)

var originForm = []Case{
	{
		Section: "3.2.1", Name: "no-leading-slash", Alias: "RT-NO-LEADING-SLASH", Twin: get,
		Rule:   "A path begins with a slash: a target without it SHOULD be refused.",
		Script: Script{send("GET index HTTP/1.1\r\nHost: {h}\r\n\r\n"), refuse(400)},
	},
	{
		Section: "3.2.1", Name: "query-only", Alias: "RT-QUERY-ONLY", Twin: get,
		Rule:   "A target that begins with its query has no path and SHOULD be refused.",
		Script: Script{send("GET ?a=1 HTTP/1.1\r\nHost: {h}\r\n\r\n"), refuse(400)},
	},
	{
		Section: "3.2.1", Name: "double-slash", Alias: "RT-DOUBLE-SLASH",
		Rule:   "A target with two slashes in front is a path: a server MUST NOT read an authority from it, nor redirect there.",
		Script: Script{send("GET //evil.example{p} HTTP/1.1\r\nHost: {h}\r\n\r\n"), noRedirectTo("evil.example")},
	},
	{
		Section: "3.2.1", Name: "empty-query", Alias: "RT-EMPTY-QUERY-OK", Cite: "RFC 3986, 3.4",
		Rule:   "A query may be empty: such a target MUST be accepted.",
		Script: Script{send("GET {p}? HTTP/1.1\r\nHost: {h}\r\n\r\n"), ok},
	},
	{
		Section: "3.2.1", Name: "every-query-character", Alias: "RT-QUERY-CHARS-OK", Cite: "RFC 3986, 3.4",
		Rule:   "Every character that the grammar gives a query MUST be accepted there.",
		Script: Script{send("GET {p}?a=/?:@!$&'()*+,;=-._~%41 HTTP/1.1\r\nHost: {h}\r\n\r\n"), ok},
	},
}

var absoluteForm = []Case{
	{
		Section: "3.2.2", Name: "absolute-target", Alias: "RT-ABSOLUTE-FORM",
		Rule:   "A server MUST accept a target in absolute form.",
		Script: Script{send("GET http://{h}{p} HTTP/1.1\r\nHost: {h}\r\n\r\n"), ok},
	},
	{
		Section: "3.2.2", Name: "absolute-target-beats-host", Alias: "RT-ABSOLUTE-IGNORES-HOST",
		Rule:   "An absolute target names the authority: a server MUST ignore what Host says then.",
		Script: Script{send("GET http://{h}{p} HTTP/1.1\r\nHost: other.invalid\r\n\r\n"), prefer(400, 421)},
	},
	{
		Section: "3.2.2", Name: "absolute-target-without-path", Alias: "RT-ABSOLUTE-EMPTY-PATH", Cite: "RFC 3986, 6.2.3",
		// MUST in the catalogue; the two are equivalent (RFC 9110, 4.2.3), and no sentence forbids to redirect from one to the other.
		Rule:   "An absolute http target without path is the path /: it SHOULD be answered as that.",
		Script: Script{sameStatus("GET / HTTP/1.1\r\nHost: {h}\r\n\r\n", "GET http://{h} HTTP/1.1\r\nHost: {h}\r\n\r\n")},
	},
	{
		Section: "3.2.2", Name: "scheme-in-upper-case", Alias: "RT-ABSOLUTE-SCHEME-CASE", Cite: "RFC 3986, 3.1",
		Rule:   "Schemes are case-insensitive: HTTP:// MUST be accepted.",
		Script: Script{send("GET HTTP://{h}{p} HTTP/1.1\r\nHost: {h}\r\n\r\n"), ok},
	},
	{
		Section: "3.2.2", Name: "userinfo", Alias: "RT-ABSOLUTE-USERINFO", Cite: "RFC 9110, 4.2.4", Twin: "GET http://{h}{p} HTTP/1.1\r\nHost: {h}\r\n\r\n",
		Rule:   "A name and password in an http URI SHOULD be treated as an error.",
		Script: Script{send("GET http://u:p@{h}{p} HTTP/1.1\r\nHost: {h}\r\n\r\n"), refuse(400)},
	},
	{
		Section: "3.2.2", Name: "https-on-plain-connection", Alias: "RT-ABSOLUTE-HTTPS-ON-PLAIN", Cite: "RFC 9110, 7.4", Twin: "GET http://{h}{p} HTTP/1.1\r\nHost: {h}\r\n\r\n",
		// A mere observation in the catalogue; RFC 9110, 7.4 says MUST.
		Rule:   "A request for an https resource MUST be rejected unless it came over a secured connection.",
		Script: Script{send("GET https://{h}{p} HTTP/1.1\r\nHost: {h}\r\n\r\n"), refuse(421, 400, 404)},
	},
}

var authorityForm = []Case{
	{
		Section: "3.2.3", Name: "authority-form-get", Alias: "RT-AUTHORITY-FORM-GET", Twin: get,
		// MUST in the catalogue; the section says what the form is for, and 3.2 says SHOULD refuse.
		Rule:   "Only CONNECT takes host:port as its target: any other method with it SHOULD be refused.",
		Script: Script{send("GET {host}:{port} HTTP/1.1\r\nHost: {h}\r\n\r\n"), refuse(400)},
	},
	{
		Section: "3.2.3", Name: "malformed-connect", Alias: "RT-CONNECT-BAD", Twin: get,
		Rule:   "CONNECT with anything but host:port SHOULD be refused with 400; 405 and 501 serve too.",
		Each:   []string{"/", "host", "host:"},
		Script: Script{send("CONNECT {x} HTTP/1.1\r\nHost: {h}\r\n\r\n"), refuse(400, 405, 501)},
	},
}

var asteriskForm = []Case{
	{
		Section: "3.2.4", Name: "asterisk-with-other-methods", Alias: "RT-ASTERISK-ONLY-OPTIONS", Twin: get,
		// MUST in the catalogue; the section says what the form is for, and 3.2 says SHOULD refuse.
		Rule:   "Only OPTIONS takes * as its target: any other method with it SHOULD be refused.",
		Each:   []string{"GET", "HEAD", "POST", "PUT"},
		Script: Script{send("{x} * HTTP/1.1\r\nHost: {h}\r\nContent-Length: 0\r\n\r\n"), methodOf(refuse(400, 405, 501))},
	},
	{
		Section: "3.2.4", Name: "absolute-options-without-path", Alias: "RT-ABSOLUTE-OPTIONS-NO-PATH",
		// MUST in the catalogue; the MUST of this section is for the last proxy.
		Rule:   "OPTIONS with an absolute target that has no path SHOULD be answered as OPTIONS *.",
		Script: Script{sameStatus("OPTIONS * HTTP/1.1\r\nHost: {h}\r\n\r\n", "OPTIONS http://{h} HTTP/1.1\r\nHost: {h}\r\n\r\n")},
	},
}

// methodOf lets 405 and 501 count for * with a method that the server does not have at all.
func methodOf(judge Step) Step {
	return func(c *Conn) error {
		if c.Element() == "GET" || c.Element() == "HEAD" {
			return refuse(400)(c)
		}
		return judge(c)
	}
}

// sameStatus asks for the same status to two ways of saying the same, each on a connection of its own.
func sameStatus(one, other string) Step {
	return func(c *Conn) error {
		if err := c.Send(one); err != nil {
			return err
		}
		first, err := c.Final()
		if err != nil {
			return err
		}
		if err := reopen(c); err != nil {
			return err
		}
		if err := c.Send(other); err != nil {
			return err
		}
		second, err := c.Final()
		if err != nil {
			return err
		}
		if first.Status != second.Status {
			return wrong(fmt.Sprintf("status %d as for the other spelling", first.Status), second.Line())
		}
		return nil
	}
}

// noRedirectTo asks for any answer but one that sends the client to host.
func noRedirectTo(host string) Step {
	return func(c *Conn) error {
		r, err := c.Final()
		if err != nil {
			return err
		}
		to := r.Get("Location")
		if strings.HasPrefix(to, "//"+host) || strings.HasPrefix(to, "http://"+host) {
			return wrong("no redirect to another host", "Location: "+to)
		}
		if r.Status/100 == 5 {
			return wrong("an answer for the path //…", r.Line())
		}
		return nil
	}
}
