package load

import (
	"bytes"
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// Pool holds a fixed number of connections to one server: whoever asks for more
// waits, so that a board never sees more sockets than the plan offers.
type Pool struct {
	address string
	tls     *tls.Config     // nil: plain
	ctx     context.Context // ends with the pool
	cancel  context.CancelCauseFunc
	all     []*conn
	free    chan *conn // first in, first out: all of them are used in turn
	tried   atomic.Int64
	served  atomic.Int64
	links   linkCounts
	closing sync.Once
	cut     atomic.Pointer[error]
}

// NewPool returns a pool of closed connections to address, a host and port
// that are dialed anew for each connection; secure is nil for plain TCP.
func NewPool(address string, secure *tls.Config, connections int) *Pool {
	p := &Pool{address: address, tls: secure, free: make(chan *conn, connections), links: newLinkCounts()}
	p.ctx, p.cancel = context.WithCancelCause(context.Background())
	for range connections {
		c := &conn{pool: p}
		p.all = append(p.all, c)
		p.free <- c
	}
	return p
}

// Size is how many connections the pool may open at once.
func (p *Pool) Size() int { return len(p.all) }

// Tried is how many connections were ever asked to connect, and Served how many
// of those ever got a whole response; one that reconnects counts once.
func (p *Pool) Tried() int  { return int(p.tried.Load()) }
func (p *Pool) Served() int { return int(p.served.Load()) }

// Links is what became of the connections so far. It asks the kernel about those
// that are not in use.
func (p *Pool) Links() *Links {
	for range len(p.free) {
		select {
		case c := <-p.free:
			c.look()
			p.free <- c
		default:
		}
	}
	return p.links.read()
}

// Answer is a whole response.
type Answer struct {
	Status  int
	Header  http.Header
	Content []byte // its first MostContent bytes
	Length  int64  // bytes of content received
	Remote  net.Addr
}

// MostContent is how much of a response's content Do keeps.
const MostContent = 1 << 20

// Do sends q on the next free connection. It fails with a *measure.Failure, or
// with the context's error if no connection became free in time. The context's
// end also ends the exchange.
func (p *Pool) Do(ctx context.Context, q *Request) (*Answer, error) {
	var c *conn
	select {
	case c = <-p.free:
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	done := make(chan struct{})
	stop := context.AfterFunc(ctx, func() { c.interrupt(); close(done) })
	defer func() {
		if !stop() {
			<-done // else it would interrupt whoever has the connection next
		}
		p.free <- c
	}()
	deadline, ok := ctx.Deadline()
	if !ok {
		deadline = time.Now().Add(time.Minute)
	}
	keep := &head{}
	response, n, err := c.exchange(ctx, q, false, deadline, keep)
	if err != nil {
		return nil, err
	}
	return &Answer{Status: response.StatusCode, Header: response.Header, Content: keep.Bytes(), Length: n, Remote: c.remote}, nil
}

// head keeps the first MostContent bytes written to it.
type head struct{ bytes.Buffer }

func (h *head) Write(b []byte) (int, error) {
	h.Buffer.Write(b[:min(len(b), MostContent-h.Len())])
	return len(b), nil
}

// Interrupt makes every exchange fail now, and all that follow, with why.
func (p *Pool) Interrupt(why error) {
	p.cut.CompareAndSwap(nil, &why)
	p.cancel(why)
	for _, c := range p.all {
		c.interrupt()
	}
}

func (p *Pool) interrupted() error {
	if why := p.cut.Load(); why != nil {
		return *why
	}
	return nil
}

// partingTime is how long Close waits for the server to close its ends too.
const partingTime = 250 * time.Millisecond

// Close interrupts what is under way and closes every connection, after which
// no goroutine and no descriptor of the pool is left. It lets the server close
// first, as far as it does so soon: a board must have given up these sockets
// before the next pool asks for as many.
func (p *Pool) Close() {
	p.closing.Do(func() {
		p.Interrupt(net.ErrClosed)
		for range p.all {
			<-p.free
		}
		for _, c := range p.all {
			c.hangUp()
		}
		deadline := time.Now().Add(partingTime)
		for _, c := range p.all {
			c.part(deadline)
		}
	})
}
