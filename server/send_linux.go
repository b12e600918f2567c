package server

// send sends p; s keeps what the peer does not take now.
func (l *loop) send(s *Session, p []byte) {
	if s.extra.Load() == nil { // the short way: after a call of the kernel every function costs
		n, _ := sendto(int(s.fd), p)
		if n == len(p) {
			return
		}
		p = p[max(n, 0):]
	}
	for len(p) > 0 {
		n, err := s.transmit(p, nil)
		if err == ErrWouldBlock {
			s.out = append(takeBuffer(len(p)), p...)
			return
		}
		if err != nil || n <= 0 {
			l.drop(s)
			return
		}
		p = p[n:]
	}
}

// sendOut sends what r has written.
func (l *loop) sendOut(s *Session, r *Request) {
	if len(r.out) > 0 {
		l.send(s, r.out)
	}
	if r.constant != nil && !s.gone.Load() {
		l.keepConstant(s, r)
	}
	r.out, r.constant, r.blocked = r.out[:0], nil, false
}

// keepConstant leaves in s what is left of r's constant text.
func (l *loop) keepConstant(s *Session, r *Request) {
	if len(s.out) > 0 {
		s.follows = r.constant
	} else {
		s.out, s.sent, s.constant = r.constant, 0, true
	}
	if r.paused { // no event will tell that the peer takes more
		l.post(mail{session: s, proceed: true})
	}
}

// drainOut sends more of s.out and reports whether all of it is sent and s goes on.
func (l *loop) drainOut(s *Session) bool {
	for turn := 0; s.sent < len(s.out); {
		if turn >= sendTurn {
			l.post(mail{session: s, proceed: true})
			return false
		}
		n, err := s.transmit(s.out[s.sent:], s.follows)
		if err == ErrWouldBlock {
			return false
		}
		if err != nil {
			l.drop(s)
			return false
		}
		turn += n
		s.sent += n
		if s.follows != nil && s.sent >= len(s.out) {
			giveBuffer(s.out)
			s.sent -= len(s.out)
			s.out, s.follows, s.constant = s.follows, nil, true
		}
		l.enter(s, phaseSend, l.now)
	}
	s.freeOut()
	l.settle(s, true)
	return l.owns(s)
}
