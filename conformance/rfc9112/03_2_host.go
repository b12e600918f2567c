package rfc9112

var host = []Case{
	{
		Section: "3.2", Name: "missing-host", Alias: "RFC9112-7.1-MISSING-HOST", Twin: get,
		Rule:   "A request of HTTP/1.1 without Host MUST be answered with 400.",
		Script: Script{send("GET {p} HTTP/1.1\r\n\r\n"), reject(400)},
	},
	{
		Section: "3.2", Name: "two-hosts", Alias: "RFC9110-5.4-DUPLICATE-HOST", Twin: getField,
		Rule:   "A request with two Host lines MUST be answered with 400.",
		Script: Script{send(getHead + "Host: other.example.com\r\n\r\n"), reject(400)},
	},
	{
		Section: "3.2", Name: "two-equal-hosts", Alias: "COMP-DUPLICATE-HOST-SAME", Twin: getField,
		Rule:   "Two Host lines MUST be answered with 400 even if they agree.",
		Script: Script{send(getHead + "Host: {h}\r\n\r\n"), reject(400)},
	},
	{
		Section: "3.2", Name: "two-hosts-in-other-case", Alias: "HOST-DUP-CASE", Twin: getField,
		Rule:   "Names differ in case only, the field is the same: Host and HOST together MUST be answered with 400.",
		Script: Script{send(getHead + "HOST: {h}\r\n\r\n"), reject(400)},
	},
	{
		Section: "3.2", Name: "two-hosts-in-http-1.0", Alias: "HOST-DUP-10", Twin: "GET {p} HTTP/1.0\r\nHost: {h}\r\n\r\n",
		Rule:   "Any request with two Host lines MUST be answered with 400, also one of HTTP/1.0.",
		Script: Script{send("GET {p} HTTP/1.0\r\nHost: {h}\r\nHost: {h}\r\n\r\n"), reject(400)},
	},
	{
		Section: "3.2", Name: "no-host-in-http-1.0", Alias: "CONN-10-NO-HOST-OK",
		Rule:   "Only HTTP/1.1 requires Host: a request of HTTP/1.0 without it MUST be served.",
		Script: Script{send("GET {p} HTTP/1.0\r\n\r\n"), ok},
	},
	{
		Section: "3.2", Name: "empty-host", Alias: "COMP-HOST-EMPTY-VALUE", Twin: get,
		// The catalogue demands a refusal. An empty value matches the grammar, and section 3.3 lets a server
		// refuse the empty authority or fall back to a default.
		Rule:   "An empty Host leaves the authority empty: a server MAY refuse that or use its default host.",
		Script: Script{send("GET {p} HTTP/1.1\r\nHost: \r\n\r\n"), tolerate(400)},
	},
	{
		Section: "3.2", Name: "invalid-host-characters", Alias: "HOST-INVALID-CHARS", Twin: get,
		Rule:   "A Host whose value is no uri-host MUST be answered with 400.",
		Each:   []string{"a b", "a<b", `a"b`, `a\b`, "a^b", "a`b", "a{b", "a|b", "[x", "a%zz"},
		Script: Script{send("GET {p} HTTP/1.1\r\nHost: {x}\r\n\r\n"), reject(400)},
	},
	{
		Section: "3.2", Name: "invalid-port", Alias: "HOST-BAD-PORT", Twin: get,
		// The catalogue also has port 99999, which matches the grammar (port = *DIGIT): not a violation, left out.
		Rule:   "A Host whose port is not digits MUST be answered with 400.",
		Each:   []string{":abc", ":-1", ":80:80"},
		Script: Script{send("GET {p} HTTP/1.1\r\nHost: {host}{x}\r\n\r\n"), reject(400)},
	},
	{
		Section: "3.2", Name: "empty-port", Alias: "HOST-EMPTY-PORT-OK", Cite: "RFC 3986, 3.2.3",
		Rule:   "A port may be empty after its colon: such a Host MUST be accepted.",
		Script: Script{send("GET {p} HTTP/1.1\r\nHost: {host}:\r\n\r\n"), ok},
	},
	{
		Section: "3.2", Name: "upper-case-host", Alias: "HOST-UPPERCASE-OK", Cite: "RFC 3986, 3.2.2",
		Rule:   "Host names are case-insensitive: an upper-case one MUST be accepted.",
		Script: Script{send("GET {p} HTTP/1.1\r\nHost: LOCALHOST:{port}\r\n\r\n"), prefer(421)},
	},
	{
		Section: "3.2", Name: "ipv6-host", Alias: "HOST-IPV6-OK", Cite: "RFC 3986, 3.2.2",
		Rule:   "An IPv6 address in brackets is a valid host and MUST be accepted.",
		Script: Script{send("GET {p} HTTP/1.1\r\nHost: [::1]:{port}\r\n\r\n"), prefer(421)},
	},
	{
		Section: "3.2", Name: "malformed-ipv6-host", Alias: "HOST-IPV6-BAD", Cite: "RFC 3986, 3.2.2", Twin: get,
		Rule:   "A malformed IPv6 literal is an invalid Host value and MUST be answered with 400.",
		Each:   []string{"[::1", "::1", "[::g]", "[1::2::3]"},
		Script: Script{send("GET {p} HTTP/1.1\r\nHost: {x}\r\n\r\n"), reject(400)},
	},
	{
		Section: "3.2", Name: "scheme-in-host", Alias: "HOST-SCHEME", Twin: get,
		Rule:   "A URI in Host is an invalid value and MUST be answered with 400.",
		Script: Script{send("GET {p} HTTP/1.1\r\nHost: http://{h}\r\n\r\n"), reject(400)},
	},
	{
		Section: "3.2", Name: "query-or-fragment-in-host", Alias: "HOST-QUERY-FRAGMENT", Twin: get,
		Rule:   "Host ends with the port: a query or fragment in it MUST be answered with 400.",
		Each:   []string{"?x", "#x"},
		Script: Script{send("GET {p} HTTP/1.1\r\nHost: {h}{x}\r\n\r\n"), reject(400)},
	},
	{
		Section: "3.2", Name: "list-of-hosts", Alias: "SMUG-MULTIPLE-HOST-COMMA", Twin: get,
		Rule:   "Host is no list: two authorities with a comma are an invalid value and MUST be answered with 400.",
		Script: Script{send("GET {p} HTTP/1.1\r\nHost: {h}, other.example.com\r\n\r\n"), reject(400)},
	},
	{
		Section: "3.2", Name: "nul-in-host", Alias: "HOST-NUL", Twin: get,
		Rule:   "NUL in Host is an invalid value and MUST be answered with 400.",
		Script: Script{send("GET {p} HTTP/1.1\r\nHost: {host}\x00.evil:{port}\r\n\r\n"), refuse(400)},
	},
	{
		Section: "3.2", Name: "tab-around-host", Alias: "HOST-TAB-OWS-OK",
		Rule:   "Optional blanks around a value may be tabs: such a Host MUST be accepted.",
		Script: Script{send("GET {p} HTTP/1.1\r\nHost:\t{h}\t \r\n\r\n"), ok},
	},
	{
		Section: "3.2", Name: "no-blank-before-host", Alias: "HOST-NO-OWS-OK",
		Rule:   "The blank after the colon is optional: a Host without it MUST be accepted.",
		Script: Script{send("GET {p} HTTP/1.1\r\nHost:{h}\r\n\r\n"), ok},
	},
	{
		Section: "3.2", Name: "host-in-mixed-case", Alias: "HOST-NAME-CASE-OK",
		Rule:   "Field names are case-insensitive: hOsT MUST be accepted.",
		Script: Script{send("GET {p} HTTP/1.1\r\nhOsT: {h}\r\n\r\n"), ok},
	},
	{
		Section: "3.2", Name: "host-not-first", Alias: "HOST-NOT-FIRST-OK",
		Rule:   "Fields of different names have no order: Host after another field MUST be accepted.",
		Script: Script{send("GET {p} HTTP/1.1\r\nX: 1\r\nHost: {h}\r\n\r\n"), ok},
	},
	{
		Section: "3.2", Name: "missing-host-with-content", Alias: "HOST-MISSING-BEFORE-HANDLER", Twin: post,
		Rule:   "A POST without Host MUST be answered with 400 before anything is done with it.",
		Script: Script{send("POST {post} HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello"), reject(400)},
	},
	{
		Section: "3.2", Name: "missing-host-with-absolute-form", Alias: "HOST-MISSING-ABSFORM", Twin: "GET http://{h}{p} HTTP/1.1\r\nHost: {h}\r\n\r\n",
		Rule:   "Host is required also beside an absolute target: without it the answer MUST be 400.",
		Script: Script{send("GET http://{h}{p} HTTP/1.1\r\n\r\n"), reject(400)},
	},
}
