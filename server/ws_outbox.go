package server

import (
	"sync"
	"sync/atomic"
)

// outbox holds the frames that other goroutines send.
type outbox struct {
	mu      sync.Mutex
	waiting []byte   // whole frames
	queued  uint64   // bytes that were ever put into waiting
	sent    uint64   // bytes of them that the kernel has taken
	nudged  bool     // the engine knows that something waits
	over    bool     // the session has ended
	notices []notice // in the order of at
	room    chan struct{}

	closing    atomic.Bool // a Close frame is queued or sent
	closeTaken bool        // it was taken from waiting; for whoever sends
	fragmented bool        // the handler is in the middle of a message; the owner's, changed under mu
	held       bool        // the handler has written what goes before all that waits; likewise

	// Whoever sends while no loop has the session holds sending, for whole frames.
	sending  sync.Mutex
	flying   []byte // taken from waiting; the kernel took flying[:flown]
	flown    int
	flyingTo uint64 // sent, when all of flying is

	moved uint64 // sent, when the session's out is; the owner's
}

// A notice is a callback for when sent reaches at.
type notice struct {
	at   uint64
	done func(error)
}

// nudge has the engine send what waits; c.mu is held.
func (c *Socket) nudge() {
	if !c.nudged && c.sendable() {
		c.nudged = true
		c.session.home.nudge(c.session)
	}
}

// setFragmented begins or ends a message of several frames, between which no other message may come.
func (c *Socket) setFragmented(on bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.fragmented = on
	if len(c.waiting) > 0 {
		c.nudge()
	}
}

// awaitRoom returns a channel that is closed when something of what waits was sent.
func (c *Socket) awaitRoom() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.room == nil {
		c.room = make(chan struct{})
		if c.over || c.queued == c.sent {
			close(c.room)
			defer func() { c.room = nil }()
		}
	}
	return c.room
}

// takeWaiting takes what waits, to be sent by the caller; it returns nil if there is nothing.
func (c *Socket) takeWaiting() (b []byte, to uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.nudged = false
	if !c.sendable() {
		return nil, c.sent
	}
	b, c.waiting = c.waiting, nil
	c.closeTaken = c.closeTaken || c.closing.Load() && len(b) > 0
	return b, c.queued
}

// sendable reports whether what waits may be sent now; c.mu is held.
func (c *Socket) sendable() bool { return !c.held && (!c.fragmented || c.closing.Load()) }

// hold keeps what waits until the handler's own is sent.
func (c *Socket) hold(on bool) {
	c.mu.Lock()
	c.held = on
	c.mu.Unlock()
}

// takeFlying is takeWaiting for the loop, which takes the session over: what the kernel took in part comes first.
func (c *Socket) takeFlying() (b []byte, to uint64) {
	c.sending.Lock()
	defer c.sending.Unlock()
	if c.flown < len(c.flying) {
		b, to = append(takeBuffer(len(c.flying)), c.flying[c.flown:]...), c.flyingTo
		giveBuffer(c.flying)
		c.flying, c.flown = nil, 0
		return b, to
	}
	b, to = c.takeWaiting()
	if len(b) == 0 {
		giveBuffer(b)
		return nil, to
	}
	return b, to
}

// delivered notes how far the kernel has taken what was queued.
func (c *Socket) delivered(to uint64) {
	c.mu.Lock()
	if to <= c.sent {
		c.mu.Unlock()
		return
	}
	c.sent = to
	n := 0
	for n < len(c.notices) && c.notices[n].at <= to {
		n++
	}
	due := c.notices[:n:n]
	if c.notices = c.notices[n:]; len(c.notices) == 0 {
		c.notices = nil
	}
	if c.room != nil {
		close(c.room)
		c.room = nil
	}
	c.mu.Unlock()
	for _, w := range due {
		w.done(nil)
	}
}

// sendFlying sends what waits, as far as the kernel takes it; c.sending is held.
func (c *Socket) sendFlying() error {
	for {
		for c.flown < len(c.flying) {
			n, err := c.session.transmit(c.flying[c.flown:], nil)
			if n <= 0 {
				return err
			}
			c.flown += n
		}
		if c.flying != nil {
			giveBuffer(c.flying)
			c.delivered(c.flyingTo)
		}
		c.flown = 0
		if c.flying, c.flyingTo = c.takeWaiting(); len(c.flying) == 0 {
			return nil
		}
	}
}

// flush sends what r has written, then p, and then what waits, if no loop does that.
func (c *Socket) flush(r *Request, p []byte) error {
	err := c.flushLocked(r, p)
	c.sendMissed()
	return err
}

func (c *Socket) flushLocked(r *Request, p []byte) error {
	c.sending.Lock()
	defer c.sending.Unlock()
	if r.inline {
		return r.flush(p)
	}
	c.hold(true)
	err := c.flushFlying(r) // a frame that the kernel took in part
	if c.closeTaken {       // RFC 6455, 5.5.1: nothing is sent after a Close.
		r.out, p = r.out[:0], nil
	}
	if err == nil {
		err = r.flush(p)
	}
	c.hold(false)
	if err == nil {
		err = c.flushFlying(r)
	}
	return err
}

// flushFlying sends what waits, if it is not held, and waits until it is sent.
func (c *Socket) flushFlying(r *Request) error {
	deadline := after(r.server.cfg.SendTimeout)
	c.session.link.bound(true, deadline)
	for {
		err := c.sendFlying()
		if err == ErrWouldBlock {
			if err = r.pause(deadline); err == nil {
				continue
			}
		}
		if err != nil {
			return r.breakOff(err)
		}
		return nil
	}
}

// trySend sends what waits while a request has the session, unless somebody is sending: then that one will do it.
func (c *Socket) trySend() {
	for c.sending.TryLock() {
		c.session.link.bound(true, after(c.session.server.cfg.SendTimeout))
		err := c.sendFlying()
		c.sending.Unlock()
		if err != nil && err != ErrWouldBlock {
			c.session.Close()
		}
		if err != nil || !c.missed() {
			return
		}
	}
}

// sendMissed sends what trySend left to the caller, who was sending.
func (c *Socket) sendMissed() {
	if c.session.owner.Load() != nil && c.missed() {
		c.trySend()
	}
}

func (c *Socket) missed() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.waiting) > 0 && c.sendable()
}

// endQueue tells those who wait that the session has ended.
func (c *Socket) endQueue() {
	c.sending.Lock()
	giveBuffer(c.flying)
	c.flying, c.flown = nil, 0
	c.sending.Unlock()
	c.mu.Lock()
	c.over = true
	giveBuffer(c.waiting)
	due, room := c.notices, c.room
	c.waiting, c.notices, c.room = nil, nil, nil
	c.mu.Unlock()
	if room != nil {
		close(room)
	}
	for _, w := range due {
		w.done(ErrClosed)
	}
}
