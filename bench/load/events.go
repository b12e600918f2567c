package load

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/httpdlab/httpdlab/bench/measure"
)

// EventsConfig says what server-sent events are listened to.
type EventsConfig struct {
	URL         *url.URL             // http or https, as /events?n=1000&ms=10
	Address     string               // IP address and port to connect to; "" takes the URL's
	TLS         *tls.Config          // for https; nil takes the usual one
	Fields      http.Header          // of the request, beyond what it needs
	Connections int                  // [1, 65536] clients, each with a stream of its own
	Spacing     time.Duration        // between two events as the server means it; 0: not known
	Timeout     time.Duration        // of silence, before and between events; 0 means 10 s
	Clock       func() time.Duration // since Run.Started
}

// EventStats is what the streams brought since the load began. Histograms are in
// nanoseconds.
type EventStats struct {
	Streams    int64                   // that began with a good response
	Ended      int64                   // of those, that the server ended as it should
	Reconnects int64                   // streams after the first of a client
	Events     int64                   // that arrived
	Lost       int64                   // whose number is missing between two others
	Disordered int64                   // whose number is not above the one before
	First      *hdrhistogram.Histogram // from the request to the first event
	Gap        *hdrhistogram.Histogram // between an event and the next
	Late       *hdrhistogram.Histogram // behind the earliest that the spacing allows; empty if that is not known
}

// EventsEngine is an Engine that also tells of the streams. An event is a
// request: it starts when the one before arrived, and its service time is the
// gap.
type EventsEngine interface {
	Engine
	Stats() *EventStats
}

// EventStage is until the next event arrived.
const EventStage measure.Stage = "event"

// listening is the engine for server-sent events.
type listening struct {
	EventsConfig
	*measure.Recorder
	request *Request
	links   linkCounts
	tried   atomic.Int64
	served  atomic.Int64

	mu    sync.Mutex
	stats EventStats

	sending context.Context
}

// NewEvents returns the engine for server-sent events. Its schedules are closed
// loops: the server says when events come. A client whose stream ends asks for
// the next one, from behind the last event that it saw.
func NewEvents(c EventsConfig) (EventsEngine, error) {
	if c.Timeout <= 0 {
		c.Timeout = 10 * time.Second
	}
	switch {
	case c.URL == nil || c.Clock == nil:
		return nil, errors.New("make an engine for events: no URL or no clock given")
	case c.Connections < 1 || c.Connections > 65536:
		return nil, fmt.Errorf("make an engine for events: %d clients; give 1 to 65536", c.Connections)
	}
	fields := http.Header{"Accept": {"text/event-stream"}, "Cache-Control": {"no-cache"}}
	for name, values := range c.Fields {
		fields[http.CanonicalHeaderKey(name)] = values
	}
	q, err := NewRequest(http.MethodGet, c.URL, fields, nil)
	if err != nil {
		return nil, fmt.Errorf("make an engine for events: %w", err)
	}
	e := &listening{EventsConfig: c, request: q, links: newLinkCounts(), Recorder: measure.NewRecorder(c.Connections, c.Clock())}
	e.stats.First, e.stats.Gap, e.stats.Late = measure.NewHistogram(), measure.NewHistogram(), measure.NewHistogram()
	return e, nil
}

func (e *listening) Tried() int    { return int(e.tried.Load()) }
func (e *listening) Served() int   { return int(e.served.Load()) }
func (e *listening) Links() *Links { return e.links.read() }
func (e *listening) Close()        {}

// Stats returns a copy.
func (e *listening) Stats() *EventStats {
	e.mu.Lock()
	defer e.mu.Unlock()
	s := e.stats
	for _, h := range []**hdrhistogram.Histogram{&s.First, &s.Gap, &s.Late} {
		fresh := measure.NewHistogram()
		fresh.Merge(*h)
		*h = fresh
	}
	return &s
}

// Run implements Engine.
func (e *listening) Run(ctx context.Context, s Schedule) error {
	if s.Open() {
		return errors.New("listen to events: the server says when they come, so there is no rate to keep; leave it out")
	}
	var stop context.CancelFunc
	e.sending = ctx
	if s.Duration > 0 {
		e.sending, stop = context.WithTimeout(ctx, s.Duration)
		defer stop()
	}
	var all sync.WaitGroup
	for range e.Connections {
		all.Go(e.client)
	}
	all.Wait()
	return nil
}

// client listens to one stream after the other.
func (e *listening) client() {
	e.tried.Add(1)
	var last lastEvent
	for n := 0; e.sending.Err() == nil; n++ {
		if n > 0 {
			e.count(func(s *EventStats) { s.Reconnects++ })
		}
		s := &eventStream{listening: e, last: &last, asked: e.Clock()}
		s.before = s.asked
		e.Begin(s.asked, s.asked)
		failure := s.listen()
		if s.events > 0 && !last.served {
			last.served = true
			e.served.Add(1)
		}
		if failure == nil {
			e.Drop(e.Clock())
			continue
		}
		if e.sending.Err() != nil { // we cut it off: a stream is never finished
			e.Drop(e.Clock())
			return
		}
		e.End(measure.Exchange{Intended: s.before, Sent: s.before, Ended: e.Clock(), Failed: failureKey(failure.Stage, failure.Err)})
		if s.events == 0 {
			sleep(e.sending, reconnectDelay)
		}
	}
}

func (e *listening) count(f func(*EventStats)) {
	e.mu.Lock()
	defer e.mu.Unlock()
	f(&e.stats)
}

// open connects to the server and asks for a stream.
func (e *listening) open(from *lastEvent) (net.Conn, *measure.Failure) {
	limit, cancel := context.WithTimeout(e.sending, e.Timeout)
	defer cancel()
	at, failure := connect(limit, addressOf(e.URL, e.Address), secured(e.URL, e.TLS), e.links)
	if failure != nil {
		return nil, failure
	}
	at.SetDeadline(time.Now().Add(e.Timeout))
	if _, err := at.Write(from.ask(e.request.wire)); err != nil {
		at.Close()
		return nil, &measure.Failure{Stage: measure.Write, Err: err}
	}
	return at, nil
}

// lastEvent is how far a client has come, over all its streams.
type lastEvent struct {
	id     []byte // of the last event that had one
	served bool   // there was any
}

// ask adds to the request what the client saw last, for the server to go on behind it.
func (l *lastEvent) ask(request []byte) []byte {
	if len(l.id) == 0 {
		return request
	}
	head := bytes.TrimSuffix(request, []byte("\r\n"))
	return fmt.Appendf(bytes.Clone(head), "Last-Event-ID: %s\r\n\r\n", l.id)
}

var errNoEvents = causeError("content-type") // it is no stream of events

// begin reads the head of the response.
func (s *eventStream) begin(r *bufio.Reader) (io.ReadCloser, *measure.Failure) {
	if _, err := r.Peek(1); err != nil {
		return nil, &measure.Failure{Stage: measure.TTFB, Err: err}
	}
	response, err := http.ReadResponse(r, &s.request.shape)
	switch {
	case err != nil:
		return nil, &measure.Failure{Stage: measure.TTFB, Err: err}
	case response.StatusCode != http.StatusOK:
		return nil, &measure.Failure{Stage: "status", Err: causeError(fmt.Sprint(response.StatusCode))}
	case !bytes.HasPrefix([]byte(response.Header.Get("Content-Type")), []byte("text/event-stream")):
		return nil, &measure.Failure{Stage: measure.TTFB, Err: errNoEvents}
	}
	s.count(func(x *EventStats) { x.Streams++ })
	return response.Body, nil
}
