package rfc6455

import (
	"fmt"
	"time"

	"github.com/httpdlab/httpdlab/conformance/websocket"
)

// conversation is a message in three fragments with a ping between them.
var conversation = []Frame{text("frag").NotFinal(), ping("ping"), cont("\xc3\xa9me").NotFinal(), cont("nt")}

// stream is about frames that segments do not respect.
var stream = []Case{
	table(Case{
		Section: "5.2", Name: "cut-at-every-octet",
		Rule: "Frames are a stream of octets: they MUST be read the same wherever TCP cuts them.",
	}, everyCut()...),
	{
		Section: "5.2", Name: "octet-by-octet",
		Rule:   "Frames MUST be read the same if every octet comes alone.",
		Script: script(open, websocket.Drip(1, 5*time.Millisecond, conversation...), receive(websocket.Answers(conversation...)...), bye),
	},
	{
		Section: "5.2", Name: "many-frames-in-one-segment",
		Rule:   "Every frame of a segment MUST be answered, in order.",
		Script: script(open, echo(manyFrames(200)...), bye),
	},
}

// everyCut sends the conversation in two segments, cut at each of its octets.
func everyCut() (rows []websocket.Row) {
	wire := string(websocket.Octets(conversation...))
	for at := 1; at < len(wire); at++ {
		rows = append(rows, websocket.Row{Name: sprint(at), Steps: []Step{
			open, knowing("ping"), websocket.SendOctets(wire[:at]), moment, websocket.SendOctets(wire[at:]),
			receive(websocket.Answers(conversation...)...), bye,
		}})
	}
	return rows
}

// moment is long enough for a segment to be on its way alone.
func moment(c *Conn) error { return c.Conn.Wait(2 * time.Millisecond) }

// knowing awaits a pong for a ping that is sent as plain octets.
func knowing(payload string) Step {
	return func(c *Conn) error {
		c.OwesPong(payload)
		return nil
	}
}

// manyFrames is n small messages, of which some are fragmented, with pings between.
func manyFrames(n int) (frames []Frame) {
	for i := range n {
		switch s := fmt.Sprintf("%d", i); i % 4 {
		case 0:
			frames = append(frames, ping(s))
		case 1:
			frames = append(frames, text(s).NotFinal(), ping("in "+s), cont(s))
		case 2:
			frames = append(frames, binary(s))
		default:
			frames = append(frames, text(s))
		}
	}
	return frames
}

// keys of masks, also those that change nothing or everything.
var maskKeys = []Case{
	table(Case{
		Section: "5.3", Name: "every-key-and-length",
		Rule: "Octet i of a payload MUST be unmasked with octet i modulo 4 of the key, whatever the key.",
	}, everyKey()...),
}

func everyKey() (rows []websocket.Row) {
	for _, key := range []uint32{0, 0xffffffff, 0xff00ff00, 0x00000001, 0x80000000, 0x12345678} {
		for n := range 10 {
			f := binary(websocket.Pattern(n)).MaskedBy(key)
			rows = append(rows, websocket.Row{Name: fmt.Sprintf("%08x %d", key, n), Steps: []Step{open, echo(f), bye}})
		}
	}
	return rows
}
