package server

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
)

// ErrWorkFull says that Config.MaxWork functions are waiting already.
var ErrWorkFull = errors.New("as many functions as Config.MaxWork allows are queued")

// QueueWork has f called by the server, outside of handlers, after what was queued before; it may be called from
// any goroutine. It fails at once, with ErrWorkFull or ErrServerClosed; what it has accepted is called, also when
// the server is stopped meanwhile. On the epoll engine f runs on an event loop and must not wait.
func (s *Server) QueueWork(f func()) error { return s.queueWork(f, nil) }

// QueueWorkWait is QueueWork, but waits for room until ctx ends.
func (s *Server) QueueWorkWait(ctx context.Context, f func()) error { return s.queueWork(f, ctx) }

func (s *Server) queueWork(f func(), ctx context.Context) error {
	if f == nil {
		return fmt.Errorf("queue work: no function given: %w", ErrInvalid)
	}
	s.mu.Lock()
	engines, state := s.engines, s.state
	s.mu.Unlock()
	if state != StateServing || len(engines) == 0 {
		return fmt.Errorf("queue work: %w", ErrServerClosed)
	}
	return engines[0].queue(f, ctx)
}

// QueueWork has f called by whoever moves the session's bytes, between two requests of this session on the epoll
// engine; see Server.QueueWork.
func (s *Session) QueueWork(f func()) error { return s.home.queue(f, nil) }

// A workQueue bounds the functions that wait.
type workQueue struct {
	room   chan struct{} // holds a token for each function that waits
	over   chan struct{} // closed when nothing more is accepted
	report func(error)
}

func newWorkQueue(s *Server) workQueue {
	return workQueue{room: make(chan struct{}, s.cfg.MaxWork), over: make(chan struct{}), report: s.report}
}

// claim takes room for one function, waiting for it until ctx ends if there is a ctx.
func (q *workQueue) claim(ctx context.Context) error {
	select {
	case q.room <- struct{}{}:
		return nil
	default:
	}
	if ctx == nil {
		return fmt.Errorf("queue work: %w", ErrWorkFull)
	}
	select {
	case q.room <- struct{}{}:
		return nil
	case <-q.over:
		return fmt.Errorf("queue work: %w", ErrServerClosed)
	case <-ctx.Done():
		return fmt.Errorf("queue work: %w", ctx.Err())
	}
}

// run calls a function that was queued and gives its room back.
func (q *workQueue) run(f func()) {
	defer func() {
		<-q.room
		if p := recover(); p != nil {
			q.report(fmt.Errorf("queued work panicked: %v\n%s", p, debug.Stack()))
		}
	}()
	f()
}
