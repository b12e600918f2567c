package rfc7692

import "github.com/httpdlab/httpdlab/conformance/websocket"

const (
	rsv1 = websocket.RSV1
	rsv2 = websocket.RSV2
	rsv3 = websocket.RSV3
)

var reservedBits = []Case{
	{
		Section: "6", Name: "rsv1-without-agreement", Alias: "PM-00", Cite: "RFC 6455, 5.2", Neighbour: websocket.Alive,
		Rule:   "A message with RSV1 MUST fail the connection if permessage-deflate was not agreed on.",
		Script: script(shake(), payload(hello), fails(1002)),
	},
	{
		Section: "6", Name: "rsv1-on-binary-without-agreement", Cite: "RFC 6455, 5.2", Neighbour: websocket.Alive,
		Rule:   "A binary message with RSV1 MUST fail the connection if permessage-deflate was not agreed on.",
		Script: script(shake(), send(packed(binary(hello))), fails(1002)),
	},
	{
		Section: "6", Name: "rsv1-after-a-declined-offer", Cite: "RFC 6455, 5.2", Neighbour: websocket.Alive,
		Rule:   "A message with RSV1 MUST fail the connection if every offer was declined.",
		Script: script(shake("permessage-deflate; server_max_window_bits=7"), refusedAll, payload(hello), fails(1002)),
	},
	{
		Section: "6", Name: "rsv1-on-continuation", Alias: "PM-10", Neighbour: neighbour,
		Rule:   "A continuation with RSV1 MUST fail the connection.",
		Script: script(open(deflate), send(packed(text(hello[:3])).NotFinal(), packed(cont(hello[3:]))), fails(1002)),
	},
	{
		Section: "6", Name: "rsv1-on-a-middle-continuation", Neighbour: neighbour,
		Rule:   "A continuation with RSV1 MUST fail the connection, also if more follow.",
		Script: script(open(deflate), send(packed(text(hello[:3])).NotFinal(), packed(cont(hello[3:5])).NotFinal(), cont(hello[5:])), fails(1002)),
	},
	{
		Section: "6", Name: "rsv1-on-continuation-of-a-plain-message", Neighbour: neighbour,
		Rule:   "A continuation with RSV1 MUST fail the connection, also in a message that is not compressed.",
		Script: script(open(deflate), send(text("Hel").NotFinal(), packed(cont("lo"))), fails(1002)),
	},
	control("ping", ping("hi")),
	control("pong", pong("hi")),
	control("close", websocket.Close(1000, "")),
	{
		Section: "6", Name: "rsv1-on-ping-inside-a-message", Neighbour: neighbour,
		Rule:   "A control frame with RSV1 MUST fail the connection, also between the fragments of a compressed message.",
		Script: script(open(deflate), send(packed(text(hello[:3])).NotFinal(), packed(ping("hi")), cont(hello[3:])), fails(1002)),
	},
	reserved("rsv2", rsv2), reserved("rsv3", rsv3), reserved("rsv2-and-rsv3", rsv2|rsv3),
	reserved("rsv1-and-rsv2", rsv1|rsv2), reserved("rsv1-and-rsv3", rsv1|rsv3), reserved("all-reserved-bits", rsv1|rsv2|rsv3),
	{
		Section: "6", Name: "pong-is-not-compressed",
		Rule:   "A control frame of the server MUST NOT have RSV1 set.",
		Script: script(open(deflate), send(ping("hello, hello, hello")), receive(pong("hello, hello, hello")), echo(text("Hello"))),
	},
	{
		Section: "6", Name: "close-is-not-compressed",
		Rule:   "A Close of the server MUST NOT have RSV1 set.",
		Script: script(open(deflate), echo(text("Hello")), base(websocket.Send(websocket.Close(1000, ""))), base(websocket.Closes(1000, 1005))),
	},
}

// control is a control frame with RSV1.
func control(name string, f Frame) Case {
	return Case{
		Section: "6", Name: "rsv1-on-" + name, Alias: "PM-11", Neighbour: neighbour,
		Rule:   "A " + name + " with RSV1 MUST fail the connection.",
		Script: script(open(deflate), send(packed(f)), fails(1002)),
	}
}

// reserved is data frames with reserved bits of which at least one has no meaning.
func reserved(name string, rsv byte) Case {
	return Case{
		Section: "6", Name: name, Alias: "PM-12", Cite: "RFC 6455, 5.2", Neighbour: neighbour,
		Rule: "RSV2 and RSV3, which permessage-deflate does not define, MUST fail the connection.",
		Script: script(
			open(deflate), send(text(hello).Reserved(rsv)), fails(1002),
			reopen, open(deflate), send(binary(hello).Reserved(rsv)), fails(1002),
			reopen, open(deflate), send(packed(text(hello[:3])).NotFinal(), cont(hello[3:]).Reserved(rsv)), fails(1002),
		),
	}
}

// refusedAll goes on only without permessage-deflate.
func refusedAll(c *conn) error {
	if c.on {
		return skip("the target accepted the offer")
	}
	return nil
}
