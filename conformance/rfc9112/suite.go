// Package rfc9112 is the rules of RFC 9112 (HTTP/1.1) for servers, as cases: one file a section.
package rfc9112

import (
	"slices"

	"github.com/httpdlab/httpdlab/conformance/check"
)

// Suite is all cases of RFC 9112, by section.
var Suite = check.Suite{
	Name:  "rfc9112",
	Title: "RFC 9112, HTTP/1.1",
	Cases: slices.Concat(
		messageParsing, version,
		requestLine, host, originForm, absoluteForm, authorityForm, asteriskForm,
		statusLine, fieldSyntax, fieldLine, obsFold,
		transferEncoding, contentLength, bodyLength, transferCodings, chunked, chunkExtensions, trailers,
		incomplete, persistence, pipelining, concurrency, timeouts, teardown, smuggling,
	),
}

// The words of a script, without prefix.
type (
	Case   = check.Case
	Script = check.Script
	Step   = check.Step
	Conn   = check.Conn
)

var (
	send, write, drip               = check.Send, check.Write, check.Drip
	status, ok, tolerate, prefer    = check.Status, check.OK, check.Tolerate, check.Prefer
	refuse, reject, refuseOrServe   = check.Refuse, check.Reject, check.RefuseOrServe
	answers, canary                 = check.Answers, check.Canary
	hangup, silence, pause, again   = check.Step(check.Hangup), check.Step(check.Silence), check.Step(check.Pause), check.Step(check.Again)
	halfClose, reset, reopen, alive = check.Step(check.HalfClose), check.Step(check.Reset), check.Step(check.Reopen), check.Step(check.Alive)
	knownMethods                    = check.Step(check.KnownMethods)
	wrong, broken, skip             = check.Wrong, check.Broken, check.Skipf
)

// Valid requests: what scripts begin with, and the twins of what they make wrong.
const (
	get       = check.Get
	post      = "POST {post} HTTP/1.1\r\nHost: {h}\r\nContent-Length: 5\r\n\r\nhello"
	postHead  = "POST {post} HTTP/1.1\r\nHost: {h}\r\n"
	chunkHead = postHead + "Transfer-Encoding: chunked\r\n\r\n"
	postChunk = chunkHead + "5\r\nhello\r\n0\r\n\r\n"
	getHead   = "GET {p} HTTP/1.1\r\nHost: {h}\r\n"

	// The same with one field more: who refuses that earns nothing by refusing a field that is wrong.
	oneMore    = "X-Test: value\r\n\r\n"
	getField   = getHead + oneMore
	postField  = postHead + "Content-Length: 5\r\n" + oneMore + "hello"
	chunkField = postHead + "Transfer-Encoding: chunked\r\n" + oneMore + "5\r\nhello\r\n0\r\n\r\n"

	// hidden is a request inside the content of another: whoever answers it has lost the framing.
	hidden = "GET {p}?canary={rnd} HTTP/1.1\r\nHost: {h}\r\n\r\n"
)
