package server

import "time"

// A phase is what a session waits for. All sessions of a loop in the same phase have the same timeout, so a
// list in order of arrival is in order of deadlines: starting, stopping and expiring a deadline are O(1).
type phase uint8

const (
	phaseNone    phase = iota // in the hands of a handler on its own goroutine
	phaseIdle                 // for the first byte of a request; its list is the LRU order
	phaseHead                 // for the rest of a head
	phaseBody                 // for the rest of a body that is collected before the handler runs
	phaseSend                 // for the peer to take the response
	phaseLinger               // for the peer to close
	phaseSocket               // for a WebSocket frame
	phasePong                 // for a WebSocket frame, after a ping
	phaseClosing              // for the answer to a Close frame
	phases
)

// A queue holds the sessions of one phase, the one that waits longest first.
type queue struct{ first, last *Session }

// enter puts s at the end of the list of phase p, as of now.
func (l *deadlines) enter(s *Session, p phase, now time.Duration) {
	l.leave(s)
	s.phase, s.since = p, now
	q := &l.queues[p]
	s.prev = q.last
	if q.last != nil {
		q.last.next = s
	} else {
		q.first = s
	}
	q.last = s
}

// leave takes s off its list.
func (l *deadlines) leave(s *Session) {
	if s.phase == phaseNone {
		return
	}
	q := &l.queues[s.phase]
	if s.prev != nil {
		s.prev.next = s.next
	} else {
		q.first = s.next
	}
	if s.next != nil {
		s.next.prev = s.prev
	} else {
		q.last = s.prev
	}
	s.prev, s.next, s.phase = nil, nil, phaseNone
}

// deadlines are the lists of one loop. Times are since the server's start.
type deadlines struct {
	timeouts [phases]time.Duration // 0: never
	queues   [phases]queue
}

func newDeadlines(c *Config) (l deadlines) {
	l.timeouts = [phases]time.Duration{
		phaseIdle: c.IdleTimeout, phaseHead: c.HeadTimeout, phaseBody: c.RecvTimeout, phaseSend: c.SendTimeout,
		phaseLinger: c.LingerTimeout, phaseSocket: c.PingInterval, phasePong: c.PongTimeout,
		phaseClosing: closingTimeout(c),
	}
	return l
}

// next returns the earliest deadline.
func (l *deadlines) next() (at time.Duration, ok bool) {
	for p, timeout := range l.timeouts {
		if s := l.queues[p].first; s != nil && timeout > 0 && (!ok || s.since+timeout < at) {
			at, ok = s.since+timeout, true
		}
	}
	return at, ok
}

// expired returns a session whose deadline has come, or nil.
func (l *deadlines) expired(now time.Duration) *Session {
	for p, timeout := range l.timeouts {
		if s := l.queues[p].first; s != nil && timeout > 0 && now >= s.since+timeout {
			return s
		}
	}
	return nil
}
