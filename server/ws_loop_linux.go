package server

import (
	"time"

	"github.com/httpdlab/httpdlab/server/websocket"
)

// nudge is called from any goroutine. One wake-up is enough for all that is in the inbox.
func (l *loop) nudge(s *Session) {
	l.mu.Lock()
	l.inbox = append(l.inbox, mail{session: s, nudge: true})
	first := !l.mailed.Swap(true)
	l.mu.Unlock()
	if first {
		l.wake()
	}
}

// sendQueued sends what other goroutines have queued for s's socket, if there is one. It returns false if the peer
// takes no more, or s is not the loop's any more.
func (l *loop) sendQueued(s *Session) bool {
	c := s.socket.Load()
	if c == nil {
		return true
	}
	if s.owner.Load() != nil {
		c.trySend()
		return false
	}
	for l.owns(s) {
		if len(s.out) > 0 {
			return false // it is called again once that is sent
		}
		c.delivered(c.moved)
		if s.out, c.moved = c.takeFlying(); s.out == nil {
			return true
		}
		if !l.drainOut(s) {
			return false
		}
	}
	return false
}

// enterSocket puts s on the list of what its socket waits for.
func (l *loop) enterSocket(s *Session) {
	c := s.socket.Load()
	switch {
	case c.closing.Load():
		if s.phase != phaseClosing { // its time is bounded, whatever the peer sends
			l.enter(s, phaseClosing, l.now)
		}
	case c.pinged:
		l.enter(s, phasePong, l.now)
	case s.phase != phaseSocket || l.now-s.since >= socketGrain || l.server.cfg.LRUPurge:
		l.enter(s, phaseSocket, l.now)
	}
}

// socketGrain is how exactly the time of a socket's last message is kept, unless LRU purge asks for their order: moving
// the socket to the end of the list for each of them would touch its neighbours' memory, which nothing else does.
const socketGrain = 10 * time.Millisecond

// ping asks a peer that has been silent whether it is still there.
func (l *loop) ping(s *Session) {
	c := s.socket.Load()
	c.pinged = true
	s.out = websocket.AppendFrame(takeBuffer(websocket.MaxHeader), PingFrame, nil)
	l.drainOut(s)
}
