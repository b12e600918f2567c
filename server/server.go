package server

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// A Server serves HTTP/1.1 and HTTP/1.0. Make one with New.
type Server struct {
	cfg   Config
	epoch time.Time // loops count their time from here

	events      sync.Mutex // held while an event is delivered
	subscribers atomic.Pointer[[]*Subscription]

	registry sync.Mutex // held to change routes
	routes   atomic.Pointer[routes]

	closing atomic.Bool  // responses end their connections
	open    atomic.Int64 // sessions
	aside   atomic.Int64 // requests on a goroutine of their own
	held    atomic.Int64 // bytes in the buffers of waiting sessions

	mu       sync.Mutex
	state    State
	engines  []engine
	sessions map[*Session]struct{} // of the portable engine; loops know their own
	addr     net.Addr
	stopped  chan struct{} // closed when Stop has done its work
	running  sync.WaitGroup
}

// State is where a server is in its life.
type State uint8

// The states, in the order in which a server passes through them.
const (
	StateNew State = iota
	StateServing
	StateStopping
	StateStopped
)

// String returns the state's name.
func (s State) String() string {
	return [...]string{"new", "serving", "stopping", "stopped"}[s]
}

// Errors of the server's life.
var (
	ErrServerClosed = errors.New("the server is stopped")
	ErrServing      = errors.New("the server is already serving")
)

// An engine accepts connections from one listener and moves their bytes.
type engine interface {
	// serve starts the engine's goroutines and returns; done is called when, after stop, every session has ended.
	serve(done func())
	// stop refuses new connections and new requests; with now set it also cuts the sessions that are busy.
	stop(now bool)
	// queue has f called between the sessions' requests.
	queue(f func(), ctx context.Context) error
	// each calls f for every session.
	each(f func(*Session))
}

// New returns a server for a copy of cfg, or an error that names every field with a wrong value.
func New(cfg Config) (*Server, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("check the configuration: %w", err)
	}
	s := &Server{cfg: cfg, epoch: time.Now(), stopped: make(chan struct{})}
	s.routes.Store(&routes{})
	return s, nil
}

// Config returns a copy of the server's configuration.
func (s *Server) Config() Config { return s.cfg }

// State returns where the server is in its life.
func (s *Server) State() State {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state
}

// Addr returns the address that the server listens on, nil before Start or Serve.
func (s *Server) Addr() net.Addr {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.addr
}

// Start listens on Config.Addr and serves on goroutines of its own until Stop.
func (s *Server) Start() error {
	s.mu.Lock()
	err := s.startable()
	s.mu.Unlock()
	if err != nil {
		return err
	}
	if s.usesEpoll() {
		return s.startLoops()
	}
	lc := net.ListenConfig{KeepAliveConfig: s.cfg.TCPKeepAlive, Control: s.listenControl(false)}
	ln, err := lc.Listen(context.Background(), "tcp", s.cfg.Addr)
	if err != nil {
		return fmt.Errorf("start the server: %w", err)
	}
	e := newPortable(s, ln)
	if err := s.launch(ln.Addr(), e); err != nil {
		ln.Close()
		return err
	}
	return nil
}

func (s *Server) usesEpoll() bool {
	if s.cfg.Engine == EngineAuto {
		return runtime.GOOS == "linux" && s.cfg.TLS == nil
	}
	return s.cfg.Engine == EngineEpoll
}

// startable says why the server cannot be started in its state; s.mu is held.
func (s *Server) startable() error {
	switch s.state {
	case StateServing:
		return fmt.Errorf("start the server: %w", ErrServing)
	case StateStopping, StateStopped:
		return fmt.Errorf("start the server: %w", ErrServerClosed)
	}
	return nil
}

