package server

import (
	"io"
	"net"
	"net/netip"
	"os"
	"syscall"
	"time"
)

// connLink is the link of the portable engine. Its calls wait as long as bound allows.
type connLink struct {
	net.Conn
	gather net.Buffers
	parts  [2][]byte
	ahead  []byte // read by a watch
}

func (c *connLink) recv(p []byte) (int, error) {
	if len(c.ahead) > 0 {
		n := copy(p, c.ahead)
		c.ahead = c.ahead[n:]
		return n, nil
	}
	n, err := c.Read(p)
	if n > 0 {
		return n, nil
	}
	return 0, err
}

func (c *connLink) send(p, q []byte) (int, error) {
	if len(q) == 0 {
		return c.Write(p)
	}
	c.parts = [2][]byte{p, q}
	c.gather = c.parts[:]
	n, err := c.gather.WriteTo(c.Conn)
	return int(n), err
}

func (c *connLink) sendFile(f *os.File, offset, n int64) (int64, error) {
	sent, err := io.Copy(c.Conn, io.NewSectionReader(f, offset, n))
	if err == nil && sent < n {
		err = io.ErrUnexpectedEOF // the file is shorter than it was
	}
	return sent, err
}

func (c *connLink) bound(writing bool, deadline time.Time) {
	if writing {
		c.SetWriteDeadline(deadline)
	} else {
		c.SetReadDeadline(deadline)
	}
}

func (c *connLink) closeWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}

// A deadline in the past ends blocked calls; closing is left to the goroutine that has the connection.
func (c *connLink) abort() {
	c.SetDeadline(time.Unix(1, 0))
	if t, ok := c.Conn.(*net.TCPConn); ok {
		t.CloseRead()
		t.CloseWrite()
	} else {
		c.Conn.Close()
	}
}

// conn returns the connection with no deadline left on it.
func (c *connLink) conn() (net.Conn, error) { return c.Conn, c.SetDeadline(time.Time{}) }

func (c *connLink) letGo() {}

func (c *connLink) close() error           { return c.Conn.Close() }
func (c *connLink) local() netip.AddrPort  { return addrPortOf(c.LocalAddr()) }
func (c *connLink) remote() netip.AddrPort { return addrPortOf(c.RemoteAddr()) }

func (c *connLink) descriptor() int {
	s, ok := c.Conn.(syscall.Conn)
	if !ok {
		return -1
	}
	raw, err := s.SyscallConn()
	if err != nil {
		return -1
	}
	fd := -1
	raw.Control(func(n uintptr) { fd = int(n) })
	return fd
}
