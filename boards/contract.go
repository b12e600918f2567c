package boards

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/httpdlab/httpdlab/server"
	"github.com/httpdlab/httpdlab/server/websocket"
)

// Bounds of the numbers that the contract's routes take in a query.
const (
	maxBytes  = 1 << 30 // n of /bytes
	maxSlow   = 60_000  // ms of /slow and /events
	maxEvents = 1 << 20 // n of /events

	maxMessage = 16 << 20 // bytes of a message on /ws
	minDeflate = 64       // bytes from which on it is compressed
)

// contract serves the routes that every board has, so that scenarios and
// checks know what they talk to.
type contract struct {
	ctx   context.Context // ends the handlers that wait
	state *state
}

// Contract registers the board contract's routes on s. When ctx ends, handlers
// that wait give up; info answers GET /info.
func Contract(ctx context.Context, s *server.Server, info Info) error {
	c := &contract{ctx: ctx, state: hostState(info)}
	return c.register(s)
}

func (c *contract) register(s *server.Server) error {
	for _, u := range []server.URI{
		{Method: "GET", Path: "/", Handler: index},
		{Method: "GET", Path: "/hello", Handler: hello},
		{Method: "GET", Path: "/plaintext", Handler: plaintext},
		{Method: "GET", Path: "/file", Handler: file},
		{Method: server.AnyMethod, Path: "/echo", Handler: echo},
		{Method: "POST", Path: "/adder", Handler: adder},
		{Method: "GET", Path: "/bytes", Handler: bytesOf},
		{Method: "POST", Path: "/sink", Handler: sink},
		{Method: "GET", Path: "/slow", Handler: c.slow, Blocking: true},
		{Method: "GET", Path: "/empty", Handler: empty},
		{Method: "GET", Path: "/tree/*", Handler: tree},
		{Method: "GET", Path: "/events", Handler: c.events, Blocking: true},
		{Method: "GET", Path: "/ws", WebSocket: &webSocket},
		{Method: "GET", Path: "/info", Handler: c.state.info},
		{Method: "GET", Path: "/heap", Handler: c.state.heap},
	} {
		if err := s.Register(u); err != nil {
			return fmt.Errorf("serve the board contract: %w", err)
		}
	}
	return nil
}

const routes = `httpdlab: the board contract

GET  /hello                   Hello World!
GET  /plaintext               Hello, World!
GET  /file                    a cacheable resource with ETag, Last-Modified and ranges
any  /echo                    the body back
POST /adder                   adds the number in the body to the connection's sum
GET  /bytes?n=N[&chunked=1]   N bytes: a to z again and again
POST /sink                    counts the body
GET  /slow?ms=N               answers after N ms
GET  /empty                   204
GET  /tree/*                  the matched tail
GET  /events?n=N&ms=M         N server-sent events, M ms apart
GET  /ws                      a WebSocket that sends messages back; subprotocol echo
GET  /info                    what this board is
GET  /heap                    its memory now
`

// webSocket sends messages back.
var webSocket = server.WebSocket{
	Subprotocols: []string{"echo"},
	MaxMessage:   maxMessage,
	Deflate:      &websocket.Deflate{},
	MinDeflate:   minDeflate,
	Handler:      func(f *server.Frame) error { return f.Reply(f.Type, f.Payload) },
}

func index(r *server.Request) error {
	r.SetType(server.TypeText)
	return r.SendString(routes)
}

func hello(r *server.Request) error { return r.SendString("Hello World!") }

func plaintext(r *server.Request) error {
	r.SetType(server.TypeText)
	return r.SendString("Hello, World!")
}

func empty(r *server.Request) error {
	r.SetStatus(204)
	return r.Send(nil)
}

func tree(r *server.Request) error {
	r.SetType(server.TypeText)
	return r.Send(r.PathTail())
}

// slow answers after ms milliseconds.
func (c *contract) slow(r *server.Request) error {
	ms, ok := number(r, "ms", 0, maxSlow)
	if !ok {
		return badNumber(r, "ms", 0, maxSlow)
	}
	if !c.wait(time.Duration(ms) * time.Millisecond) {
		return r.SendError(503, "the server is stopping")
	}
	r.SetType(server.TypeText)
	return r.SendString(strconv.Itoa(ms) + " ms\n")
}

// events sends n server-sent events, ms milliseconds apart, the first at once.
func (c *contract) events(r *server.Request) error {
	n, okN := number(r, "n", 10, maxEvents)
	if !okN {
		return badNumber(r, "n", 0, maxEvents)
	}
	ms, okMS := number(r, "ms", 100, maxSlow)
	if !okMS {
		return badNumber(r, "ms", 0, maxSlow)
	}
	r.SetType("text/event-stream")
	r.SetField("Cache-Control", "no-cache")
	var event []byte
	for i := range n {
		if i > 0 && !c.wait(time.Duration(ms)*time.Millisecond) {
			return server.ErrClose
		}
		event = fmt.Appendf(event[:0], "id: %d\ndata: {\"n\":%d,\"uptime_ms\":%d}\n\n", i, i, c.state.uptime())
		if err := r.SendChunk(event); err != nil {
			return err
		}
	}
	return r.SendChunk(nil)
}

// wait reports false if the server stopped meanwhile.
func (c *contract) wait(d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-c.ctx.Done():
		return false
	}
}

// number reads the query parameter called name, preset if it is absent, and
// reports whether it lies in [0..most].
func number(r *server.Request, name string, preset, most int) (int, bool) {
	text, there := r.QueryValue(name)
	if !there {
		return preset, true
	}
	n, err := strconv.Atoi(string(text))
	return n, err == nil && n >= 0 && n <= most
}

func badNumber(r *server.Request, name string, least, most int) error {
	return r.SendError(400, fmt.Sprintf("%s must be a number from %d to %d\n", name, least, most))
}
