package rfc9110

import (
	"fmt"
	"strings"
)

var fieldNames = []Case{
	{
		Section: "5.1", Name: "unknown-field", Alias: "HDR-UNKNOWN-OK",
		Rule:   "A field that the server does not know MUST be ignored: the request is served.",
		Script: Script{send(getHead + "X-Unknown-{rnd}: 1\r\n\r\n"), ok},
	},
	{
		Section: "5.1", Name: "every-token-character", Alias: "HDR-TCHAR-NAMES-OK",
		Rule:   "A field name of every character that a token may have MUST be accepted.",
		Script: Script{send(getHead + "!#$%&'*+-.^_`|~1: v\r\n\r\n"), ok},
	},
	{
		Section: "5.1", Name: "framing-names-in-other-case",
		Rule:   "Field names are case-insensitive: fields that frame the content MUST be recognised in any case.",
		Each:   []string{"content-length: 5\r\n\r\nhello", "CONTENT-LENGTH: 5\r\n\r\nhello", "transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"},
		Script: Script{send(postHead + "{x}"), ok, again},
	},
	{
		Section: "5.1", Name: "delimiter-in-name", Alias: "HDR-DELIM-NAMES", Twin: getField,
		// MUST in the catalogue; only a blank before the colon has a MUST of its own (RFC 9112, 5.1), the rest is the
		// SHOULD of RFC 9112, 2.2 for what does not match the grammar.
		Rule:   "A field name is a token: one with a delimiter or blank SHOULD be refused.",
		Each:   strings.Split("( ) < > @ , ; \\ \" / [ ] ? = { }", " "),
		Script: Script{send(getHead + "X{x}Y: v\r\n\r\n"), refuse(400)},
	},
	{
		Section: "5.1", Name: "control-in-name", Alias: "HDR-CTL-NAMES", Twin: getField,
		// MUST in the catalogue; see delimiter-in-name. CR and LF are cases of RFC 9112, 2.2.
		Rule:   "A field name with a control character SHOULD be refused.",
		Each:   controls(),
		Script: Script{send(getHead + "X{x}Y: v\r\n\r\n"), refuse(400)},
	},
	{
		Section: "5.1", Name: "8-bit-name", Alias: "HDR-8BIT-NAME", Twin: getField,
		// MUST in the catalogue; see delimiter-in-name.
		Rule:   "A field name with an octet above 127 SHOULD be refused.",
		Each:   []string{"\x80", "\xa0", "\xff"},
		Script: Script{send(getHead + "X{x}Y: v\r\n\r\n"), refuse(400)},
	},
	{
		Section: "5.1", Name: "underscore-is-no-hyphen", Alias: "HDR-UNDERSCORE-NOT-HYPHEN", Twin: post5,
		Rule:   "Content_Length is another name: it MUST NOT be taken for Content-Length.",
		Script: Script{send(getHead+"Content_Length: {n}\r\n\r\n", hidden), canary("2xx 2xx open", "2xx 2xx close", "4xx close", "4xx open")},
	},
}

// controls is every control character but CR, LF and the blanks.
func controls() (all []string) {
	for c := range 0x20 {
		if !strings.ContainsRune("\t\r\n", rune(c)) {
			all = append(all, string(rune(c)))
		}
	}
	return append(all, "\x7f")
}

// singletons are fields that a response has at most once.
var singletons = []string{"Content-Length", "Content-Type", "Date", "ETag", "Location", "Server", "Last-Modified", "Retry-After", "Age", "Content-Range", "Expires"}

var fieldOrder = []Case{
	{
		Section: "5.3", Name: "singleton-fields-once", Alias: "RESP-SINGLE-VALUE-DUP",
		Rule: "A sender MUST NOT repeat a field that is not defined as a list.",
		Lint: func(r *Response) error {
			for _, name := range singletons {
				if values := r.Values(name); len(values) > 1 {
					return wrong("one "+name, fmt.Sprintf("%q", values))
				}
			}
			return nil
		},
	},
	{
		Section: "5.3", Name: "two-content-types", Alias: "COMP-DUPLICATE-CT",
		Rule:   "A request with two Content-Types SHOULD be refused or served, and framed the same either way.",
		Script: Script{send(postHead + "Content-Length: 5\r\nContent-Type: text/plain\r\nContent-Type: text/html\r\n\r\nhello"), tolerate(400, 415), again},
	},
	{
		Section: "5.3", Name: "two-cookie-lines", Alias: "HDR-COOKIE-MULTI", Cite: "RFC 6265, 5.4",
		Rule:   "Two Cookie lines, which a proxy may make of one, do not stop a request.",
		Script: Script{send(getHead + "Cookie: a=1\r\nCookie: b=2\r\n\r\n"), ok},
	},
}

