//go:build !386 && !s390x

package load

import (
	"bytes"
	"time"

	"github.com/httpdlab/httpdlab/bench/measure"
	"github.com/httpdlab/httpdlab/server/http1"
	"github.com/httpdlab/httpdlab/server/websocket"
)

// echoing is where a connection stands in the messages that come back.
//
// A server that sends each message as one plain frame sends bytes that are
// known beforehand: they are compared as they come. Whatever is not as expected
// is read frame by frame, until a message ends.
type echoing struct {
	opening bool              // it counts as a request under way until it is open
	client  *websocket.Client // while the handshake is under way
	began   time.Duration     // the handshake
	matched int               // bytes of the oldest message that came as expected
	slow    bool              // frame by frame
	frames  *frameReader
}

// frameReader reads messages that come in other frames than expected.
type frameReader struct {
	websocket.Decoder
	inflater websocket.Inflater
	got      int    // bytes of the message's payload so far
	packed   []byte // what came of a compressed one
	plain    []byte
	wrong    bool // it is not the message that was sent
}

// reset makes e fit for the next socket.
func (e *echoing) reset() {
	if e.frames != nil {
		e.frames.inflater.Release()
	}
	*e = echoing{}
}

// shake begins the handshake on a connection that was just established.
func (l *rawLoop) shake(c *rawConn) bool {
	client := &websocket.Client{Host: l.socket.host, Target: l.socket.target}
	if l.socket.Subprotocol != "" {
		client.Protocols = []string{l.socket.Subprotocol}
	}
	if l.socket.Deflate {
		client.Deflate = &websocket.Deflate{ClientNoTakeover: true}
	}
	for i := range client.Key {
		client.Key[i] = byte(l.random.Uint32())
	}
	c.state, c.client = shaking, client
	request, wrong := client.AppendRequest(nil)
	if wrong != 0 {
		l.fail(c, Handshake, wrong)
		return false
	}
	request = append(bytes.TrimSuffix(request, []byte("\r\n")), l.socket.fields...)
	c.out, c.began = append(request, "\r\n"...), l.now
	return true
}

// advanceSocket is advance for WebSocket.
func (l *rawLoop) advanceSocket(c *rawConn, b []byte) (n int, on bool) {
	switch {
	case c.state == shaking:
		n, on = l.readHandshake(c, b)
	case c.slow || c.count == 0:
		n, on = l.readFrame(c, b)
	default:
		return l.readEchoes(c, b)
	}
	if n == 0 && on {
		c.in = append(c.in, b...)
		on = false
	}
	return n, on
}

// readHandshake reads the response to the handshake; n is 0 while it is incomplete.
func (l *rawLoop) readHandshake(c *rawConn, b []byte) (n int, on bool) {
	r := &l.parser
	r.Reset()
	n, malformed := r.Parse(b, http1.GET)
	switch {
	case malformed != 0:
		l.fail(c, Handshake, malformed)
		return 0, false
	case n == 0:
		return 0, true
	case r.Status < 200 && r.Status != 101:
		return n, true // RFC 9110, 15.2: an interim response
	case r.Status != 101:
		l.fail(c, Handshake, statusCause(r.Status))
		return 0, false
	}
	for _, f := range r.Fields {
		c.client.Field(f.Name.Of(b), f.Value.Of(b))
	}
	if wrong := c.client.Check(r.Status); wrong != 0 {
		l.fail(c, Handshake, wrong)
		return 0, false
	}
	return n, l.shaken(c)
}

// failSocket counts the failure of a connection that nobody had asked on: it was
// not open yet, or the server ends what has no end.
func (l *rawLoop) failSocket(c *rawConn, stage measure.Stage, err error) {
	switch {
	case c.opening:
		c.opening = false
		l.rawCounts.fail(slot{c.dialed, c.dialed}, failureKey(stage, err))
	case c.count == 0 && l.socket != nil && l.sending():
		l.begin(l.now)
		l.rawCounts.fail(slot{l.now, l.now}, failureKey(stage, err))
	default:
		return
	}
	l.full = l.now // what is late now, is late because of it
}

// shaken lets messages begin on c.
func (l *rawLoop) shaken(c *rawConn) bool {
	if missing := l.socket.missing(c.client.Deflated, c.client.Protocol); missing != nil {
		l.fail(c, Handshake, missing)
		return false
	}
	l.links.secured(l.now - c.began)
	c.opening = false
	l.leave()
	c.slow = l.socket.Deflate
	if c.slow {
		c.frames = newFrameReader(l.socket, &c.client.Agreed)
	}
	c.state, c.client = live, nil
	l.full = l.now // what is late was late because of the handshake
	for range l.Depth {
		l.release(c)
	}
	return true
}

