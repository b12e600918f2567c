// Package rfc6455 is the rules of RFC 6455 (The WebSocket Protocol) for servers, as cases: one file a section. The target
// must send messages back.
package rfc6455

import (
	"fmt"
	"slices"

	"github.com/httpdlab/httpdlab/conformance/check"
	"github.com/httpdlab/httpdlab/conformance/websocket"
)

// Suite is all cases of RFC 6455, by section. An alias autobahn/7.9.3 is the number of the same check in Autobahn's list.
var Suite = check.Suite{
	Name:  "rfc6455",
	Title: "RFC 6455, The WebSocket Protocol",
	Alive: websocket.Alive,
	Cases: slices.Concat(
		plain, unusual, refusals, response, version,
		masked, lengths, notMinimal, hugeLengths, reserved, opcodes, stream, maskKeys, fragmentation,
		control, closeFrames, pings, pongs, data,
		closingConnection, failing, codes, utf8Cases, extensions, origins,
		heavyHandshakes, limits, load,
	),
}

// The words of a script, without prefix.
type (
	Case  = check.Case
	Conn  = websocket.Conn
	Frame = websocket.Frame
	Step  = websocket.Step
)

var (
	open, bye                               = websocket.Open, websocket.Step(websocket.Bye)
	text, binary, cont, ping, pong, closing = websocket.Text, websocket.Binary, websocket.Cont, websocket.Ping, websocket.Pong, websocket.Close
	script, neighbour, table                = websocket.Script, websocket.Neighbour, websocket.Table
	send, sendEach, chop, receive, echo     = websocket.Send, websocket.SendEach, websocket.Chop, websocket.Receive, websocket.Echo
	fails, failsAfter, closes               = websocket.Fails, websocket.FailsAfter, websocket.Closes
	wrong, broken, skip                     = check.Wrong, check.Broken, check.Skipf
)

func sprint(v any) string { return fmt.Sprint(v) }
