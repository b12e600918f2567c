package load

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"strconv"
	"time"

	"github.com/httpdlab/httpdlab/bench/measure"
)

// eventStream is one response while it lasts.
type eventStream struct {
	*listening
	last     *lastEvent
	asked    time.Duration // when the request was begun
	before   time.Duration // when the last event arrived, or asked
	events   int64
	number   int64         // of the last event that had one
	numbered bool          // there was one
	earliest time.Duration // when event 0 must have been sent at the latest, by the spacing and the events so far
	at       net.Conn
	id       []byte // of the event that is being read
	data     bool   // it has some
}

// listen reads a stream to its end. It returns nil if the server ended it as it
// should.
func (s *eventStream) listen() *measure.Failure {
	at, failure := s.open(s.last)
	if failure != nil {
		return failure
	}
	s.at = at
	end := func() { s.links.look(at); at.Close() }
	stop := context.AfterFunc(s.sending, end)
	defer func() {
		if stop() {
			end()
		}
	}()
	r := bufio.NewReader(at)
	body, failure := s.begin(r)
	if failure != nil {
		return failure
	}
	err := s.read(bufio.NewReader(body))
	if errors.Is(err, io.EOF) {
		s.count(func(x *EventStats) { x.Ended++ })
		return nil
	}
	return &measure.Failure{Stage: EventStage, Err: err}
}

// read takes lines until there are no more.
func (s *eventStream) read(r *bufio.Reader) error {
	for {
		line, err := r.ReadSlice('\n')
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return err
		}
		for errors.Is(err, bufio.ErrBufferFull) { // the rest of a long line tells nothing
			if _, err = r.ReadSlice('\n'); err != nil && !errors.Is(err, bufio.ErrBufferFull) {
				return err
			}
		}
		s.line(bytes.TrimRight(line, "\r\n"))
	}
}

// line takes one line of the stream, as the HTML standard reads it: an empty one
// ends an event, one that begins with a colon is a comment.
func (s *eventStream) line(b []byte) {
	field, value, _ := bytes.Cut(b, []byte(":"))
	value = bytes.TrimPrefix(value, []byte(" "))
	switch {
	case len(b) == 0:
		if s.data {
			s.arrived()
		}
		s.id, s.data = s.id[:0], false
	case string(field) == "data":
		s.data = true
	case string(field) == "id":
		s.id = append(s.id[:0], value...)
	}
}

// arrived counts an event.
func (s *eventStream) arrived() {
	now := s.Clock()
	s.at.SetDeadline(time.Now().Add(s.Timeout))
	number, err := strconv.ParseInt(string(s.id), 10, 64)
	if len(s.id) > 0 {
		s.last.id = append(s.last.id[:0], s.id...)
	}
	late := s.late(now, number, err == nil)
	s.count(func(x *EventStats) {
		x.Events++
		if s.events == 0 {
			recordTimes(x.First, now-s.asked, 1)
		} else {
			recordTimes(x.Gap, now-s.before, 1)
		}
		if s.Spacing > 0 {
			recordTimes(x.Late, late, 1)
		}
		if err == nil && s.numbered {
			x.Lost += max(0, number-s.number-1)
			if number <= s.number {
				x.Disordered++
			}
		}
	})
	s.End(measure.Exchange{Intended: s.before, Sent: s.before, Ended: now, Bytes: int64(len(s.id))})
	s.Begin(now, now)
	s.before, s.events = now, s.events+1
	if err == nil {
		s.number, s.numbered = number, true
	}
}

// late is how long an event arrived after the earliest that the spacing and the
// events so far allow. Without numbers, events count.
func (s *eventStream) late(now time.Duration, number int64, numbered bool) time.Duration {
	if !numbered {
		number = s.events
	}
	sent := now - time.Duration(number)*s.Spacing
	if s.events == 0 || sent < s.earliest {
		s.earliest = sent
	}
	return sent - s.earliest
}
