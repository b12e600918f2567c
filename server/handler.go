package server

import (
	"errors"
	"fmt"
	"strings"
)

// A Handler answers one request. Returning nil keeps the connection, returning an error closes it; if nothing
// was sent by then, nil sends an empty 200 and an error other than ErrClose sends a 500 first.
type Handler func(*Request) error

// An ErrorHandler answers a request that the server or a handler refuses with the given status. Returning nil
// keeps the connection where the request's framing allows it.
type ErrorHandler func(r *Request, status int) error

// AnyMethod registers a handler for every method that has none of its own at the same path.
const AnyMethod = "*"

// URI is a handler's registration.
type URI struct {
	// Path [begins with / or is *] selects requests by their path, see Config.Match.
	Path string

	// Method [a token or AnyMethod] is case-sensitive. A GET handler also answers HEAD.
	Method string

	// Handler [required] answers.
	Handler Handler

	// UserContext is what Request.UserContext returns.
	UserContext any

	// Blocking handlers sleep, wait or compute for long: they run on a goroutine of their own.
	Blocking bool

	// LengthRequired refuses chunked content with 411: the handler is to know the length beforehand.
	LengthRequired bool

	// WebSocket [nil or options] makes the URI an endpoint of the WebSocket protocol.
	WebSocket *WebSocket

	plain Handler // of a WebSocket endpoint, for requests that ask for no upgrade
}

// Errors of registration and of the response side; all can be tested with errors.Is.
var (
	ErrHandlersFull  = errors.New("as many handlers as Config.MaxHandlers allows are registered")
	ErrHandlerExists = errors.New("a handler is registered for this path and method")
	ErrNotFound      = errors.New("nothing is registered for this path and method")
	ErrInvalid       = errors.New("invalid argument")
)

// Handle registers handler for requests with this method and path.
func (s *Server) Handle(method, path string, handler Handler) error {
	return s.Register(URI{Method: method, Path: path, Handler: handler})
}

// Register adds a handler, at any time; requests that come later see it. It returns ErrHandlersFull,
// ErrHandlerExists or ErrInvalid, wrapped.
func (s *Server) Register(u URI) error {
	if u.WebSocket != nil {
		var err error
		if u, err = withWebSocket(u); err != nil {
			return err
		}
	}
	if u.Handler == nil {
		return fmt.Errorf("register %s %s: no handler given: %w", u.Method, u.Path, ErrInvalid)
	}
	if u.Method == "" || strings.ContainsAny(u.Method, " \t\r\n") {
		return fmt.Errorf("register %q %s: the method is no token: %w", u.Method, u.Path, ErrInvalid)
	}
	if u.Path != "*" && !strings.HasPrefix(u.Path, "/") {
		return fmt.Errorf("register %s %q: a path begins with /: %w", u.Method, u.Path, ErrInvalid)
	}
	s.registry.Lock()
	defer s.registry.Unlock()
	next, err := s.routes.Load().with(u, s.cfg.Match, s.cfg.MaxHandlers)
	if err != nil {
		return fmt.Errorf("register %s %s: %w", u.Method, u.Path, err)
	}
	s.routes.Store(next)
	return nil
}

// Unregister removes the handler registered for exactly this method and path, or returns ErrNotFound.
func (s *Server) Unregister(method, path string) error {
	return s.unregister(path, func(u URI) bool { return u.Method == method && u.Path == path })
}

// UnregisterPath removes the handlers of all methods at path, or returns ErrNotFound.
func (s *Server) UnregisterPath(path string) error {
	return s.unregister(path, func(u URI) bool { return u.Path == path })
}

func (s *Server) unregister(path string, drop func(URI) bool) error {
	s.registry.Lock()
	defer s.registry.Unlock()
	next, dropped := s.routes.Load().without(drop, s.cfg.Match)
	if dropped == 0 {
		return fmt.Errorf("unregister %s: %w", path, ErrNotFound)
	}
	s.routes.Store(next)
	return nil
}

// HandleError registers the answer to requests that fail with status [400..599]; nil restores the default.
func (s *Server) HandleError(status int, handler ErrorHandler) error {
	if status < 400 || status > 599 {
		return fmt.Errorf("handle error %d: the status must be in [400..599]: %w", status, ErrInvalid)
	}
	s.registry.Lock()
	defer s.registry.Unlock()
	s.routes.Store(s.routes.Load().withError(status, handler))
	return nil
}
