package rfc6455

import (
	"fmt"
	"strings"
	"time"

	"github.com/httpdlab/httpdlab/conformance/websocket"
)

const (
	joined       = "Fragments MUST be joined to one message, and control frames between them answered at once."
	notContinued = "A continuation MUST continue a message that has begun."
	notInside    = "A message MUST NOT begin inside another."
	firstPart    = "fragment1"
	secondPart   = "fragment2"
)

// between makes the case of a message in fragments whose answers must come in order.
func between(name, number string, sending Step, frames ...Frame) Case {
	return Case{
		Section: "5.4", Name: name, Alias: number, Rule: joined,
		Script: script(open, sending, receive(websocket.Answers(frames...)...), bye),
	}
}

// orphan makes the case of fragments in an order that no message has.
func orphan(name, rule, number string, sending Step, due ...Frame) Case {
	c := offence("5.4", name, rule, number, sending, due)
	c.Neighbour = neighbour(open, echo(text(firstPart).NotFinal(), cont(secondPart)))
	return c
}

var (
	twoParts   = []Frame{text(firstPart).NotFinal(), cont(secondPart)}
	withPing   = []Frame{text(firstPart).NotFinal(), ping("ping payload"), cont(secondPart)}
	unstarted  = []Frame{cont("non-continuation payload"), text(world)}
	unfinished = []Frame{cont("non-continuation payload").NotFinal(), text(world)}
	mixed      = []Frame{cont("fragment1").NotFinal(), text("fragment2").NotFinal(), cont("fragment3"), cont("fragment1").NotFinal(), text("fragment2").NotFinal(), cont("fragment3")}
	mixedFinal = []Frame{cont("fragment1"), text("fragment2").NotFinal(), cont("fragment3"), cont("fragment1"), text("fragment2").NotFinal(), cont("fragment3")}
	fiveFirst  = []Frame{text("fragment1").NotFinal(), cont("fragment2").NotFinal(), ping("pongme 1!")}
	fiveRest   = []Frame{cont("fragment3").NotFinal(), cont("fragment4").NotFinal(), ping("pongme 2!"), cont("fragment5")}
)

// five are the five fragments with two pings, a moment apart.
func five(write func(...Frame) Step) Step {
	return func(c *Conn) error {
		return c.Run(write(fiveFirst...), websocket.Wait(100*time.Millisecond), write(fiveRest...))
	}
}

func byOctet(frames ...Frame) Step { return chop(1, frames...) }

