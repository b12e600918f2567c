package server

import (
	"fmt"
	"runtime/debug"

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
// be UTF-8. While ReplyPart has a message open it sends only Ping and Pong.
func (f *Frame) Reply(t FrameType, payload []byte) error {
	if f.socket.fragmented && !t.Control() { // RFC 6455, 5.4: messages do not interleave.
		return fmt.Errorf("send a message inside another one: end that with ReplyPart: %w", ErrInvalid)
	}
	return f.reply(t, payload, true)
}

// ReplyPart sends the next part of a message, of type t, as a frame of its own; final ends the message. Until then
// what others send waits. A part of type Continuation belongs to the message that is open. Ping and Pong are whole,
// and may be sent between parts.
func (f *Frame) ReplyPart(t FrameType, payload []byte, final bool) error {
	c := f.socket
	switch {
	case t.Control():
		return f.reply(t, payload, true)
	case t == ContinuationFrame && !c.fragmented: // RFC 6455, 5.4
		return fmt.Errorf("send a part of no message: begin with its type: %w", ErrInvalid)
	case c.fragmented:
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
	if t != TextFrame && t != BinaryFrame && !(t == ContinuationFrame && c.fragmented) {
		if err := checkFrame(t, payload); err != nil {
			return err
		}
	}
	if c.deflate == nil && final && len(payload) < largeWrite {
		if cap(r.out)-len(r.out) < websocket.MaxHeader+len(payload) {
			r.out = roomFor(r.out, websocket.MaxHeader+len(payload))
		}
		r.out = websocket.AppendFrame(r.out, t, payload)
		if len(r.out) >= gatherLimit || !r.inline {
			return c.gather(r)
		}
		return r.broken
	}
	return c.replyLong(r, t, payload, final)
}

// gather leaves what r has written to be sent with what follows, before what others send, unless that may take long.
func (c *Socket) gather(r *Request) error {
	if len(r.out) >= gatherLimit || c.waits {
		return c.flush(r, nil)
	}
	if !r.inline && !c.held {
		c.hold(true)
	}
	return r.broken
}

// replyLong is reply for what is long, compressed or fragmented.
func (c *Socket) replyLong(r *Request, t FrameType, payload []byte, final bool) error {
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
	return c.gather(r)
}

// checkFrame refuses what no frame can carry.
func checkFrame(t FrameType, payload []byte) error {
	switch {
	case t == CloseFrame:
		return fmt.Errorf("send a close frame: use Socket.Close: %w", ErrInvalid)
	case t.Control() && len(payload) > websocket.MaxControl:
		return fmt.Errorf("send a %v of %d bytes: at most %d are possible: %w", t, len(payload), websocket.MaxControl, ErrInvalid)
	case t == ContinuationFrame:
		return fmt.Errorf("send a continuation: use Frame.ReplyPart: %w", ErrInvalid)
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
	c.waits = true
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
	r.handed.socket, r.handed.request = c, r
	c.pinged, c.waits = false, false
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

// serveFrames takes frames until something else is to be done. What a panic interrupts is closed.
func (c *Socket) serveFrames(r *Request, data []byte) (used int, n next) {
	defer func() {
		if p := recover(); p != nil {
			r.server.report(fmt.Errorf("handler of the WebSocket %s panicked: %v\n%s", c.route.Path, p, debug.Stack()))
			n = c.fail(r, websocket.InternalError, "")
		}
	}()
	// Most handlers get whole messages and do not wait.
	simple := c.route.WebSocket.Delivery == Messages && !c.route.Blocking
	for used < len(data) && n == nextMore {
		if simple {
			var took int
			if took, n = c.serveShort(r, data[used:]); took > 0 {
				used += took
				continue
			}
		}
		took, err := c.decoder.Decode(data[used:])
		switch {
		case err != 0:
			return used, c.fail(r, err.Code(), err.Error())
		case took == 0:
			return used, nextMore
		}
		used += took
		if d := &c.decoder; simple && d.End() && !d.Compressed && c.message == nil && !c.closing.Load() {
			n = c.call(r, d.Message, d.Payload, true, true)
		} else {
			n = c.take(r)
		}
		if n == nextMore && r.inline && r.blocked {
			n = nextStalled
		}
	}
	return used, n
}

// serveShort takes the short messages at the front of data, each in one frame: the way that most of them are sent.
func (c *Socket) serveShort(r *Request, data []byte) (used int, n next) {
	f, handler := &r.handed, c.route.WebSocket.Handler
	f.First, f.Final = true, true
	for n == nextMore && !c.closing.Load() {
		t, payload, took := c.decoder.Whole(data[used:])
		if took == 0 {
			break
		}
		used += took
		f.Type, f.Payload = t, payload
		if err := handler(f); err != nil {
			n = c.shut(r, err)
		} else if r.broken != nil {
			n = nextClose
		} else if r.blocked && r.inline {
			n = nextStalled
		}
	}
	return used, n
}

// take does what the frame, or the part, that the decoder found asks for.
func (c *Socket) take(r *Request) next {
	d := &c.decoder
	switch delivery := c.route.WebSocket.Delivery; {
	case d.Opcode.Control():
		return c.control(r)
	case c.closing.Load():
		return nextMore // RFC 6455, 1.4: after our Close, data is dropped.
	case delivery == Parts && !d.Compressed:
		return c.handle(r, d.Message, d.Payload, d.First && d.Opcode != ContinuationFrame, d.End())
	case delivery == Frames && d.Left > 0, delivery != Frames && !d.End():
		// What is still to come of the frame is known; the whole message is not.
		c.message = append(messageRoom(c.message, len(d.Payload)+int(min(d.Left, receiveAhead))), d.Payload...)
		return nextMore
	case c.message != nil:
		return c.takeGathered(r)
	}
	return c.takeWhole(r, d.Payload)
}

// takeGathered hands on what has come in parts.
func (c *Socket) takeGathered(r *Request) next {
	payload := c.decoder.Payload
	c.message = append(messageRoom(c.message, len(payload)), payload...)
	defer c.forget()
	return c.takeWhole(r, c.message)
}

// takeWhole hands on a message, or a frame, that is there in whole.
func (c *Socket) takeWhole(r *Request, payload []byte) next {
	d := &c.decoder
	switch {
	case d.Compressed:
		return c.inflate(r, payload)
	case c.route.WebSocket.Delivery == Frames:
		return c.handle(r, d.Opcode, payload, true, d.Final)
	}
	return c.handle(r, d.Message, payload, true, true)
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
	if err == 0 && c.decoder.Message == TextFrame && !websocket.ValidText(text) {
		err = websocket.ErrUTF8
	}
	defer giveMessage(text)
	if err != 0 {
		return c.fail(r, err.Code(), err.Error())
	}
	return c.handle(r, c.decoder.Message, text, true, true)
}

// handle calls the handler.
func (c *Socket) handle(r *Request, t FrameType, payload []byte, first, final bool) next {
	if c.route.Blocking && c.stepAside(r) != nil {
		return c.fail(r, websocket.TryAgainLater, "too many handlers are waiting")
	}
	return c.call(r, t, payload, first, final)
}

// call calls the handler here and now.
func (c *Socket) call(r *Request, t FrameType, payload []byte, first, final bool) next {
	r.handed.Type, r.handed.Payload, r.handed.First, r.handed.Final = t, payload, first, final
	if err := c.route.WebSocket.Handler(&r.handed); err != nil {
		return c.shut(r, err)
	}
	if r.broken != nil {
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
		return c.handle(r, d.Opcode, d.Payload, true, true)
	}
	if d.Opcode == PingFrame { // RFC 6455, 5.5.2: the same data comes back.
		r.out = websocket.AppendFrame(roomFor(r.out, websocket.MaxHeader+websocket.MaxControl), PongFrame, d.Payload)
		if c.gather(r) != nil {
			return nextClose
		}
	}
	return nextMore
}
