package rfc9112

import (
	"fmt"

	"github.com/httpdlab/httpdlab/conformance/check"
)

var bodyLength = []Case{
	{
		Section: "6.3", Name: "response-length-exact", Alias: "RESP-CL-EXACT",
		Rule:   "A response that ends the connection MUST have exactly the octets that its Content-Length announces.",
		Script: Script{send(getHead + "Connection: close\r\n\r\n"), ok, hangup},
	},
	{
		Section: "6.3", Name: "response-length-exact-keep-alive", Alias: "RESP-CL-EXACT-KEEPALIVE",
		Rule:   "The octet after a response's content MUST be the first one of the next response.",
		Script: Script{send(get), ok, silenceIfOpen, again},
	},
	{
		Section: "6.3", Name: "no-stray-octets",
		Rule: "Behind a response, and with no request unanswered, a server MUST NOT send an octet: it would be taken for the next response.",
		Lint: func(r *check.Response) error {
			if len(r.Stray) > 0 {
				return wrong("nothing behind the response", fmt.Sprintf("%q", short(string(r.Stray))))
			}
			return nil
		},
	},
	{
		Section: "6.3", Name: "responses-end-by-themselves",
		Rule: "A server SHOULD send a length or chunks where it can: content that the close ends may have been cut off.",
		Lint: func(r *check.Response) error {
			if r.Minor10 || r.Method == "HEAD" || r.Method == "CONNECT" || r.Status/100 == 1 || r.Status == 204 || r.Status == 304 || r.Defect != "" {
				return check.NotApplicable
			}
			if !r.Length && !r.Coding {
				return wrong("Content-Length or chunks", "neither in "+r.Line())
			}
			return nil
		},
	},
	{
		Section: "6.3", Name: "errors-are-framed", Alias: "RESP-ERROR-FRAMED",
		Rule: "An error response MUST be as well framed as any other: by length, chunks or the close.",
		Lint: func(r *check.Response) error {
			if r.Status < 400 {
				return check.NotApplicable
			}
			if r.Defect != "" {
				return wrong("a response with an end", r.Defect)
			}
			return nil
		},
	},
	{
		Section: "6.3", Name: "not-modified-ends-at-its-head", Alias: "RESP-304-NO-BODY",
		Rule:   "A 304 MUST end with its head, also when it has a Content-Length.",
		Script: Script{send("GET {file} HTTP/1.1\r\nHost: {h}\r\nIf-None-Match: {etag}\r\n\r\n"), status(304), silenceIfOpen, again},
	},
	{
		Section: "6.3", Name: "head-of-chunked-resource", Alias: "HEAD-KEEPALIVE-CHUNKED",
		Rule:   "The answer to HEAD MUST end with its head, also if the content would be chunked.",
		Script: Script{send("HEAD {chunked} HTTP/1.1\r\nHost: {h}\r\n\r\n"), ok, silenceIfOpen, again},
	},
	{
		Section: "6.3", Name: "length-zero-on-get", Alias: "CL-GET-ZERO",
		Rule:   "A GET with Content-Length 0 MUST be served like one without.",
		Script: Script{send(getHead + "Content-Length: 0\r\n\r\n"), ok, again},
	},
	{
		Section: "6.3", Name: "post-without-framing", Alias: "CL-411",
		Rule:   "A POST without length has no content: a server MAY demand one with 411.",
		Script: Script{send(postHead + "\r\n"), tolerate(411), again},
	},
	{
		Section: "6.3", Name: "binary-content", Alias: "CL-BODY-EXACT-BINARY",
		Rule:   "Content is octets: all 256 and an empty line inside MUST come through unchanged.",
		Script: Script{send("POST {echo} HTTP/1.1\r\nHost: {h}\r\nContent-Length: {n}\r\n\r\n" + everyOctet()), body(everyOctet()), again},
	},
	{
		Section: "6.3", Name: "content-byte-by-byte", Alias: "FRAG-BYTE-BY-BYTE-POST-CL",
		Rule:   "Content that comes one octet a segment MUST be read to its length, with no final answer before.",
		Script: Script{drip("POST {post} HTTP/1.1\r\nHost: {h}\r\nContent-Length: 5\r\n\r\nhell"), silence, write("o"), ok},
	},
	{
		Section: "6.3", Name: "content-after-a-pause", Alias: "FRAG-HEAD-BODY-SPLIT",
		Rule:   "Content that follows its head after a pause MUST be read as if it had come at once.",
		Script: Script{send(postHead + "Content-Length: 5\r\n\r\n"), silence, write("hello"), ok},
	},
	{
		Section: "6.3", Name: "content-begins-with-the-head", Alias: "FRAG-BODY-IN-HEAD-SEGMENT",
		Rule:   "Content of which a part came with the head MUST be read whole.",
		Script: Script{send(postHead + "Content-Length: 5\r\n\r\nhe"), silence, write("llo"), ok},
	},
	{
		Section: "6.3", Name: "equal-lengths-twice", Alias: "CL-SAME-DUP", Twin: postField,
		Rule:   "Equal Content-Length lines MUST be refused or taken as the one value, with the next request right behind.",
		Script: Script{send(postHead+"Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello", get), canary("4xx close", "2xx 2xx open", "2xx 2xx close")},
	},
	{
		Section: "6.3", Name: "equal-lengths-in-a-list", Alias: "CL-SAME-LIST", Twin: post,
		// The catalogue counts "5," and ",5" as junk; a list may have empty elements (RFC 9110, 5.6.1.2),
		// and section 6.3 lets a list of equal values pass, so they stand here.
		Rule:   "A list of equal lengths MUST be refused or taken as the one value.",
		Each:   []string{"5, 5", "5,5,5", "5,", ",5"},
		Script: Script{send(postHead+"Content-Length: {x}\r\n\r\nhello", get), canary("4xx close", "2xx 2xx open", "2xx 2xx close")},
	},
	{
		Section: "6.3", Name: "equal-numbers-spelt-differently", Alias: "CL-SAME-NUMERIC-DIFF", Twin: postField,
		Rule:   "Lengths 5 and 05 are not the same text: they MUST be refused, or at least not be misread.",
		Script: Script{send(postHead+"Content-Length: 5\r\nContent-Length: 05\r\n\r\nhello", get), canary("4xx close", "~2xx 2xx open", "~2xx 2xx close")},
	},
	{
		Section: "6.3", Name: "leading-zeros", Alias: "CL-LEADING-ZEROS-OK", Twin: post,
		Rule:   "A length of 0005 is five and SHOULD be served or refused, but never read as octal.",
		Script: Script{send(postHead+"Content-Length: 0005\r\n\r\nhello", get), canary("2xx 2xx open", "2xx 2xx close", "4xx close")},
	},
	{
		Section: "6.3", Name: "overflowing-length", Alias: "CL-OVERFLOW-2^31", Twin: post,
		Rule:   "A length beyond the server's integers MUST be refused or waited for, never wrapped around to a small one.",
		Each:   []string{"2147483653", "4294967301", "9223372036854775813", "18446744073709551621", "1" + zeros(40) + "5"},
		Script: Script{write(postHead + "Content-Length: {x}\r\n\r\nhello" + hidden), canary("4xx close", "4xx open", "close", "open")},
	},
	{
		Section: "6.3", Name: "different-lengths", Alias: "SMUG-DUPLICATE-CL", Twin: postField,
		Rule:   "Content-Length lines that differ MUST be answered with 400, and then the connection closes.",
		Script: Script{send(postHead + "Content-Length: 5\r\nContent-Length: 10\r\n\r\nhelloworld"), reject(400), hangup},
	},
	{
		Section: "6.3", Name: "different-lengths-in-a-list", Alias: "CL-LIST-DIFF", Twin: post,
		Rule:   "A list of lengths that differ MUST be answered with 400, and then the connection closes.",
		Script: Script{send(postHead + "Content-Length: 5, 6\r\n\r\nhello"), reject(400), hangup},
	},
	{
		Section: "6.3", Name: "different-lengths-and-a-hidden-request", Alias: "SMUG-DUPLICATE-CL-SMUGGLED-GET", Twin: post,
		Rule:   "Of two lengths neither counts: a request between their ends MUST NOT be answered.",
		Script: Script{send(postHead + "Content-Length: 4\r\nContent-Length: {n}\r\n\r\nPING" + hidden), canary("4xx close")},
	},
	{
		Section: "6.3", Name: "empty-length", Alias: "CL-EMPTY", Twin: postField,
		Rule:   "An empty Content-Length is invalid and MUST be answered with 400, also if a good one follows.",
		Each:   []string{"Content-Length:", "Content-Length: \r\nContent-Length: 5"},
		Script: Script{send(postHead + "{x}\r\n\r\nhello"), reject(400), hangup},
	},
	{
		Section: "6.3", Name: "length-that-is-no-number", Alias: "CL-JUNK-SUFFIX", Twin: postField,
		Rule:   "A Content-Length that is not digits MUST be answered with 400, and then the connection closes.",
		Each:   []string{"5x", "5;x", "5.0", "5e0", "'5'", `"5"`, "5 6", "0x5", "+5", "-5", "5_0", "٥"},
		Script: Script{send(postHead + "Content-Length: {x}\r\n\r\nhello"), reject(400), hangup},
	},
	{
		Section: "6.3", Name: "invalid-length-closes", Alias: "CL-INVALID-CLOSES", Twin: post,
		Rule:   "After an invalid length the server MUST answer 400 and close: it cannot know where the next request begins.",
		Script: Script{send(postHead+"Content-Length: five\r\n\r\n", hidden), reject(400), hangup},
	},
	{
		Section: "6.3", Name: "disguised-lengths", Alias: "SMUG-CL-OBFUSCATION-SET", Twin: postField,
		Rule: "A disguised Content-Length MUST be refused; what it hides is never answered as a request of its own.",
		Each: []string{
			"Content-Length : {n}", "Content-Length\t: {n}", "X: 1\r\n Content-Length: {n}", "Content-Length: {n}\x0b", "Content-Length: \x00{n}",
			"Content-Length: {n}\r\n\t0", "Content-Length: {n},1", "Content-Length: {n};", "Content-Length: 0\r\nCONTENT-LENGTH: {n}",
		},
		Script: Script{send(postHead + "{x}\r\n\r\n" + hidden), disguisedLength},
	},
	{
		Section: "6.3", Name: "coding-that-is-not-last", Alias: "TE-NOT-FINAL-400", Twin: postChunk,
		Rule:   "Where chunked is not the last coding the length is unknown: the server MUST refuse (501 for a coding it does not know) and close.",
		Each:   []string{"chunked, foo", "chunked, identity", "foo"},
		Script: Script{send(postHead + "Transfer-Encoding: {x}\r\n\r\n" + coded), reject(400, 501), hangup},
	},
	{
		Section: "6.3", Name: "chunked-content-of-get", Alias: "TE-GET-CHUNKED-BODY", Twin: postChunk,
		Rule:   "A chunked content MUST be consumed on GET too, or the connection closes.",
		Script: Script{send(getHead+"Transfer-Encoding: chunked\r\n\r\n"+coded, get), canary("2xx 2xx open", "2xx 2xx close", "2xx close", "4xx close")},
	},
	{
		Section: "6.3", Name: "unread-content-of-get", Alias: "CONN-UNREAD-GET-BODY", Twin: post,
		Rule:   "Content of a GET MUST NOT be answered as a request, whether it is read or the connection closes.",
		Script: Script{send(getHead+"Content-Length: {n}\r\n\r\n"+hidden, get), canary("2xx 2xx open", "2xx 2xx close", "2xx close", "4xx close")},
	},
	{
		Section: "6.3", Name: "unread-content-of-options", Alias: "CONN-UNREAD-OPTIONS-BODY", Twin: post,
		Rule:   "Content of OPTIONS MUST NOT be answered as a request.",
		Script: Script{send("OPTIONS {p} HTTP/1.1\r\nHost: {h}\r\nContent-Length: {n}\r\n\r\n"+hidden, get), canary("any 2xx open", "any 2xx close", "any close")},
	},
	{
		Section: "6.3", Name: "unread-content-of-unknown-method", Alias: "CONN-UNREAD-UNKNOWN-METHOD-BODY", Twin: post,
		Rule:   "Content of a method that the server does not know MUST NOT be answered as a request.",
		Script: Script{send("FOO {p} HTTP/1.1\r\nHost: {h}\r\nContent-Length: {n}\r\n\r\n"+hidden, get), canary("any 2xx open", "any 2xx close", "any close")},
	},
	{
		Section: "6.3", Name: "unread-content-of-head", Alias: "CONN-UNREAD-HEAD-BODY", Twin: post,
		Rule:   "Content of HEAD MUST NOT be answered as a request.",
		Script: Script{send("HEAD {p} HTTP/1.1\r\nHost: {h}\r\nContent-Length: {n}\r\n\r\n"+hidden, get), canary("any 2xx open", "any 2xx close", "any close")},
	},
	{
		Section: "6.3", Name: "unread-chunks-after-404", Alias: "CONN-UNREAD-CHUNKED-404", Twin: postChunk,
		Rule:   "Chunks that a 404 leaves unread MUST NOT be answered as requests.",
		Script: Script{chunkedHidden("POST /no-such-{rnd} HTTP/1.1\r\nHost: {h}\r\nTransfer-Encoding: chunked\r\n\r\n"), canary("any 2xx open", "any 2xx close", "any close")},
	},
	{
		Section: "6.3", Name: "content-of-get-with-expectation", Alias: "SMUG-0.CL", Twin: postField,
		Rule:   "Content of a GET that is answered early, with or without Expect, MUST NOT be answered as a request.",
		Each:   []string{"", "Expect: 100-continue\r\n", "Expect: 100-continue\r\nConnection: keep-alive\r\n"},
		Script: Script{send(getHead+"{x}Content-Length: {n}\r\n\r\n"+hidden, get), canary("2xx 2xx open", "2xx 2xx close", "any close")},
	},
	{
		Section: "6.3", Name: "content-for-who-ignores-it", Alias: "SMUG-CL.0", Twin: postField,
		Rule:   "A resource that ignores content MUST NOT leave it to be answered as a request.",
		Each:   []string{"{p}", "/no-such-{rnd}", "/no-such-{rnd}/"},
		Script: Script{send("POST {x} HTTP/1.1\r\nHost: {h}\r\nContent-Length: {n}\r\n\r\n"+hidden, get), canary("any 2xx open", "any 2xx close", "any close")},
	},
}

func zeros(n int) string { return fmt.Sprintf("%0*d", n, 0) }

// silenceIfOpen asks for no stray octet behind a complete response.
func silenceIfOpen(c *Conn) error {
	if c.Last.Closes() {
		return hangup(c)
	}
	return silence(c)
}

// chunkedHidden sends a head and then a chunk that holds a request, and a good request behind it.
func chunkedHidden(head string) Step {
	return func(c *Conn) error {
		inner, err := c.Text(hidden)
		if err != nil {
			return err
		}
		return c.Send(head+chunk(inner)+"0\r\n\r\n", get)
	}
}

// disguisedLength knows the spellings that a fold makes part of another value: then there is no length.
func disguisedLength(c *Conn) error {
	if c.Element()[0] == 'X' {
		return canary("4xx close", "2xx 2xx open", "2xx 2xx close")(c)
	}
	return canary("4xx close")(c)
}