// fragmentation is chapter 5 of Autobahn.
var fragmentation = []Case{
	between("two-fragments", "autobahn/5.3", send(twoParts...), twoParts...),
	between("two-fragments-in-two-writes", "autobahn/5.4", sendEach(twoParts...), twoParts...),
	between("two-fragments-octet-by-octet", "autobahn/5.5", byOctet(twoParts...), twoParts...),
	between("ping-between-fragments", "autobahn/5.6", send(withPing...), withPing...),
	between("ping-between-fragments-in-three-writes", "autobahn/5.7", sendEach(withPing...), withPing...),
	between("ping-between-fragments-octet-by-octet", "autobahn/5.8", byOctet(withPing...), withPing...),
	orphan("continuation-of-nothing", notContinued, "autobahn/5.9", send(unstarted...)),
	orphan("continuation-of-nothing-in-two-writes", notContinued, "autobahn/5.10", sendEach(unstarted...)),
	orphan("continuation-of-nothing-octet-by-octet", notContinued, "autobahn/5.11", byOctet(unstarted...)),
	orphan("open-continuation-of-nothing", notContinued, "autobahn/5.12", send(unfinished...)),
	orphan("open-continuation-of-nothing-in-two-writes", notContinued, "autobahn/5.13", sendEach(unfinished...)),
	orphan("open-continuation-of-nothing-octet-by-octet", notContinued, "autobahn/5.14", byOctet(unfinished...)),
	orphan("continuation-behind-a-message", notContinued, "autobahn/5.15",
		send(text("fragment1").NotFinal(), cont("fragment2"), cont("fragment3").NotFinal(), text("fragment4")), text("fragment1fragment2")),
	orphan("fragments-in-disorder", notContinued, "autobahn/5.16", send(mixed...)),
	orphan("final-fragments-in-disorder", notContinued, "autobahn/5.17", send(mixedFinal...)),
	orphan("text-inside-a-message", notInside, "autobahn/5.18", send(text(firstPart).NotFinal(), text(secondPart))),
	{
		Section: "5.4", Name: "pings-between-five-fragments", Alias: "autobahn/5.19", Rule: joined,
		Script: script(open, five(send), receive(pong("pongme 1!"), pong("pongme 2!"), text("fragment1fragment2fragment3fragment4fragment5")), bye),
	},
	{
		Section: "5.4", Name: "pings-between-five-fragments-in-many-writes", Alias: "autobahn/5.20", Rule: joined,
		Script: script(open, five(sendEach), receive(pong("pongme 1!"), pong("pongme 2!"), text("fragment1fragment2fragment3fragment4fragment5")), bye),
	},
	table(Case{Section: "5.4", Name: "message-inside-a-message", Rule: notInside, Neighbour: neighbour(open, echo(binary("a").NotFinal(), cont("b")))},
		inside(text("a"), binary("b")), inside(binary("a"), text("b")), inside(binary("a"), binary("b")), inside(text("a"), text("b").NotFinal())),
	{
		Section: "5.4", Name: "binary-fragments", Rule: joined,
		Script: script(open, echo(binary("\x00\xff").NotFinal(), ping("\x00"), cont("\xfe").NotFinal(), cont(""), ping(""), binary("b").NotFinal(), cont("c")), bye),
	},
	{
		Section: "5.4", Name: "thousand-fragments-of-one-octet", Rule: joined,
		Script: script(open, echo(websocket.Fragments(binary(websocket.Pattern(1000)), 1)...), bye),
	},
	{
		Section: "5.4", Name: "full-pings-between-fragments", Rule: joined,
		Script: script(open, echo(pingsBetween(40)...), bye),
	},
	{
		Section: "5.4", Name: "message-in-fragments-of-1300-octets", Alias: "autobahn/10.1.1", Rule: joined,
		Script: script(fits(65536), open, echo(websocket.Fragments(text(websocket.Letters(65536)), 1300)...), bye),
	},
	{
		Section: "5.4", Name: "ten-thousand-empty-fragments", Cite: "RFC 6455, 10.4",
		Rule:   "A message of very many empty fragments is a load: the server answers it or fails the connection, and stays well.",
		Script: script(open, manyEmpty), Neighbour: neighbour(open, echo(text("a").NotFinal(), cont(""))),
	},
	{
		Section: "5.4", Name: "ping-while-a-message-waits", Rule: "Control frames in the middle of a fragmented message MUST be handled there, however long the rest takes.",
		Script: script(open, send(text("a").NotFinal()), websocket.Wait(300*time.Millisecond), echo(ping("still there?")), send(cont("b")), receive(text("ab")), bye),
	},
	serverFrames("5.4", "server-orders-its-fragments", "A server MUST NOT begin a message inside another, nor continue what has not begun.", websocket.Unstarted, websocket.Interrupted),
}

func inside(first, second Frame) websocket.Row {
	return websocket.Row{
		Name:  fmt.Sprintf("%s in %s", second.Op, first.Op),
		Steps: []Step{open, send(first.NotFinal(), second), fails(1002)},
	}
}

// pingsBetween is a message in n fragments with a ping of 125 octets behind each.
func pingsBetween(n int) (frames []Frame) {
	for i, f := range websocket.Fragments(binary(websocket.Pattern(n)), 1) {
		frames = append(frames, f)
		if f.More {
			frames = append(frames, ping(strings.Repeat(string(rune('a'+i%26)), 125)))
		}
	}
	return frames
}

// manyEmpty accepts the message back or a failed connection.
func manyEmpty(c *Conn) error {
	frames := []Frame{text("a").NotFinal()}
	for range 10000 {
		frames = append(frames, cont("").NotFinal())
	}
	if err := c.WriteFrames(append(frames, cont("b"))...); err != nil {
		return err
	}
	m, err := c.Next(max(c.Answer, 5*time.Second))
	if err == nil && m.Is(text("ab")) {
		return bye(c)
	}
	return c.GradeEnd(m, err, 1008, 1009)
}
