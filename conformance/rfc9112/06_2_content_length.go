package rfc9112

import (
	"fmt"
	"strings"

	"github.com/httpdlab/httpdlab/conformance/check"
)

var contentLength = []Case{
	{
		Section: "6.2", Name: "no-length-beside-coding", Alias: "RESP-NO-CL-AND-TE",
		Rule: "A sender MUST NOT send Content-Length in a message that has Transfer-Encoding.",
		Lint: func(r *check.Response) error {
			if len(r.Values("Transfer-Encoding")) == 0 {
				return check.NotApplicable
			}
			return without(r, "Content-Length")
		},
	},
	{
		Section: "6.2", Name: "content-by-length", Alias: "COMP-POST-CL-BODY",
		Rule:   "Content of the length announced MUST reach the resource.",
		Script: Script{send("POST {echo} HTTP/1.1\r\nHost: {h}\r\nContent-Length: 5\r\n\r\nhello"), body("hello"), again},
	},
	{
		Section: "6.2", Name: "large-content",
		Rule: "Content of a hundred kilobytes, on a chip of eight, MUST reach the resource whole or be refused with 413.",
		Script: Script{echoOfMany(func(c *Conn, content string) error {
			return c.Send("POST {echo} HTTP/1.1\r\nHost: {h}\r\nContent-Length: {n}\r\n\r\n" + content)
		})},
	},
	{
		Section: "6.2", Name: "content-of-length-zero", Alias: "COMP-POST-CL-ZERO",
		Rule:   "A POST of length 0 MUST be served without waiting for content.",
		Script: Script{send(postHead + "Content-Length: 0\r\n\r\n"), ok, again},
	},
}

// echoOfMany sends much content in some way and asks for the same content back.
func echoOfMany(send func(c *Conn, content string) error) Step {
	return func(c *Conn) error {
		size := 100 << 10
		if c.Sockets > 0 {
			size = 8 << 10
		}
		content := numbered(size)
		if err := send(c, content); err != nil {
			return err
		}
		if err := tolerate(413)(c); err != nil {
			return err
		}
		if got := string(c.Last.Body); c.Last.Status != 413 && got != content {
			return wrong(fmt.Sprintf("the %d octets back", len(content)), fmt.Sprintf("%d octets, which differ from octet %d on", len(got), common(got, content)))
		}
		return nil
	}
}

// numbered is octets of which no eight are like any others.
func numbered(size int) string {
	var b strings.Builder
	for i := 0; b.Len() < size; i++ {
		fmt.Fprintf(&b, "%07d\n", i)
	}
	return b.String()[:size]
}

// common is how many octets two texts have in common at the front.
func common(a, b string) (n int) {
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	return n
}
