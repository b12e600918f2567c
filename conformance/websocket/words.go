package websocket

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"github.com/httpdlab/httpdlab/conformance/check"
)

// Step does one thing on the wire and judges what came back. Nil means: go on.
type Step func(*Conn) error

// Script makes steps the script of a case. They share one Conn, which begins without a handshake.
func Script(steps ...Step) check.Script {
	return check.Script{func(plain *check.Conn) error {
		return (&Conn{Conn: plain}).Run(steps...)
	}}
}

// Run does the steps in order until one ends the case.
func (c *Conn) Run(steps ...Step) error {
	for _, step := range steps {
		if err := step(c); err != nil {
			return err
		}
	}
	return c.written()
}

// Open does the valid handshake and asks for 101. What else the response must have, cases of their own judge.
var Open = OpenWith(Handshake{})

// OpenWith does this handshake and asks for 101.
func OpenWith(h Handshake) Step {
	return func(c *Conn) error { return c.Handshake(h) }
}

// Handshake does this handshake and asks for 101.
func (c *Conn) Handshake(h Handshake) error {
	if err := c.Send(h.Text(c.Target)); err != nil {
		return err
	}
	r, err := c.Final()
	if err != nil {
		return err
	}
	if c.Response = r; r.Status != 101 {
		return check.Broken("101 to a valid handshake", r.Line())
	}
	return nil
}

// Send writes frames in one write.
func Send(frames ...Frame) Step {
	return func(c *Conn) error { return c.WriteFrames(frames...) }
}

// SendEach writes each frame in a write of its own.
func SendEach(frames ...Frame) Step {
	return func(c *Conn) error {
		for _, f := range frames {
			if err := c.WriteFrames(f); err != nil {
				return err
			}
		}
		return nil
	}
}

// Chop writes frames n octets at a time.
func Chop(n int, frames ...Frame) Step {
	return func(c *Conn) error { return c.write(n, 0, frames) }
}

// Drip writes frames n octets at a time with a pause between.
func Drip(n int, pause time.Duration, frames ...Frame) Step {
	return func(c *Conn) error { return c.write(n, pause, frames) }
}

// SendOctets writes octets as they are.
func SendOctets(octets string) Step {
	return func(c *Conn) error { return c.pour([]byte(octets), 0, 0) }
}

// Receive asks for these messages and control frames, in this order and with nothing between. Fragments of a message
// count as one.
func Receive(want ...Frame) Step {
	return func(c *Conn) error {
		for _, f := range want {
			m, err := c.nextPatiently()
			if err != nil {
				return c.missing(f, err)
			}
			if !m.Is(f) {
				return differs(f, m)
			}
		}
		return nil
	}
}

// nextPatiently is Next as long as something moves in either direction.
func (c *Conn) nextPatiently() (Message, error) {
	for {
		before := len(c.Pending()) + c.octets
		m, err := c.Next(c.Answer)
		if !check.Expired(err) || len(c.Pending())+c.octets == before && !c.pouring() {
			return m, err
		}
	}
}

// missing says what came instead of a message.
func (c *Conn) missing(want Frame, err error) error {
	switch {
	case IsFinding(err):
		return err
	case check.Expired(err) && len(c.Pending()) > 0:
		return check.Broken(due(want), fmt.Sprintf("%d octets of a frame and then silence", len(c.Pending())))
	case check.Expired(err):
		return check.Late(due(want), "silence for "+c.Answer.Round(time.Millisecond).String())
	case !c.Open() && c.Closed == nil:
		return check.Broken(due(want), "the end of the connection by "+c.How())
	case !c.Open():
		return check.Broken(due(want), fmt.Sprintf("Close %d and the end of the connection", c.Closed.Code))
	}
	return err
}

func due(f Frame) string { return f.String() + " from the server" }

