package server

import (
	"bytes"
	"syscall"
)

// serveSession goes on with a session of which the kernel said that something can be read or written, or that
// its last request is over. It returns false when another goroutine runs the loop now.
func (l *loop) serveSession(s *Session, events uint32) bool {
	if events&hangupEvents != 0 {
		s.ended = true
	}
	if s.phase == phaseLinger {
		l.skip(s)
		return true
	}
	if len(s.out) > 0 {
		if !l.drainOut(s) {
			return true
		}
		if !l.sendQueued(s) {
			return true
		}
		events |= syscall.EPOLLIN // nothing was received meanwhile, and no other edge will say so
		if len(s.in) > 0 {        // requests that waited for the peer to read
			if !l.process(s, s.in, nil) {
				return false
			}
		}
	}
	if events&(syscall.EPOLLIN|hangupEvents|eventsMissed) == 0 {
		return true
	}
	for l.owns(s) && len(s.out) == 0 {
		room := l.receiveBuffer(s)
		n, err := s.receive(room)
		if err == ErrWouldBlock {
			return true
		}
		if n <= 0 || err != nil {
			l.drop(s)
			return true
		}
		data := room[:n]
		if len(s.in) > 0 {
			s.in = s.in[:len(s.in)+n]
			data = s.in
		}
		if l.worthwhile(s, data, n) && !l.process(s, data, nil) {
			return false
		}
		// A short read emptied the socket: more bytes raise another edge. The end of the stream may not.
		if n < len(room) && events&(hangupEvents|eventsMissed) == 0 && s.extra.Load() == nil {
			return true
		}
	}
	return true
}

// owns reports whether s is still the loop's to serve.
func (l *loop) owns(s *Session) bool {
	return s.phase != phaseNone && s.phase != phaseLinger && !s.gone.Load()
}

// receiveBuffer returns where the next bytes go: behind those that wait, or into the loop's own buffer.
func (l *loop) receiveBuffer(s *Session) []byte {
	if len(s.in) == 0 {
		return l.space()
	}
	if len(s.in) == cap(s.in) {
		s.in = roomFor(s.in, max(512, growth(int64(len(s.in)), int64(s.need))))
	}
	return s.in[len(s.in):cap(s.in)]
}

// worthwhile reports whether the last n bytes of data may complete a request. It keeps a client that sends a byte
// at a time from having its head parsed for each of them.
func (l *loop) worthwhile(s *Session, data []byte, n int) bool {
	if s.socket.Load() != nil {
		return true
	}
	if s.need > 0 && len(data) < s.need {
		if l.account(s) {
			l.enter(s, phaseBody, l.now)
		}
		return false
	}
	if len(data) == n || s.need > 0 || len(data) >= l.server.cfg.MaxHeader {
		return true
	}
	return bytes.IndexByte(data[len(data)-n:], '\n') >= 0
}

// process serves the requests in data, which is s.in or in the loop's buffer; now is the session's turn in a stride, or
// nil. It returns false when another goroutine runs the loop now.
func (l *loop) process(s *Session, data []byte, now *turn) bool {
	r := l.req
	r.session = s
	used, n := r.serve(data)
	if !r.inline {
		r.leave(n)
		return false
	}
	if n == nextAside {
		l.sendAside(s, r)
		return true
	}
	l.keepRest(s, data[used:])
	if n != nextMore || !l.putOff(s, r, now) {
		l.sendOut(s, r)
	}
	switch {
	case s.gone.Load():
	case n == nextClose || r.broken != nil:
		s.parting = hangUp
	case n == nextLinger:
		s.parting = lingerOn
	}
	r.broken = nil
	l.settle(s, used > 0)
	return true
}

// keepRest leaves in s.in what was received and not used.
func (l *loop) keepRest(s *Session, rest []byte) {
	switch {
	case len(s.in) > 0 && len(rest) > 0:
		if len(rest) < len(s.in) {
			s.in = s.in[:copy(s.in, rest)]
		}
	case len(rest) > 0:
		s.in = append(takeBuffer(len(rest)+growth(int64(len(rest)), int64(s.need))), rest...)
	case s.in != nil:
		giveBuffer(s.in)
		s.in = nil
	}
}

// settle puts s on the list of what it waits for now.
func (l *loop) settle(s *Session, progress bool) {
	switch {
	case s.gone.Load() || !l.account(s):
	case len(s.out) > 0:
		l.enter(s, phaseSend, l.now)
	case s.parting != stay || l.stopping && s.socket.Load() == nil:
		l.part(s)
	case s.socket.Load() != nil:
		l.enterSocket(s)
	case len(s.in) == 0:
		l.enter(s, phaseIdle, l.now)
	case s.need > 0:
		l.enter(s, phaseBody, l.now)
	case s.phase != phaseHead || progress:
		l.enter(s, phaseHead, l.now)
	}
}

