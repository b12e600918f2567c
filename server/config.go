package server

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"runtime"
	"time"
)

// Config says how a Server listens and where its limits lie. Start from DefaultConfig and change fields;
// New copies it and refuses values outside the ranges given in brackets.
type Config struct {
	// Addr [host:port] is where Start listens; port 0 takes a free one, see Server.Addr.
	Addr string

	// Engine [EngineAuto, EngineEpoll, EnginePortable] moves the bytes.
	Engine Engine

	// Loops [1..1024] is how many event loops share the connections. 1 is the single server task of
	// esp_http_server; the portable engine ignores it.
	Loops int

	// Backlog [1..65535] bounds the connections that the kernel holds before they are accepted.
	Backlog int

	// MaxOpenSockets [1..16777216] bounds the sessions of all loops together.
	MaxOpenSockets int

	// LRUPurge [true, false] closes the least recently used idle session when MaxOpenSockets is reached.
	// Without it new connections wait in the backlog until a session ends.
	LRUPurge bool

	// MaxHandlers [1..65536] bounds the registered URI handlers.
	MaxHandlers int

	// Match [nil or a function] decides whether a registered URI covers a request path. nil understands
	// literal paths, {name} segments and a trailing * or ?; see MatchExact and MatchWildcard.
	Match MatchFunc

	// MaxTarget [1..65535] bytes of request target; a longer one is answered 414.
	MaxTarget int

	// MaxHeader [128..65535] bytes of request head; a longer one is answered 431.
	MaxHeader int

	// MaxFields [1..255] field lines in a request head; more are answered 431.
	MaxFields int

	// MaxBody [0..1<<62] bytes of request body; a longer one is answered 413.
	MaxBody int64

	// MaxInline [0..1<<30] bytes of request body are collected before the handler runs on the loop.
	// With a longer body, or a chunked one that is not wholly there, the handler runs on a goroutine of its
	// own and reads the body as it comes.
	MaxInline int

	// MaxDrain [0..1<<30] bytes of body that a handler left unread are skipped to keep the connection.
	MaxDrain int

	// MaxPending [1024..1<<30] bytes of response wait in memory for a peer that reads slowly. A handler
	// that sends more moves to a goroutine of its own and waits there.
	MaxPending int

	// SendBuffer [0 or 4096..1<<30] bytes of a response wait in the kernel for a peer to acknowledge them; with 0 the
	// kernel lets them grow to megabytes a connection. A peer at a distance gets no more than this in each round trip.
	SendBuffer int

	// MaxHeld [65536..1<<50] bounds the bytes that the buffers of all sessions hold that wait on a loop: begun heads
	// and bodies, responses that are not read. A session that needs more beyond it is closed.
	MaxHeld int64

	// MaxAside [1..1048576] bounds the goroutines for blocking handlers, slow bodies and slow readers; a
	// request that needs one more is answered 503.
	MaxAside int

	// MaxWork [1..1048576] bounds the functions that QueueWork holds for one loop.
	MaxWork int

	// MaxFieldsOut [1024..1048576] bytes of fields that a handler may add to one response.
	MaxFieldsOut int

	// IdleTimeout [0 or 1ms..24h] closes a connection that sends no request for so long; 0 never does.
	IdleTimeout time.Duration

	// HeadTimeout [0 or 1ms..24h] bounds the time from the first byte of a request head to its last; then
	// the answer is 408. 0 sets no bound.
	HeadTimeout time.Duration

	// RecvTimeout [0 or 1ms..24h] bounds the wait for more of a request body. 0 sets no bound.
	RecvTimeout time.Duration

	// SendTimeout [0 or 1ms..24h] bounds the wait for a peer that takes no byte of a response. 0 sets no bound.
	SendTimeout time.Duration

	// PingInterval [0 or 1ms..24h] is how long a WebSocket client may be silent before it gets a ping; 0 never pings.
	PingInterval time.Duration

	// PongTimeout [0 or 1ms..24h] closes a WebSocket whose client sends nothing for so long after a ping; 0 never does.
	PongTimeout time.Duration

	// LingerTimeout [0 or 1ms..1m] is how long a closed connection may still send before it is cut, so that the
	// peer can read the last answer.
	LingerTimeout time.Duration

	// TCPKeepAlive [zero or positive fields] probes idle peers at the TCP level.
	TCPKeepAlive net.KeepAliveConfig

	// Interface [name or empty] binds the listener to one network interface (Linux).
	Interface string

	// TLS [nil or a configuration with certificates] serves HTTPS; it needs the portable engine.
	TLS *tls.Config

	// Open [nil or a function] sees each new session before its first byte is read; an error closes it.
	Open func(*Session) error

	// Close [nil or a function] sees each session once, when its connection has been closed.
	Close func(*Session)

	// Log [nil or a function] hears of panics in handlers and in queued work, from any goroutine; nil writes them to
	// standard error.
	Log func(error)

	// UserContext is handed to handlers by Request.GlobalContext and freed by FreeUserContext on Stop.
	UserContext     any
	FreeUserContext func(any)

	// TransportContext is for the overrides of send and receive; freed by FreeTransportContext on Stop.
	TransportContext     any
	FreeTransportContext func(any)
}

