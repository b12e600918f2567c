package rfc6455

import (
	"fmt"
	"time"

	"github.com/httpdlab/httpdlab/conformance/check"
	"github.com/httpdlab/httpdlab/conformance/websocket"
)

const (
	pingAnswered = "A Ping MUST be answered with a Pong of the same payload."
	pongIgnored  = "A Pong that answers nothing MUST NOT be answered, nor harm."
)

// pinged makes the case of pings that must be answered in order.
func pinged(name, number string, sending Step, pings ...Frame) Case {
	return Case{
		Section: "5.5.2", Name: name, Alias: number, Rule: pingAnswered,
		Script: script(open, sending, receive(websocket.Answers(pings...)...), bye),
	}
}

var (
	emptyPing  = ping("")
	textPing   = ping(world)
	binaryPing = ping("\x00\xff\xfe\xfd\xfc\xfb\x00\xff")
	fullPing   = ping(websocket.Pattern(125))
	tenPings   = counted(10)
)

func counted(n int) (pings []Frame) {
	for i := range n {
		pings = append(pings, ping(fmt.Sprintf("payload-%d", i)))
	}
	return pings
}

var pings = []Case{
	pinged("empty-ping", "autobahn/2.1", send(emptyPing), emptyPing),
	pinged("ping-with-text", "autobahn/2.2", send(textPing), textPing),
	pinged("ping-with-binary", "autobahn/2.3", send(binaryPing), binaryPing),
	pinged("ping-of-125-octets", "autobahn/2.4", send(fullPing), fullPing),
	pinged("ping-octet-by-octet", "autobahn/2.6", chop(1, fullPing), fullPing),
	pinged("ten-pings", "autobahn/2.10", send(tenPings...), tenPings...),
	pinged("ten-pings-octet-by-octet", "autobahn/2.11", chop(1, tenPings...), tenPings...),
	{
		Section: "5.5.2", Name: "hundred-pings-in-one-segment", Rule: "Every Ping MUST be answered, or of several the last.",
		Script: script(open, send(counted(100)...), pongsInOrder(counted(100)), bye),
	},
	table(Case{Section: "5.5.2", Name: "ping-of-every-length", Rule: pingAnswered}, everyPing()...),
	{
		Section: "5.5.2", Name: "ping-during-a-large-echo", Rule: "A Ping MUST be answered while a large message goes out, and its Pong not tear a frame.",
		Script: script(fits(1<<20), open, pingDuringEcho, bye),
	},
	{
		Section: "5.5.2", Name: "ping-behind-the-close", Rule: "After its Close a server MUST NOT send data; a Pong is not due any more.",
		Script: script(open, send(closing(1000, ""), ping("late")), noneBehindClose),
	},
	{
		Section: "5.5.2", Name: "server-pings", Rule: "How often a server pings an idle client is its own affair.",
		Script: script(open, idle),
	},
}

var pongs = []Case{
	{
		Section: "5.5.3", Name: "empty-pong", Alias: "autobahn/2.7", Rule: pongIgnored,
		Script: script(open, send(pong(""), closing(1000, "")), nothingButClose),
	},
	{
		Section: "5.5.3", Name: "unsolicited-pong", Alias: "autobahn/2.8", Rule: pongIgnored,
		Script: script(open, send(pong("unsolicited pong payload"), closing(1000, "")), nothingButClose),
	},
	{
		Section: "5.5.3", Name: "unsolicited-pong-and-ping", Alias: "autobahn/2.9", Rule: pongIgnored,
		Script: script(open, send(pong("unsolicited pong payload"), ping("ping payload")), receive(pong("ping payload")), bye),
	},
}

// nothingButClose asks for the Close that answers ours, without anything before it.
func nothingButClose(c *Conn) error { return closes(1000, 1005)(c) }

func everyPing() (rows []websocket.Row) {
	for n := range 126 {
		f := ping(websocket.Pattern(n)) // invalid UTF-8 and NUL among it
		rows = append(rows, websocket.Row{Name: sprint(n), Steps: []Step{open, echo(f), bye}})
	}
	return rows
}

// pongsInOrder asks for all pongs; that some are left out is weak if the last one comes (RFC 6455, 5.5.3).
func pongsInOrder(pings []Frame) Step {
	return func(c *Conn) error {
		missing := 0
		for i := 0; i < len(pings); {
			m, err := c.Next(c.Answer)
			if err != nil {
				return wrong("a Pong for "+pings[len(pings)-1].Payload, "none")
			}
			for i < len(pings) && !m.Is(pong(pings[i].Payload)) {
				i, missing = i+1, missing+1
			}
			if i++; i > len(pings) {
				return wrong("the Pongs in order", m.String())
			}
		}
		if missing > 0 {
			c.Weak("%d of %d Pings were not answered", missing, len(pings))
		}
		return nil
	}
}

// pingDuringEcho reads nothing until the echo of a large message has filled the socket, and then finds the pong between frames.
func pingDuringEcho(c *Conn) error {
	message := binary(websocket.Pattern(1 << 20))
	if err := c.Run(send(message), websocket.Wait(50*time.Millisecond), send(ping("during"))); err != nil {
		return err
	}
	var got []websocket.Message
	for range 2 {
		m, err := c.Next(2 * c.Answer)
		if err != nil {
			return wrong("the message and a Pong", fmt.Sprintf("%d of the two", len(got)))
		}
		got = append(got, m)
	}
	if got[0].Op == websocket.OpPong {
		got[0], got[1] = got[1], got[0]
	}
	if !got[0].Is(message) || !got[1].Is(pong("during")) {
		return broken("the message and a Pong", fmt.Sprintf("%s and %s", got[0], got[1]))
	}
	return nil
}

// noneBehindClose reads to the end; a frame behind the Close is a fault that ReadFrame finds.
func noneBehindClose(c *Conn) error {
	for {
		_, err := c.Next(c.Answer)
		if websocket.IsFinding(err) {
			return err
		}
		if err != nil {
			return nil
		}
	}
}

// idle waits for the server to ping, for a while that grows with --slow.
func idle(c *Conn) error {
	d := c.Quiet
	if c.Slow {
		d = time.Minute
	}
	start := time.Now()
	for deadline := start.Add(d); ; {
		f, err := c.ReadFrame(deadline)
		switch {
		case check.Expired(err):
			c.Note("no ping in %s", d)
			return bye(c)
		case err != nil && !c.Open():
			c.Note("closed after %.0f s", time.Since(start).Seconds())
			return nil
		case err != nil:
			return err
		case f.Op == websocket.OpPing:
			c.Note("pinged after %.1f s", time.Since(start).Seconds())
			return c.Run(send(pong(f.Payload)), hello)
		}
	}
}
