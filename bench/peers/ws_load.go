package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"github.com/httpdlab/httpdlab/bench/measure"
	"github.com/httpdlab/httpdlab/server/websocket"
)

// socketKey is the same for all connections, so that a server which only is a
// mark for what is possible can have its answer ready.
var socketKey = [16]byte{0xc7, 0x72, 0x49, 0x1c, 0xc6, 0xc3, 0x2f, 0x51, 0x33, 0x2e, 0x48, 0x7d, 0x18, 0x18, 0x57, 0x0f}

// socketLoad is a closed loop of messages that are echoed. It sends the same
// bytes again and again. The first answer on each connection is taken apart and
// held against the message; those that follow must be the same bytes.
type socketLoad struct {
	row     *row
	message []byte // a frame
	sent    []byte // depth of them
	echo    []byte // the right answer
	wanted  []byte // echo again and again, beyond the largest read
	epoll   int
	conns   []socketConn
	room    []byte
}

type socketConn struct {
	fd       int
	owed     int // bytes that are still to be sent
	from     int // of a frame, which are sent
	received int // bytes of an answer
	began    []time.Time
	oldest   int // of began
}

func newSocketLoad(ctx context.Context, r *row, address string) (l *socketLoad, err error) {
	l = &socketLoad{row: r, room: make([]byte, 128<<10)}
	h := websocket.Header{Final: true, Masked: true, Opcode: websocket.Binary, Key: 0x3d21fa37}
	payload := []byte(r.content)
	if r.text {
		h.Opcode = websocket.Text
	}
	if r.deflate {
		z := websocket.Deflater{NoTakeover: true}
		payload, h.RSV1, h.Opcode = z.Deflate(nil, payload), true, websocket.Text
	}
	h.Length = int64(len(payload))
	l.message = append(websocket.AppendHeader(nil, h), payload...)
	websocket.Mask(l.message[len(l.message)-len(payload):], h.Key)
	l.sent = bytes.Repeat(l.message, r.depth)
	if l.epoll, err = unix.EpollCreate1(unix.EPOLL_CLOEXEC); err != nil {
		return nil, err
	}
	for range r.connections {
		if err = l.open(ctx, address); err != nil {
			l.close()
			return nil, fmt.Errorf("open connection %d: %w", len(l.conns)+1, err)
		}
	}
	l.wanted = bytes.Repeat(l.echo, len(l.room)/len(l.echo)+2)
	return l, nil
}

func (l *socketLoad) close() {
	for i := range l.conns {
		unix.Close(l.conns[i].fd)
	}
	unix.Close(l.epoll)
}

// open shakes hands and has one message echoed.
func (l *socketLoad) open(ctx context.Context, address string) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	dialer := net.Dialer{Timeout: 5 * time.Second}
	conn, err := dialer.DialContext(ctx, "tcp", to.String())
	if err != nil {
		return err
	}
	defer conn.Close() // its duplicate stays
	if err := conn.SetDeadline(time.Now().Add(5 * time.Second)); err != nil {
		return err
	}
	in := bufio.NewReader(conn)
	if err := l.greet(conn, in, address); err != nil {
		return fmt.Errorf("shake hands: %w", err)
	}
	if err := l.first(conn, in); err != nil {
		return fmt.Errorf("have a message echoed: %w", err)
	}
	raw, err := conn.(*net.TCPConn).SyscallConn()
	if err != nil {
		return err
	}
	fd, failure := -1, error(nil)
	if err := raw.Control(func(own uintptr) { fd, failure = unix.FcntlInt(own, unix.F_DUPFD_CLOEXEC, 0) }); err != nil {
		return err
	}
	if failure != nil {
		return os.NewSyscallError("fcntl", failure)
	}
	l.conns = append(l.conns, socketConn{fd: fd, began: make([]time.Time, l.row.depth)})
	return unix.EpollCtl(l.epoll, unix.EPOLL_CTL_ADD, fd, &unix.EpollEvent{
		Events: unix.EPOLLIN | unix.EPOLLOUT | unix.EPOLLET, Fd: int32(len(l.conns) - 1),
	})
}

func (l *socketLoad) greet(conn net.Conn, in *bufio.Reader, address string) error {
	c := websocket.Client{Host: address, Target: l.row.target, Protocols: []string{"echo"}, Key: socketKey}
	if l.row.deflate {
		c.Deflate = &websocket.Deflate{ClientNoTakeover: true, ServerNoTakeover: true}
	}
	request, wrong := c.AppendRequest(nil)
	if wrong != 0 {
		return wrong
	}
	if _, err := conn.Write(request); err != nil {
		return err
	}
	response, err := http.ReadResponse(in, nil)
	if err != nil {
		return err
	}
	for name, values := range response.Header {
		for _, v := range values {
			c.Field([]byte(name), []byte(v))
		}
	}
	if wrong := c.Check(response.StatusCode); wrong != 0 {
		return fmt.Errorf("status %d: %w", response.StatusCode, wrong)
	}
	if l.row.deflate && (!c.Deflated || !c.Agreed.ServerNoTakeover) {
		return errors.New("it does not agree to permessage-deflate without context takeover")
	}
	return nil
}

