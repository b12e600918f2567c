package load

import (
	"context"
	"crypto/tls"
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/httpdlab/httpdlab/bench/measure"
)

// WebSocketConfig says what WebSocket clients send, and how.
type WebSocketConfig struct {
	URL         *url.URL             // ws or http, wss or https
	Address     string               // IP address and port to connect to, so that no name is looked up under load; "" takes the URL's
	TLS         *tls.Config          // for wss; nil takes the usual one
	Fields      http.Header          // of the handshake, beyond what it needs
	Message     Message              // what is sent, and must come back byte by byte
	Connections int                  // [1, 65536] as RawConfig has it
	Depth       int                  // [1, 1024] messages under way on a connection; 0 means 1
	Loops       int                  // [1, Connections] fast: event loops; 0 means 1
	Plain       bool                 // take gorilla's client, rather than the fast one over epoll
	Timeout     time.Duration        // of a handshake and of a message, from its send; 0 means 10 s
	Clock       func() time.Duration // since Run.Started
}

// Engine is a load under way: what bench drives. Run blocks until the schedule
// is over and what is under way has an answer, or waited for it long enough.
type Engine interface {
	Run(context.Context, Schedule) error
	Cut(now time.Duration) *measure.Tally
	Tried() int
	Served() int
	Links() *Links
	Close()
}

// NewWebSocket returns the engine for WebSocket echoes: the fast one where it
// can be had (plain TCP, Linux) unless c.Plain asks for the other. A message is
// a request; it is good if it came back as it was sent.
func NewWebSocket(c WebSocketConfig) (Engine, error) {
	return nil, errors.ErrUnsupported
}
