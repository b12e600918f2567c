package load

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/httpdlab/httpdlab/bench/measure"
	"github.com/httpdlab/httpdlab/server/http1"
	"github.com/httpdlab/httpdlab/server/websocket"
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
	Plain       bool                 // take gorilla's client, even where the fast one would do
	Timeout     time.Duration        // of a handshake and of a message, from its send; 0 means 10 s
	Clock       func() time.Duration // since Run.Started
}

// Engine is a load under way: what bench drives. Run blocks until the schedule
// is over and what is under way has an answer, or was waited for long enough.
type Engine interface {
	Run(context.Context, Schedule) error
	Cut(now time.Duration) *measure.Tally
	Tried() int
	Served() int
	Links() *Links
	Close()
}

// The stages of WebSocket. A message that came back as another one is
// "message/content", a server that closes is "message/close-1001".
const (
	Handshake measure.Stage = "handshake"
	Echo      measure.Stage = "message" // until the message was back
)

// NewWebSocket returns the engine for WebSocket echoes: the fast one over epoll
// where there is epoll and no TLS, or gorilla's client, or that if c.Plain asks
// for it. A message is a request; it is good if it came back as it was sent.
//
// The fast client prepares its messages, masks and all, and sends them again and
// again: no two that follow each other are alike, but the keys of a round are
// those of the round before.
func NewWebSocket(c WebSocketConfig) (Engine, error) {
	c.Depth, c.Loops = max(c.Depth, 1), max(c.Loops, 1)
	if c.Timeout <= 0 {
		c.Timeout = 10 * time.Second
	}
	e, err := newWebSocket(c)
	if err != nil {
		return nil, fmt.Errorf("make a WebSocket engine: %w", err)
	}
	return e, nil
}

func newWebSocket(c WebSocketConfig) (Engine, error) {
	switch {
	case c.URL == nil || c.Clock == nil:
		return nil, errors.New("no URL or no clock given")
	case c.Message.Size < 0 || c.Message.Size > mostMessage:
		return nil, fmt.Errorf("messages of %d bytes; give 0 to %d", c.Message.Size, mostMessage)
	case c.Plain, !hasEpoll, isSecure(c.URL):
		return newPlainSocket(c)
	}
	r, err := newRaw(RawConfig{
		Address: addressOf(c.URL, c.Address), Connections: c.Connections, Depth: c.Depth, Loops: c.Loops, Timeout: c.Timeout, Clock: c.Clock,
	})
	if err != nil {
		return nil, err
	}
	r.socket = &socketPlan{host: c.URL.Host, target: c.URL.RequestURI(), Message: c.Message}
	var fields bytes.Buffer
	if err := c.Fields.Write(&fields); err != nil {
		return nil, err
	}
	r.socket.fields = fields.Bytes()
	return r, nil
}

// failureKey names the kind of failure as measure.Failure.Key does, and knows
// what our readers find wrong.
func failureKey(stage measure.Stage, err error) string {
	var wrong websocket.Error
	var malformed http1.Error
	var told causeError
	switch {
	case errors.As(err, &told):
		return string(stage) + "/" + string(told)
	case errors.As(err, &wrong), errors.As(err, &malformed):
		return string(stage) + "/protocol"
	}
	return (&measure.Failure{Stage: stage, Err: err}).Key()
}

// causeError is a failure whose cause has a name.
type causeError string

func (e causeError) Error() string { return string(e) }

func closeCause(code int) causeError { return causeError(fmt.Sprintf("close-%d", code)) }

func statusCause(status int) causeError { return causeError(fmt.Sprintf("status-%d", status)) }

const (
	contentCause       causeError = "content"        // another message than the one that was sent
	unaskedCause       causeError = "unasked"        // a message that nobody sent
	noDeflateCause     causeError = "no-deflate"     // it was asked for and is not to be had
	protocolCause      causeError = "protocol"       // not WebSocket, or not HTTP
	noSubprotocolCause causeError = "no-subprotocol" // the same
)
