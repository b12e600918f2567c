package rfc9112

import (
	"fmt"
	"strings"
)

const (
	echoChunks = "POST {echo} HTTP/1.1\r\nHost: {h}\r\nTransfer-Encoding: chunked\r\n\r\n"
	twinChunks = chunkHead + "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"
)

// RFC 9112 demands in 7.1 that a recipient can decode chunks. What is not a chunk by the grammar decodes to nothing,
// and whoever guesses disagrees with his neighbour about the end of the content: hence MUST in this section.
var chunked = []Case{
	{
		Section: "7.1", Name: "one-chunk", Alias: "COMP-CHUNKED-BODY",
		Rule:   "A recipient MUST decode chunked content.",
		Script: Script{send(echoChunks + "5\r\nhello\r\n0\r\n\r\n"), body("hello"), again},
	},
	{
		Section: "7.1", Name: "several-chunks", Alias: "COMP-CHUNKED-MULTI",
		Rule:   "A recipient MUST join the chunks to one content.",
		Script: Script{send(echoChunks + "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"), body("hello world"), again},
	},
	{
		Section: "7.1", Name: "no-chunk", Alias: "COMP-CHUNKED-EMPTY",
		Rule:   "Chunked content MUST be allowed to be empty.",
		Script: Script{send(chunkHead + emptyChunked), ok, again},
	},
	{
		Section: "7.1", Name: "upper-case-size", Alias: "COMP-CHUNKED-HEX-UPPERCASE",
		Rule:   "A chunk size of upper-case hex digits MUST be accepted.",
		Script: Script{send(echoChunks + "A\r\nhelloworld\r\n0\r\n\r\n"), body("helloworld"), again},
	},
	{
		Section: "7.1", Name: "lower-case-size", Alias: "CH-SIZE-LOWERCASE-OK",
		Rule:   "A chunk size of lower-case hex digits MUST be accepted.",
		Script: Script{send(chunkHead + "a\r\nhelloworld\r\n0\r\n\r\n"), ok, again},
	},
	{
		Section: "7.1", Name: "size-with-leading-zeros", Alias: "CH-SIZE-LEADING-ZEROS-OK",
		Rule:   "Chunk sizes may have leading zeros, the last chunk several: they MUST be accepted.",
		Script: Script{send(chunkHead + "0005\r\nhello\r\n000\r\n\r\n"), ok, again},
	},
	{
		Section: "7.1", Name: "thousands-of-leading-zeros", Alias: "CH-SIZE-LEADING-ZEROS-HUGE", Twin: postChunk,
		Rule:   "Ten thousand zeros before a chunk size are read or refused within bounded time.",
		Script: Script{send(chunkHead + zeros(10000) + "5\r\nhello\r\n0\r\n\r\n"), canary("4xx close", "2xx open", "2xx close"), alive},
	},
	{
		Section: "7.1", Name: "many-chunks-of-one-octet", Alias: "CH-MIN-CHUNKS",
		Rule:   "Two hundred chunks of one octet each MUST be joined to the content they are.",
		Script: Script{send(echoChunks + inChunks(strings.Repeat("0123456789", 20), 1) + emptyChunked), body(strings.Repeat("0123456789", 20)), again},
	},
	{
		Section: "7.1", Name: "binary-chunks", Alias: "CH-EXACT-BINARY",
		Rule:   "Chunk data is octets: all 256 in chunks of odd sizes MUST come through unchanged.",
		Script: Script{send(echoChunks + inChunks(everyOctet(), 37) + emptyChunked), body(everyOctet()), again},
	},
	{
		Section: "7.1", Name: "large-chunked-content",
		Rule: "A hundred kilobytes in chunks, on a chip eight, MUST reach the resource whole or be refused with 413.",
		Script: Script{echoOfMany(func(c *Conn, content string) error {
			return c.Send(echoChunks + inChunks(content, 4093) + emptyChunked)
		})},
	},
	{
		Section: "7.1", Name: "chunks-byte-by-byte", Alias: "FRAG-BYTE-BY-BYTE-CHUNKED",
		Rule:   "Chunks, extensions and trailers that come one octet a segment MUST be read as if at once.",
		Script: Script{drip(chunkHead + "5;a=b\r\nhello\r\n0\r\nX-T: 1\r\n\r\n"), ok, again},
	},
	{
		Section: "7.1", Name: "every-split-of-chunks", Alias: "FRAG-EVERY-SPLIT-CHUNKED", Alone: true,
		Rule:   "Chunked content cut in two segments at any octet MUST be read as if it were whole.",
		Script: Script{everySplit(chunkHead + "5;a=b\r\nhello\r\n0\r\n\r\n")},
	},
	{
		Section: "7.1", Name: "last-chunk-without-empty-line", Alias: "CH-LAST-NO-CRLF",
		Rule:   "Content ends with the empty line after the trailers: a server MUST NOT give the final answer before.",
		Script: Script{send(chunkHead + "5\r\nhello\r\n0\r\n"), silence, write("\r\n"), ok},
	},
	{
		Section: "7.1", Name: "overflowing-size", Alias: "CH-SIZE-OVERFLOW", Twin: twinChunks,
		Rule:   "A recipient MUST expect chunk sizes beyond its integers and never wrap them around.",
		Each:   []string{"FFFFFFFFFFFFFFFF", "10000000000000005", "100000005", "8000000000000005"},
		Script: Script{write(chunkHead + "{x}\r\nhello\r\n0\r\n\r\n" + hidden), canary("4xx close", "close", "open")},
	},
	{
		Section: "7.1", Name: "empty-size", Alias: "CH-SIZE-EMPTY", Twin: twinChunks,
		Rule:   "A chunk without size is malformed and MUST be refused, and the connection closes.",
		Script: Script{send(chunkHead + "\r\nhello\r\n0\r\n\r\n"), canary("4xx close")},
	},
	{
		Section: "7.1", Name: "size-that-is-no-number", Alias: "CH-SIZE-JUNK", Twin: twinChunks,
		Rule:   "A chunk size that is not hex digits is malformed and MUST be refused, and the connection closes.",
		Each:   []string{"5g", "g", "0x5", "+5", "-5", "5_", " 5", "5\x00", "5\xa0", "５"},
		Script: Script{send(chunkHead + "{x}\r\nhello\r\n0\r\n\r\n"), canary("4xx close", "~open")},
	},
	{
		Section: "7.1", Name: "data-longer-than-size", Alias: "CH-DATA-TERM-ANY2", Twin: twinChunks,
		Rule:   "After the data comes CRLF: two other octets MUST be refused, and the connection closes.",
		Script: Script{send(chunkHead + "5\r\nhelloXX0\r\n\r\n"), canary("4xx close")},
	},
	{
		Section: "7.1", Name: "data-ended-by-lf", Alias: "CH-DATA-TERM-LF", Twin: twinChunks,
		Rule:   "LF alone for line end is tolerable in a head only: after chunk data it MUST be refused.",
		Script: Script{send(chunkHead + "5\r\nhello\n0\r\n\r\n"), canary("4xx close")},
	},
	{
		Section: "7.1", Name: "size-ended-by-cr-cr-lf", Alias: "CH-CRCRLF-SIZE", Twin: twinChunks,
		Rule:   "Of CR CR LF after a chunk size the first CR is bare: it MUST be refused or, less safely, read as a space.", // RFC 9112, 2.2
		Script: Script{send(chunkHead + "5\r\r\nhello\r\n0\r\n\r\n"), canary("4xx close", "~2xx open", "~2xx close")},
	},
	{
		Section: "7.1", Name: "size-ended-by-cr", Alias: "SMUG-CHUNK-BARE-CR-TERM", Twin: twinChunks,
		Rule:   "CR without LF after a chunk size is malformed and MUST be refused.",
		Script: Script{send(chunkHead + "5\rhello\r\n0\r\n\r\n"), canary("4xx close", "~open")},
	},
	{
		Section: "7.1", Name: "invalid-chunk-closes", Alias: "CH-INVALID-CLOSES", Twin: twinChunks,
		Rule:   "After an invalid chunk the server MUST NOT look for a next request in what follows.",
		Script: Script{send(chunkHead+"5\r\nhello\r\nzz\r\n", hidden), canary("4xx close")},
	},
	{
		Section: "7.1", Name: "line-end-variants", Alias: "SMUG-BARE-LF-TERM-SET", Twin: twinChunks,
		Rule: "Every line of the chunked coding ends in CRLF: any place where LF or more stands instead MUST be refused.",
		Each: []string{
			"5;\nxx\r\nhello\r\n0\r\n\r\n", // LF ends an extension for one side only
			"5\n;xx\r\nhello\r\n0\r\n\r\n", // the extension begins behind a LF
			"5\r\nhellox\r\n0\r\n\r\n",     // one octet too many before CRLF
			"5\r\nhello\n\n0\r\n\r\n",      // two LF for CRLF
			"5\r\nhelloX\n0\r\n\r\n",       // any octet and LF for CRLF
			"5\r\nhello\r\n0\r\n\n",        // LF for the last CRLF
			"5\r\nhello\r\n0\n\r\n",        // LF after the last size
			"5\nhello\r\n0\r\n\r\n",        // LF after a size
			"5\r\nhello\r0\r\n\r\n",        // CR for CRLF
		},
		Script: Script{send(chunkHead + "{x}"), canary("4xx close", "~open")},
	},
}

