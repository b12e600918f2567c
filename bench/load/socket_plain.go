package load

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"

	"github.com/httpdlab/httpdlab/bench/measure"
)

// plainSocket is the engine over gorilla's client: two goroutines a connection,
// any platform, with TLS.
type plainSocket struct {
	WebSocketConfig
	*measure.Recorder
	links    linkCounts
	payloads [][]byte
	kind     int
	tried    atomic.Int64
	served   atomic.Int64
	slowest  atomic.Int64 // echo so far, in ns

	due     chan time.Duration // open loop: intended starts; nil: closed loop
	sending context.Context
	whole   context.Context // ends when nothing is waited for any more
}

func newPlainSocket(c WebSocketConfig) (Engine, error) {
	switch {
	case c.Connections < 1 || c.Connections > 65536:
		return nil, fmt.Errorf("%d connections; give 1 to 65536", c.Connections)
	case c.Depth > 1024:
		return nil, fmt.Errorf("%d messages under way on a connection; give 1 to 1024", c.Depth)
	}
	p := &plainSocket{
		WebSocketConfig: c, Recorder: measure.NewRecorder(c.Connections*c.Depth, c.Clock()), links: newLinkCounts(),
		kind: websocket.BinaryMessage,
	}
	if c.Message.Text {
		p.kind = websocket.TextMessage
	}
	return p, nil
}

func (p *plainSocket) Tried() int    { return int(p.tried.Load()) }
func (p *plainSocket) Served() int   { return int(p.served.Load()) }
func (p *plainSocket) Links() *Links { return p.links.read() }
func (p *plainSocket) Close()        {}

// plainMessages is how many different messages there are.
const plainMessages = 16

// Run implements Engine.
func (p *plainSocket) Run(ctx context.Context, s Schedule) error {
	plan, random := socketPlan{Message: p.Message}, rand.New(rand.NewPCG(s.Seed, socketStream))
	for range plainMessages {
		p.payloads = append(p.payloads, plan.payload(random))
	}
	sending, stop := context.WithCancel(ctx)
	defer stop()
	whole, cut := context.WithCancelCause(ctx)
	defer cut(nil)
	p.sending, p.whole = sending, whole
	var all sync.WaitGroup
	if s.Open() {
		p.due = make(chan time.Duration)
		all.Go(func() { p.dispatch(s, p.Clock()) })
	}
	for range p.Connections {
		all.Go(p.client)
	}
	if s.Duration > 0 {
		defer time.AfterFunc(s.Duration, stop).Stop()
	}
	over := make(chan struct{})
	go func() { all.Wait(); close(over) }()
	<-sending.Done()
	grace := time.NewTimer(min(max(leastGrace, 2*time.Duration(p.slowest.Load())), p.Timeout))
	defer grace.Stop()
	select {
	case <-over:
	case <-grace.C:
		cut(measure.ErrUnfinished)
	case <-ctx.Done():
	}
	<-over
	return nil
}

// took keeps the slowest echo.
func (p *plainSocket) took(d time.Duration) {
	for old := p.slowest.Load(); int64(d) > old && !p.slowest.CompareAndSwap(old, int64(d)); old = p.slowest.Load() {
	}
}

// dispatch lets messages go when the schedule says so, each on whatever
// connection takes it first.
func (p *plainSocket) dispatch(s Schedule, began time.Duration) {
	pace := newPace(s, began, 0, 1)
	for {
		now := p.Clock()
		at := max(pace.next(), now)
		sleep(p.sending, at-now)
		if p.sending.Err() != nil {
			return
		}
		select {
		case p.due <- pace.take(at):
		case <-p.sending.Done():
			return
		}
	}
}

// client keeps one connection open while there is something to send.
func (p *plainSocket) client() {
	p.tried.Add(1)
	served := false
	for p.sending.Err() == nil {
		began := p.Clock()
		p.Begin(began, began)
		c, failure := p.open()
		if failure != nil {
			p.failed(began, began, failure)
			sleep(p.sending, reconnectDelay)
			continue
		}
		p.Drop(p.Clock())
		if session := (&plainSession{plainSocket: p, c: c}); session.run() && !served {
			served = true
			p.served.Add(1)
		}
	}
}

