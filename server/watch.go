package server

import "time"

// A watch reads one byte ahead while a handler waits: a net.Conn tells of its end in no other way.
type watch struct {
	over chan struct{}
	data [1]byte
	n    int
}

// watch looks out for the end of the connection until the session reads again.
func (p *portable) watch(r *Request) {
	if x := r.session.extra.Load(); r.watching != nil || len(r.tail) > 0 || x != nil && x.recv != nil {
		return // what is received already would be read first, and an override's state is not to be disturbed
	}
	w := &watch{over: make(chan struct{})}
	r.watching = w
	s := r.session
	s.link.bound(false, time.Time{})
	go func() {
		defer close(w.over)
		n, err := s.link.recv(w.data[:])
		w.n = n
		if err != nil && !isTimeout(err) {
			s.hangUp()
		}
	}()
}

// unwatch ends the watch and keeps the byte that it may have read.
func (r *Request) unwatch() {
	w := r.watching
	if w == nil {
		return
	}
	r.watching = nil
	r.session.link.bound(false, time.Unix(1, 0))
	<-w.over
	r.session.link.(*connLink).ahead = w.data[:w.n]
}
