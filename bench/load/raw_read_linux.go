//go:build !386 && !s390x

package load

import (
	"syscall"

	"github.com/httpdlab/httpdlab/bench/measure"
)

// mostReads is how often in a row one connection is read before others have
// their turn: a server may send without end.
const mostReads = 32

// read takes what has arrived and lets the next requests begin. A short read
// emptied the socket: more bytes raise another event, but the end of the stream,
// of which the event may have told, may not.
func (l *rawLoop) read(c *rawConn, ending bool) {
	for range mostReads {
		if c.fd < 0 {
			return
		}
		n, room, errno := l.takeIn(c)
		switch {
		case errno == syscall.EAGAIN:
			return
		case errno != syscall.EINTR && n < room && !ending:
			return
		}
	}
	if !c.unread {
		c.unread = true
		l.unread = append(l.unread, c.index)
	}
}

// takeIn reads once, and reports how many bytes of how many that it asked for.
func (l *rawLoop) takeIn(c *rawConn) (n, room int, errno syscall.Errno) {
	skipped := int64(0)
	if c.inBody {
		skipped = c.skippable(l.awaitedOn(c))
	}
	if room = len(l.buf); skipped > int64(room) {
		room = int(min(skipped, 1<<30))
		n, errno = skip(c.fd, room)
	} else {
		skipped = 0
		n, errno = receive(c.fd, l.buf)
	}
	if errno == syscall.EAGAIN || errno == syscall.EINTR {
		return 0, room, errno
	}
	l.tick(l.Clock())
	switch {
	case errno != 0:
		l.fail(c, l.stage(c), errno)
	case n == 0:
		l.endOfStream(c)
	case skipped > 0:
		l.skipped(c, n)
	case c.state != parting:
		l.consume(c, l.buf[:n])
	}
	l.flush()
	if c.state != live || c.broken != 0 {
		return n, room, errno
	}
	if len(c.out) > 0 {
		l.write(c)
	}
	if !l.open && l.sending() {
		l.fill(c)
	}
	return n, room, errno
}

// skipped counts content that was taken out of the socket unseen.
func (l *rawLoop) skipped(c *rawConn, n int) {
	c.response.read += int64(n)
	if c.response.read == c.length {
		l.complete(c, nil)
	}
}

// consume reads responses from b, the next bytes of the stream.
func (l *rawLoop) consume(c *rawConn, b []byte) {
	if len(c.in) > 0 {
		l.joined = append(append(l.joined[:0], c.in...), b...)
		b, c.in = l.joined, c.in[:0]
	}
	l.advanceAll(c, b)
}

func (l *rawLoop) advanceAll(c *rawConn, b []byte) {
	for len(b) > 0 {
		n, on := l.advance(c, b)
		if !on {
			return
		}
		b = b[n:]
	}
}

// advance reads a head, or the content behind it, from the front of b. It
// reports how many bytes it took, and whether c goes on.
func (l *rawLoop) advance(c *rawConn, b []byte) (n int, on bool) {
	if l.socket != nil {
		return l.advanceSocket(c, b)
	}
	if c.count == 0 {
		l.close(c) // bytes that nobody asked for, and no request to blame for them
		return 0, false
	}
	if !c.inBody {
		head, err := l.readHead(&c.response, l.awaitedOn(c), b)
		switch {
		case err != nil:
			l.fail(c, measure.TTFB, err)
			return 0, false
		case head == 0:
			c.in = append(c.in, b...)
			return 0, false
		case !c.inBody: // an interim response
			return head, true
		}
		n = head
	}
	content, done, err := c.readContent(l.awaitedOn(c), b[n:])
	if err != nil {
		l.fail(c, measure.Body, err)
		return 0, false
	}
	n += content
	return n, !done || l.complete(c, b[n:])
}

// complete ends the oldest request with the response just read, of which rest
// follows, and reports whether c goes on.
func (l *rawLoop) complete(c *rawConn, rest []byte) bool {
	c.inBody = false
	if len(rest) > 0 && c.count == 1 {
		l.fail(c, measure.Body, errSurplus)
		return false
	}
	l.judge(c)
	l.release(c)
	l.countAnswer(c, 1)
	// A response to a request that is not wholly written leaves a connection
	// on which the rest of the request would be read as the next one.
	if c.close || l.Fresh || c.unsent > c.count {
		l.part(c)
		return false
	}
	return true
}

// countAnswer counts whole responses.
func (l *rawLoop) countAnswer(c *rawConn, n int64) {
	l.answers += n
	if !c.answered {
		c.answered = true
		l.answers-- // the first one
	}
	if !c.served {
		c.served = true
		l.served.Add(1)
	}
}

// release gives a place of c back to the schedule.
func (l *rawLoop) release(c *rawConn) {
	if l.open && c.tokens < l.Depth {
		c.tokens++
		l.ready.push(c.index)
	}
}

// judge counts the oldest request on c, whose whole response is there.
func (l *rawLoop) judge(c *rawConn) {
	expect := &l.awaitedOn(c).expect
	s := l.pop(c)
	switch {
	case !expect.goodStatus(c.status):
		l.failStatus(s, c.status, c.response.read)
	case !expect.goodContent(c.response.read, c.crc):
		l.rawCounts.fail(s, contentKey)
	default:
		l.succeed(s, c.response.read)
	}
}
