package server

import (
	"context"
	"errors"
	"fmt"

	"github.com/httpdlab/httpdlab/server/websocket"
)

// ErrBacklog says that Config.MaxPending bytes wait for the client already.
var ErrBacklog = errors.New("the client is too far behind")

// Send queues a message, whole, from any goroutine, and does not wait. It takes a copy of payload. A text must be
// UTF-8. It returns ErrBacklog when Config.MaxPending bytes are queued, and ErrClosed after the end.
func (c *Socket) Send(t FrameType, payload []byte) error { return c.enqueue(t, payload, nil, nil) }

// SendNotify is Send, and calls done once: with nil when the kernel has taken the message, with an error when the
// session has ended before. done runs where the session's bytes are moved and must not wait.
func (c *Socket) SendNotify(t FrameType, payload []byte, done func(error)) error {
	return c.enqueue(t, payload, nil, done)
}

// SendWait is Send, but waits for room until ctx ends. A handler that is not Blocking must not call it.
func (c *Socket) SendWait(ctx context.Context, t FrameType, payload []byte) error {
	for {
		err := c.enqueue(t, payload, nil, nil)
		if !errors.Is(err, ErrBacklog) {
			return err
		}
		select {
		case <-c.awaitRoom():
		case <-ctx.Done():
			return fmt.Errorf("send on a WebSocket: %w", ctx.Err())
		}
	}
}

// Ping queues a ping with at most 125 bytes of payload. The session's keep-alive does so by itself.
func (c *Socket) Ping(payload []byte) error { return c.enqueue(PingFrame, payload, nil, nil) }

// Pending returns how many bytes of Send wait for the client.
func (c *Socket) Pending() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return int(c.queued - c.sent)
}

// Prepared is a message that is encoded once for many sockets.
type Prepared struct {
	plain      []byte
	compressed []byte // as one message for itself; nil if that is no shorter
}

// Prepare encodes a message. A text must be UTF-8.
func Prepare(t FrameType, payload []byte) (*Prepared, error) {
	if t != TextFrame && t != BinaryFrame {
		return nil, fmt.Errorf("prepare a message of type %v: it must be text or binary: %w", t, ErrInvalid)
	}
	p := &Prepared{plain: websocket.AppendFrame(nil, t, payload)}
	z := websocket.Deflater{NoTakeover: true, Bits: preparedBits}
	text := z.Deflate(nil, payload)
	if len(text) < len(payload) {
		h := websocket.Header{Final: true, RSV1: true, Opcode: t, Length: int64(len(text))}
		p.compressed = append(websocket.AppendHeader(nil, h), text...)
	}
	return p, nil
}

// preparedBits is the window of prepared messages: clients with a smaller one get them plain.
const preparedBits = 12

// SendPrepared is Send for a prepared message.
func (c *Socket) SendPrepared(p *Prepared) error {
	frame := p.plain
	if d := c.deflate; d != nil && d.out.NoTakeover && d.out.Bits >= preparedBits && p.compressed != nil {
		frame = p.compressed
	}
	return c.enqueue(TextFrame, nil, frame, nil)
}

// Broadcast sends a message, encoded once, to the sockets of the endpoint registered for path, and returns how many
// took it.
func (s *Server) Broadcast(path string, t FrameType, payload []byte) (n int, err error) {
	p, err := Prepare(t, payload)
	if err != nil {
		return 0, err
	}
	for _, c := range s.Sockets(path) {
		if c.SendPrepared(p) == nil {
			n++
		}
	}
	return n, nil
}

// enqueue puts a message, or a frame that is encoded already, behind the others. With context takeover only the
// owner can compress: the order of compression must be that of the wire.
func (c *Socket) enqueue(t FrameType, payload, frame []byte, done func(error)) error {
	if err := checkFrame(t, payload); err != nil {
		return err
	}
	size := len(frame) + len(payload)
	c.mu.Lock()
	defer c.mu.Unlock()
	backlog := int(c.queued - c.sent)
	switch {
	case c.over || c.closing.Load():
		return ErrClosed
	case backlog > 0 && backlog+size > c.session.server.cfg.MaxPending:
		return ErrBacklog
	}
	before := len(c.waiting)
	c.waiting = roomFor(c.waiting, size+websocket.MaxHeader)
	if frame != nil {
		c.waiting = append(c.waiting, frame...)
	} else {
		c.waiting = websocket.AppendFrame(c.waiting, t, payload)
	}
	c.queued += uint64(len(c.waiting) - before)
	if done != nil {
		c.notices = append(c.notices, notice{c.queued, done})
	}
	c.nudge()
	return nil
}
