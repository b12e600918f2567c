// Package rfc9110 is the rules of RFC 9110 (HTTP Semantics) for origin servers, as cases: one file a section.
package rfc9110

import (
	"slices"

	"github.com/httpdlab/httpdlab/conformance/check"
)

// Suite is all cases of RFC 9110, by section.
var Suite = check.Suite{
	Name:  "rfc9110",
	Title: "RFC 9110, HTTP Semantics",
	Cases: slices.Concat(
		grammar, protocolVersion, uris,
		fieldNames, fieldOrder, fieldLimits, fieldValues, lists, dates,
		dateField, hostAndForwarding, upgrade,
		contentType, contentLength, validators,
		methods, head, post, connect, options, trace,
		expect, transferHints, responseContext,
		negotiation, conditional, ranges, statusCodes,
	),
}

// The words of a script, without prefix.
type (
	Case     = check.Case
	Script   = check.Script
	Step     = check.Step
	Conn     = check.Conn
	Response = check.Response
)

var (
	send, write                   = check.Send, check.Write
	status, ok, tolerate, prefer  = check.Status, check.OK, check.Tolerate, check.Prefer
	refuse, reject, refuseOrServe = check.Refuse, check.Reject, check.RefuseOrServe
	answers, canary               = check.Answers, check.Canary
	hangup, silence, again        = check.Step(check.Hangup), check.Step(check.Silence), check.Step(check.Again)
	reopen, alive                 = check.Step(check.Reopen), check.Step(check.Alive)
	knownMethods                  = check.Step(check.KnownMethods)
	wrong, broken, skip           = check.Wrong, check.Broken, check.Skipf
)

// Valid requests: what scripts begin with, and the twins of what they make wrong.
const (
	get      = check.Get
	getHead  = "GET {p} HTTP/1.1\r\nHost: {h}\r\n"
	postHead = "POST {post} HTTP/1.1\r\nHost: {h}\r\n"
	post5    = postHead + "Content-Length: 5\r\n\r\nhello"
	// The same with one field more: who refuses that earns nothing by refusing a field that is wrong.
	oneMore   = "X-Test: value\r\n\r\n"
	getField  = getHead + oneMore
	postField = postHead + "Content-Length: 5\r\n" + oneMore + "hello"
	getFile   = "GET {file} HTTP/1.1\r\nHost: {h}\r\n"

	// hidden is a request inside the content of another: whoever answers it has lost the framing.
	hidden = "GET {p}?canary={rnd} HTTP/1.1\r\nHost: {h}\r\n\r\n"
)

// na is what a lint says of a response that its rule does not speak about.
var na = check.NotApplicable
