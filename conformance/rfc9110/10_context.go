package rfc9110

import (
	"fmt"

	"github.com/httpdlab/httpdlab/conformance/check"
)

const expecting = postHead + "Content-Length: 5\r\nExpect: 100-continue\r\n\r\n"

var expect = []Case{
	{
		Section: "10.1.1", Name: "answers-expectation", Alias: "EXPECT-100-WAITS",
		Rule:   "A client that waits with its content MUST get a 100 or a final response before it has sent it.",
		Script: Script{send(expecting), interimOrFinal, write("hello"), finalIfDue},
	},
	{
		Section: "10.1.1", Name: "interim-is-only-a-head", Alias: "EXPECT-100-EXACT-BYTES", Cite: "RFC 9110, 15.2",
		Rule:   "A 100 response MUST end with its head: no length, no coding, no content; the final one follows.",
		Script: Script{send(expecting), bareInterim, write("hello"), finalIfDue},
	},
	{
		Section: "10.1.1", Name: "one-interim-one-final", Alias: "EXPECT-100-THEN-FINAL-ONCE",
		Rule:   "An expectation MUST be answered by at most one 100, and then one final response.",
		Script: Script{send(expecting), interimOrFinal, write("hello"), finalIfDue, noInterim},
	},
	{
		Section: "10.1.1", Name: "content-is-there-already", Alias: "EXPECT-100-BODY-ALREADY-SENT",
		Rule:   "A server that has the content already MAY omit the 100; there is one final response.",
		Script: Script{send(expecting + "hello"), answers("2xx open", "2xx close")},
	},
	{
		Section: "10.1.1", Name: "expectation-in-http-1.0", Alias: "EXPECT-100-10",
		Rule:   "A server MUST ignore 100-continue in a request of HTTP/1.0.",
		Script: Script{send("POST {post} HTTP/1.0\r\nHost: {h}\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n"), silence, write("hello"), ok, noInterim},
	},
	{
		Section: "10.1.1", Name: "expectation-without-content", Alias: "EXPECT-100-NO-BODY",
		Rule:   "An expectation without content to come MAY be ignored: the request is served and the connection usable.",
		Script: Script{send(getHead + "Expect: 100-continue\r\n\r\n"), ok, again},
	},
	{
		Section: "10.1.1", Name: "expectation-in-other-case", Alias: "EXPECT-100-CASE",
		Rule:   "The expectation is case-insensitive: 100-Continue MUST be honoured.",
		Script: Script{send(postHead + "Content-Length: 5\r\nExpect: 100-Continue\r\n\r\n"), interimOrFinal, write("hello"), finalIfDue},
	},
	{
		Section: "10.1.1", Name: "refused-expectation", Alias: "EXPECT-100-REJECT-CLOSES-OR-DRAINS", Twin: postField,
		Rule:   "After a final response instead of 100 a server SHOULD close or read the content: it is never answered as a request.",
		Script: Script{send("POST /no-such-{rnd} HTTP/1.1\r\nHost: {h}\r\nContent-Length: {n}\r\nExpect: 100-continue\r\n\r\n" + hidden), canary("any open", "any close")},
	},
	{
		Section: "10.1.1", Name: "expectation-and-chunks", Alias: "EXPECT-100-CHUNKED",
		Rule:   "The expectation MUST be honoured for chunked content as well.",
		Script: Script{send(postHead + "Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n"), interimOrFinal, write("5\r\nhello\r\n0\r\n\r\n"), finalIfDue},
	},
	{
		Section: "10.1.1", Name: "unknown-expectation", Alias: "EXPECT-UNKNOWN-417",
		Rule:   "An expectation that the server does not know MAY be answered with 417 or be ignored.",
		Script: Script{send(getHead + "Expect: x-foo\r\n\r\n"), tolerate(417)},
	},
	{
		Section: "10.1.1", Name: "two-expectations", Alias: "EXPECT-TWO-MEMBERS",
		Rule:   "A list with an unknown expectation MAY be answered with 417; there is one final response.",
		Script: Script{send(postHead + "Content-Length: 5\r\nExpect: 100-continue, x-foo\r\n\r\nhello"), answers("2xx open", "2xx close", "417 open", "417 close")},
	},
}

// interimOrFinal asks for some response to a client that waits.
func interimOrFinal(c *Conn) error {
	r, err := c.Response()
	if err != nil {
		return err
	}
	if r.Status != 100 && r.Status/100 == 1 {
		return wrong("100 or a final response", r.Line())
	}
	return nil
}

// finalIfDue asks for the final response, unless it came instead of 100.
func finalIfDue(c *Conn) error {
	if c.Last != nil {
		return nil
	}
	return ok(c)
}

// bareInterim asks for a 100 that is a head and nothing else. A final response instead is right too.
func bareInterim(c *Conn) error {
	r, err := c.Response()
	if err != nil || r.Status/100 != 1 {
		return err
	}
	for _, name := range []string{"Content-Length", "Transfer-Encoding"} {
		if err := without(r, name); err != nil {
			return err
		}
	}
	return silence(c)
}

// noInterim asks that no 100 was passed over on the way to the final response.
func noInterim(c *Conn) error {
	if n := len(c.Interims()); n > 0 {
		return wrong("no more interim responses", fmt.Sprint(n))
	}
	return nil
}

var transferHints = []Case{
	{
		Section: "10.1.4", Name: "te-trailers", Alias: "TE-HEADER-TE-TRAILERS",
		Rule:   "A client MAY say that it takes trailers: the request is served.",
		Script: Script{send(getHead + "TE: trailers\r\nConnection: TE\r\n\r\n"), ok},
	},
}

var responseContext = []Case{
	{
		Section: "10.2.1", Name: "allow-grammar", Alias: "RESP-ALLOW-GRAMMAR",
		Rule: "Allow MUST be a list of methods.",
		Lint: field("Allow", tokens),
	},
	{
		Section: "10.2.4", Name: "server-grammar", Alias: "RESP-SERVER-GRAMMAR",
		Rule: "Server MUST be products with optional versions, and comments.",
		Lint: field("Server", check.Grammar(`(?:<token>(?:/<token>)?)(?:[ \t]+(?:<token>(?:/<token>)?|\([^()\x00-\x08\x0a-\x1f\x7f]*\)))*`)),
	},
}
