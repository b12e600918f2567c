//go:build !386 && !s390x

package load

import (
	"errors"
	"io"

	"github.com/httpdlab/httpdlab/bench/measure"
	"github.com/httpdlab/httpdlab/server/http1"
)

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
