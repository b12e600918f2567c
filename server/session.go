package server

import (
	"context"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

// A Session is one connection, from accept to close. Its methods may be called from any goroutine, also after
// its end; a Session is never used for a second connection.
type Session struct {
	server *Server
	link   link
	home   home // who moves its bytes while no handler has it

	// The owner is whoever moves the session's bytes: its loop, or a request on a goroutine of its own. Only
	// the owner touches these.
	in             []byte  // received, not yet consumed
	out            []byte  // to be sent, from out[sent:] on
	sent           int     // how much of out the kernel took
	follows        []byte  // after out: a text that never changes
	constant       bool    // out is such a text, and no buffer
	need           int     // bytes that in must have before it is worth a look
	parting        parting // how the connection ends once out is sent
	fd, generation int32
	phase          phase         // what the session waits for; it is on that list
	drained        int           // bytes skipped while lingering
	held           int           // bytes of in and out that are accounted for
	ended          bool          // the peer sends no more
	since          time.Duration // when the phase began
	prev           *Session
	next           *Session
	socket         atomic.Pointer[Socket] // set once the session speaks WebSocket

	owner   atomic.Pointer[Request] // the request that has the session on its own goroutine
	gone    atomic.Bool             // the connection is closed
	aborted atomic.Bool             // the connection is to be closed as soon as its owner notices

	mu      sync.Mutex
	done    chan struct{} // of Done, made when first asked for
	taken   bool          // Takeover has given the connection away; the owner's
	left    bool          // the peer was seen to leave
	context any
	free    func(any)
	extra   atomic.Pointer[extra] // what few sessions have
}

// home is the engine's side of a session.
type home interface {
	// handOver lets others serve the sessions that the calling goroutine served inline until now, so that it may
	// block for the sake of r, which keeps its session and its buffers.
	handOver(r *Request)
	// release takes r's session back from the goroutine that served r aside; r is not used any more.
	release(r *Request)
	// trigger has the session closed soon; it may be called from any goroutine.
	trigger(s *Session)
	// queue has f called on the goroutine that moves the session's bytes.
	queue(f func(), ctx context.Context) error
	// watch looks out for the end of r's connection while its handler waits.
	watch(r *Request)
	// touch makes the session the most recently used one.
	touch(s *Session)
	// nudge has what waits in the session's socket sent soon.
	nudge(s *Session)
}

// parting says how a connection ends.
type parting uint8

const (
	stay     parting = iota
	hangUp           // close
	lingerOn         // send FIN, skip what still comes for a while, then close
)

// lingerLimit bounds the bytes that a closed connection may still send before it is cut.
const lingerLimit = 1 << 20

// Server returns the server that accepted the session.
func (s *Session) Server() *Server { return s.server }

// RemoteAddr returns the peer's address; it is invalid for a connection that has none, such as a pipe, or has ended.
func (s *Session) RemoteAddr() (addr netip.AddrPort) {
	s.whileOpen(func() { addr = s.link.remote() })
	return addr
}

// LocalAddr returns the server's address of this connection.
func (s *Session) LocalAddr() (addr netip.AddrPort) {
	s.whileOpen(func() { addr = s.link.local() })
	return addr
}

// Descriptor returns the file descriptor, or -1 if the connection has none or has ended.
func (s *Session) Descriptor() int {
	fd := -1
	s.whileOpen(func() { fd = s.link.descriptor() })
	return fd
}

// freeOut drops what was to be sent.
func (s *Session) freeOut() {
	if !s.constant {
		giveBuffer(s.out)
	}
	s.out, s.sent, s.follows, s.constant = nil, 0, nil, false
}

// whileOpen calls f unless the connection has ended: a descriptor of that number may be another connection then.
func (s *Session) whileOpen(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.gone.Load() {
		f()
	}
}

// Context returns the value given to SetContext, nil at first. It lives until the connection ends.
func (s *Session) Context() any {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.context
}

// SetContext keeps value for the session's later requests. free, if not nil, is called once with it: when the
// connection ends, or when another value takes its place. Setting the same pointer again frees nothing.
func (s *Session) SetContext(value any, free func(any)) {
	s.mu.Lock()
	old, oldFree := s.context, s.free
	if s.gone.Load() { // too late to be freed at the end
		old, oldFree = value, free
		value, free = nil, nil
	}
	s.context, s.free = value, free
	s.mu.Unlock()
	if oldFree != nil && !identical(old, value) {
		oldFree(old)
	}
}

// ReplaceContext sets a value without freeing the one before, which it returns: the caller has taken it over
// (ignore_sess_ctx_changes of the original).
func (s *Session) ReplaceContext(value any, free func(any)) (old any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	old, s.context, s.free = s.context, value, free
	return old
}

// identical compares two values that may not be comparable.
func identical(a, b any) (same bool) {
	defer func() { _ = recover() }()
	return a == b
}

// Close ends the connection soon, from any goroutine, ahead of queued work: a response that is being sent is
// cut off, a handler that reads or sends gets an error.
func (s *Session) Close() {
	if !s.gone.Load() {
		s.home.trigger(s)
	}
}

// Touch makes the session the most recently used one, the last that LRU purge would close.
func (s *Session) Touch() { s.home.touch(s) }

// Closed reports whether the connection has ended.
func (s *Session) Closed() bool { return s.gone.Load() }

// finish closes the connection and frees what hangs on it. Only the owner calls it, once.
func (s *Session) finish() {
	s.hangUp()
	s.mu.Lock()
	s.gone.Store(true)
	value, free := s.context, s.free
	s.context, s.free = nil, nil
	if s.taken {
		s.link.letGo()
	} else {
		s.link.close()
	}
	s.mu.Unlock()
	sent := s.parting == lingerOn && len(s.out) == 0
	giveBuffer(s.in)
	s.freeOut()
	s.in = nil
	if c := s.socket.Load(); c != nil {
		c.end(sent)
	}
	if free != nil {
		free(value)
	}
	if x := s.extra.Load(); x != nil && x.freeTransport != nil {
		x.freeTransport(x.transport)
	}
	s.server.forget(s)
}
