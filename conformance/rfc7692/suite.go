// Package rfc7692 is the rules of RFC 7692 (permessage-deflate) for servers that echo, as cases: one file a section.
//
// Each message that a server compresses is inflated by a judge that knows what was negotiated: how far back references
// may reach, whether they may reach into earlier messages, how a message ends. So every case looks at the compression as
// well, whatever else it is about.
package rfc7692

import (
	"slices"

	"github.com/httpdlab/httpdlab/conformance/check"
	"github.com/httpdlab/httpdlab/conformance/websocket"
)

// Suite is all cases of RFC 7692, by section.
var Suite = check.Suite{
	Name:  "rfc7692",
	Title: "RFC 7692, permessage-deflate",
	Alive: websocket.Alive,
	Cases: slices.Concat(
		negotiation, reservedBits, mixedMessages, fragments,
		declined, autobahnParameters, serverTakeover, clientTakeover, serverWindow, clientWindow, examples,
		autobahnPayloads, compression, decompression, malformed, vectors, encoding, bombs,
	),
}

// The words of a case, without prefix.
type (
	Case  = check.Case
	Frame = websocket.Frame
)

var (
	wrong, broken, skip = check.Wrong, check.Broken, check.Skipf
	text, binary, cont  = websocket.Text, websocket.Binary, websocket.Cont
	ping, pong          = websocket.Ping, websocket.Pong
	pattern, letters    = websocket.Pattern, websocket.Letters
)

// deflate is the plainest offer.
const deflate = "permessage-deflate"

// neighbour is the valid exchange beside every case that counts a refusal: the offer is accepted, and a compressed message
// comes back.
var neighbour = script(open(deflate), payload(hello), receive(text("Hello")))

// hello is a compressed message from RFC 7692, 7.2.3.1.
const hello = "\xf2\x48\xcd\xc9\xc9\x07\x00"
