package rfc6455

import "github.com/httpdlab/httpdlab/conformance/websocket"

var data = []Case{
	{
		Section: "5.6", Name: "binary-that-is-no-text", Rule: "The payload of a binary message is any octets: it MUST come back though it is no UTF-8.",
		Script: script(open, echo(binary("\xff\xfe\xc0\x80\xed\xa0\x80"), binary("\xf4\x90").NotFinal(), cont("\x80\x80")), bye),
	},
	{
		Section: "5.6", Name: "opcode-comes-back", Rule: "A text message MUST come back as text and a binary one as binary.",
		Script: script(open, echo(text("same"), binary("same"), text("same")), bye),
	},
	serverFrames("5.6", "server-sends-utf-8", "A text message MUST be UTF-8.", websocket.BadText),
	serverFrames("5.6", "server-finishes-its-frames", "A frame MUST be sent whole.", websocket.Torn),
}
