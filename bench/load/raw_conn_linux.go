//go:build !386 && !s390x

package load

import (
	"context"
	"syscall"
	"time"

	"github.com/httpdlab/httpdlab/bench/measure"
)

var errTimeout = context.DeadlineExceeded

type connState uint8

const (
	shut connState = iota
	dialing
	shaking // the WebSocket handshake is under way
	live
	parting // the last response is read, the end of the stream is to come
)

// rawConn is a place for a socket, and for the requests under way on it.
type rawConn struct {
	fd         int // -1: shut
	index      int32
	tokens     int   // how often it stands in rawLoop.ready
	generation int32 // counts the sockets
	state      connState
	tried      bool
	served     bool
	unread     bool // it stands in rawLoop.unread

	slots  []slot // ring of requests under way; its length is a power of two
	first  uint32
	count  uint32
	place  int    // of the oldest on the tape; that of the next one if there is none
	unsent uint32 // how many of them, the youngest, are not wholly written
	offset int    // how much of the first of those is
	// broken is what the kernel said when it took no more of them.
	broken syscall.Errno
	out    []byte // what goes before the next request: a handshake, a pong, a close

	dialed      time.Duration // when it was last asked to connect
	answered    bool          // this socket brought a response
	retransmits uint32        // of this socket, that were counted
	echoing

	response
	in    []byte        // the start of a head
	until time.Duration // shut: not to be opened before; parting: to be closed then
}

func (c *rawConn) oldest() slot { return c.slots[c.first&uint32(len(c.slots)-1)] }

// awaitedOn is what the oldest request on c asks for.
func (l *rawLoop) awaitedOn(c *rawConn) *awaited { return &l.awaited[l.tape.order[c.place]] }

func (l *rawLoop) pop(c *rawConn) slot {
	s := c.oldest()
	c.first++
	c.count--
	c.place = l.tape.step(c.place, 1)
	return s
}

// fill lets as many requests begin on c as a closed loop keeps there. A
// connection that is not open yet begins with one.
func (l *rawLoop) fill(c *rawConn) {
	if l.socket != nil && c.state == shut {
		l.dial(c)
	}
	if l.open {
		return
	}
	n := l.Depth - int(c.count)
	switch {
	case c.state == parting, c.state == dialing, c.state == shaking:
		return
	case c.state == shut:
		n = 1
	}
	if n > 0 {
		l.push(c, slot{l.now, l.now}, n)
	}
}

// push begins n requests on c, alike but for their place in the ring.
func (l *rawLoop) push(c *rawConn, s slot, n int) {
	for range n {
		c.slots[(c.first+c.count)&uint32(len(c.slots)-1)] = s
		c.count++
		l.begin(s.intended)
	}
	c.unsent += uint32(n)
	switch c.state {
	case shut:
		l.dial(c)
	case live:
		l.write(c)
	}
}

func (l *rawLoop) dial(c *rawConn) {
	if !c.tried {
		c.tried = true
		l.tried.Add(1)
	}
	c.dialed = l.now
	if l.socket != nil {
		c.opening = true
		l.begin(l.now)
	}
	fd, errno := dial(&l.remote)
	if errno == 0 {
		c.fd, c.state = fd, dialing
		c.answered, c.retransmits = false, 0
		c.generation++
		errno = l.watch(fd, c.index, c.generation, syscall.EPOLLIN|syscall.EPOLLOUT|syscall.EPOLLRDHUP|edgeTriggered)
	}
	if errno != 0 {
		l.fail(c, measure.Connect, errno)
	}
}

// connect ends the attempt to connect and reports whether c can be used.
func (l *rawLoop) connect(c *rawConn) bool {
	if errno := connected(c.fd); errno != 0 {
		l.fail(c, measure.Connect, errno)
		return false
	}
	l.links.opened(l.now - c.dialed)
	c.state = live
	if l.socket != nil && !l.shake(c) {
		return false
	}
	l.write(c)
	return c.state == live || c.state == shaking
}

// write sends what is not sent yet, as far as the kernel takes it.
func (l *rawLoop) write(c *rawConn) {
	for c.unsent > 0 || len(c.out) > 0 {
		place, first := l.tape.step(c.place, int(c.count-c.unsent)), len(c.out) > 0 && c.offset == 0
		b, requests := c.out, 0
		if !first {
			b, requests = l.tape.next(place, c.offset, int(c.unsent))
		}
		n, errno := transmit(c.fd, b)
		switch errno {
		case 0:
			switch {
			case first:
				c.out = c.out[n:]
			case n == len(b):
				c.unsent -= uint32(requests)
				c.offset = 0
			default:
				l.wrote(c, place, n)
			}
		case syscall.EAGAIN:
			return
		case syscall.EINTR:
		default:
			// The answer may have come before the end: what was received decides.
			c.broken, c.unsent, c.offset, c.out = errno, 0, 0, nil
			l.read(c, true)
			return
		}
	}
}

// wrote counts n bytes that end within a request, from one at that place on.
func (l *rawLoop) wrote(c *rawConn, place, n int) {
	c.offset += n
	for size := l.tape.size(place); c.offset >= size; size = l.tape.size(place) {
		c.offset -= size
		c.unsent--
		place = l.tape.step(place, 1)
	}
}
