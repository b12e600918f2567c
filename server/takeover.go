package server

import (
	"fmt"
	"net"
	"os"
)

// SendRaw sends bytes as they are, outside of any response: interim responses, another protocol after 101. In a
// handler they come after what was written before.
func (r *Request) SendRaw(p []byte) error {
	if r.constant != nil {
		r.copyConstant()
	}
	if err := r.write(p); err != nil {
		return err
	}
	return r.Flush()
}

// Takeover gives the connection to the handler, for another protocol: what was written is sent, what was received
// after the request comes first from the returned connection, and the caller closes it. The session ends for the
// server when the handler returns. A session with overrides cannot be taken over.
func (r *Request) Takeover() (net.Conn, error) {
	if r.session.overridden() {
		return nil, fmt.Errorf("take the connection over: it has overrides: %w", ErrInvalid)
	}
	if err := r.Block(); err != nil {
		return nil, err
	}
	if err := r.flush(nil); err != nil {
		return nil, err
	}
	if r.watching != nil {
		r.unwatch()
	}
	c, err := r.session.link.conn()
	if err != nil {
		return nil, fmt.Errorf("take the connection over: %w", err)
	}
	r.session.taken = true
	r.stage, r.closing = stageDone, true
	r.broken = os.ErrClosed // the server sends no more on it
	ahead := append(append([]byte{}, r.body...), r.tail...)
	if c, ok := r.session.link.(*connLink); ok {
		ahead = append(ahead, c.ahead...)
	}
	r.body, r.tail, r.left = nil, nil, 0
	return &takenConn{Conn: c, ahead: ahead}, nil
}

// A takenConn delivers first what the server had received already.
type takenConn struct {
	net.Conn
	ahead []byte
}

func (c *takenConn) Read(p []byte) (int, error) {
	if len(c.ahead) == 0 {
		return c.Conn.Read(p)
	}
	n := copy(p, c.ahead)
	c.ahead = c.ahead[n:]
	return n, nil
}