func newFrameReader(p *socketPlan, agreed *websocket.Deflate) *frameReader {
	f := &frameReader{Decoder: websocket.Decoder{Server: true, AnyText: true, Deflate: p.Deflate}}
	// Beyond that no compression grows a message: RFC 1951, 3.2.4.
	f.MaxMessage = int64(p.Size + p.Size/1024 + 64)
	if agreed != nil {
		f.inflater = websocket.Inflater{Bits: agreed.ServerBits, NoTakeover: agreed.ServerNoTakeover}
	}
	return f
}

// readEchoes compares what came with what must come.
func (l *rawLoop) readEchoes(c *rawConn, b []byte) (n int, on bool) {
	want, messages := l.echoes.next(c.place, c.matched, int(c.count))
	n = min(len(b), len(want))
	if !bytes.Equal(b[:n], want[:n]) {
		return l.readOtherwise(c, b)
	}
	if n == len(want) {
		c.matched = 0
	} else {
		size := l.echoes.size(0) // they all have the same
		messages = (c.matched + n) / size
		c.matched = (c.matched + n) % size
	}
	for range messages {
		l.succeed(l.pop(c), int64(l.socket.Size))
		l.release(c)
	}
	if messages > 0 {
		l.countAnswer(c, int64(messages))
	}
	return n, true
}

// readOtherwise goes on frame by frame, from the start of the message on.
func (l *rawLoop) readOtherwise(c *rawConn, b []byte) (n int, on bool) {
	c.slow = true
	if c.matched == 0 {
		return l.advanceSocket(c, b)
	}
	start, _ := l.echoes.next(c.place, 0, 1)
	whole := append(bytes.Clone(start[:c.matched]), b...)
	c.matched = 0
	l.advanceAll(c, whole)
	return len(b), true
}

// readFrame reads a frame, or a part of one, from the front of b; n is 0 while
// there is none.
func (l *rawLoop) readFrame(c *rawConn, b []byte) (n int, on bool) {
	if c.frames == nil {
		c.frames = newFrameReader(l.socket, nil)
	}
	c.slow = true
	f := c.frames
	n, wrong := f.Decode(b)
	switch {
	case wrong != 0:
		l.fail(c, Echo, wrong)
		return 0, false
	case n == 0:
		return 0, true
	case f.Opcode.Control():
		return n, l.control(c, f)
	case c.count == 0:
		l.fail(c, Echo, unaskedCause)
		return 0, false
	}
	f.add(payloadAt(l.echoes, c.place, l.socket.Size))
	if f.End() {
		l.endMessage(c, f)
	}
	return n, c.state == live
}

// control answers a control frame and reports whether the connection goes on.
func (l *rawLoop) control(c *rawConn, f *frameReader) bool {
	switch f.Opcode {
	case websocket.Ping: // RFC 6455, 5.5.2: it MUST be answered with a Pong of the same payload.
		c.out = websocket.AppendMaskedFrame(c.out, websocket.Pong, l.random.Uint32(), f.Payload)
	case websocket.Close:
		code, _, wrong := websocket.ParseClose(f.Payload)
		l.takeLeave(c)
		if wrong != 0 {
			l.fail(c, Echo, wrong)
		} else {
			l.fail(c, Echo, closeCause(code))
		}
		return false
	}
	return true
}

// add holds the next part of a message against what it must be.
func (f *frameReader) add(want []byte) {
	if f.Compressed {
		f.packed = append(f.packed, f.Payload...)
		return
	}
	f.compare(f.Payload, want)
}

func (f *frameReader) compare(part, want []byte) {
	end := f.got + len(part)
	f.wrong = f.wrong || end > len(want) || !bytes.Equal(part, want[f.got:end])
	f.got = end
}

// endMessage counts the message that ended.
func (l *rawLoop) endMessage(c *rawConn, f *frameReader) {
	if f.Compressed {
		want := payloadAt(l.echoes, c.place, l.socket.Size)
		var wrong websocket.Error
		if f.plain, wrong = f.inflater.Inflate(f.plain[:0], f.packed, l.socket.Size+1); wrong != 0 {
			l.fail(c, Echo, wrong)
			return
		}
		f.compare(f.plain, want)
	}
	s := l.pop(c)
	if f.wrong || f.got != l.socket.Size || f.Message != l.socket.opcode() {
		l.rawCounts.fail(s, failureKey(Echo, contentCause))
	} else {
		l.succeed(s, int64(l.socket.Size))
	}
	l.release(c)
	l.countAnswer(c, 1)
	f.got, f.wrong, f.packed = 0, false, f.packed[:0]
	c.slow = l.socket.Deflate
}

// takeLeave says that no message will follow, if it can be said at once.
func (l *rawLoop) takeLeave(c *rawConn) {
	if l.socket != nil && c.state == live && c.offset == 0 {
		var frame [websocket.MaxHeader + websocket.MaxControl]byte
		transmit(c.fd, websocket.AppendMaskedClose(frame[:0], l.random.Uint32(), websocket.NormalClosure, ""))
	}
}