var chunkExtensions = []Case{
	{
		Section: "7.1.1", Name: "extensions", Alias: "CH-EXT-OK",
		Rule:   "A recipient MUST ignore chunk extensions that it does not know, in every form that the grammar has.",
		Each:   []string{"5;a", "5;a=b", `5;a="b c"`, "5 ; a = b", "5;a;b=c"},
		Script: Script{send(chunkHead + "{x}\r\nhello\r\n0\r\n\r\n"), ok, again},
	},
	{
		Section: "7.1.1", Name: "quoted-extension-values", Alias: "CH-EXT-QUOTED-CRLF-CHARS",
		Rule:   "An extension's quoted value may hold escaped quotes and semicolons: it MUST be ignored whole.",
		Each:   []string{`5;a="\""`, `5;a=";"`},
		Script: Script{send(chunkHead + "{x}\r\nhello\r\n0\r\n\r\n"), ok, again},
	},
	{
		Section: "7.1.1", Name: "malformed-extensions", Alias: "CH-EXT-BAD", Twin: chunkHead + "5;a=b\r\nhello\r\n0\r\n\r\n",
		// MUST in the catalogue; the RFC tells to ignore what is not understood, so leniency is weak and not wrong.
		Rule:   "A malformed chunk extension SHOULD be refused rather than skipped.",
		Each:   []string{"5;", "5;=b", "5;a=", `5;a="`, "5;@", "5;a\x00"},
		Script: Script{send(chunkHead + "{x}\r\nhello\r\n0\r\n\r\n"), canary("4xx close")},
	},
	{
		Section: "7.1.1", Name: "lf-in-extension", Alias: "CH-EXT-LF-IN-EXT", Twin: chunkHead + "5;a=b\r\nhello\r\n0\r\n\r\n",
		Rule:   "LF inside an extension ends the line for some and not for others: it MUST be refused.",
		Script: Script{send(chunkHead + "5;a\nhello\r\n0\r\n\r\n"), canary("4xx close")},
	},
	{
		Section: "7.1.1", Name: "long-extensions", Alias: "CH-EXT-LIMIT", Twin: chunkHead + "5;a=b\r\nhello\r\n0\r\n\r\n",
		Rule:   "A recipient SHOULD limit the total length of chunk extensions in a request and refuse beyond.",
		Script: Script{longExtensions},
	},
}

