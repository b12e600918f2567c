package server

import "github.com/httpdlab/httpdlab/server/websocket"

// Close sends a Close frame with this code and at most 123 bytes of the reason, behind what is queued, and ends the
// connection when the client has answered, or after Config.LingerTimeout. A code that must not be sent makes a Close
// without one. What is sent later is refused.
func (c *Socket) Close(code int, reason string) {
	for _, w := range c.queueClose(code, reason) {
		w.done(ErrClosed)
	}
}

// queueClose returns the notices of those messages that will not be sent.
func (c *Socket) queueClose(code int, reason string) (dropped []notice) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.over || !c.closing.CompareAndSwap(false, true) {
		return nil
	}
	if c.fragmented { // the message will not end, so that no other can be sent
		dropped = c.dropWaiting()
	}
	before := len(c.waiting)
	c.waiting = websocket.AppendClose(roomFor(c.waiting, websocket.MaxHeader+websocket.MaxControl), code, reason)
	c.queued += uint64(len(c.waiting) - before)
	c.nudge()
	return dropped
}

// dropWaiting forgets what waits, and returns the notices for it; c.mu is held.
func (c *Socket) dropWaiting() []notice {
	c.queued -= uint64(len(c.waiting))
	c.waiting = c.waiting[:0]
	n := 0
	for n < len(c.notices) && c.notices[n].at <= c.queued {
		n++
	}
	dropped := c.notices[n:]
	c.notices = c.notices[:n:n]
	return dropped
}

// closed answers the client's Close (RFC 6455, 5.5.1), and has the connection closed: the server goes first (7.1.1).
func (c *Socket) closed(r *Request) next {
	code, reason, err := websocket.ParseClose(c.decoder.Payload)
	if err != 0 {
		return c.fail(r, err.Code(), err.Error())
	}
	c.code, c.reason = code, string(reason)
	if c.route.WebSocket.ControlFrames && !c.closing.Load() {
		if n := c.handle(r, CloseFrame, c.decoder.Payload, true, true); n != nextMore {
			return n
		}
	}
	return c.fail(r, code, "")
}

// shut ends the socket after its handler has returned err: with a Close, whose answer is awaited.
func (c *Socket) shut(r *Request, err error) next {
	if r.broken != nil {
		return nextClose
	}
	c.Close(codeOf(err))
	return nextMore
}

// fail sends a Close, unless one was sent, as the last frame, and has the connection closed (RFC 6455, 7.1.7).
func (c *Socket) fail(r *Request, code int, reason string) next {
	if !r.inline {
		c.Close(code, reason)
		return nextLinger
	}
	// What others have queued goes first: our Close may be in it.
	b, to := c.takeWaiting()
	r.out = append(roomFor(r.out, len(b)), b...)
	giveBuffer(b)
	c.moved = to
	if c.closing.CompareAndSwap(false, true) {
		r.out = websocket.AppendClose(roomFor(r.out, websocket.MaxHeader+websocket.MaxControl), code, reason)
	}
	return nextLinger
}
