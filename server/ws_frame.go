package server

import (
	"fmt"
	"os"
	"runtime/debug"
	"unicode/utf8"

	"github.com/httpdlab/httpdlab/server/websocket"
)

// A Frame is what a WebSocket handler gets: a message, a part of one, or a frame; see Delivery. It and its payload are
// valid until the handler returns. Only one goroutine may use it; other goroutines send by its Socket.
type Frame struct {
	// Type is that of the message: TextFrame or BinaryFrame; of the frame itself for Frames and control frames.
	Type FrameType

	Payload []byte

	First bool // the message, or the frame, begins with this
	Final bool // the message ends with this

	socket  *Socket
	request *Request
}

// Socket returns the socket that the frame came on.
func (f *Frame) Socket() *Socket { return f.socket }

// Session returns the connection, with the context that is kept for it.
func (f *Frame) Session() *Session { return f.socket.session }

// Reply sends a message, whole, before what others send by the Socket later. It takes a copy of payload. A text must
// be UTF-8.
func (f *Frame) Reply(t FrameType, payload []byte) error { return f.reply(t, payload, true) }

// ReplyPart sends the next part of a message, of type t, as a frame of its own; final ends the message. Until then
// what others send waits.
func (f *Frame) ReplyPart(t FrameType, payload []byte, final bool) error {
	c := f.socket
	if c.fragmented {
		t = ContinuationFrame
	}
	if err := f.reply(t, payload, final); err != nil {
		return err
	}
	c.setFragmented(!final)
	return nil
}

func (f *Frame) reply(t FrameType, payload []byte, final bool) error {
	c, r := f.socket, f.request
	if c.closing.Load() {
		return ErrClosed
	}
	if err := checkFrame(t, payload); err != nil {
		return err
	}
	h := websocket.Header{Final: final, Opcode: t, Length: int64(len(payload))}
	if c.deflate != nil && final && !t.Control() && t != ContinuationFrame && len(payload) >= c.route.WebSocket.MinDeflate {
		room := c.deflate.out.Deflate(messageRoom(nil, len(payload)), payload)
		defer giveMessage(room)
		payload, h.RSV1, h.Length = room, true, int64(len(room))
	}
	r.out = websocket.AppendHeader(roomFor(r.out, websocket.MaxHeader+min(len(payload), largeWrite)), h)
	if len(payload) >= largeWrite {
		return c.flush(r, payload)
	}
	r.out = append(r.out, payload...)
	if len(r.out) >= gatherLimit {
		return c.flush(r, nil)
	}
	return r.broken
}

// checkFrame refuses what no frame can carry.
func checkFrame(t FrameType, payload []byte) error {
	switch {
	case t == CloseFrame:
		return fmt.Errorf("send a close frame: use Socket.Close: %w", ErrInvalid)
	case t.Control() && len(payload) > websocket.MaxControl:
		return fmt.Errorf("send a %v of %d bytes: at most %d are possible: %w", t, len(payload), websocket.MaxControl, ErrInvalid)
	case t > PongFrame || t > BinaryFrame && t < CloseFrame:
		return fmt.Errorf("send a frame of type %d: there is none: %w", t, ErrInvalid)
	}
	return nil
}

// Block says that the handler is about to wait: what was written is sent, and from now on the handler has a goroutine
// of its own, as with URI.Blocking. It returns ErrBusy if Config.MaxAside requests are waiting already.
func (f *Frame) Block() error { return f.socket.stepAside(f.request) }

// stepAside moves the session to a goroutine. The loop may send what others queue from then on, but not in the middle
// of a frame that the kernel took in part.
func (c *Socket) stepAside(r *Request) error {
	if !r.inline {
		return c.flush(r, nil)
	}
	c.sending.Lock()
	err := r.Block()
	if err == nil {
		err = r.flush(nil)
	}
	c.sending.Unlock()
	c.sendMissed()
	return err
}

// serve takes the frames at the front of data, as Request.serve takes requests.
func (c *Socket) serve(r *Request, data []byte) (used int, n next) {
	r.data, r.tail = data, nil
	c.pinged = false
	used, n = c.serveFrames(r, data)
	if n == nextLinger || n == nextClose {
		used = len(data) // RFC 6455, 5.5.1: what follows a Close is not looked at.
	}
	r.tail = data[used:]
	if !r.inline && c.flush(r, nil) != nil {
		n = nextClose
	}
	return used, n
}