var trailers = []Case{
	{
		Section: "7.1.2", Name: "trailer-fields", Alias: "CH-TRAILER-OK",
		Rule:   "A recipient MUST read the trailer fields after the last chunk, even to throw them away.",
		Script: Script{send(chunkHead + "5\r\nhello\r\n0\r\nX: 1\r\nY: 2\r\n\r\n"), ok, again},
	},
	{
		Section: "7.1.2", Name: "malformed-trailers", Alias: "CH-TRAILER-BAD", Twin: chunkHead + "5\r\nhello\r\n0\r\nX: 1\r\n\r\n",
		// MUST in the catalogue; RFC 9112, 5.1 speaks of header fields, so this is the SHOULD of its section 2.2.
		Rule:   "A trailer field is a field line: a malformed one SHOULD be refused, and the connection closes.",
		Each:   []string{"bad line", "X : 1", "X: \x00"},
		Script: Script{send(chunkHead + "5\r\nhello\r\n0\r\n{x}\r\n\r\n"), canary("4xx close")},
	},
	{
		Section: "7.1.2", Name: "huge-trailer", Alias: "CH-TRAILER-LIMIT", Cite: "RFC 9110, 5.4", Twin: chunkHead + "5\r\nhello\r\n0\r\nX: 1\r\n\r\n",
		Rule:   "Trailer fields larger than the server wishes to process MUST be answered with a 4xx; to read and forget them is as good.",
		Script: Script{send(chunkHead + "5\r\nhello\r\n0\r\nX: " + strings.Repeat("a", 100<<10) + "\r\n\r\n"), canary("4xx close", "2xx open", "2xx close"), alive},
	},
	{
		Section: "7.1.2", Name: "trailers-that-look-like-framing", Alias: "CH-TRAILER-NO-MERGE", Cite: "RFC 9110, 6.5.1", Twin: chunkHead + "5\r\nhello\r\n0\r\nX: 1\r\n\r\n",
		Rule:   "A trailer MUST NOT change framing or routing, neither of its message nor of the next.",
		Each:   []string{"Content-Length: 40", "Host: other.invalid", "Transfer-Encoding: chunked", "Authorization: Basic eDp5"},
		Script: Script{send(chunkHead+"5\r\nhello\r\n0\r\n{x}\r\n\r\n", get), canary("2xx 2xx open", "2xx 2xx close", "4xx close", "2xx close")},
	},
	{
		Section: "7.1.2", Name: "request-behind-trailers", Alias: "PIPE-TRAILERS-THEN-GET",
		Rule:   "The request behind a trailer section MUST be found and answered.",
		Script: Script{send(chunkHead+"0\r\nX-T: 1\r\n\r\n", get), ok, again2},
	},
}

// again2 reads the answer to a request that was sent already, unless the connection was announced to close.
func again2(c *Conn) error {
	if c.Last.Closes() {
		return hangup(c)
	}
	return ok(c)
}

// longExtensions sends one extension of 64 KiB, and then a thousand of 64 octets: some limit should stop either.
func longExtensions(c *Conn) error {
	long := "1;a=" + strings.Repeat("b", 64<<10) + "\r\nx\r\n"
	many := strings.Repeat("1;a="+strings.Repeat("b", 60)+"\r\nx\r\n", 1000)
	for name, chunks := range map[string]string{"one of 64 KiB": long, "a thousand of 64 octets": many} {
		if err := reopen(c); err != nil {
			return err
		}
		if err := c.Send(chunkHead + chunks + emptyChunked); err != nil {
			return err
		}
		if err := refuse(400, 413, 431)(c); err != nil {
			return fmt.Errorf("extensions, %s: %w", name, err)
		}
	}
	return alive(c)
}
