package server

// A SendFunc sends bytes in place of the connection and returns how many it took. raw sends on the connection itself;
// on the epoll engine both return ErrWouldBlock when the peer takes nothing at the moment.
type SendFunc func(s *Session, p []byte, raw func([]byte) (int, error)) (int, error)

// A RecvFunc receives bytes in place of the connection, by means of raw, which returns io.EOF at the peer's end and,
// on the epoll engine, ErrWouldBlock when nothing is there. RecvFunc does the same.
type RecvFunc func(s *Session, p []byte, raw func([]byte) (int, error)) (int, error)

// A PendingFunc returns how many bytes a RecvFunc can deliver without reading from the connection.
type PendingFunc func(s *Session) int

// extra holds what few sessions need, so that the others stay small. It is replaced, never changed.
type extra struct {
	transport     any
	freeTransport func(any)
	send          SendFunc
	recv          RecvFunc
	pending       PendingFunc
}

// OverrideSend has the session's bytes sent by f; nil restores the connection. Set it in Config.Open or in a handler.
func (s *Session) OverrideSend(f SendFunc) { s.override(func(x *extra) { x.send = f }) }

// OverrideRecv has the session's bytes received by f; nil restores the connection.
func (s *Session) OverrideRecv(f RecvFunc) { s.override(func(x *extra) { x.recv = f }) }

// OverridePending tells the server, by f, what OverrideRecv's function holds.
func (s *Session) OverridePending(f PendingFunc) { s.override(func(x *extra) { x.pending = f }) }

// SetTransportContext keeps a value for the overrides; free, if not nil, is called once with it: at the session's
// end, or when another value takes its place.
func (s *Session) SetTransportContext(value any, free func(any)) {
	old, oldFree := s.TransportContext(), s.override(func(x *extra) { x.transport, x.freeTransport = value, free })
	if oldFree != nil && !identical(old, value) {
		oldFree(old)
	}
}

// TransportContext returns the value given to SetTransportContext, nil at first.
func (s *Session) TransportContext() any {
	if x := s.extra.Load(); x != nil {
		return x.transport
	}
	return nil
}

// Pending returns how many received bytes wait to be read without touching the connection.
func (s *Session) Pending() int {
	if x := s.extra.Load(); x != nil && x.pending != nil {
		return x.pending(s)
	}
	return 0
}

// override changes the session's extra and returns the function that frees the old transport context.
func (s *Session) override(change func(*extra)) (freeOld func(any)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var x extra
	if old := s.extra.Load(); old != nil {
		x = *old
		freeOld = old.freeTransport
	}
	change(&x)
	s.extra.Store(&x)
	return freeOld
}

// receive reads what the peer has sent.
func (s *Session) receive(p []byte) (int, error) {
	if x := s.extra.Load(); x != nil && x.recv != nil {
		return x.recv(s, p, s.link.recv)
	}
	return s.link.recv(p)
}

// transmit sends p and then q, as far as the peer takes them.
func (s *Session) transmit(p, q []byte) (int, error) {
	if x := s.extra.Load(); x != nil && x.send != nil {
		return x.send(s, p, s.sendRaw)
	}
	return s.link.send(p, q)
}

func (s *Session) sendRaw(p []byte) (int, error) { return s.link.send(p, nil) }

// overridden reports whether somebody else sends or receives the session's bytes.
func (s *Session) overridden() bool {
	x := s.extra.Load()
	return x != nil && (x.send != nil || x.recv != nil)
}
