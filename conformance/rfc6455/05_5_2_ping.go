package rfc6455

import "github.com/httpdlab/httpdlab/conformance/websocket"

var plain = []Case{
	{
		Section: "4.2", Name: "plain-echo", Plain: true,
		Rule:   "A valid handshake MUST be accepted and a text message sent back.",
		Script: script(websocket.Hello),
	},
}

var pings = []Case{
	{
		Section: "5.5.2", Name: "ping-is-answered", Alias: "autobahn/2.2",
		Rule:   "A Ping MUST be answered with a Pong of the same payload.",
		Script: script(open, echo(ping("Hello, world!")), bye),
	},
	{
		Section: "5.5.2", Name: "ping-of-126-octets", Alias: "autobahn/2.5",
		Rule:      "A control frame MUST NOT have more than 125 octets.",
		Neighbour: neighbour(open, echo(ping("Hello, world!"))),
		Script:    script(open, send(ping(websocket.Letters(126))), fails(1002)),
	},
}
