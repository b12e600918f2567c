package rfc7692

import (
	"fmt"
)

var negotiation = []Case{
	{
		Section: "5.1", Name: "nothing-offered", Alias: "PM-00", Cite: "RFC 6455, 9.1",
		Rule:   "An extension that the client did not offer MUST NOT be in the answer.",
		Script: script(shake(), off, plain(text("Hello"))),
	},
	{
		Section: "5.1", Name: "unknown-extension", Cite: "RFC 6455, 9.1",
		Rule:   "An extension that the server does not know MUST NOT be in the answer.",
		Script: script(shake("x-unknown; level=1"), off, plain(text("Hello"))),
	},
	{
		Section: "5.1", Name: "unknown-beside-deflate", Cite: "RFC 6455, 9.1",
		Rule:   "Of several offers, on one line or more, only those that the server accepts MUST be in the answer.",
		Each:   []string{"x-unknown, permessage-deflate", "permessage-deflate, x-unknown; level=1"},
		Script: script(open("{x}"), echo(text("Hello"))),
	},
	{
		Section: "5.1", Name: "offers-on-two-lines", Cite: "RFC 6455, 9.1",
		Rule:   "Offers on several lines of Sec-WebSocket-Extensions MUST be read as if they were on one.",
		Script: script(openElse("x-unknown, permessage-deflate"), reopen, preferred("x-unknown", deflate), echo(text("Hello"))),
	},
	{
		Section: "5.1", Name: "answer-is-well-formed", Cite: "RFC 6455, 9.1",
		Rule:   "The answer MUST follow the grammar of Sec-WebSocket-Extensions, on one line, and name the extension once.",
		Script: script(open(deflate), oneLine),
	},
	{
		Section: "5.1", Name: "blanks-between", Cite: "RFC 6455, 9.1",
		Rule:      "Blanks around the semicolons of an offer SHOULD make no difference.",
		Each:      blanks,
		Neighbour: neighbour,
		Script:    script(preferred("{x}"), echo(text("Hello"))),
	},
	{
		Section: "5.1", Name: "one-offer-is-answered", Alias: "PM-06",
		Rule:      "The answer MUST accept at most one of several offers, and keep to all of that one.",
		Each:      severalOffers,
		Neighbour: neighbour,
		Script:    script(shake("{x}"), agreeable, greeting),
	},
	{
		Section: "5.1", Name: "good-offer-behind-a-bad-one",
		Rule:      "An offer that can be accepted SHOULD be accepted although one before it was declined.",
		Each:      badThenGood,
		Neighbour: neighbour,
		Script:    script(preferred("{x}"), greeting),
	},
	{
		Section: "5.1", Name: "good-offer-on-the-second-line",
		Rule:      "An offer that can be accepted SHOULD be accepted although one on a line before it was declined.",
		Neighbour: neighbour,
		Script:    script(preferred("permessage-deflate; server_max_window_bits=7", deflate), greeting),
	},
	{
		Section: "5.1", Name: "good-offer-before-a-bad-one",
		Rule:   "An offer that cannot be accepted MUST NOT spoil one before it.",
		Each:   goodThenBad,
		Script: script(open("{x}"), greeting),
	},
}

var blanks = []string{
	"permessage-deflate;client_no_context_takeover",
	"permessage-deflate ;\tclient_no_context_takeover",
	"\tpermessage-deflate  ;  client_no_context_takeover ",
}

var severalOffers = []string{
	"permessage-deflate, permessage-deflate",
	"permessage-deflate; server_no_context_takeover, permessage-deflate",
	"permessage-deflate; server_max_window_bits=10, permessage-deflate",
	"permessage-deflate; server_max_window_bits=10; server_no_context_takeover, permessage-deflate; client_max_window_bits",
	"permessage-deflate; client_max_window_bits=9; server_no_context_takeover, permessage-deflate; server_no_context_takeover",
}

// badThenGood is a good offer behind one that MUST be declined, so that the answer tells which was read.
var badThenGood = []string{
	"permessage-deflate; server_max_window_bits=7, permessage-deflate",
	"permessage-deflate; x_unknown, permessage-deflate",
	"permessage-deflate; server_no_context_takeover; server_no_context_takeover, permessage-deflate",
	"permessage-deflate; client_max_window_bits=16, permessage-deflate; client_max_window_bits=12",
}

var goodThenBad = []string{
	"permessage-deflate, permessage-deflate; server_max_window_bits=7",
	"permessage-deflate, permessage-deflate; x_unknown",
}

// off asks the answer not to agree on permessage-deflate.
func off(c *conn) error {
	if c.on {
		return wrong("no extension, as none was offered that there is", c.Response.Get("Sec-WebSocket-Extensions"))
	}
	return nil
}

// preferred does the handshake with offers of which one can be accepted. Not to is weak.
func preferred(offers ...string) step {
	return func(c *conn) error {
		if err := shake(offers...)(c); err != nil || c.on {
			return err
		}
		return wrong("permessage-deflate in the answer", "none")
	}
}

// greeting echoes a message, compressed if that was agreed on.
func greeting(c *conn) error {
	if !c.on {
		return plain(text("Hello"))(c)
	}
	return echo(text("Hello"))(c)
}

// oneLine asks for a single field line.
func oneLine(c *conn) error {
	if n := len(c.Response.Values("Sec-WebSocket-Extensions")); n != 1 {
		return broken("one Sec-WebSocket-Extensions", fmt.Sprintf("%d", n))
	}
	return nil
}
