package rfc6455

import (
	"fmt"
	"time"

	"github.com/httpdlab/httpdlab/conformance/check"
	"github.com/httpdlab/httpdlab/conformance/websocket"
)

var closingConnection = []Case{
	{
		Section: "7.1.1", Name: "server-ends-tcp", Rule: "After both Closes the server MUST end TCP at once, so that TIME_WAIT is not the client's.",
		Script: script(open, send(closing(1000, "")), closes(1000, 1005)),
	},
	{
		Section: "7.1.1", Name: "server-does-not-wait-for-the-client", Rule: "After both Closes the server MUST end TCP though the client keeps its side open.",
		Script: script(open, send(closing(1000, "")), endsAlone),
	},
	{
		Section: "7.1.5", Name: "client-ends-without-close", Rule: "A client that ends TCP without Close MUST be let go: its socket is free again.",
		Script: script(open, echo(text("hi")), halfClose, endsSoon),
	},
	{
		Section: "7.1.5", Name: "clients-that-vanish", Alone: true, Rule: "However many clients end TCP without Close, by FIN or RST, new ones MUST be served.",
		Script: script(vanish(200), open, hello),
	},
	{
		Section: "7.1.5", Name: "half-a-frame-and-fin", Rule: "A frame that breaks off MUST NOT be answered.", Neighbour: greeted,
		Script: script(open, websocket.SendOctets(halfFrame), halfClose, noEcho, websocket.Beside(open, hello)),
	},
	{
		Section: "7.1.5", Name: "half-a-frame-and-rst", Rule: "A frame that breaks off by a reset MUST NOT harm the next client.", Neighbour: greeted,
		Script: script(open, websocket.SendOctets(halfFrame), reset, websocket.Beside(open, hello)),
	},
}

var failing = []Case{
	{
		Section: "7.1.7", Name: "close-before-the-end", Rule: "A server that fails the connection SHOULD send a Close with the code of the error, and end TCP.", Neighbour: greeted,
		Script: script(open, send(websocket.Op(3, "")), failsInForm),
	},
	table(Case{
		Section: "7.1.7", Name: "code-tells-the-error", Cite: "RFC 6455, 7.4.1", Neighbour: greeted,
		Rule: "The code of a Close SHOULD tell what was wrong: 1002 the protocol, 1007 a text that is none.",
	},
		codeTells(1002, text("x").Reserved(2)), codeTells(1002, cont("x")), codeTells(1007, text("\xff")), codeTells(1007, text("\xe2\x82")),
	),
	{
		Section: "7.1.7", Name: "messages-before-the-offence", Rule: "What came before the offence was valid: its answer SHOULD arrive before the Close.", Neighbour: greeted,
		Script: script(open, send(text("valid"), binary("too"), text("bad").Reserved(7)), failsAfter([]Frame{text("valid"), binary("too")}, 1002)),
	},
}

// halfFrame is the start of a message of 100 octets.
var halfFrame = string(websocket.Octets(text("half").Claiming(100)))

func halfClose(c *Conn) error { return check.HalfClose(c.Conn) }
func reset(c *Conn) error     { return check.Reset(c.Conn) }

// endsAlone waits for the server's end without doing anything about ours.
func endsAlone(c *Conn) error {
	if _, err := c.Next(c.Patience()); err != nil {
		return broken("a Close in answer", "none")
	}
	if _, err := c.Next(c.Patience()); check.Expired(err) {
		return broken("the server to end TCP", "still open after "+c.Patience().String())
	}
	return nil
}

// endsSoon asks for the end of a connection whose client has ended its side; later than a second is weak.
func endsSoon(c *Conn) error {
	start := time.Now()
	for {
		_, err := c.Next(5*time.Second - time.Since(start))
		switch {
		case err == nil:
		case websocket.IsFinding(err):
			return err
		case c.Open():
			return broken("the server to end TCP within 5 s", "still open")
		default:
			if took := time.Since(start); took > time.Second {
				c.Weak("the server ended TCP %.1f s after the client", took.Seconds())
			}
			return nil
		}
	}
}

// vanish opens connections and leaves each without a Close, by FIN, RST, or in the middle of a frame.
func vanish(n int) Step {
	return func(c *Conn) error {
		for i := range sparing(c, n, 20) {
			ending := []Step{func(*Conn) error { return nil }, reset, websocket.SendOctets(halfFrame)}[i%3]
			if err := c.Run(open, ending, websocket.Reopen); err != nil {
				return fmt.Errorf("connection %d of %d: %w", i+1, n, err)
			}
		}
		return nil
	}
}

// noEcho reads to the end: a Close is fine, data is not.
func noEcho(c *Conn) error {
	for {
		m, err := c.Next(c.Patience())
		switch {
		case websocket.IsFinding(err):
			return err
		case err != nil && c.Open():
			return broken("the server to end TCP", "still open after "+c.Patience().String())
		case err != nil:
			return nil
		case m.Op != websocket.OpClose:
			return broken("no answer to half a message", m.String())
		}
	}
}

// failsInForm asks for Close 1002 and FIN.
func failsInForm(c *Conn) error {
	c.CountsRefusal()
	m, err := c.Next(c.Patience())
	if err != nil || m.Op != websocket.OpClose {
		return c.GradeEnd(m, err, 1002)
	}
	if c.Closed.Code != 1002 {
		return wrong("Close 1002", fmt.Sprintf("Close %d", c.Closed.Code))
	}
	return c.Fin()
}

// codeTells asks for exactly this code.
func codeTells(code int, offence Frame) websocket.Row {
	return websocket.Row{Name: offence.String(), Steps: []Step{open, send(offence), fails(code)}}
}
