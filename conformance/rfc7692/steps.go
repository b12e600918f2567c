package rfc7692

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/httpdlab/httpdlab/conformance/check"
	"github.com/httpdlab/httpdlab/conformance/inflate"
	"github.com/httpdlab/httpdlab/conformance/websocket"
)

// conn is a connection on which permessage-deflate may have been negotiated.
type conn struct {
	*websocket.Conn
	offers   []string   // our Sec-WebSocket-Extensions, line by line
	answer   parameters // what was agreed on
	on       bool       // permessage-deflate was agreed on
	client   inflate.Deflater
	server   inflate.Memo
	packed   int // messages of the server that came compressed
	farthest int // the longest distance of their back references
	before   int // how far they reached into earlier messages
}

// step does one thing on the wire and judges what came back. Nil means: go on.
type step func(*conn) error

// script makes steps the script of a case.
func script(steps ...step) check.Script {
	return websocket.Script(func(c *websocket.Conn) error {
		if err := (&conn{Conn: c}).run(steps...); err != stop {
			return err
		}
		return nil
	})
}

// stop ends a script at a step that leaves nothing to be done.
var stop = errors.New("the case is over")

func (c *conn) run(steps ...step) error {
	for _, s := range steps {
		if err := s(c); err != nil {
			return err
		}
	}
	return nil
}

// base is a step of package websocket.
func base(s websocket.Step) step { return func(c *conn) error { return s(c.Conn) } }

var (
	bye    = base(websocket.Bye)
	reopen = base(websocket.Reopen)
)

// shake does the handshake with these lines of offers and reads the answer.
func shake(offers ...string) step {
	return func(c *conn) (err error) {
		*c = conn{Conn: c.Conn}
		for _, line := range offers {
			line, err := c.Text(line)
			if err != nil {
				return err
			}
			c.offers = append(c.offers, line)
		}
		if err := c.Handshake(websocket.Handshake{Extensions: c.offers}); err != nil {
			return err
		}
		if c.answer, c.on, err = answered(c.Response); err != nil {
			return err
		}
		c.client = inflate.Deflater{Window: c.answer.clientWindow(), NoTakeover: c.answer.clientAlone}
		if c.on {
			c.Allowed = websocket.RSV1
		}
		return nil
	}
}

// open does the handshake and goes on only if permessage-deflate was agreed on.
func open(offers ...string) step {
	return func(c *conn) error {
		if err := shake(offers...)(c); err != nil || c.on {
			return err
		}
		return skip("the target does not negotiate permessage-deflate (offered %q)", strings.Join(c.offers, ", "))
	}
}

// agreeing asks the answer to keep to one of the offers in this respect. No permessage-deflate at all keeps to any.
func agreeing(keeps func(answer, offer parameters) error) step {
	return func(c *conn) (err error) {
		if !c.on {
			return nil
		}
		offers := offered(c.offers)
		for _, offer := range slices.Backward(offers) {
			if err = keeps(c.answer, offer); err == nil {
				return nil
			}
		}
		if len(offers) == 0 {
			return broken("no permessage-deflate, which was not offered in a valid way", "it in the answer")
		}
		return err
	}
}

// agreeable asks the answer to keep to one of the offers in all.
var agreeable = agreeing(parameters.keeps)

// packed is a frame that begins a compressed message.
func packed(f Frame) Frame { return f.Reserved(websocket.RSV1) }

// payload sends a compressed text message as it is.
func payload(octets ...string) step {
	return func(c *conn) error {
		for _, o := range octets {
			if err := c.WriteFrames(packed(text(o))); err != nil {
				return err
			}
		}
		return nil
	}
}

// send sends frames as they are.
func send(frames ...Frame) step { return base(websocket.Send(frames...)) }

// deflated sends a message compressed as was agreed.
func deflated(f Frame) step {
	return func(c *conn) error {
		f := packed(f)
		f.Payload = string(c.client.Message([]byte(f.Payload)))
		return c.WriteFrames(f)
	}
}

// echo sends messages compressed, one after the other, and asks for each of them back.
func echo(messages ...Frame) step {
	return func(c *conn) error {
		for _, m := range messages {
			if err := c.run(deflated(m), receive(m)); err != nil {
				return err
			}
		}
		return nil
	}
}

