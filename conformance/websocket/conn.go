package websocket

import (
	"encoding/binary"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/httpdlab/httpdlab/conformance/check"
)

// Conn is a connection to the target that speaks WebSocket after Open.
type Conn struct {
	*check.Conn
	Response *check.Response // the answer to the handshake
	Allowed  byte            // reserved bits that an extension has negotiated: RSV1
	Lenient  bool            // Faults are only collected; otherwise the first one ends the case
	Faults   []Fault         // what was wrong in frames of the server
	Closed   *Closing        // the server's Close, once it has come
	Frames   []Frame         // every frame of the server, payloads of data frames left out

	message  *Message // begun and not yet final
	goodbye  bool     // our own Close was sent
	pings    []string // payloads of pings that were sent
	writing  <-chan struct{}
	octets   int // received as payload
	lastSent time.Time
}

// Closing is a Close frame of the server.
type Closing struct {
	Code   int // 1005 if the frame has none
	Reason string
	At     time.Time
}

// Message is a whole message of the server, or a control frame.
type Message struct {
	Op      Opcode
	RSV     byte // of the first frame
	Payload string
	Frames  int
	parts   []string
}

// largest is how many octets of a frame from the server are waited for.
const largest = 256 << 20

// parse reads one frame from b. It returns 0 if b does not hold it whole.
func parse(b []byte) (f Frame, size int) {
	if len(b) < 2 {
		return f, 0
	}
	f = Frame{Op: Opcode(b[0] & 15), RSV: b[0] >> 4 & 7, More: b[0]&0x80 == 0, Bare: b[1]&0x80 == 0}
	size, f.Length = 2, uint64(b[1]&0x7f)
	switch f.Length {
	case 126:
		size, f.Form = 4, In16Bits
	case 127:
		size, f.Form = 10, In64Bits
	}
	if len(b) < size {
		return f, 0
	}
	switch f.Form {
	case In16Bits:
		f.Length = uint64(binary.BigEndian.Uint16(b[2:]))
	case In64Bits:
		f.Length = binary.BigEndian.Uint64(b[2:])
	}
	if !f.Bare {
		size += 4
	}
	if f.Length > largest {
		return f, -1
	}
	if size += int(f.Length); len(b) < size {
		return f, 0
	}
	payload := b[size-int(f.Length) : size]
	if !f.Bare {
		f.Key = binary.BigEndian.Uint32(b[size-int(f.Length)-4:])
		payload = append([]byte(nil), payload...)
		mask(payload, f.Key)
	}
	f.Payload = string(payload)
	return f, size
}

// ReadFrame waits until the deadline for the next frame of the server, of any kind, and judges it by itself. The error is
// check.Expired, the end of the connection, or a Finding.
func (c *Conn) ReadFrame(deadline time.Time) (Frame, error) {
	for {
		f, size := parse(c.Pending())
		if size > 0 {
			c.Take(size)
			return f, c.frame(f)
		}
		if size < 0 {
			c.Faults = append(c.Faults, Fault{HighBit, f.String()})
			return f, check.Broken("a frame of bounded length", fmt.Sprintf("%d octets announced", f.Length))
		}
		if err := c.More(deadline); err != nil {
			if !check.Expired(err) && len(c.Pending()) > 0 {
				if fault := c.fault(Torn, fmt.Sprintf("%d octets of it and then %s", len(c.Pending()), c.How())); fault != nil {
					return f, fault
				}
			}
			return f, err
		}
	}
}

// frame notes a frame and judges it.
func (c *Conn) frame(f Frame) error {
	c.Remark("server: %s", f.fromServer())
	c.octets += len(f.Payload)
	note := f
	if !f.Op.Control() {
		note.Payload = ""
	}
	c.Frames = append(c.Frames, note)
	if c.Closed != nil {
		if err := c.fault(AfterClose, f.fromServer()); err != nil {
			return err
		}
	}
	for _, kind := range f.faults(c.Allowed) {
		if err := c.fault(kind, f.fromServer()); err != nil {
			return err
		}
	}
	return nil
}

