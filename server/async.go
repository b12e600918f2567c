package server

// Async lets the request outlive its handler: after the handler has returned nil, another goroutine, and only one,
// goes on with the request and ends it with Complete. Until then the connection is not read, purged or timed out.
// It returns ErrBusy if Config.MaxAside requests are waiting already.
func (r *Request) Async() error {
	if err := r.Block(); err != nil {
		return err
	}
	if r.completed == nil {
		r.completed = make(chan error, 1)
	}
	r.async = true
	return nil
}

// Complete ends a request for which Async was called; err is what its handler would have returned. The request
// must not be used afterwards.
func (r *Request) Complete(err error) { r.completed <- err }

// Block says that the handler is about to wait: from now on it has a goroutine of its own, as if it had been
// registered with URI.Blocking. It returns ErrBusy if Config.MaxAside requests are waiting already.
func (r *Request) Block() error { return r.stepAside() }

// Gone returns a channel that is closed when the peer has left or the session has ended. It is for handlers that
// wait: call it after the content is read, on a request of Async, Block or URI.Blocking.
func (r *Request) Gone() <-chan struct{} {
	if r.left == 0 && !r.inline {
		r.session.home.watch(r)
	}
	return r.session.Done()
}

// Done returns a channel that is closed when the session has ended, or when its peer was seen to leave.
func (s *Session) Done() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.done == nil {
		s.done = make(chan struct{})
		if s.left || s.gone.Load() {
			close(s.done)
			s.left = true
		}
	}
	return s.done
}

// hangUp notes that the peer has left.
func (s *Session) hangUp() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.left {
		s.left = true
		if s.done != nil {
			close(s.done)
		}
	}
}
