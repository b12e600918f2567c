package server

import (
	"errors"
	"time"

	"github.com/httpdlab/httpdlab/server/websocket"
)

// A Socket is a session that speaks WebSocket. Its methods may be called from any goroutine, also after its end.
type Socket struct {
	session     *Session
	route       *route
	subprotocol string

	// These belong to the session's owner.
	decoder websocket.Decoder
	message []byte // what has come of a message, or of a frame, that is not there in whole
	deflate *deflation
	code    int       // of the client's Close; 0 before it
	reason  string    // of the client's Close
	pinged  bool      // a ping of the server is not answered yet
	waits   bool      // the handler has said that it may wait
	closeBy time.Time // when the portable engine stops waiting for the client's Close

	outbox
}

// deflation is the state of permessage-deflate.
type deflation struct {
	in  websocket.Inflater
	out websocket.Deflater
}

// A CloseError closes a socket with a code [1000..1014 or 3000..4999] when a handler returns it.
type CloseError struct {
	Code   int
	Reason string // at most 123 bytes are sent
}

// Error makes CloseError an error.
func (e *CloseError) Error() string { return "close the WebSocket: " + e.Reason }

// codeOf returns the close code and the reason for a handler's error.
func codeOf(err error) (code int, reason string) {
	var e *CloseError
	switch {
	case errors.As(err, &e):
		return e.Code, e.Reason
	case errors.Is(err, ErrClose):
		return websocket.NormalClosure, ""
	}
	return websocket.InternalError, ""
}

func newSocket(r *Request, h *websocket.Handshake) *Socket {
	c := &Socket{session: r.session, route: r.route, subprotocol: h.Protocol}
	c.decoder.MaxMessage = int64(r.route.WebSocket.MaxMessage)
	if h.Deflated {
		c.decoder.Deflate = true
		c.deflate = &deflation{
			in:  websocket.Inflater{Bits: h.Agreed.ClientBits, NoTakeover: h.Agreed.ClientNoTakeover},
			out: websocket.Deflater{Bits: h.Agreed.ServerBits, NoTakeover: h.Agreed.ServerNoTakeover},
		}
	}
	return c
}

// Session returns the connection, with the context that is kept for it.
func (c *Socket) Session() *Session { return c.session }

// Subprotocol returns what was agreed on, "" for none.
func (c *Socket) Subprotocol() string { return c.subprotocol }

// Socket returns the session's socket, nil if it speaks HTTP.
func (s *Session) Socket() *Socket { return s.socket.Load() }

// Sockets returns the open sockets of the endpoint registered for path, of all endpoints if it is "".
func (s *Server) Sockets(path string) (list []*Socket) {
	for _, session := range s.Sessions() {
		if c := session.Socket(); c != nil && (path == "" || c.route.Path == path) {
			list = append(list, c)
		}
	}
	return list
}

// end frees what the socket has, when its session ends; sent says that all was sent which the session was to send.
func (c *Socket) end(sent bool) {
	c.forget()
	if sent {
		c.delivered(c.moved)
	}
	if c.deflate != nil {
		c.deflate.in.Release()
		c.deflate.out.Release()
	}
	c.endQueue()
	if w := c.route.WebSocket; w.Closed != nil {
		code := c.code
		if code == 0 {
			code = websocket.AbnormalClosure
		}
		w.Closed(c, code, c.reason)
	}
}
