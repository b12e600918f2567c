package rfc9112

import "github.com/httpdlab/httpdlab/conformance/check"

var version = []Case{
	{
		Section: "2.3", Name: "unknown-major", Alias: "RFC9112-2.3-INVALID-VERSION", Twin: get,
		Rule:   "A major version that the server does not speak SHOULD be answered with 505, or refused.",
		Script: Script{send("GET {p} HTTP/9.9\r\nHost: {h}\r\n\r\n"), refuse(400, 505)},
	},
	{
		Section: "2.3", Name: "version-2.0", Alias: "RL-VERSION-2.0", Cite: "RFC 9110, 15.6.6", Twin: get,
		Rule:   "HTTP/2 has no request line: who writes 2.0 into one SHOULD be answered with 505, or refused.",
		Script: Script{send("GET {p} HTTP/2.0\r\nHost: {h}\r\n\r\n"), refuse(505, 400)},
	},
	{
		Section: "2.3", Name: "two-digit-minor", Alias: "RL-VERSION-1.10", Twin: get,
		// The catalogue has MUST; the grammar alone makes the line invalid, and for that section 3 has SHOULD.
		Rule:   "The version is one digit, a dot and one digit: a line with anything else SHOULD be refused.",
		Script: Script{send("GET {p} HTTP/1.10\r\nHost: {h}\r\n\r\n"), refuse(400, 505)},
	},
	{
		Section: "2.3", Name: "version-0.9-spelt-out", Alias: "RL-VERSION-0.9-EXPLICIT", Twin: get,
		Rule:   "HTTP/0.9 had no version in its request line: who spells it SHOULD be refused.",
		Script: Script{send("GET {p} HTTP/0.9\r\nHost: {h}\r\n\r\n"), refuse(400, 505)},
	},
	{
		Section: "2.3", Name: "no-minor", Alias: "COMP-VERSION-MISSING-MINOR", Twin: get,
		Rule:   "A version without minor digit does not match the grammar and SHOULD be refused.",
		Script: Script{send("GET {p} HTTP/1\r\nHost: {h}\r\n\r\n"), refuse(400, 505)},
	},
	{
		Section: "2.3", Name: "leading-zeros", Alias: "COMP-VERSION-LEADING-ZEROS", Twin: get,
		Rule:   "A version with leading zeros does not match the grammar and SHOULD be refused.",
		Script: Script{send("GET {p} HTTP/01.01\r\nHost: {h}\r\n\r\n"), refuse(400, 505)},
	},
	{
		Section: "2.3", Name: "space-inside", Alias: "COMP-VERSION-WHITESPACE", Twin: get,
		Rule:   "A space inside the version makes a request line of four parts, which SHOULD be refused.",
		Script: Script{send("GET {p} HTTP/ 1.1\r\nHost: {h}\r\n\r\n"), refuse(400, 505)},
	},
	{
		Section: "2.3", Name: "lower-case", Alias: "COMP-VERSION-CASE", Twin: get,
		Rule:   "The name HTTP is case-sensitive: a lower-case version SHOULD be refused.",
		Script: Script{send("GET {p} http/1.1\r\nHost: {h}\r\n\r\n"), refuse(400, 505)},
	},
	{
		Section: "2.3", Name: "no-version", Alias: "MISC-DOTLESS-HTTP09", Twin: get,
		Rule:   "A request line without version is HTTP/0.9, which HTTP/1.1 no longer has: it SHOULD be refused, never answered with a bare body.",
		Script: Script{write("GET {p}\r\n\r\n"), noBareBody},
	},
}

// noBareBody asks for a refusal; octets that are no response are what HTTP/0.9 would have sent.
func noBareBody(c *Conn) error {
	c.Await(c.Answer)
	if check.Headless(c.Pending()) {
		return wrong("a refusal with 400", "content without a head")
	}
	return refuse(400, 505)(c)
}