var fieldValues = []Case{
	{
		Section: "5.5", Name: "blanks-around-value", Alias: "HDR-OWS-TRIM",
		Rule:   "Blanks around a value MUST be excluded from it, tabs as well as spaces.",
		Script: Script{send(postHead + "Content-Length: \t5 \t\r\n\r\nhello"), ok, again},
	},
	{
		Section: "5.5", Name: "obs-text", Alias: "HDR-OBS-TEXT-VALUE-OK",
		Rule:   "Octets above 127 in a value SHOULD be taken as opaque data.",
		Script: Script{send(getHead + "X: \x80\xff\r\n\r\n"), prefer(400)},
	},
	{
		Section: "5.5", Name: "nul-cr-lf-in-value", Twin: getField,
		Rule:   "NUL in a field value MUST be refused or replaced before the value is used.",
		Script: Script{send(getHead + "X: a\x00b\r\n\r\n"), refuseOrServe(400)},
	},
	{
		Section: "5.5", Name: "controls-in-value", Alias: "HDR-CTL-VALUES", Twin: getField,
		// The catalogue mixes NUL, which has a MUST, with the other controls, which a server may keep in safe contexts.
		Rule:   "Control characters in a value MAY be kept where that is safe; to refuse them is better.",
		Each:   controls(),
		Script: Script{send(getHead + "X: a{x}b\r\n\r\n"), refuseOrServe(400)},
	},
	{
		Section: "5.5", Name: "8-bit-blanks-around-framing", Alias: "HDR-8BIT-STRIP-FRAMING", Twin: postField,
		Rule:   "Only space and tab are blanks: a framing value with another one beside it MUST be refused.",
		Each:   []string{"Content-Length: \xa05", "Content-Length: 5\x85", "Transfer-Encoding: \xa0chunked"},
		Script: Script{send(postHead + "{x}\r\n\r\nhello"), reject(400, 501)},
	},
	{
		Section: "5.5", Name: "decoded-line-ends", Alias: "RESP-NO-REFLECT-CRLF",
		Rule:   "Percent-encoded line ends of a target MUST NOT become line ends in a response.",
		Script: Script{eachOf("{p}?x=%0d%0aInjected:%201", "/no-such%0d%0aInjected:%201", "{p}/%0d%0aInjected:%201/..")},
	},
	// The catalogue's probes want cookies back from a harness of their own. HTTP owes no such thing: here they
	// must do no harm.
	cookie("cookie", "COOK-ECHO", "foo=bar; q=\"x\"", ok),
	cookie("one-pair", "COOK-PARSED-BASIC", "foo=bar", ok),
	cookie("three-pairs", "COOK-PARSED-MULTI", "a=1; b=2; c=3", ok),
	cookie("empty-cookie", "COOK-EMPTY", "", tolerate(400)),
	cookie("malformed-cookie", "COOK-MALFORMED", "===;;;", tolerate(400)),
	cookie("pair-without-value", "COOK-PARSED-EMPTY-VAL", "foo=", tolerate(400)),
	cookie("odd-values", "COOK-PARSED-SPECIAL", "a=hello world; b=x=y", tolerate(400)),
	{
		Section: "5.5", Name: "nul-in-cookie", Alias: "COOK-NUL", Cite: "RFC 6265, 4.2", Twin: getHead + "Cookie: foo=bar\r\n\r\n",
		Rule:   "A Cookie with NUL is refused, or its NUL does not come back.",
		Script: Script{send(getHead + "Cookie: foo=\x00bar\r\n\r\n"), refusedOrWithout("\x00")},
	},
	{
		Section: "5.5", Name: "controls-in-cookie", Alias: "COOK-CONTROL-CHARS", Cite: "RFC 6265, 4.2", Twin: getHead + "Cookie: foo=bar\r\n\r\n",
		Rule:   "A Cookie with control characters is refused, or they do not come back.",
		Script: Script{send(getHead + "Cookie: foo=\x01\x02\x03\r\n\r\n"), refusedOrWithout("\x01")},
	},
	{
		Section: "5.5", Name: "thousand-cookies", Alias: "COOK-MANY-PAIRS", Cite: "RFC 6265, 6.1",
		Rule:   "Eleven kilobytes of cookie are served or refused with a 4xx, not dropped.",
		Script: Script{send(getHead + "Cookie: " + manyPairs(1000) + "\r\n\r\n"), tolerate(400, 413, 431), alive},
	},
}

// cookie makes a case whose Cookie a server that does not parse cookies can simply ignore.
func cookie(name, alias, value string, judge Step) Case {
	return Case{
		Section: "5.5", Name: name, Alias: alias, Cite: "RFC 6265, 4.2",
		Rule:   fmt.Sprintf("To HTTP a Cookie of %q is opaque text and no reason to drop the client.", value),
		Script: Script{send(getHead + "Cookie: " + value + "\r\n\r\n"), judge, again},
	}
}

func manyPairs(n int) string {
	pairs := make([]string, n)
	for i := range pairs {
		pairs[i] = fmt.Sprintf("k%d=v%d", i, i)
	}
	return strings.Join(pairs, "; ")
}

// refusedOrWithout accepts a refusal, and a 2xx whose head and content do not repeat text.
func refusedOrWithout(text string) Step {
	return func(c *Conn) error {
		if err := refuseOrServe(400)(c); err != nil {
			return err
		}
		if c.Last != nil && strings.Contains(c.Last.Head+string(c.Last.Body), text) {
			return wrong(fmt.Sprintf("no %q in the answer", text), fmt.Sprintf("%q", c.Last.Head+string(c.Last.Body)))
		}
		return nil
	}
}

// eachOf asks, for each target, that no field called Injected comes back.
func eachOf(targets ...string) Step {
	return func(c *Conn) error {
		for _, target := range targets {
			if err := reopen(c); err != nil {
				return err
			}
			if err := c.Send("GET " + target + " HTTP/1.1\r\nHost: {h}\r\n\r\n"); err != nil {
				return err
			}
			r, err := c.Final()
			if err != nil {
				return err
			}
			if len(r.Values("Injected")) > 0 {
				return wrong("no field called Injected", "it came back after "+target)
			}
		}
		return nil
	}
}
