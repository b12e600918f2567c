package server

import (
	"fmt"

	"github.com/httpdlab/httpdlab/server/websocket"
)

// WebSocket, in a URI, makes it an endpoint of the WebSocket protocol (RFC 6455). A request that asks for no upgrade
// goes to URI.Handler if there is one, and is answered 426 otherwise.
type WebSocket struct {
	// Handler [required] gets what the client sends. Returning nil goes on; returning an error closes: a *CloseError
	// with its code, ErrClose with 1000, any other with 1011. With URI.Blocking it has a goroutine of its own.
	Handler func(*Frame) error

	// Delivery [Messages, Parts, Frames] says in what portions.
	Delivery Delivery

	// ControlFrames [true, false] gives the handler Ping, Pong and Close frames, too; it answers them then, and no
	// one else does (handle_ws_control_frames of the original).
	ControlFrames bool

	// Subprotocols [tokens] are those that the handler speaks; the client's first one among them is chosen.
	Subprotocols []string

	// Origin [nil or a function] decides whether pages of this origin may connect; origin is empty if the client named
	// none. nil lets all of them.
	Origin func(r *Request, origin []byte) bool

	// PreHandshake [nil or a function] sees the request before it is accepted. What it answers, or an error that it
	// returns, refuses the handshake; ErrClose does so without a word.
	PreHandshake func(*Request) error

	// PostHandshake [nil or a function] sees the socket once the handshake is accepted, before the first frame.
	PostHandshake func(*Socket) error

	// Closed [nil or a function] is called once when the socket is over, with the code and the reason that the client
	// sent: 1005 if its Close had none, 1006 if there was no Close.
	Closed func(c *Socket, code int, reason string)

	// MaxMessage [0..1<<30] bytes of a message, also decompressed; what is larger ends with 1009, as soon as its header
	// says so. 0 means 1 MiB.
	MaxMessage int

	// Deflate [nil or what is wished] offers permessage-deflate (RFC 7692). Each socket keeps 1<<ClientBits bytes for
	// what it receives and, unless ServerNoTakeover, up to 96 KiB for what it sends; see websocket.Deflater.
	Deflate *websocket.Deflate

	// MinDeflate [0..1<<30] bytes: shorter messages are not compressed.
	MinDeflate int
}

// Delivery says in what portions a WebSocket handler gets data.
type Delivery uint8

const (
	Messages Delivery = iota // whole messages
	Parts                    // parts of messages, as they arrive
	Frames                   // whole frames; there is no permessage-deflate then
)

// FrameType is the type of a frame, httpd_ws_type_t of the original.
type FrameType = websocket.Opcode

// The types of frames.
const (
	ContinuationFrame = websocket.Continuation
	TextFrame         = websocket.Text
	BinaryFrame       = websocket.Binary
	CloseFrame        = websocket.Close
	PingFrame         = websocket.Ping
	PongFrame         = websocket.Pong
)

const defaultMaxMessage = 1 << 20

// HandleWebSocket registers an endpoint at path.
func (s *Server) HandleWebSocket(path string, w WebSocket) error {
	return s.Register(URI{Method: "GET", Path: path, WebSocket: &w})
}

// withWebSocket checks the options of u and returns u with a handler that upgrades.
func withWebSocket(u URI) (URI, error) {
	w := *u.WebSocket
	wrong := func(what string) (URI, error) {
		return u, fmt.Errorf("register the WebSocket %s: %s: %w", u.Path, what, ErrInvalid)
	}
	switch {
	case u.Method != "GET":
		return wrong("its method must be GET")
	case w.Handler == nil:
		return wrong("no handler given")
	case w.Delivery > Frames:
		return wrong("Delivery must be Messages, Parts or Frames")
	case w.MaxMessage < 0 || w.MaxMessage > 1<<30:
		return wrong("MaxMessage must be in [0..1<<30]")
	case w.MinDeflate < 0 || w.MinDeflate > 1<<30:
		return wrong("MinDeflate must be in [0..1<<30]")
	}
	for _, p := range w.Subprotocols {
		if !websocket.ValidSubprotocol(p) {
			return wrong(fmt.Sprintf("the subprotocol %q is no token", p))
		}
	}
	if w.MaxMessage == 0 {
		w.MaxMessage = defaultMaxMessage
	}
	if w.Delivery == Frames {
		w.Deflate = nil
	}
	u.WebSocket, u.plain, u.Handler = &w, u.Handler, upgrade
	return u, nil
}
