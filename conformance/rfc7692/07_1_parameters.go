package rfc7692

import (
	"github.com/httpdlab/httpdlab/conformance/check"
	"github.com/httpdlab/httpdlab/conformance/websocket"
)

// declined is the offers that a server MUST decline (RFC 7692, 7.1), each for a reason of its own.
var declined = []Case{
	declines("unknown-parameter", "x_unknown", unknown),
	declines("unknown-parameter-with-value", "x_unknown=1", unknown),
	declines("server-no-context-takeover-twice", "server_no_context_takeover; server_no_context_takeover", twice),
	declines("client-no-context-takeover-twice", "client_no_context_takeover; client_no_context_takeover", twice),
	declines("server-window-twice", "server_max_window_bits=10; server_max_window_bits=10", twice),
	declines("server-window-twice-and-different", "server_max_window_bits=10; server_max_window_bits=12", twice),
	declines("client-window-twice", "client_max_window_bits; client_max_window_bits", twice),
	declines("client-window-twice-and-different", "client_max_window_bits; client_max_window_bits=12", twice),
	declines("server-no-context-takeover-with-value", "server_no_context_takeover=1", valued),
	declines("client-no-context-takeover-with-value", "client_no_context_takeover=true", valued),
	declines("server-window-of-7", "server_max_window_bits=7", outside),
	declines("server-window-of-16", "server_max_window_bits=16", outside),
	declines("server-window-of-0", "server_max_window_bits=0", outside),
	declines("server-window-huge", "server_max_window_bits=4294967306", outside),
	declines("server-window-negative", "server_max_window_bits=-9", outside),
	declines("server-window-with-leading-zero", "server_max_window_bits=08", zero),
	declines("server-window-quoted-with-leading-zero", `server_max_window_bits="010"`, zero),
	declines("server-window-no-number", "server_max_window_bits=x", noNumber),
	declines("server-window-number-and-more", "server_max_window_bits=10x", noNumber),
	declines("server-window-with-fraction", "server_max_window_bits=10.0", noNumber),
	declines("server-window-without-value", "server_max_window_bits", "Without its value server_max_window_bits MUST make the server decline the offer."),
	declines("client-window-of-7", "client_max_window_bits=7", outside),
	declines("client-window-of-16", "client_max_window_bits=16", outside),
	declines("client-window-of-0", "client_max_window_bits=0", outside),
	declines("client-window-with-leading-zero", "client_max_window_bits=09", zero),
	declines("client-window-no-number", "client_max_window_bits=x", noNumber),
	malformedOffer("empty-value", "permessage-deflate; server_max_window_bits="),
	malformedOffer("empty-parameter", "permessage-deflate; ; client_no_context_takeover"),
	malformedOffer("open-quotes", `permessage-deflate; server_max_window_bits="10`),
	malformedOffer("no-name", "; server_max_window_bits=10"),
}

const (
	unknown  = "A parameter that permessage-deflate does not define MUST make the server decline the offer."
	valued   = "A value for a parameter that has none MUST make the server decline the offer."
	zero     = "A window size with a leading zero MUST make the server decline the offer."
	noNumber = "A window size that is no number MUST make the server decline the offer."
	twice    = "A parameter that is there twice MUST make the server decline the offer."
	outside  = "A window size that is not from 8 to 15 MUST make the server decline the offer."
)

// declines offers one wrong parameter.
func declines(name, parameter, rule string) Case {
	return Case{
		Section: "7.1", Name: name, Alias: "PM-05", Rule: rule, Neighbour: neighbour,
		Script: script(declinedOffer("permessage-deflate; "+parameter), plain(text("Hello"))),
	}
}

// declinedOffer asks for 101 without permessage-deflate. To refuse the handshake is weak.
func declinedOffer(offer string) step {
	return func(c *conn) error {
		c.CountsRefusal()
		err := shake(offer)(c)
		switch {
		case c.Response != nil && c.Response.Status/100 == 4:
			c.Weak("answered %s rather than 101 without the extension", c.Response.Line())
			return stop
		case c.Response != nil && c.Response.Status != 101:
			return broken("101 without permessage-deflate", c.Response.Line())
		case c.on:
			return broken("101 without permessage-deflate", c.Response.Get("Sec-WebSocket-Extensions"))
		}
		return err
	}
}

// malformedOffer is a field that does not follow its grammar: the handshake may be refused as well.
func malformedOffer(name, offer string) Case {
	return Case{
		Section: "7.1", Name: name, Cite: "RFC 6455, 9.1", Neighbour: neighbour,
		Rule:   "An offer against the grammar of Sec-WebSocket-Extensions MUST NOT be accepted.",
		Script: script(refusedOffer(offer), plain(text("Hello"))),
	}
}