// fault keeps a fault, and ends the case with it unless the connection is Lenient.
func (c *Conn) fault(kind Kind, what string) error {
	c.Faults = append(c.Faults, Fault{kind, what})
	if c.Lenient {
		return nil
	}
	return check.Broken("", string(kind)+": "+what)
}

// Next waits up to d for a whole message or a control frame. Pings of the server are answered and passed over, as are pongs
// that answer nothing. The error is check.Expired, the end of the connection, or a Finding.
func (c *Conn) Next(d time.Duration) (Message, error) {
	for deadline := time.Now().Add(d); ; {
		f, err := c.ReadFrame(deadline)
		if err != nil {
			return Message{}, err
		}
		m, err := c.assemble(f)
		if m != nil || err != nil {
			return deref(m), err
		}
	}
}

func deref(m *Message) Message {
	if m == nil {
		return Message{}
	}
	return *m
}

// assemble puts a frame to the others of its message and returns it when it is whole.
func (c *Conn) assemble(f Frame) (*Message, error) {
	whole := &Message{Op: f.Op, RSV: f.RSV, Payload: f.Payload, Frames: 1}
	switch f.Op {
	case OpPing:
		if !c.goodbye && c.Open() {
			return nil, c.Write(string(Octets(Pong(f.Payload))))
		}
		return nil, nil
	case OpPong:
		if !c.asked(f.Payload) {
			return nil, nil // RFC 6455, 5.5.3: unsolicited, a heartbeat
		}
		return whole, nil
	case OpClose:
		c.Closed = &Closing{Code: 1005, At: time.Now()}
		if len(f.Payload) >= 2 {
			c.Closed.Code, c.Closed.Reason = closeCode(f.Payload)
		}
		return whole, nil
	}
	return c.fragment(f)
}

// OwesPong says that a ping with this payload is sent as plain octets, so that its pong is no unsolicited one.
func (c *Conn) OwesPong(payload string) { c.pings = append(c.pings, payload) }

// asked reports whether a ping with this payload was sent.
func (c *Conn) asked(payload string) bool {
	for _, p := range c.pings {
		if p == payload {
			return true
		}
	}
	return false
}

func (c *Conn) fragment(f Frame) (*Message, error) {
	m := c.message
	switch {
	case f.Op == OpContinuation && m == nil:
		if err := c.fault(Unstarted, f.fromServer()); err != nil {
			return nil, err
		}
		m = &Message{Op: f.Op, RSV: f.RSV}
	case f.Op != OpContinuation:
		if m != nil {
			if err := c.fault(Interrupted, f.fromServer()); err != nil {
				return nil, err
			}
		}
		m = &Message{Op: f.Op, RSV: f.RSV}
	}
	m.parts, m.Frames, c.message = append(m.parts, f.Payload), m.Frames+1, m
	if f.More {
		return nil, nil
	}
	m.Payload, m.parts, c.message = strings.Join(m.parts, ""), nil, nil
	if m.Op == OpText && m.RSV&RSV1 == 0 && !utf8.ValidString(m.Payload) {
		if err := c.fault(BadText, brief(m.Payload)); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// Is reports whether the message is what the frame asks for: its opcode and its payload.
func (m Message) Is(f Frame) bool { return m.Op == f.Op && m.Payload == f.Payload }

// String describes the message on one line.
func (m Message) String() string {
	return Frame{Op: m.Op, RSV: m.RSV, Payload: m.Payload, Bare: true}.fromServer()
}

// fromServer describes a frame of the server, where no mask is a matter of course.
func (f Frame) fromServer() string {
	f.Length = 0
	if f.Form == In16Bits && len(f.Payload) > 125 || f.Form == In64Bits && len(f.Payload) > 0xffff {
		f.Form = Shortest
	}
	if f.Bare {
		return strings.Replace(f.String(), " unmasked", "", 1)
	}
	return "masked " + f.String()
}