// Engine names the way in which a server moves bytes.
type Engine uint8

// The engines. EngineAuto takes epoll on Linux unless Config.TLS is set, and the portable one elsewhere.
const (
	EngineAuto Engine = iota
	EngineEpoll
	EnginePortable
)

// String returns the engine's name.
func (e Engine) String() string {
	switch e {
	case EngineAuto:
		return "auto"
	case EngineEpoll:
		return "epoll"
	case EnginePortable:
		return "portable"
	}
	return fmt.Sprintf("engine %d", uint8(e))
}

// DefaultConfig returns the configuration that New accepts as it is.
func DefaultConfig() Config {
	return Config{
		Addr:           "127.0.0.1:8080",
		Loops:          runtime.GOMAXPROCS(0),
		Backlog:        4096,
		MaxOpenSockets: 65536,
		LRUPurge:       true,
		MaxHandlers:    1024,
		MaxTarget:      8000, // RFC 9112, 3: request lines of 8000 octets are worth supporting
		MaxHeader:      16384,
		MaxFields:      96,
		MaxBody:        64 << 20,
		MaxInline:      64 << 10,
		MaxDrain:       256 << 10,
		MaxPending:     64 << 10,
		SendBuffer:     512 << 10,
		MaxHeld:        256 << 20,
		MaxAside:       16384,
		MaxWork:        1024,
		MaxFieldsOut:   16384,
		IdleTimeout:    2 * time.Minute,
		HeadTimeout:    10 * time.Second,
		RecvTimeout:    10 * time.Second,
		SendTimeout:    10 * time.Second,
		LingerTimeout:  time.Second,
		PingInterval:   30 * time.Second,
		PongTimeout:    10 * time.Second,
	}
}

// Validate reports every field that is outside its range, joined into one error.
func (c *Config) Validate() error {
	var wrong []error
	within := func(name string, v, low, high int64) {
		if v < low || v > high {
			wrong = append(wrong, fmt.Errorf("Config.%s is %d: it must be in [%d..%d]", name, v, low, high))
		}
	}
	timeout := func(name string, v, high time.Duration) {
		if v != 0 && (v < time.Millisecond || v > high) {
			wrong = append(wrong, fmt.Errorf("Config.%s is %v: it must be 0 or in [1ms..%v]", name, v, high))
		}
	}
	if _, _, err := net.SplitHostPort(c.Addr); err != nil {
		wrong = append(wrong, fmt.Errorf("Config.Addr is %q: it must be host:port", c.Addr))
	}
	within("Engine", int64(c.Engine), 0, int64(EnginePortable))
	within("Loops", int64(c.Loops), 1, 1024)
	within("Backlog", int64(c.Backlog), 1, 65535)
	within("MaxOpenSockets", int64(c.MaxOpenSockets), 1, 1<<24)
	within("MaxHandlers", int64(c.MaxHandlers), 1, 65536)
	within("MaxTarget", int64(c.MaxTarget), 1, 65535)
	within("MaxHeader", int64(c.MaxHeader), 128, 65535)
	within("MaxFields", int64(c.MaxFields), 1, 255)
	within("MaxBody", c.MaxBody, 0, 1<<62)
	within("MaxInline", int64(c.MaxInline), 0, 1<<30)
	within("MaxDrain", int64(c.MaxDrain), 0, 1<<30)
	within("MaxPending", int64(c.MaxPending), 1024, 1<<30)
	if c.SendBuffer != 0 {
		within("SendBuffer", int64(c.SendBuffer), 4096, 1<<30)
	}
	within("MaxHeld", c.MaxHeld, 65536, 1<<50)
	within("MaxAside", int64(c.MaxAside), 1, 1<<20)
	within("MaxWork", int64(c.MaxWork), 1, 1<<20)
	within("MaxFieldsOut", int64(c.MaxFieldsOut), 1024, 1<<20)
	timeout("IdleTimeout", c.IdleTimeout, 24*time.Hour)
	timeout("HeadTimeout", c.HeadTimeout, 24*time.Hour)
	timeout("RecvTimeout", c.RecvTimeout, 24*time.Hour)
	timeout("SendTimeout", c.SendTimeout, 24*time.Hour)
	timeout("PingInterval", c.PingInterval, 24*time.Hour)
	timeout("PongTimeout", c.PongTimeout, 24*time.Hour)
	timeout("LingerTimeout", c.LingerTimeout, time.Minute)
	if c.TLS != nil && c.Engine == EngineEpoll {
		wrong = append(wrong, errors.New("Config.TLS needs Config.Engine EngineAuto or EnginePortable"))
	}
	return errors.Join(wrong...)
}