// account adds what the session's buffers hold to the server's sum, and closes the session if that is too much.
func (l *loop) account(s *Session) bool {
	held := cap(s.in)
	if !s.constant {
		held += cap(s.out)
	}
	if held == s.held {
		return true
	}
	more := held > s.held
	sum := l.server.held.Add(int64(held - s.held))
	s.held = held
	if more && sum > l.server.cfg.MaxHeld {
		l.drop(s)
		return false
	}
	return true
}

// part ends a session whose last response is sent.
func (l *loop) part(s *Session) {
	if s.parting == hangUp || l.timeouts[phaseLinger] == 0 || s.link.closeWrite() != nil {
		l.drop(s)
		return
	}
	giveBuffer(s.in)
	s.in = nil
	l.enter(s, phaseLinger, l.now)
	l.skip(s)
}

// skip drops what the peer sends after the last response. Closing at once would answer it with RST, which can
// destroy the response on its way (RFC 9112, 9.6).
func (l *loop) skip(s *Session) {
	for s.drained < lingerLimit {
		n, err := s.link.recv(l.space())
		if err == ErrWouldBlock {
			return
		}
		if err != nil {
			break
		}
		s.drained += n
	}
	l.drop(s)
}

// drop closes a session that the loop owns.
func (l *loop) drop(s *Session) {
	if s.gone.Load() {
		return
	}
	l.leave(s)
	l.server.held.Add(-int64(s.held))
	l.place(int(s.fd), nil)
	if s.taken {
		l.remove(int(s.fd)) // a duplicate lives on, and would go on raising events
	}
	l.count--
	s.finish()
	if l.pausedUntil > 0 {
		l.resume()
	}
}

// abort ends s at once, or makes its handler notice that it is to end.
func (l *loop) abort(s *Session) {
	if s.gone.Load() {
		return
	}
	s.aborted.Store(true)
	if owner := s.owner.Load(); owner != nil {
		s.link.abort()
		owner.ready(true)
		return
	}
	l.drop(s)
}

// timeOut ends a session whose deadline has come; a request that was begun is answered 408.
func (l *loop) timeOut(s *Session) bool {
	if s.phase == phaseSocket {
		l.ping(s)
		return true
	}
	if s.phase != phaseHead && s.phase != phaseBody {
		l.drop(s)
		return true
	}
	r := l.req
	r.session = s
	r.forget()
	r.data = nil
	n := r.refuse(nil, 408)
	if !r.inline {
		r.leave(n)
		return false
	}
	giveBuffer(s.in)
	s.in, s.need = nil, 0
	l.sendOut(s, r)
	r.broken = nil
	s.parting = lingerOn
	l.settle(s, true)
	return true
}

// sendAside gives s and the request r, which admit has prepared, to a goroutine.
func (l *loop) sendAside(s *Session, r *Request) {
	if !l.server.claimAside() {
		r.closing = true
		r.answered(r.Fail(503))
		l.keepRest(s, nil)
		l.sendOut(s, r)
		s.parting = lingerOn
		l.settle(s, true)
		return
	}
	r.keepCopy()
	l.keepRest(s, nil)
	l.setAside(r)
	r.inline = false
	l.adoptRequest()
	go r.goAside()
}

// setAside notes that r has its session now.
func (l *loop) setAside(r *Request) {
	s := r.session
	l.leave(s)
	if s.ended {
		s.hangUp() // no other event will tell
	}
	s.owner.Store(r)
}

// handOver lets a new goroutine run the loop: the calling one stays with r.
func (l *loop) handOver(r *Request) {
	s := r.session
	l.setAside(r)
	if len(s.in) > 0 {
		r.own, s.in = s.in, nil
	} else {
		r.own = l.giveReceived(r.data)
	}
	l.adoptRequest()
	go l.goOn()
}

// release is called by the goroutine of r when its exchange is over.
func (l *loop) release(r *Request) { l.post(mail{request: r}) }

// takeBack goes on with the session of r, which another goroutine has served.
func (l *loop) takeBack(r *Request) bool {
	s := r.session
	s.owner.Store(nil)
	giveRequest(r)
	if s.aborted.Load() {
		l.drop(s)
		return true
	}
	l.settle(s, true)
	if !l.owns(s) || !l.sendQueued(s) {
		return true
	}
	if len(s.in) > 0 && !l.process(s, s.in, nil) {
		return false
	}
	if !l.owns(s) {
		return true
	}
	return l.serveSession(s, eventsMissed)
}

func (l *loop) trigger(s *Session) { l.post(mail{session: s, close: true}) }
func (l *loop) touch(s *Session)   { l.post(mail{session: s, touch: true}) }

// The loop hears of the end of a connection also while a handler has it.
func (l *loop) watch(*Request) {}
