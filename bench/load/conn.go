package load

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/httpdlab/httpdlab/bench/measure"
)

// conn is one of a pool's connections: a place for a socket that is opened
// when it is needed and again after it was closed. One request at a time uses it.
type conn struct {
	pool   *Pool
	tried  bool // ever asked to connect
	served bool // ever got a response

	answered    bool   // this socket brought a response
	retransmits uint32 // of this socket, that were counted

	hash hasher

	mu     sync.Mutex // guards net against interrupt
	net    net.Conn   // nil: not open
	remote net.Addr   // of the last socket
	r      *bufio.Reader
	ended  error // of the last read, if it failed
}

// exchange writes q, reads its response and copies the content to body.
// The context only ends connecting. Failures are *measure.Failure.
//
// A fresh exchange has a connection of its own, which the caller ends.
func (c *conn) exchange(ctx context.Context, q *Request, fresh bool, deadline time.Time, body io.Writer) (*http.Response, int64, error) {
	wire := q.wire
	if fresh {
		c.close()
		wire = closing(wire)
	}
	if c.net != nil && closedByPeer(c.net) {
		c.close()
	}
	if c.net == nil {
		if err := c.open(ctx, deadline); err != nil {
			return nil, 0, err
		}
	}
	c.net.SetDeadline(deadline)
	if err := c.pool.interrupted(); err != nil {
		return nil, 0, c.fail(measure.Write, err)
	}
	if _, err := c.net.Write(wire); err != nil {
		return nil, 0, c.fail(measure.Write, err)
	}
	response, err := c.head(q)
	if err != nil {
		return nil, 0, c.fail(measure.TTFB, err)
	}
	n, err := io.Copy(body, response.Body)
	if err != nil {
		return nil, n, c.fail(measure.Body, err)
	}
	c.serve()
	// What stands after the response answers nothing that was asked.
	if !fresh && (response.Close || response.StatusCode == http.StatusSwitchingProtocols || c.r.Buffered() > 0) {
		c.close()
	}
	return response, n, nil
}

// head reads the head of the final response.
func (c *conn) head(q *Request) (*http.Response, error) {
	for {
		if _, err := c.r.Peek(1); err != nil {
			return nil, err // io.EOF here, and not io.ErrUnexpectedEOF: nothing of an answer came
		}
		response, err := http.ReadResponse(c.r, &q.shape)
		if err != nil {
			return nil, c.cutShort(err)
		}
		// RFC 9110, 15.2: a client MUST be able to parse 1xx responses before the final one.
		if response.StatusCode >= 200 || response.StatusCode == http.StatusSwitchingProtocols {
			return response, nil
		}
	}
}

// Read reads from the socket for r.
func (c *conn) Read(b []byte) (n int, err error) {
	n, err = c.net.Read(b)
	c.ended = err
	return n, err
}

// cutShort tells a head that the peer cut short from one that it wrote wrongly:
// the reader finds fault with half a line before it sees that the rest is missing.
func (c *conn) cutShort(malformed error) error {
	switch c.ended {
	case nil:
		return malformed
	case io.EOF:
		return io.ErrUnexpectedEOF
	}
	return c.ended
}

func (c *conn) serve() {
	if !c.served {
		c.served = true
		c.pool.served.Add(1)
	}
	if c.answered {
		c.pool.links.reused(1)
	}
	c.answered = true
}

// open connects, with TLS if the pool has a configuration for it.
func (c *conn) open(ctx context.Context, deadline time.Time) error {
	if !c.tried {
		c.tried = true
		c.pool.tried.Add(1)
	}
	ctx, cancel := context.WithDeadline(ctx, deadline)
	defer cancel()
	raw, failure := connect(ctx, c.pool.address, c.pool.tls, c.pool.links)
	if failure != nil {
		return c.fail(failure.Stage, failure.Err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.net, c.remote, c.ended = raw, raw.RemoteAddr(), nil
	c.answered, c.retransmits = false, 0
	if c.r == nil {
		c.r = bufio.NewReaderSize(c, 4096)
	}
	c.r.Reset(c)
	return nil
}

func (c *conn) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.net != nil {
		c.look()
		c.net.Close()
		c.net = nil
	}
}

// look asks the kernel about the socket.
func (c *conn) look() {
	if c.net == nil {
		return
	}
	if i, ok := askKernel(socket(c.net)); ok {
		c.pool.links.looked(i, c.retransmits)
		c.retransmits = i.retransmits
	}
}

// fail closes the connection, since nobody knows what is still on it.
func (c *conn) fail(stage measure.Stage, err error) error {
	c.close()
	if cut := c.pool.interrupted(); cut != nil {
		err = cut
	}
	return &measure.Failure{Stage: stage, Err: err}
}

// interrupt makes what waits on the connection fail now.
func (c *conn) interrupt() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.net != nil {
		c.net.SetDeadline(time.Unix(1, 0))
	}
}

// leave ends a connection after its only response, and counts how long the
// server takes to end it, too.
func (c *conn) leave() {
	began := time.Now()
	c.net.SetReadDeadline(began.Add(partingTime))
	if _, err := c.r.ReadByte(); err == io.EOF {
		c.pool.links.ended(time.Since(began))
	}
	c.close()
}

// hangUp says that no request will follow, and part waits for the server to hang
// up too and closes the connection.
func (c *conn) hangUp() {
	if half, ok := socket(c.net).(interface{ CloseWrite() error }); ok {
		half.CloseWrite()
	}
}

func (c *conn) part(deadline time.Time) {
	if c.net != nil {
		s := socket(c.net)
		s.SetDeadline(deadline)
		io.Copy(io.Discard, s)
	}
	c.close()
}

// socket is what carries c, below TLS.
func socket(c net.Conn) net.Conn {
	for {
		around, ok := c.(interface{ NetConn() net.Conn })
		if !ok {
			return c
		}
		c = around.NetConn()
	}
}
