package rfc9110

import (
	"fmt"
	"strings"
)

var uris = []Case{
	{
		Section: "4.2.1", Name: "empty-host-in-uri", Twin: "GET http://{h}{p} HTTP/1.1\r\nHost: {h}\r\n\r\n",
		Rule:   "An http URI with an empty host is invalid and MUST be rejected.",
		Script: Script{send("GET http://{p} HTTP/1.1\r\nHost: {h}\r\n\r\n"), refuse(400)},
	},
	{
		Section: "4.2.3", Name: "encoded-unreserved", Alias: "RT-PCT-UNRESERVED-EQUAL",
		Rule:   "A letter and its percent-encoding are the same: a server SHOULD serve both alike.",
		Script: Script{encodedLetter},
	},
	{
		Section: "4.2.3", Name: "malformed-encoding", Alias: "RT-PCT-BAD", Cite: "RFC 3986, 2.1", Twin: get,
		Rule:   "A percent sign without two hex digits is no URI and SHOULD be refused.",
		Each:   []string{"%", "%4", "%zz", "%u0041"},
		Script: Script{send("GET {p}{x} HTTP/1.1\r\nHost: {h}\r\n\r\n"), refuse(400)},
	},
	{
		Section: "4.2.3", Name: "encoded-nul", Alias: "RT-PCT-NUL", Cite: "RFC 3986, 7.3", Twin: get,
		Rule:   "An encoded NUL is refused or not found: the path is never cut there and served.",
		Script: Script{send("GET {p}%00x HTTP/1.1\r\nHost: {h}\r\n\r\n"), refuse(400, 404)},
	},
	{
		Section: "4.2.3", Name: "encoded-slash", Alias: "RT-PCT-SLASH", Cite: "RFC 3986, 2.2",
		Rule:   "An encoded slash is data, not a separator: a server SHOULD NOT take one for the other.",
		Script: Script{encodedSlash},
	},
	{
		Section: "4.2.3", Name: "dot-segments", Alias: "RT-DOT-SEGMENTS", Cite: "RFC 3986, 6.2.2.3",
		Rule:   "Dot segments SHOULD be removed or the target refused: nothing outside the root is served.",
		Script: Script{dotSegments},
	},
}

// ask sends a request without content on a fresh connection; head is all of it but the empty line.
func ask(c *Conn, head string) (*Response, error) {
	if err := reopen(c); err != nil {
		return nil, err
	}
	if err := c.Send(head + "\r\n"); err != nil {
		return nil, err
	}
	return c.Final()
}

// statusOf asks for a target.
func statusOf(c *Conn, target string) (*Response, error) {
	return ask(c, "GET "+target+" HTTP/1.1\r\nHost: {h}\r\n")
}

// encodedLetter spells the first letter of the path in hex; a path without letters cannot be asked.
func encodedLetter(c *Conn) error {
	path := ""
	for _, key := range []string{"p", "file", "echo"} {
		if i := strings.IndexFunc(c.Vars[key], isLetter); i >= 0 {
			path = c.Vars[key][:i] + fmt.Sprintf("%%%02X", c.Vars[key][i]) + c.Vars[key][i+1:]
			return sameAnswer(c, c.Vars[key], path)
		}
	}
	return skip("no resource is known whose path has a letter")
}

func isLetter(r rune) bool { return 'a' <= r && r <= 'z' }

func sameAnswer(c *Conn, one, other string) error {
	first, err := statusOf(c, one)
	if err != nil {
		return err
	}
	second, err := statusOf(c, other)
	if err != nil {
		return err
	}
	if first.Status != second.Status {
		return wrong(fmt.Sprintf("%s to be %d like %s", other, first.Status, one), second.Line())
	}
	return nil
}

// encodedSlash asks for a resource two segments deep with its slash encoded.
func encodedSlash(c *Conn) error {
	first, err := statusOf(c, "{p}")
	if err != nil {
		return err
	}
	second, err := statusOf(c, "%2F"+strings.TrimPrefix(c.Vars["p"], "/"))
	if err != nil {
		return err
	}
	if second.Status/100 == 2 && first.Status/100 == 2 {
		return wrong("another resource or a refusal where the slash is encoded", second.Line())
	}
	return nil
}

// dotSegments asks for what climbs out of the root, plainly and encoded.
func dotSegments(c *Conn) error {
	for _, target := range []string{"/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/a/../../../etc/passwd", "/..%2f..%2fetc/passwd"} {
		r, err := statusOf(c, target)
		if err != nil {
			return err
		}
		if strings.Contains(string(r.Body), "root:") || r.Status/100 == 2 && r.Status != 204 && c.Vars["p"] != "/" {
			return wrong("nothing for "+target, r.Line())
		}
	}
	r, err := statusOf(c, "/a/..{p}")
	if err != nil {
		return err
	}
	if s := r.Status; s/100 != 2 && s/100 != 3 && s != 400 && s != 404 {
		return wrong("the normalised resource, 400 or 404", r.Line())
	}
	return nil
}