// plain sends messages uncompressed and asks for each of them back.
func plain(messages ...Frame) step {
	return func(c *conn) error {
		for _, m := range messages {
			if err := c.run(send(m), receive(m)); err != nil {
				return err
			}
		}
		return nil
	}
}

// receive asks for messages, compressed or not, in this order and with nothing between.
func receive(want ...Frame) step {
	return func(c *conn) error {
		for _, f := range want {
			m, err := c.Next(c.Answer)
			if err != nil {
				return c.absent(f, err)
			}
			if m.Payload, err = c.data(m); err != nil {
				return err
			}
			if err := same(f, m); err != nil {
				return err
			}
		}
		return nil
	}
}

// absent says what came instead of a message.
func (c *conn) absent(want Frame, err error) error {
	due := want.String() + " from the server"
	switch {
	case check.Expired(err):
		return check.Late(due, fmt.Sprintf("silence for %s", c.Answer)) // tried again, as a busy machine may be to blame
	case !c.Open() && c.Closed != nil:
		return broken(due, fmt.Sprintf("Close %d and the end of the connection", c.Closed.Code))
	case !c.Open():
		return broken(due, "the end of the connection by "+c.How())
	}
	return err
}

// same says where a message differs from the one that is due.
func same(want Frame, got websocket.Message) error {
	if want.Op != got.Op || len(want.Payload) != len(got.Payload) {
		return broken(want.String()+" from the server", got.String())
	}
	for i := 0; want.Payload != got.Payload; i++ {
		if want.Payload[i] != got.Payload[i] {
			return broken(want.String()+" from the server", fmt.Sprintf("another octet at %d: %02x for %02x", i, got.Payload[i], want.Payload[i]))
		}
	}
	return nil
}

// data is what a message of the server says, inflated if it is compressed. It judges the compression.
func (c *conn) data(m websocket.Message) (string, error) {
	if m.RSV&websocket.RSV1 == 0 {
		return m.Payload, nil
	}
	if m.Payload == "" { // RFC 7692, 7.2.3.6
		return "", broken("at least one octet in a compressed message", "none")
	}
	z, err := c.server.Message([]byte(m.Payload))
	if err != nil {
		return "", broken("a compressed message that inflates", errText(err))
	}
	c.note(z)
	return string(z.Data), c.judge(z, m.Op)
}

// note keeps what a message of the server tells of its compression.
func (c *conn) note(z inflate.Message) {
	c.packed++
	c.farthest, c.before = max(c.farthest, z.Distance), max(c.before, z.Before)
	c.Remark("server: inflates to %d octets, %d blocks, reaches back %d octets, %d before the message", len(z.Data), len(z.Blocks), z.Distance, z.Before)
}

// judge judges how a message of the server is compressed.
func (c *conn) judge(z inflate.Message, op websocket.Opcode) error {
	switch reach := c.answer.serverWindow(); {
	case z.Unstripped: // RFC 7692, 7.2.1
		return broken("a compressed message without its last four octets 00 00 ff ff", "one with them")
	case !z.Terminated: // RFC 7692, 7.2.1
		return broken("a compressed message that ends in an empty stored block", "one that does not")
	case z.Distance > reach: // RFC 7692, 7.1.2.1
		return broken(fmt.Sprintf("back references of at most %d octets, as agreed", reach), fmt.Sprintf("one of %d octets", z.Distance))
	case c.answer.serverAlone && z.Before > 0: // RFC 7692, 7.1.1.1
		return broken("no reference into earlier messages, as agreed", fmt.Sprintf("one that begins %d octets before its message", z.Before))
	case op == websocket.OpText && !utf8.Valid(z.Data): // RFC 6455, 5.6
		return broken("a text message of UTF-8", "another one, compressed")
	}
	return nil
}

func errText(err error) string {
	var e *inflate.Error
	if errors.As(err, &e) {
		return fmt.Sprintf("at octet %d: %s", e.Offset(), e.Problem)
	}
	return err.Error()
}

// fails asks the server to fail the connection because of what was sent last, best with the first of the codes.
func fails(codes ...int) step { return base(websocket.Fails(codes...)) }

// corrupt is the codes for what does not inflate: 1007 says that the data is not consistent with the type of the message.
// RFC 7692 names none.
var corrupt = []int{1007, 1002, 1003}

// measured gives up on a measurement if the server compressed nothing.
func measured(c *conn) error {
	if c.packed == 0 {
		return skip("the target compresses nothing that it echoes")
	}
	return nil
}