func (c *Socket) serveFrames(r *Request, data []byte) (used int, n next) {
	defer func() {
		if p := recover(); p != nil {
			fmt.Fprintf(os.Stderr, "handler of the WebSocket %s panicked: %v\n%s", c.route.Path, p, debug.Stack())
			n = c.fail(r, websocket.InternalError, "")
		}
	}()
	for used < len(data) && n == nextMore {
		took, err := c.decoder.Decode(data[used:])
		switch {
		case err != 0:
			return used, c.fail(r, err.Code(), err.Error())
		case took == 0:
			return used, nextMore
		}
		used += took
		n = c.take(r)
		if n == nextMore && r.inline && r.blocked {
			n = nextStalled
		}
	}
	return used, n
}

// take does what the frame, or the part, that the decoder found asks for.
func (c *Socket) take(r *Request) next {
	d := &c.decoder
	switch {
	case d.Opcode.Control():
		return c.control(r)
	case c.closing.Load():
		return nextMore // RFC 6455, 1.4: after our Close, data is dropped.
	}
	whole := d.End()
	switch delivery := c.route.WebSocket.Delivery; {
	case delivery == Parts && !d.Compressed:
		return c.handle(r, Frame{Type: d.Message, Payload: d.Payload, First: d.First && d.Opcode != ContinuationFrame, Final: whole})
	case delivery == Frames:
		whole = d.Left == 0
	}
	payload := d.Payload
	if c.message != nil || !whole {
		// What is still to come of the frame is known; the whole message is not.
		c.message = append(messageRoom(c.message, len(payload)+int(min(d.Left, receiveAhead))), payload...)
		if !whole {
			return nextMore
		}
		payload = c.message
		defer c.forget()
	}
	if d.Compressed {
		return c.inflate(r, payload)
	}
	f := Frame{Type: d.Message, Payload: payload, First: true, Final: d.Final}
	if c.route.WebSocket.Delivery == Frames {
		f.Type = d.Opcode
	}
	return c.handle(r, f)
}

// receiveAhead bounds the memory that is reserved for a frame before its bytes are there.
const receiveAhead = 64 << 10

// forget drops the gathered message.
func (c *Socket) forget() {
	giveMessage(c.message)
	c.message = nil
}

// inflate decompresses a message and hands it on.
func (c *Socket) inflate(r *Request, payload []byte) next {
	limit := c.route.WebSocket.MaxMessage
	text, err := c.deflate.in.Inflate(messageRoom(nil, min(4*len(payload), limit)), payload, limit)
	if err == 0 && c.decoder.Message == TextFrame && !utf8.Valid(text) {
		err = websocket.ErrUTF8
	}
	defer giveMessage(text)
	if err != 0 {
		return c.fail(r, err.Code(), err.Error())
	}
	return c.handle(r, Frame{Type: c.decoder.Message, Payload: text, First: true, Final: true})
}

// handle calls the handler.
func (c *Socket) handle(r *Request, f Frame) next {
	if c.route.Blocking && c.stepAside(r) != nil {
		return c.fail(r, websocket.TryAgainLater, "too many handlers are waiting")
	}
	f.socket, f.request = c, r
	r.handed = f
	err := c.route.WebSocket.Handler(&r.handed)
	switch {
	case err != nil:
		return c.shut(r, err)
	case r.broken != nil:
		return nextClose
	}
	return nextMore
}

// control does what a control frame asks for.
func (c *Socket) control(r *Request) next {
	d := &c.decoder
	if d.Opcode == CloseFrame {
		return c.closed(r)
	}
	if c.closing.Load() {
		return nextMore // RFC 6455, 5.5.1: nothing is sent after a Close.
	}
	if c.route.WebSocket.ControlFrames {
		return c.handle(r, Frame{Type: d.Opcode, Payload: d.Payload, First: true, Final: true})
	}
	if d.Opcode == PingFrame { // RFC 6455, 5.5.2: the same data comes back.
		r.out = websocket.AppendFrame(roomFor(r.out, websocket.MaxHeader+websocket.MaxControl), PongFrame, d.Payload)
		if len(r.out) >= gatherLimit && c.flush(r, nil) != nil {
			return nextClose
		}
	}
	return nextMore
}
