package server

// A SendFunc sends bytes in place of the connection: it returns how many it took. raw sends on the connection
// itself; an error of ErrWouldBlock says that the peer takes nothing now.
type SendFunc func(s *Session, p []byte, raw func([]byte) (int, error)) (int, error)

// A RecvFunc receives bytes in place of the connection, by means of raw; io.EOF is the peer's end.
type RecvFunc func(s *Session, p []byte, raw func([]byte) (int, error)) (int, error)

// A PendingFunc returns how many bytes a RecvFunc holds that it has read from the connection already.
type PendingFunc func(s *Session) int

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
