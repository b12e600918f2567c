package server

import (
	"syscall"
	"time"
)

// A loop serves the sessions that are ready in strides: it receives what a few of them have sent, then serves all of
// that, then sends all replies. Between two calls of the kernel little of a server stays in the processor's nearest
// caches, so that the same thing done several times costs less than one thing after the other.
//
// A stride is short beside what is ready: until it ends, none of its peers has anything to do, and a peer that runs out
// of work sleeps. With few connections a loop that served all of them at once would find nothing ready afterwards and
// sleep, too; then each waits for the other to wake up, which takes longer than to serve a request.
const (
	strideLength = 16                    // sessions, at most
	strideShare  = 4                     // one of so many that are ready
	strideBytes  = 16 << 10              // received: with so many the stride is long enough
	strideReply  = 4 << 10               // bytes; a longer reply does not wait for others
	strideTime   = 50 * time.Microsecond // for the handlers of all; if they take longer, replies do not wait
	strideHaste  = 16                    // for the next so many strides
)

// A stride is the one under way. All of it is here because a handler that blocks leaves the loop to another goroutine.
type stride struct {
	turns    [strideLength]turn
	received int // turns[served:received] are to be served
	served   int
	sent     int    // turns[sent:served] have their replies still here
	taken    int    // bytes of the loop's buffer that hold what was received
	replies  []byte // not sent yet
	began    time.Duration
	hasty    int // strides in which no reply waits for others
}

// A turn is one session's part of a stride.
type turn struct {
	session  *Session
	from, to int  // what was received, in the loop's buffer
	more     bool // there may be more to be received
	reply    int  // how much of the stride's replies is this session's
}

// receiveStride receives from the next sessions, up to the first of which an event says more than that it has sent
// something.
func (l *loop) receiveStride() {
	t := &l.stride
	length := min(max(l.n/strideShare, 1), strideLength)
	for l.at < l.n && t.received < length && t.taken < strideBytes {
		s := l.waiting(&l.events[l.at])
		if s == nil {
			return
		}
		n, _ := recvfrom(int(s.fd), l.space()[:strideBytes])
		if n <= 0 {
			return // serveSession sees why
		}
		l.at++
		t.turns[t.received] = turn{session: s, from: t.taken, to: t.taken + n, more: n == strideBytes}
		t.received++
		t.taken += n
	}
}

// waiting returns the session of an event that says no more than that something came for a session that waits for it,
// else nil.
func (l *loop) waiting(ev *syscall.EpollEvent) *Session {
	if int(ev.Fd) >= len(l.sessions) || ev.Events&(hangupEvents|syscall.EPOLLIN) != syscall.EPOLLIN {
		return nil
	}
	s := l.sessions[ev.Fd]
	if s == nil || s.generation != ev.Pad || s.phase != phaseIdle && s.phase != phaseSocket ||
		len(s.in) > 0 || len(s.out) > 0 || s.extra.Load() != nil {
		return nil
	}
	return s
}

// space is where the loop can receive to: behind what it has received and not served yet.
func (l *loop) space() []byte { return l.buf[l.taken : l.taken+receiveSize] }

// giveReceived gives away the loop's buffer, with data as its end; the turns to come are in the new one.
func (l *loop) giveReceived(data []byte) []byte {
	old := l.buf
	l.buf = takeBuffer(bufferSize)
	copy(l.buf[:l.taken], old[:l.taken])
	return old[:cap(old)-cap(data)+len(data)]
}

// serveStride serves what was received and sends the replies. It returns false when another goroutine runs the loop
// now.
func (l *loop) serveStride() bool {
	t := &l.stride
	if t.received == 0 {
		return true
	}
	if t.received > 1 && t.served == 0 {
		t.began = l.time()
	}
	for t.served < t.received {
		now := &t.turns[t.served]
		t.served++
		if !l.process(now.session, l.buf[now.from:now.to], now) {
			return false
		}
		if now.more && l.owns(now.session) && !l.serveSession(now.session, syscall.EPOLLIN) {
			return false
		}
	}
	if t.hasty > 0 {
		t.hasty--
	} else if len(t.replies) > 0 && l.time()-t.began > strideTime {
		t.hasty = strideHaste
	}
	l.sendStride()
	t.received, t.served, t.sent, t.taken = 0, 0, 0, 0
	return true
}

// putOff keeps the reply in r.out to be sent with those of other sessions, if there are any and this one goes on.
func (l *loop) putOff(s *Session, r *Request, now *turn) bool {
	t := &l.stride
	if now == nil || now.more || t.received == 1 || t.hasty > 0 || len(r.out) > strideReply {
		return false
	}
	if r.blocked || r.broken != nil || s.parting != stay || l.stopping || s.extra.Load() != nil {
		return false
	}
	now.reply = len(r.out)
	t.replies = append(t.replies, r.out...)
	r.out = r.out[:0]
	return true
}

// sendStride sends the replies of the turns that were served.
func (l *loop) sendStride() {
	t := &l.stride
	rest := t.replies
	for ; t.sent < t.served; t.sent++ {
		now := &t.turns[t.sent]
		reply := rest[:now.reply]
		rest = rest[now.reply:]
		if s := now.session; len(reply) > 0 && !s.gone.Load() {
			l.send(s, reply)
			if len(s.out) > 0 {
				l.settle(s, true)
			}
		}
	}
	t.replies = t.replies[:0]
}