// failed counts what Begin announced as failed, or drops it if the caller has
// lost patience.
func (p *plainSocket) failed(intended, sent time.Duration, failure *measure.Failure) {
	now, err := p.Clock(), failure.Err
	if p.whole.Err() != nil {
		if err = context.Cause(p.whole); !errors.Is(err, measure.ErrUnfinished) {
			p.Drop(now)
			return
		}
	}
	p.End(measure.Exchange{Intended: intended, Sent: sent, Ended: now, Failed: failureKey(failure.Stage, err)})
}

// open connects and shakes hands.
func (p *plainSocket) open() (*websocket.Conn, *measure.Failure) {
	ctx, cancel := context.WithTimeout(p.whole, p.Timeout)
	defer cancel()
	u, heard := *p.URL, &listener{}
	u.Scheme = map[bool]string{true: "wss", false: "ws"}[isSecure(p.URL)]
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		c, failure := p.dial(ctx)
		if failure != nil {
			return nil, failure
		}
		heard.Conn, heard.since = c, p.Clock()
		heard.free = context.AfterFunc(p.whole, func() { c.Close() })
		return heard, nil
	}
	d := websocket.Dialer{NetDialContext: dial, NetDialTLSContext: dial, EnableCompression: p.Message.Deflate}
	if p.Message.Subprotocol != "" {
		d.Subprotocols = []string{p.Message.Subprotocol}
	}
	c, response, err := d.DialContext(ctx, u.String(), p.Fields)
	if heard.free != nil {
		heard.free()
	}
	if err != nil {
		return nil, handshakeFailure(err, response, heard)
	}
	p.links.secured(p.Clock() - heard.since)
	deflated := strings.Contains(response.Header.Get("Sec-WebSocket-Extensions"), "permessage-deflate")
	if missing := p.Message.missing(deflated, c.Subprotocol()); missing != nil {
		c.Close()
		return nil, &measure.Failure{Stage: Handshake, Err: missing}
	}
	return c, nil
}

// dial connects to the server, with TLS if the URL says so.
func (p *plainSocket) dial(ctx context.Context) (net.Conn, *measure.Failure) {
	return connect(ctx, addressOf(p.URL, p.Address), secured(p.URL, p.TLS), p.links)
}

// handshakeFailure tells the failures of a handshake apart.
func handshakeFailure(err error, response *http.Response, heard *listener) *measure.Failure {
	failure := (*measure.Failure)(nil)
	switch {
	case errors.As(err, &failure):
		return failure
	case errors.Is(err, websocket.ErrBadHandshake) && response.StatusCode != http.StatusSwitchingProtocols:
		err = statusCause(response.StatusCode)
	case errors.Is(err, io.ErrUnexpectedEOF) && heard.bytes == 0:
		err = io.EOF
	default:
		err = wrongUnlessKnown(err)
	}
	return &measure.Failure{Stage: Handshake, Err: err}
}

// listener counts what was read.
type listener struct {
	net.Conn
	bytes int64
	since time.Duration // when it was connected
	free  func() bool   // from what would end it during the handshake
}

// NetConn is what it listens to.
func (l *listener) NetConn() net.Conn { return l.Conn }

func (l *listener) Read(b []byte) (int, error) {
	n, err := l.Conn.Read(b)
	l.bytes += int64(n)
	return n, err
}

// wrongUnlessKnown takes for a breach of protocol what is no fault of the network's.
func wrongUnlessKnown(err error) error {
	op := (*net.OpError)(nil)
	timeout := net.Error(nil)
	switch {
	case errors.As(err, &op), errors.As(err, &timeout), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF),
		errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded), errors.Is(err, net.ErrClosed):
		return err
	}
	return protocolCause
}