// launch runs the engines on goroutines.
func (s *Server) launch(addr net.Addr, engines ...engine) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.startable(); err != nil {
		return err
	}
	s.state, s.addr, s.engines = StateServing, addr, engines
	s.emit(Event{ID: EventStart})
	for _, e := range engines {
		s.running.Add(1)
		e.serve(s.running.Done)
	}
	return nil
}

// Serve serves the connections that ln accepts by the portable engine until Stop, and returns ErrServerClosed
// then. It takes any listener and closes it.
func (s *Server) Serve(ln net.Listener) error {
	if err := s.launch(ln.Addr(), newPortable(s, ln)); err != nil {
		return err
	}
	s.Wait()
	return ErrServerClosed
}

// ListenAndServe starts the server, waits until it is stopped, and returns ErrServerClosed then.
func (s *Server) ListenAndServe() error {
	if err := s.Start(); err != nil {
		return err
	}
	s.Wait()
	return ErrServerClosed
}

// Wait returns when the server has stopped.
func (s *Server) Wait() { <-s.stopped }

// Shutdown is Stop, under the name that net/http has for it.
func (s *Server) Shutdown(ctx context.Context) error { return s.Stop(ctx) }

// Stop ends the server: it accepts nothing more, ends idle connections, waits for the requests that are being
// handled and for queued work, and frees every session's context. When ctx ends first, the remaining connections
// are cut, and Stop returns ctx's error as soon as their handlers have noticed, or a second later. A handler
// must not call it.
func (s *Server) Stop(ctx context.Context) error {
	s.mu.Lock()
	switch s.state {
	case StateNew:
		s.state = StateStopped
		s.mu.Unlock()
		s.release()
		return nil
	case StateStopping, StateStopped:
		s.mu.Unlock()
		select {
		case <-s.stopped:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	s.state = StateStopping
	s.closing.Store(true)
	engines := s.engines
	s.mu.Unlock()

	done := make(chan struct{})
	go func() {
		s.running.Wait()
		s.release()
		close(done)
	}()
	for _, e := range engines {
		e.stop(false)
	}
	select {
	case <-done:
		return nil
	case <-ctx.Done():
	}
	for _, e := range engines {
		e.stop(true)
	}
	select {
	case <-done:
	case <-time.After(time.Second):
	}
	return fmt.Errorf("stop the server: %w", ctx.Err())
}

// release frees what hangs on the server, once everything has ended.
func (s *Server) release() {
	if s.cfg.FreeUserContext != nil {
		s.cfg.FreeUserContext(s.cfg.UserContext)
	}
	if s.cfg.FreeTransportContext != nil {
		s.cfg.FreeTransportContext(s.cfg.TransportContext)
	}
	s.mu.Lock()
	s.state = StateStopped
	s.mu.Unlock()
	s.emit(Event{ID: EventStop})
	s.closeSubscriptions()
	close(s.stopped)
}

// Sessions returns the open sessions, in no order.
func (s *Server) Sessions() []*Session {
	s.mu.Lock()
	engines := s.engines
	s.mu.Unlock()
	var list []*Session
	for _, e := range engines {
		e.each(func(session *Session) { list = append(list, session) })
	}
	return list
}

// OpenSockets returns the number of open sessions.
func (s *Server) OpenSockets() int { return int(s.open.Load()) }

// report tells of an error that no caller can be told of.
func (s *Server) report(err error) {
	if s.cfg.Log != nil {
		s.cfg.Log(err)
		return
	}
	fmt.Fprintln(os.Stderr, err)
}

// forget ends the server's account of a session.
func (s *Server) forget(session *Session) {
	s.open.Add(-1)
	s.emit(Event{ID: EventDisconnected, Session: session})
	if s.cfg.Close != nil {
		s.cfg.Close(session)
	}
}

// claimAside counts one more request on a goroutine of its own, if Config.MaxAside allows it.
func (s *Server) claimAside() bool {
	if s.aside.Add(1) > int64(s.cfg.MaxAside) {
		s.aside.Add(-1)
		return false
	}
	return true
}