// first sends one message and learns what its echo looks like.
func (l *socketLoad) first(conn net.Conn, in *bufio.Reader) error {
	if _, err := conn.Write(l.message); err != nil {
		return err
	}
	d := websocket.Decoder{Server: true, Deflate: l.row.deflate}
	var raw, frames, message []byte
	for {
		b := make([]byte, 64<<10)
		n, err := in.Read(b)
		if err != nil {
			return err
		}
		raw, frames = append(raw, b[:n]...), append(frames, b[:n]...)
		for {
			n, wrong := d.Decode(frames)
			if wrong != 0 {
				return wrong
			}
			if n == 0 {
				break
			}
			frames, message = frames[n:], append(message, d.Payload...)
			if d.End() {
				return l.hold(raw[:len(raw)-len(frames)], message, d.Compressed)
			}
		}
	}
}

// hold compares an echo with the message, and with the first connection's echo.
func (l *socketLoad) hold(raw, message []byte, compressed bool) (err error) {
	if compressed {
		i, wrong := websocket.Inflater{NoTakeover: true}, websocket.Error(0)
		if message, wrong = i.Inflate(nil, message, len(l.row.content)+1); wrong != 0 {
			return wrong
		}
	}
	switch {
	case string(message) != l.row.content:
		return fmt.Errorf("%d bytes come back that are not those sent", len(message))
	case compressed != l.row.deflate:
		return errors.New("compressed or not is not as asked for")
	case l.echo != nil && !bytes.Equal(l.echo, raw):
		return errors.New("another connection's echo was sent otherwise")
	}
	l.echo = raw
	return nil
}

// run goes on with the load for a while; t gets what comes back.
func (l *socketLoad) run(ctx context.Context, length time.Duration, t *measure.Tally) error {
	var events [256]unix.EpollEvent
	now := time.Now()
	for end := now.Add(length); now.Before(end) && ctx.Err() == nil; now = time.Now() {
		n, err := unix.EpollWait(l.epoll, events[:], 50)
		if err != nil && err != unix.EINTR {
			return os.NewSyscallError("epoll_wait", err)
		}
		for i := range max(n, 0) {
			if err := l.serve(&l.conns[events[i].Fd], t); err != nil {
				return err
			}
		}
	}
	return context.Cause(ctx)
}

// begin sends the first messages.
func (l *socketLoad) begin() error {
	for i := range l.conns {
		c := &l.conns[i]
		now := time.Now()
		for d := range c.began {
			c.began[d] = now
		}
		c.owed = len(l.sent)
		if err := l.send(c); err != nil {
			return err
		}
	}
	return nil
}

// serve receives answers and sends as many messages.
func (l *socketLoad) serve(c *socketConn, t *measure.Tally) error {
	for {
		n, err := unix.Read(c.fd, l.room)
		switch {
		case err == unix.EAGAIN:
			return l.send(c)
		case err != nil:
			return os.NewSyscallError("receive", err)
		case n == 0:
			return errors.New("receive: the server has closed the connection")
		case !bytes.Equal(l.room[:n], l.wanted[c.received:c.received+n]):
			return errors.New("receive: not the echo of what was sent")
		}
		if l.answered(c, n, t); n < len(l.room) {
			return l.send(c)
		}
	}
}

// answered counts the messages that n more bytes complete.
func (l *socketLoad) answered(c *socketConn, n int, t *measure.Tally) {
	done := (c.received + n) / len(l.echo)
	c.received = (c.received + n) % len(l.echo)
	c.owed += done * len(l.message)
	t.Requests += int64(done)
	t.BytesIn += int64(n)
	now := time.Now()
	for done > 0 { // messages sent together took the same time
		began, same := c.began[c.oldest], int64(0)
		for ; done > 0 && c.began[c.oldest].Equal(began); done-- {
			c.began[c.oldest] = now
			c.oldest = (c.oldest + 1) % len(c.began)
			same++
		}
		t.Service.RecordValues(int64(now.Sub(began)), same)
	}
}

// send sends what is owed, as far as the kernel takes it.
func (l *socketLoad) send(c *socketConn) error {
	for c.owed > 0 {
		b := l.sent[c.from:]
		b = b[:min(len(b), c.owed)]
		n, err := unix.Write(c.fd, b)
		if err == unix.EAGAIN {
			return nil
		}
		if err != nil {
			return os.NewSyscallError("send", err)
		}
		c.owed -= n
		c.from = (c.from + n) % len(l.message)
	}
	return nil
}
