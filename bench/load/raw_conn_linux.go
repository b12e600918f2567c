//go:build !386 && !s390x

package load

import (
	"context"
	"errors"
	"io"
	"syscall"
	"time"

	"github.com/httpdlab/httpdlab/bench/measure"
	"github.com/httpdlab/httpdlab/server/http1"
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

// part ends c after its last response. Requests that went out behind it were
// not read (RFC 9112, 9.6): they are taken back, and blamed on nobody.
func (l *rawLoop) part(c *rawConn) {
	l.takeBack(c)
	if !c.close { // the server does not know
		l.close(c)
		return
	}
	c.state, c.until = parting, l.now+partingTime
}

func (l *rawLoop) takeBack(c *rawConn) {
	l.flush()
	for ; c.count > 0; c.count-- { // c.place stays: they are what it sends next
		s := c.oldest()
		c.first++
		l.leave()
		if l.open {
			l.release(c)
			l.pace.again = append(l.pace.again, s.intended)
			l.full = l.now // that it will be late is not our doing
		}
	}
	c.unsent, c.offset = 0, 0
}

// endOfStream handles the server's end of the connection.
func (l *rawLoop) endOfStream(c *rawConn) {
	switch {
	case c.state == parting:
		l.links.ended(l.now - c.until + partingTime)
		l.close(c)
	case c.count == 0 && l.socket == nil: // RFC 9112, 9.5: it may close an idle connection at any time
		l.close(c)
	case c.inBody && c.body == http1.CloseBody:
		l.complete(c, nil)
		l.close(c)
	case c.inBody, len(c.in) > 0:
		l.fail(c, l.stage(c), io.ErrUnexpectedEOF)
	case c.broken != 0:
		l.fail(c, measure.Write, c.broken)
	default:
		l.fail(c, l.stage(c), io.EOF)
	}
}

// stage is how far the oldest request has come.
func (l *rawLoop) stage(c *rawConn) measure.Stage {
	switch {
	case c.state == dialing:
		return measure.Connect
	case c.state == shaking:
		return Handshake
	case c.inBody:
		return measure.Body
	case c.unsent > 0 && c.unsent == c.count && len(c.in) == 0:
		return measure.Write
	}
	return l.waiting()
}

// waiting is the stage of a request that is sent and has no answer.
func (l *rawLoop) waiting() measure.Stage {
	if l.socket != nil {
		return Echo
	}
	return measure.TTFB
}

// fail closes c and counts its requests as failed: the oldest at that stage, and
// those behind it while they waited for a response, of the same cause.
func (l *rawLoop) fail(c *rawConn, stage measure.Stage, err error) {
	if stage == measure.Connect || stage == Handshake {
		c.until = l.now + reconnectDelay
	}
	l.failSocket(c, stage, err)
	for c.count > 0 {
		l.rawCounts.fail(l.pop(c), failureKey(stage, err))
		l.release(c)
		if stage != measure.Connect {
			stage = l.waiting()
		}
		if errors.Is(err, io.ErrUnexpectedEOF) {
			err = io.EOF
		}
	}
	l.close(c)
}

// close makes c a place for the next socket.
func (l *rawLoop) close(c *rawConn) {
	if c.fd >= 0 {
		l.look(c)
		hangUp(c.fd)
		c.fd = -1
	}
	if c.state == parting {
		c.until = 0
	}
	c.state, c.inBody, c.unsent, c.offset, c.broken, c.in = shut, false, 0, 0, 0, c.in[:0]
	c.out = nil
	c.echoing.reset()
	if l.dials() && c.until <= l.now {
		l.vacant = append(l.vacant, c.index)
	}
}

// dials reports whether connections are opened before there is a request for them.
func (l *rawLoop) dials() bool { return !l.open || l.socket != nil }

// look asks the kernel about c. A connection that never got established has
// nothing to tell.
func (l *rawLoop) look(c *rawConn) {
	if c.state == dialing {
		return
	}
	if i, ok := askSocket(c.fd); ok {
		l.links.looked(i, c.retransmits)
		c.retransmits = i.retransmits
	}
}

func (l *rawLoop) failAll(err error) {
	for i := range l.conns {
		if c := &l.conns[i]; c.count > 0 || c.opening {
			l.fail(c, l.stage(c), err)
		}
	}
}

func (l *rawLoop) dropAll() {
	l.flush()
	for i := range l.conns {
		c := &l.conns[i]
		for ; c.count > 0; l.pop(c) {
			l.leave()
		}
		if c.opening {
			c.opening = false
			l.leave()
		}
	}
}

// closeAll lets the server close first, as far as it does so soon: a board must
// have given up these sockets before the next load asks for as many.
func (l *rawLoop) closeAll() {
	deadline, open := l.now+partingTime, 0
	for i := range l.conns {
		if c := &l.conns[i]; c.state == live || c.state == parting {
			l.takeLeave(c)
			finish(c.fd)
			c.state, c.until, c.inBody = parting, deadline, false
			open++
		} else {
			l.close(c)
		}
	}
	for open > 0 && l.now < deadline {
		n := l.poller.wait(l.events[:], deadline-l.now)
		l.tick(l.Clock())
		for i := range n {
			l.handle(&l.events[i])
		}
		open = 0
		for i := range l.conns {
			if l.conns[i].fd >= 0 {
				open++
			}
		}
	}
	for i := range l.conns {
		l.close(&l.conns[i])
	}
}
