package rfc9112

import (
	"strings"

	"github.com/httpdlab/httpdlab/conformance/check"
)

// The end of a chunked body, and what a server finds next that took another framing.
const (
	emptyChunked = "0\r\n\r\n"
	coded        = "5\r\nhello\r\n0\r\n\r\n"
)

var transferEncoding = []Case{
	{
		Section: "6.1", Name: "response-codings-known", Alias: "CISPA-transfer_encoding_grammar",
		Rule: "Transfer-Encoding MUST be a list of codings by the grammar.",
		Lint: field("Transfer-Encoding", check.TokenList),
	},
	{
		Section: "6.1", Name: "chunked-once-and-last", Alias: "RESP-TE-ONCE-FINAL",
		Rule: "A sender MUST NOT apply chunked more than once, and has it last.",
		Lint: field("Transfer-Encoding", func(value string) bool {
			codings := strings.Split(strings.ToLower(strings.ReplaceAll(value, " ", "")), ",")
			return strings.Count(value, "chunked") == 1 && codings[len(codings)-1] == "chunked"
		}),
	},
	{
		Section: "6.1", Name: "no-coding-to-http-1.0", Alias: "RESP-NO-TE-TO-10",
		Rule: "A server MUST NOT send Transfer-Encoding unless the request was of HTTP/1.1.",
		Lint: func(r *check.Response) error {
			if !r.Minor10 {
				return check.NotApplicable
			}
			return without(r, "Transfer-Encoding")
		},
	},
	{
		Section: "6.1", Name: "no-coding-in-1xx-and-204", Alias: "RESP-NO-TE-1XX-204",
		Rule: "A server MUST NOT send Transfer-Encoding with a 1xx or 204 status.",
		Lint: func(r *check.Response) error {
			if r.Status/100 != 1 && r.Status != 204 {
				return check.NotApplicable
			}
			return without(r, "Transfer-Encoding")
		},
	},
	{
		Section: "6.1", Name: "http-1.0-chunked-stream", Alias: "CONN-10-KEEPALIVE-SELF-DELIMITED",
		Rule:   "To HTTP/1.0 a stream of unknown length MUST NOT be chunked, even with keep-alive.",
		Script: Script{send("GET {chunked} HTTP/1.0\r\nHost: {h}\r\nConnection: keep-alive\r\n\r\n"), notChunked},
	},
	{
		Section: "6.1", Name: "unknown-coding", Alias: "TE-UNKNOWN-501", Twin: postChunk,
		Rule:   "A coding that the server does not know SHOULD be answered with 501; 400 serves too.",
		Script: Script{send(postHead + "Transfer-Encoding: foo, chunked\r\n\r\n" + coded), refuse(501, 400)},
	},
	{
		Section: "6.1", Name: "garbled-coding", Alias: "TE-GARBAGE-TOKENS", Twin: postChunk,
		Rule:   "A coding that only looks like chunked is unknown: it SHOULD be answered with 501 or 400.",
		Each:   []string{"xchunked", "chunkedx", "chunk", "chun ked", "cow"},
		Script: Script{send(postHead + "Transfer-Encoding: {x}\r\n\r\n" + coded), refuse(501, 400)},
	},
	{
		Section: "6.1", Name: "chunked-twice", Alias: "TE-CHUNKED-TWICE", Twin: postChunk,
		Rule:   "Chunked is applied once: a request that claims it twice SHOULD be refused, not guessed at.",
		Each:   []string{"chunked, chunked", "chunked\r\nTransfer-Encoding: chunked"},
		Script: Script{send(postHead + "Transfer-Encoding: {x}\r\n\r\n" + coded), refuse(400, 501)},
	},
	{
		Section: "6.1", Name: "coding-in-http-1.0", Alias: "TE-10-FAULTY", Twin: chunkField,
		Rule:   "Transfer-Encoding in HTTP/1.0 is faulty framing: the request is refused, or served and then the connection MUST close.",
		Each:   []string{"", "Content-Length: 15\r\n"},
		Script: Script{send("POST {post} HTTP/1.0\r\nHost: {h}\r\nConnection: keep-alive\r\n{x}Transfer-Encoding: chunked\r\n\r\n" + coded), canary("4xx close", "2xx close")},
	},
	{
		Section: "6.1", Name: "http-1.0-keep-alive-coding-and-canary", Alias: "SMUG-10-KEEPALIVE-TE", Twin: postChunk,
		Rule:   "After Transfer-Encoding in HTTP/1.0 the connection MUST close: a request behind it is never answered.",
		Script: Script{send("POST {post} HTTP/1.0\r\nHost: {h}\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n"+coded, hidden), canary("4xx close", "2xx close")},
	},
	{
		Section: "6.1", Name: "length-and-coding", Alias: "SMUG-CL-TE-BOTH", Twin: chunkField,
		// SHOULD in the catalogue, and MAY for the next two. Whichever a server chooses, the section has it close: MUST.
		Rule:   "A request with Content-Length beside Transfer-Encoding is refused or framed by the coding alone; either way the connection MUST close.",
		Script: Script{send(postHead + "Content-Length: {n}\r\nTransfer-Encoding: chunked\r\n\r\nD\r\nhello-bananas\r\n0\r\n\r\n"), canary("4xx close", "2xx close")},
	},
	{
		Section: "6.1", Name: "short-length-and-coding", Alias: "SMUG-CLTE-PIPELINE", Twin: chunkField,
		Rule:   "With both framings the shorter length MUST NOT cut the chunks off, and the connection closes.",
		Script: Script{send(postHead + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n" + emptyChunked), canary("4xx close", "2xx close")},
	},
	{
		Section: "6.1", Name: "coding-and-long-length", Alias: "SMUG-TECL-PIPELINE", Twin: chunkField,
		Rule:   "With both framings a server MUST NOT wait for the longer length, and the connection closes.",
		Script: Script{send(postHead + "Transfer-Encoding: chunked\r\nContent-Length: 30\r\n\r\n" + emptyChunked), canary("4xx close", "2xx close")},
	},
	{
		Section: "6.1", Name: "length-then-coding-closes", Alias: "SMUG-CLTE-CONN-CLOSE", Twin: chunkField,
		Rule:   "After a request with both framings the connection MUST close, whatever the answer.",
		Script: Script{send(postHead+"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"+emptyChunked, get), canary("4xx close", "2xx close")},
	},
	{
		Section: "6.1", Name: "coding-then-length-closes", Alias: "SMUG-TECL-CONN-CLOSE", Twin: chunkField,
		Rule:   "After a request with both framings the connection MUST close, in whatever order the fields came.",
		Script: Script{send(postHead+"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n"+emptyChunked, get), canary("4xx close", "2xx close")},
	},
	{
		Section: "6.1", Name: "octet-behind-the-chunks", Alias: "SMUG-CLTE-DESYNC", Twin: chunkField,
		Rule:   "With both framings the octet between their two ends MUST NOT become part of a next request.",
		Script: Script{send(postHead+"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n"+emptyChunked+"X", get), canary("4xx close", "2xx close")},
	},
	{
		Section: "6.1", Name: "octet-before-the-length", Alias: "SMUG-TECL-DESYNC", Twin: chunkField,
		Rule:   "With both framings what lies behind the chunks MUST NOT be read as a request or as content.",
		Script: Script{send(postHead+"Transfer-Encoding: chunked\r\nContent-Length: 30\r\n\r\n"+emptyChunked+"X", get), canary("4xx close", "2xx close")},
	},
	{
		Section: "6.1", Name: "unsigned-length-and-coding", Alias: "SMUG-CLTE-SMUGGLED-GET-CL-PLUS", Twin: chunkField,
		Rule:   "A request hidden behind the chunks MUST NOT be answered, also if the length beside them has a sign.",
		Script: Script{send(postHead + "Content-Length: +{n}\r\nTransfer-Encoding: chunked\r\n\r\n" + emptyChunked + hidden), canary("4xx close", "~2xx close")},
	},
	{
		Section: "6.1", Name: "garbled-length-and-coding", Alias: "SMUG-CLTE-SMUGGLED-GET-CL-NON-NUMERIC", Twin: chunkField,
		Rule:   "A request hidden behind the chunks MUST NOT be answered, also if the length beside them is no number.",
		Script: Script{send(postHead + "Content-Length: {n}x\r\nTransfer-Encoding: chunked\r\n\r\n" + emptyChunked + hidden), canary("4xx close", "~2xx close")},
	},
	{
		Section: "6.1", Name: "hidden-head", Alias: "SMUG-CLTE-SMUGGLED-HEAD", Twin: chunkField,
		Rule:   "A HEAD hidden between the two ends MUST NOT be answered.",
		Script: Script{send(postHead + "Content-Length: {n}\r\nTransfer-Encoding: chunked\r\n\r\n" + emptyChunked + "HEAD {p} HTTP/1.1\r\nHost: {h}\r\n\r\n"), canary("4xx close", "2xx close")},
	},
	{
		Section: "6.1", Name: "coding-with-trailing-space", Alias: "SMUG-CLTE-SMUGGLED-GET-TE-TRAILING-SPACE", Twin: chunkField,
		Rule:   "A blank after chunked is no part of it: the hidden request MUST NOT be answered.",
		Script: Script{send(postHead + "Content-Length: {n}\r\nTransfer-Encoding: chunked \r\n\r\n" + emptyChunked + hidden), canary("4xx close", "2xx close")},
	},
	{
		Section: "6.1", Name: "coding-with-leading-comma", Alias: "SMUG-CLTE-SMUGGLED-GET-TE-LEADING-COMMA", Twin: chunkField,
		Rule:   "An empty element before chunked changes nothing: the hidden request MUST NOT be answered.",
		Script: Script{send(postHead + "Content-Length: {n}\r\nTransfer-Encoding: , chunked\r\n\r\n" + emptyChunked + hidden), canary("4xx close", "2xx close")},
	},
	{
		Section: "6.1", Name: "coding-in-mixed-case", Alias: "SMUG-CLTE-SMUGGLED-GET-TE-CASE-MISMATCH", Twin: chunkField,
		Rule:   "Chunked in another case is chunked: the hidden request MUST NOT be answered.",
		Script: Script{send(postHead + "Content-Length: {n}\r\nTransfer-Encoding: Chunked\r\n\r\n" + emptyChunked + hidden), canary("4xx close", "2xx close")},
	},
	{
		Section: "6.1", Name: "chunked-then-identity-and-length", Alias: "SMUG-TE-DUPLICATE-HEADERS-SMUGGLED-GET", Twin: chunkField,
		Rule:   "Two Transfer-Encoding lines are one list: chunked that is not last MUST be refused, whatever the length says.",
		Script: Script{send(postHead + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\nContent-Length: {n}\r\n\r\n" + emptyChunked + hidden), canary("4xx close")},
	},
	{
		Section: "6.1", Name: "request-in-a-chunk", Alias: "SMUG-TECL-SMUGGLED-GET", Twin: chunkField,
		Rule:   "Chunk data is content: a request in it MUST NOT be answered, also if the length ends before it.",
		Script: Script{requestInChunk},
	},
	{
		Section: "6.1", Name: "disguised-codings", Alias: "SMUG-TE-OBFUSCATION-SET", Twin: chunkField,
		Rule: "A disguised Transfer-Encoding beside a length is refused, or framed as the RFC says and then closed: the hidden request MUST NOT be answered.",
		Each: []string{
			"Transfer-Encoding : chunked", "X: 1\r\n Transfer-Encoding: chunked", "Transfer-Encoding\t: chunked", "Transfer-Encoding:\x0bchunked",
			"X: X\nTransfer-Encoding: chunked", "X: X\rTransfer-Encoding: chunked", "Transfer-Encoding\r\n : chunked",
			"Transfer-Encoding: chunked\x00", "Transfer-Encoding: \xffchunked", "Transfer-Encoding:\r\n chunked",
			"tRANSFER-ENCODING: chunked", "Transfer-Encoding: cHuNkEd", "Transfer-Encoding: identity, chunked",
			"Transfer-Encoding: chunked, identity", "Transfer-encoding: x\r\nTransfer-encoding: chunked", "Transfer_Encoding: chunked",
		},
		Script: Script{send(postHead + "Content-Length: {n}\r\n{x}\r\n\r\n" + emptyChunked + hidden), disguised},
	},
}

// disguised knows which spellings are no Transfer-Encoding at all: there the length frames the content.
func disguised(c *Conn) error {
	switch x := c.Element(); {
	case strings.HasPrefix(x, "Transfer_"), strings.HasPrefix(x, "X: 1\r\n "), strings.HasPrefix(x, "X: X\r"):
		return canary("4xx close", "4xx open", "2xx open", "2xx close")(c)
	}
	return canary("4xx close", "~2xx close")(c)
}

// requestInChunk sends one chunk that holds a request, and a length that ends after the size line.
func requestInChunk(c *Conn) error {
	inner, err := c.Text(hidden)
	if err != nil {
		return err
	}
	if err := c.Send(postHead + "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n" + chunk(inner) + "0\r\n\r\n"); err != nil {
		return err
	}
	return canary("4xx close", "2xx close")(c)
}

// notChunked asks for a complete response that ends by its length or by the close.
func notChunked(c *Conn) error {
	r, err := c.Final()
	if err != nil {
		return err
	}
	if err := without(r, "Transfer-Encoding"); err != nil {
		return err
	}
	if !r.Length {
		return hangup(c)
	}
	return nil
}
