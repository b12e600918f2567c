package rfc6455

import (
	"github.com/httpdlab/httpdlab/conformance/websocket"
)

const mustMask = "The server MUST close the connection upon a frame that is not masked."

// greeted is the neighbour of most offences: a text message comes back.
var greeted = neighbour(open, echo(text("hi")))

var masked = []Case{
	{
		Section: "5.1", Name: "unmasked-text", Rule: mustMask, Neighbour: greeted,
		Script: script(open, send(text("hi").Unmasked()), fails(1002)),
	},
	{
		Section: "5.1", Name: "unmasked-empty-binary", Rule: mustMask, Neighbour: neighbour(open, echo(binary(""))),
		Script: script(open, send(binary("").Unmasked()), fails(1002)),
	},
	{
		Section: "5.1", Name: "unmasked-ping", Rule: mustMask, Neighbour: neighbour(open, echo(ping("hi"))),
		Script: script(open, send(ping("hi").Unmasked()), fails(1002)),
	},
	{
		Section: "5.1", Name: "unmasked-close", Rule: mustMask, Neighbour: neighbour(open, bye),
		Script: script(open, send(closing(1000, "").Unmasked()), fails(1002)),
	},
	{
		Section: "5.1", Name: "unmasked-continuation", Rule: mustMask, Neighbour: neighbour(open, echo(text("a").NotFinal(), cont("b"))),
		Script: script(open, send(text("a").NotFinal(), cont("b").Unmasked()), fails(1002)),
	},
	serverFrames("5.1", "server-masks-nothing", "A server MUST NOT mask any frame that it sends.", websocket.Masked),
}

// serverFrames makes the case that looks for one kind of fault in what the server sends.
func serverFrames(section, name, rule string, kinds ...websocket.Kind) Case {
	return Case{Section: section, Name: name, Rule: rule, Script: script(func(c *Conn) error { return tour(c, kinds) })}
}

// tour has the server send frames of every kind and length that an echo can be made to send, and looks for faults.
func tour(c *Conn, kinds []websocket.Kind) error {
	c.Lenient = true
	err := c.Run(open,
		send(text("")), gather(1), send(binary(websocket.Pattern(5))), gather(1), send(text(websocket.Letters(125))), gather(1),
		send(binary(websocket.Pattern(126))), gather(1), send(ping(websocket.Pattern(125))), gather(1), send(ping("")), gather(1),
		send(text("ab").NotFinal(), ping("between"), cont("c")), gather(2), send(binary(websocket.Pattern(1000))), gather(1),
		send(text("\xc3\xa9"), closing(1000, ""), ping("late"), text("late")), gather(4),
	)
	for _, fault := range c.Faults {
		for _, kind := range kinds {
			if fault.Kind == kind {
				return wrong("", fault.Error())
			}
		}
	}
	return err
}

// gather reads n messages, whatever they are, or to the end of the connection.
func gather(n int) Step {
	return func(c *Conn) error {
		for range n {
			if _, err := c.Next(c.Answer / 4); err != nil {
				return nil // what is missing, other cases say
			}
		}
		return nil
	}
}