// differs says where two messages part.
func differs(want Frame, got Message) error {
	if want.Op != got.Op || len(want.Payload) != len(got.Payload) {
		return check.Broken(due(want), got.String())
	}
	for i := range want.Payload {
		if want.Payload[i] != got.Payload[i] {
			return check.Broken(due(want), fmt.Sprintf("another octet at %d: %02x for %02x", i, got.Payload[i], want.Payload[i]))
		}
	}
	return nil
}

// Echo sends one message in these fragments, all in one write, and asks for it back; pings between are answered first.
func Echo(fragments ...Frame) Step {
	return func(c *Conn) error { return c.Run(Send(fragments...), Receive(Answers(fragments...)...)) }
}

// Answers is what an echo owes for frames: a pong for each ping, and each message whole, in the order in which they end.
func Answers(frames ...Frame) (owed []Frame) {
	var op Opcode
	var payload strings.Builder
	for _, f := range frames {
		switch f.Op {
		case OpPing:
			owed = append(owed, Pong(f.Payload))
		case OpText, OpBinary, OpContinuation:
			if f.Op != OpContinuation {
				op = f.Op
			}
			payload.WriteString(f.Payload)
			if !f.More {
				owed = append(owed, Op(op, payload.String()))
				payload.Reset()
			}
		}
	}
	return owed
}

// Fragments cuts a message into frames of at most n octets.
func Fragments(message Frame, n int) (frames []Frame) {
	rest := message.Payload
	for f := message; ; f = Cont("") {
		f.Payload, rest = rest[:min(n, len(rest))], rest[min(n, len(rest)):]
		if rest == "" {
			return append(frames, f)
		}
		frames = append(frames, f.NotFinal())
	}
}

// Silence asks the server to say nothing for a while and to keep the connection open.
func Silence(c *Conn) error {
	m, err := c.Next(c.Quiet)
	switch {
	case err == nil:
		return check.Broken("silence", m.String())
	case IsFinding(err):
		return err
	case !check.Expired(err) && !c.Open():
		return check.Broken("silence on an open connection", c.How())
	case !check.Expired(err):
		return err
	}
	return nil
}

// Wait lets time pass; the profile of a chip stretches it.
func Wait(d time.Duration) Step {
	return func(c *Conn) error { return c.Conn.Wait(c.stretch(d)) }
}

func (c *Conn) stretch(d time.Duration) time.Duration { return d * time.Duration(max(c.Stretch, 1)) }

// Beside does steps on a fresh connection beside this one, and keeps its transcript with the case.
func Beside(steps ...Step) Step {
	return func(c *Conn) error {
		plain, err := c.Peer()
		if err != nil {
			return err
		}
		defer c.Drop(plain)
		return (&Conn{Conn: plain}).Run(steps...)
	}
}

// Reopen goes on with a fresh connection that has not shaken hands.
func Reopen(c *Conn) error {
	if err := c.written(); err != nil {
		return err
	}
	*c = Conn{Conn: c.Conn}
	return check.Reopen(c.Conn)
}

// Neighbour makes steps the valid neighbour of a hostile case. Like Hello it minds only what its steps ask for.
func Neighbour(steps ...Step) check.Script {
	return Script(func(c *Conn) error {
		c.Lenient = true
		return c.Run(steps...)
	})
}

// Hello is the plainest exchange: handshake, a text message, the same text back. It minds nothing else, so that a server
// that echoes wrongly is judged by the cases and not turned away.
func Hello(c *Conn) error {
	c.Lenient = true
	return c.Run(Open, Echo(Text("Hello")))
}

// Alive is Hello as a script, for check.Suite.
var Alive = Script(Hello)

// Pattern is n octets that differ from their neighbours and from those a power of two away.
func Pattern(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i*7 + i>>8*13 + i>>16*29)
	}
	return string(b)
}

// Letters is n octets of ASCII that say where they stand, for text messages.
func Letters(n int) string {
	var b bytes.Buffer
	for b.Len() < n {
		fmt.Fprintf(&b, "%d,", b.Len())
	}
	return string(b.Bytes()[:n])
}