// refusedOffer asks for 101 without permessage-deflate, or for a refusal of the handshake.
func refusedOffer(offer string) step {
	return func(c *conn) error {
		c.CountsRefusal()
		err := shake(offer)(c)
		switch {
		case c.Response != nil && c.Response.Status/100 == 4, check.Closed(err):
			return stop
		case c.on:
			return broken("no permessage-deflate", c.Response.Get("Sec-WebSocket-Extensions"))
		}
		return err
	}
}

var serverTakeover = []Case{
	{
		Section: "7.1.1.1", Name: "answered", Alias: "PM-07", Neighbour: neighbour,
		Rule:   "A server that accepts an offer with server_no_context_takeover MUST repeat it in its answer.",
		Script: script(shake("permessage-deflate; server_no_context_takeover"), agreeing(parameters.keepsTakeover), greeting),
	},
	{
		Section: "7.1.1.1", Name: "kept", Alias: "PM-07",
		Rule:   "After server_no_context_takeover a message of the server MUST NOT refer to an earlier one.",
		Script: script(open("permessage-deflate; server_no_context_takeover"), promised, again(verse), again(letters(5000)), measured),
	},
	{
		Section: "7.1.1.1", Name: "kept-with-a-window",
		Rule: "After server_no_context_takeover with server_max_window_bits a message of the server MUST NOT refer to an earlier one.",
		Script: script(
			open("permessage-deflate; server_no_context_takeover; server_max_window_bits=10, permessage-deflate; server_no_context_takeover"),
			promised, again(verse), measured,
		),
	},
	{
		Section: "7.1.1.1", Name: "takeover-is-used",
		Rule:   "Without server_no_context_takeover a server is free to refer to earlier messages, which is measured.",
		Script: script(open(deflate), again(verse), again(letters(5000)), measured, noteTakeover),
	},
	{
		Section: "7.1.1.1", Name: "takeover-is-right",
		Rule:   "References of the server into earlier messages MUST reach what these said.",
		Script: script(open(deflate), again(verse), echo(binary(noise(20_000))), plain(text("Hello, hello, hello, hello, hello, hello")), again(verse), measured),
	},
}

// promised goes on as if the server had repeated server_no_context_takeover, which it must.
func promised(c *conn) error {
	c.answer.serverAlone = true
	return nil
}

// again echoes the same message five times, so that a reference into the one before pays.
func again(message string) step {
	m := text(message)
	return echo(m, m, m, m, m)
}

func noteTakeover(c *conn) error {
	if c.before > 0 {
		c.Note("refers to earlier messages, up to %d octets before its own", c.before)
	} else {
		c.Note("compresses each message for itself")
	}
	return nil
}

var clientTakeover = []Case{
	{
		Section: "7.1.1.2", Name: "offered", Alias: "PM-08",
		Rule:   "An offer with client_no_context_takeover MUST be accepted or declined like any other, and the messages of that client be inflated.",
		Script: script(open("permessage-deflate; client_no_context_takeover"), aloneThen(verse)),
	},
	{
		Section: "7.1.1.2", Name: "every-message-for-itself",
		Rule:   "Messages that do not refer to earlier ones MUST be inflated, although they could.",
		Script: script(open(deflate), aloneThen(verse), aloneThen(letters(3000))),
	},
	{
		Section: "7.1.1.2", Name: "context-is-kept", Alias: "PM-15",
		Rule:   "A server that did not answer with client_no_context_takeover MUST keep the context of the client.",
		Script: script(open(deflate), sameContext, payload(hello, helloAgain, helloAgain), receive(text("Hello"), text("Hello"), text("Hello"))),
	},
	{
		Section: "7.1.1.2", Name: "context-of-the-whole-window",
		Rule:   "A server that keeps the context MUST keep as much of it as the window of the client is wide.",
		Script: script(open(deflate), sameContext, farContext),
	},
	{
		Section: "7.1.1.2", Name: "context-not-allowed",
		Rule: "What a server that answered client_no_context_takeover does with a reference into an earlier message is measured.",
		Script: script(
			open("permessage-deflate; client_no_context_takeover"), lostContext,
			payload(hello), receive(text("Hello")), payload(helloAgain), noteAnswer(text("Hello")),
		),
	},
}

// aloneThen sends a message three times, each compressed for itself.
func aloneThen(message string) step {
	return func(c *conn) error {
		c.client.NoTakeover = true
		return echo(text(message), text(message), text(message))(c)
	}
}

// lostContext goes on only if the server has forbidden references into earlier messages.
func lostContext(c *conn) error {
	if !c.answer.clientAlone {
		return skip("the target keeps the context all the same")
	}
	return nil
}

// farContext refers to the farthest octet that the client may refer to, many messages ago.
func farContext(c *conn) error {
	window := c.answer.clientWindow()
	first := noise(window)
	for _, part := range websocket.Fragments(binary(first), 1000) {
		m := binary(part.Payload)
		if err := c.run(send(packed(binary(stored(m.Payload)))), receive(m)); err != nil {
			return err
		}
	}
	return c.run(send(packed(binary(reference(200, window)))), receive(binary(first[:200])))
}
