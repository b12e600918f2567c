package load

import (
	"bytes"
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"github.com/httpdlab/httpdlab/bench/measure"
)

// plainSession is one connection of a plainSocket, while it lasts.
type plainSession struct {
	*plainSocket
	c      *websocket.Conn
	free   chan struct{} // a place for each message that may be under way
	broken chan struct{} // closed when nothing more is read

	mu      sync.Mutex
	pending []sentMessage // oldest first
	served  bool
}

type sentMessage struct {
	intended, sent time.Duration
	payload        []byte
}

// run sends and receives until the schedule or the connection ends, and reports
// whether anything came back.
func (s *plainSession) run() bool {
	stop := context.AfterFunc(s.whole, func() { s.c.Close() })
	defer stop()
	s.free, s.broken = make(chan struct{}, s.Depth), make(chan struct{})
	for range s.Depth {
		s.free <- struct{}{}
	}
	var writing sync.WaitGroup
	writing.Go(s.write)
	err := s.read()
	close(s.broken)
	s.links.look(s.c.NetConn())
	s.c.Close()
	writing.Wait()
	s.end(err)
	return s.served
}

// write sends messages until the schedule or the connection ends, then waits for
// those under way and takes leave.
func (s *plainSession) write() {
	for n := 0; s.place(); n++ {
		intended, ok := s.start()
		if !ok {
			s.free <- struct{}{}
			break
		}
		if !s.send(intended, s.payloads[n%len(s.payloads)]) {
			return
		}
	}
	for range s.Depth {
		select {
		case <-s.free:
		case <-s.broken:
			return
		}
	}
	s.c.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseNormalClosure, ""), time.Now().Add(partingTime))
	select {
	case <-s.broken:
	case <-time.After(partingTime):
		s.c.Close()
	}
}

// place waits until a message may begin, and reports whether one may.
func (s *plainSession) place() bool {
	if s.sending.Err() != nil {
		return false
	}
	select {
	case <-s.free:
		return true
	case <-s.broken:
	case <-s.sending.Done():
	}
	return false
}

// start waits until a message is due. In a closed loop it always is: then it is negative.
func (s *plainSession) start() (intended time.Duration, ok bool) {
	if s.due == nil {
		return -1, true
	}
	select {
	case intended = <-s.due:
		return intended, true
	case <-s.broken:
	case <-s.sending.Done():
	}
	return 0, false
}

// send reports whether the connection took the message. If it did not, the
// reader finds out why.
func (s *plainSession) send(intended time.Duration, payload []byte) bool {
	now := s.Clock()
	if intended < 0 || intended > now {
		intended = now
	}
	s.Begin(intended, now)
	s.mu.Lock()
	s.pending = append(s.pending, sentMessage{intended, now, payload})
	if len(s.pending) == 1 {
		s.c.SetReadDeadline(time.Now().Add(s.Timeout))
	}
	s.mu.Unlock()
	s.c.SetWriteDeadline(time.Now().Add(s.Timeout))
	return s.c.WriteMessage(s.kind, payload) == nil
}

// read takes messages until the connection ends, and returns why it did.
func (s *plainSession) read() error {
	for {
		kind, got, err := s.c.ReadMessage()
		if err != nil {
			return err
		}
		m, ok := s.oldest()
		if !ok {
			return unaskedCause
		}
		now := s.Clock()
		x := measure.Exchange{Intended: m.intended, Sent: m.sent, Ended: now, Bytes: int64(len(got))}
		if kind != s.kind || !bytes.Equal(got, m.payload) {
			x.Failed = failureKey(Echo, contentCause)
		}
		s.End(x)
		s.took(now - m.sent)
		if s.served {
			s.links.reused(1)
		}
		s.served = true
		s.free <- struct{}{}
	}
}

// oldest takes the message that comes back next.
func (s *plainSession) oldest() (m sentMessage, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.pending) == 0 {
		return m, false
	}
	m = s.pending[0]
	s.pending = append(s.pending[:0], s.pending[1:]...)
	deadline := time.Time{}
	if len(s.pending) > 0 {
		deadline = time.Now().Add(s.Timeout - (s.Clock() - s.pending[0].sent))
	}
	s.c.SetReadDeadline(deadline)
	return m, true
}

// end counts what never came back, or that the connection ended although nobody
// wanted it to.
func (s *plainSession) end(err error) {
	failure := &measure.Failure{Stage: Echo, Err: readCause(err)}
	if len(s.pending) == 0 && s.sending.Err() == nil {
		now := s.Clock()
		s.Begin(now, now)
		s.failed(now, now, failure)
	}
	for _, m := range s.pending {
		s.failed(m.intended, m.sent, failure)
	}
}

// readCause tells what ended a connection.
func readCause(err error) error {
	closed := (*websocket.CloseError)(nil)
	cause := causeError("")
	switch {
	case errors.As(err, &cause):
		return cause
	case !errors.As(err, &closed):
		return wrongUnlessKnown(err)
	case closed.Code == websocket.CloseAbnormalClosure: // that is gorilla's word for no Close at all
		return io.EOF
	}
	return closeCause(closed.Code)
}
