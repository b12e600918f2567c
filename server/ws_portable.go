package server

import (
	"time"

	"github.com/httpdlab/httpdlab/server/websocket"
)

// closingTimeout bounds the wait for the answer to a Close frame.
func closingTimeout(c *Config) time.Duration {
	if c.LingerTimeout == 0 {
		return time.Millisecond
	}
	return c.LingerTimeout
}

// nudge is called from any goroutine.
func (p *portable) nudge(s *Session) {
	go func() {
		c := s.socket.Load()
		if c == nil {
			return // it is about to be one, and will look by itself
		}
		c.trySend()
		if c.closing.Load() {
			s.whileOpen(func() { s.link.bound(false, after(closingTimeout(&p.server.cfg))) })
		}
	}()
}

// converse serves a socket to its end.
func (p *portable) converse(s *Session, r *Request) {
	c := s.socket.Load()
	p.setBusy(s, false)
	if p.stopped() {
		c.Close(websocket.GoingAway, "")
	}
	for {
		used, n := c.serve(r, s.in)
		s.in = s.in[:copy(s.in, s.in[used:])]
		switch {
		case n == nextClose || s.aborted.Load():
			return
		case n == nextLinger:
			p.linger(s)
			return
		}
		if !p.receiveFrames(s, r, c) {
			return
		}
	}
}

// receiveFrames waits for more of what the peer sends, and pings it when it is silent for too long.
func (p *portable) receiveFrames(s *Session, r *Request, c *Socket) bool {
	if len(s.in) == 0 {
		giveBuffer(s.in)
		s.in = takeBuffer(4 << 10)
	}
	s.in = roomFor(s.in, 512)
	for {
		p.boundFrames(s, c)
		n, err := s.receive(s.in[len(s.in):cap(s.in)])
		if n > 0 {
			s.in = s.in[:len(s.in)+n]
			p.touch(s)
			return true
		}
		if !isTimeout(err) || s.aborted.Load() || c.pinged || c.closing.Load() {
			return false
		}
		c.pinged = true
		r.out = websocket.AppendFrame(r.out, PingFrame, nil)
		if c.flush(r, nil) != nil {
			return false
		}
	}
}

// boundFrames sets the deadline of the next frame. What Close sets meanwhile is not to be overwritten.
func (p *portable) boundFrames(s *Session, c *Socket) {
	for {
		closing := c.closing.Load()
		switch {
		case closing && c.closeBy.IsZero():
			c.closeBy = after(closingTimeout(&p.server.cfg))
			fallthrough
		case closing:
			s.link.bound(false, c.closeBy)
		case c.pinged:
			s.link.bound(false, after(p.server.cfg.PongTimeout))
		default:
			s.link.bound(false, after(p.server.cfg.PingInterval))
		}
		if c.closing.Load() == closing {
			return
		}
	}
}
