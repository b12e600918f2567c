package rfc6455

import (
	"fmt"
	"time"

	"github.com/httpdlab/httpdlab/conformance/websocket"
)

// echoed makes the case of one message that must come back whole.
func echoed(section, name, rule string, message Frame, number string) Case {
	return Case{
		Section: section, Name: name, Alias: number, Rule: rule,
		Script: script(fits(len(message.Payload)), open, echo(message), bye),
	}
}

const exactly = "A message MUST come back with its opcode and every octet of its payload."

// lengths are messages about the borders of the three forms of a length.
var lengths = append(autobahnLengths(),
	table(Case{Section: "5.2", Name: "text-of-every-border", Rule: exactly}, borders(func(n int) Frame { return text(websocket.Letters(n)) })...),
	table(Case{Section: "5.2", Name: "binary-of-every-border", Rule: exactly}, borders(func(n int) Frame { return binary(websocket.Pattern(n)) })...),
)

// autobahnLengths are chapter 1: text and binary, with the lengths in minimal form.
func autobahnLengths() (cases []Case) {
	for kind, message := range []func(int) Frame{
		func(n int) Frame { return text(websocket.Letters(n)) }, func(n int) Frame { return binary(websocket.Pattern(n)) },
	} {
		word := []string{"text", "binary"}[kind]
		for i, n := range []int{0, 125, 126, 127, 128, 65535, 65536} {
			cases = append(cases, echoed("5.2", fmt.Sprintf("%s-of-%d-octets", word, n), exactly, message(n), fmt.Sprintf("autobahn/1.%d.%d", kind+1, i+1)))
		}
		chopped := message(65536)
		cases = append(cases, Case{
			Section: "5.2", Name: word + "-of-65536-octets-in-pieces", Alias: fmt.Sprintf("autobahn/1.%d.8", kind+1), Rule: exactly,
			Script: script(fits(65536), open, chop(997, chopped), receive(chopped), bye),
		})
	}
	return cases
}

func borders(message func(int) Frame) (rows []websocket.Row) {
	for _, n := range []int{0, 1, 124, 125, 126, 127, 128, 254, 255, 256, 257, 1023, 1024, 1025, 4095, 4096, 4097, 65534, 65535, 65536, 65537} {
		rows = append(rows, websocket.Row{Name: sprint(n), Steps: []Step{fits(n), open, echo(message(n)), bye}})
	}
	return rows
}

const minimal = "The minimal number of octets MUST be used for a length; a receiver may mind it or not."

// notMinimal are lengths written wider than needed. The RFC binds the sender alone, so that to read them well is weak.
var notMinimal = []Case{
	wider("text-of-5-in-16-bits", text("hello").Written(websocket.In16Bits)),
	wider("text-of-5-in-64-bits", text("hello").Written(websocket.In64Bits)),
	wider("binary-of-125-in-16-bits", binary(websocket.Pattern(125)).Written(websocket.In16Bits)),
	wider("binary-of-300-in-64-bits", binary(websocket.Pattern(300)).Written(websocket.In64Bits)),
	wider("binary-of-65535-in-64-bits", binary(websocket.Pattern(65535)).Written(websocket.In64Bits)),
	wider("ping-of-5-in-16-bits", ping("hello").Written(websocket.In16Bits)),
	wider("close-in-16-bits", closing(1000, "").Written(websocket.In16Bits)),
}

func wider(name string, f Frame) Case {
	plainer := f
	plainer.Form = websocket.Shortest
	valid := echo(plainer)
	if f.Op == websocket.OpClose {
		valid = bye
	}
	return Case{
		Section: "5.2", Name: name, Rule: minimal, Neighbour: neighbour(open, valid),
		Script: script(fits(len(f.Payload)), open, send(f), failsOrTakes(f)),
	}
}

// failsOrTakes asks for a failed connection; to answer the frame as if it were well formed is weak.
func failsOrTakes(f Frame) Step {
	return func(c *Conn) error {
		c.CountsRefusal()
		m, err := c.Next(c.Patience())
		owed := websocket.Answers(f)
		switch {
		case err == nil && len(owed) > 0 && m.Is(owed[0]):
			c.Weak("taken as if the length were minimal; 1002 is better")
			return bye(c)
		case err == nil && f.Op == websocket.OpClose && m.Op == websocket.OpClose && c.Closed.Code != 1002:
			c.Weak("answered with Close %d as if the length were minimal; 1002 is better", c.Closed.Code)
			return nil
		}
		return c.GradeEnd(m, err, 1002)
	}
}

const noHighBit = "The most significant bit of a length of 64 bits MUST be 0."

// lengths that nobody has room for. None of the payloads is sent whole.
var hugeLengths = []Case{
	{
		Section: "5.2", Name: "length-with-the-highest-bit", Rule: noHighBit, Neighbour: greeted,
		Script: script(open, send(binary("abcd").Written(websocket.In64Bits).Claiming(1<<63)), fails(1002, 1009)),
	},
	{
		Section: "5.2", Name: "length-of-all-bits", Rule: noHighBit, Neighbour: greeted,
		Script: script(open, send(binary("abcd").Written(websocket.In64Bits).Claiming(1<<64-1)), fails(1002, 1009)),
	},
	{
		Section: "5.2", Name: "length-of-5-with-the-highest-bit", Rule: noHighBit, Neighbour: greeted,
		Script: script(open, send(binary("hello").Written(websocket.In64Bits).Claiming(1<<63|5)), fails(1002, 1009)),
	},
	table(Case{
		Section: "5.2", Name: "lengths-beyond-memory", Cite: "RFC 6455, 10.4", Neighbour: greeted, Alone: true,
		Rule: "A length that no memory holds MUST NOT be believed with memory: the server refuses it or waits for octets.",
	}, beyondMemory("2^63-1", 1<<63-1), beyondMemory("2^40", 1<<40), beyondMemory("2^32-1", 1<<32-1), beyondMemory("2^31", 1<<31)),
	{
		Section: "5.2", Name: "length-not-cut-to-32-bits", Rule: "A length of 64 bits MUST be read as one: 2^32+5 is not 5.", Neighbour: greeted,
		Script: script(open, send(text("HELLO").Written(websocket.In64Bits).Claiming(1<<32+5)), refusesOrWaits),
	},
	{
		Section: "5.2", Name: "length-not-cut-to-16-bits", Rule: "A length of 64 bits MUST be read as one: 2^16+5 is not 5.", Neighbour: greeted,
		Script: script(open, send(text("HELLO").Written(websocket.In64Bits).Claiming(1<<16+5)), waitsOrRefuses),
	},
}

func beyondMemory(name string, length uint64) websocket.Row {
	return websocket.Row{Name: name, Steps: []Step{
		websocket.WatchingHeap(64<<20, open, send(binary("abcd").Written(websocket.In64Bits).Claiming(length)), refusesOrWaits),
	}}
}

// refusesOrWaits asks for 1009. To wait for the octets is weak, a message of what has come is wrong.
func refusesOrWaits(c *Conn) error { return refuses1009(c, true) }

// waitsOrRefuses is refusesOrWaits for a length that may well be below the server's limit.
func waitsOrRefuses(c *Conn) error { return refuses1009(c, false) }

func refuses1009(c *Conn, waitingIsWeak bool) error {
	c.CountsRefusal()
	m, err := c.Next(max(4*c.Quiet, 300*time.Millisecond))
	if err != nil && c.Open() && !websocket.IsFinding(err) {
		if waitingIsWeak {
			c.Weak("waits for octets that cannot come; 1009 is better")
		}
		return nil
	}
	return c.GradeEnd(m, err, 1009, 1002)
}
