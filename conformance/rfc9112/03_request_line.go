package rfc9112

import "strings"

var requestLine = []Case{
	{
		Section: "3", Name: "several-spaces", Alias: "RFC9112-3-MULTI-SP-REQUEST-LINE", Twin: get,
		Rule:   "Several spaces between the parts MAY be read as one; to refuse them is as good.",
		Script: Script{send("GET  {p} HTTP/1.1\r\nHost: {h}\r\n\r\n"), tolerate(400)},
	},
	{
		Section: "3", Name: "tab-separator", Alias: "COMP-REQUEST-LINE-TAB", Twin: get,
		Rule:   "A tab between the parts MAY be read as a space; to refuse it is as good.",
		Script: Script{send("GET\t{p} HTTP/1.1\r\nHost: {h}\r\n\r\n"), tolerate(400)},
	},
	{
		Section: "3", Name: "vt-ff-separator", Alias: "RL-VT-FF-SEPARATOR", Twin: get,
		// The catalogue has SHOULD refuse; section 3 lets a lenient parser take VT and FF for SP.
		Rule:   "VT and FF between the parts MAY be read as spaces; to refuse them is safer.",
		Script: Script{send("GET\x0b{p}\x0cHTTP/1.1\r\nHost: {h}\r\n\r\n"), refuseOrServe(400)},
	},
	{
		Section: "3", Name: "trailing-space", Alias: "RL-VERSION-TRAILING-SP", Twin: get,
		Rule:   "A blank after the version MAY be ignored; to refuse it is safer.",
		Script: Script{send("GET {p} HTTP/1.1 \r\nHost: {h}\r\n\r\n"), refuseOrServe(400)},
	},
	{
		Section: "3", Name: "leading-space", Alias: "RL-LEADING-SP", Twin: get,
		Rule:   "A blank before the method MAY be ignored; to refuse it is safer.",
		Script: Script{send(" GET {p} HTTP/1.1\r\nHost: {h}\r\n\r\n"), refuseOrServe(400)},
	},
	{
		Section: "3", Name: "version-junk", Alias: "RL-VERSION-JUNK", Twin: get,
		Rule:   "A request line whose last part is no HTTP version SHOULD be refused.",
		Each:   []string{"HTTP/1.1x", "HTTQ/1.1", "HTTP/1,1", "HTTP/+1.1", "HTTP/1.1.1", "HTTPS/1.1"},
		Script: Script{send("GET {p} {x}\r\nHost: {h}\r\n\r\n"), refuse(400, 505)},
	},
	{
		Section: "3", Name: "missing-target", Alias: "RFC9112-3-MISSING-TARGET", Twin: get,
		Rule:   "A request line of two parts is invalid and SHOULD be refused.",
		Script: Script{send("GET HTTP/1.1\r\nHost: {h}\r\n\r\n"), refuse(400, 505)},
	},
	{
		Section: "3", Name: "four-parts", Alias: "RL-4-PARTS", Twin: get,
		Rule:   "A request line of four parts SHOULD be refused, not put right by guessing.",
		Script: Script{send("GET {p} {p} HTTP/1.1\r\nHost: {h}\r\n\r\n"), refuse(400, 505)},
	},
	{
		Section: "3", Name: "lf-separator", Alias: "RL-LF-AS-SEPARATOR", Twin: get,
		// MUST in the catalogue; a line ended by LF is a request line of one part, which section 3 says SHOULD be refused.
		Rule:   "LF ends the line and never separates its parts: such a request SHOULD be refused.",
		Script: Script{send("GET\n{p}\nHTTP/1.1\r\nHost: {h}\r\n\r\n"), refuse(400, 505)},
	},
	{
		Section: "3", Name: "junk-before-method", Alias: "RL-JUNK-PREFIX", Twin: get,
		Rule:   "Text before the method makes another method and a fourth part: it SHOULD be refused.",
		Script: Script{send("Extra lineGET {p} HTTP/1.1\r\nHost: {h}\r\n\r\n"), refuse(400, 501, 505)},
	},
	{
		Section: "3.1", Name: "empty-method", Alias: "RL-METHOD-EMPTY", Twin: get,
		Rule:   "A request line without method SHOULD be refused.",
		Script: Script{send(" {p} HTTP/1.1\r\nHost: {h}\r\n\r\n"), refuse(400)},
	},
	{
		Section: "3.1", Name: "nul-in-method", Alias: "RL-NUL-IN-METHOD", Twin: get,
		Rule:   "A method is a token: one with NUL SHOULD be refused and is never GET.",
		Script: Script{send("GE\x00T {p} HTTP/1.1\r\nHost: {h}\r\n\r\n"), refuse(400, 501)},
	},
	{
		Section: "3.1", Name: "method-with-delimiters", Alias: "RL-METHOD-SEPARATORS", Twin: get,
		Rule:   "A method is a token: one with a delimiter SHOULD be refused.",
		Each:   []string{"G@T", "G(T", "GET/", "{GET}", `"GET"`},
		Script: Script{send("{x} {p} HTTP/1.1\r\nHost: {h}\r\n\r\n"), refuse(400, 501)},
	},
	{
		Section: "3.1", Name: "method-of-every-token-char", Alias: "RL-METHOD-TCHAR", Twin: get,
		Rule:   "A method that is a valid token and unknown SHOULD be answered with 501 (405 serves too), not as malformed.",
		Script: Script{send("!#$%&'*+-.^_`|~09azAZ {p} HTTP/1.1\r\nHost: {h}\r\n\r\n"), unknownMethod},
	},
	{
		Section: "3.1", Name: "long-method", Alias: "RL-METHOD-LONG-501", Twin: get,
		Rule:   "A method longer than any that the server knows SHOULD be answered with 501.",
		Script: Script{send(strings.Repeat("A", 2000) + " {p} HTTP/1.1\r\nHost: {h}\r\n\r\n"), refuse(501, 400, 405, 414, 431)},
	},
	{
		Section: "3.1", Name: "method-prefix", Alias: "RL-METHOD-PREFIX", Twin: get,
		Rule:   "A method is compared whole: what only begins like GET or is cut short MUST NOT be taken for GET.",
		Each:   []string{"GETX", "GE", "GET\x0b"},
		Script: Script{knownMethods, send("{x} {p} HTTP/1.1\r\nHost: {h}\r\n\r\n"), refuse(501, 400, 405)},
	},
	{
		Section: "3.2", Name: "line-of-8000-octets", Alias: "RL-8000-OK", Alone: true,
		Rule:   "It is RECOMMENDED that request lines of 8000 octets be supported: a server SHOULD not answer 414 (a chip: up to its declared limit).",
		Script: Script{lineOf(8000)},
	},
	{
		Section: "3.2", Name: "target-too-long", Alias: "RL-414", Twin: get,
		Rule:   "A request-target longer than the server reads MUST be answered with 414.",
		Script: Script{tooLongTarget},
	},
	{
		Section: "3.2", Name: "longest-target", Alias: "RL-LIMIT-BISECT", Alone: true,
		Rule:   "The longest request-target that is accepted, found by bisection.",
		Script: Script{longestTarget},
	},
	{
		Section: "3.2", Name: "space-in-target", Alias: "COMP-SPACE-IN-TARGET", Twin: get,
		// MUST in the catalogue; section 3.2 says SHOULD (400, or 301 with the target encoded).
		Rule:   "A target with a blank is invalid: it SHOULD be refused with 400 or redirected, not served.",
		Script: Script{send("GET {p}pa th HTTP/1.1\r\nHost: {h}\r\n\r\n"), refuse(400, 301)},
	},
	{
		Section: "3.2", Name: "control-in-target", Alias: "RT-CTL-IN-TARGET", Twin: get,
		// MUST in the catalogue; no sentence of the RFC is stronger than the SHOULD of section 3.2.
		Rule:   "A target with a control character is invalid and SHOULD be refused.",
		Each:   []string{"\x01", "\x7f", "\x1b"},
		Script: Script{send("GET {p}{x} HTTP/1.1\r\nHost: {h}\r\n\r\n"), refuse(400)},
	},
	{
		Section: "3.2", Name: "fragment", Alias: "RT-FRAGMENT", Twin: get,
		Rule:   "A fragment is no part of a request-target: one that has it SHOULD be refused.",
		Script: Script{send("GET {p}#f HTTP/1.1\r\nHost: {h}\r\n\r\n"), refuse(400)},
	},
	{
		Section: "3.2", Name: "characters-outside-uri", Alias: "RT-BACKSLASH-CARET-PIPE", Cite: "RFC 3986, 2", Twin: get,
		Rule:   "Characters that no URI may hold SHOULD be refused in a target.",
		Each:   []string{`\b`, "^b", "|b", "{b}", `"b`, "<b>", "`b"},
		Script: Script{send("GET {p}{x} HTTP/1.1\r\nHost: {h}\r\n\r\n"), refuse(400)},
	},
	{
		Section: "3.2", Name: "raw-8-bit-target", Alias: "RT-RAW-8BIT", Cite: "RFC 3986, 2", Twin: get,
		Rule:   "Octets above 127 must be percent-encoded in a URI: raw ones SHOULD be refused.",
		Each:   []string{"\xc3\xa9", "\xff"},
		Script: Script{send("GET {p}{x} HTTP/1.1\r\nHost: {h}\r\n\r\n"), refuse(400)},
	},
}

// unknownMethod prefers 501, then 405; 400 says that a good token is malformed.
func unknownMethod(c *Conn) error { return refuse(501, 405)(c) }
