package load

import (
	"crypto/tls"
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
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
	Reconnects int64                   // of clients whose stream was over before the load was
	Events     int64                   // that arrived
	Lost       int64                   // whose number is missing between two others
	Disordered int64                   // whose number is not above the one before
	First      *hdrhistogram.Histogram // from the request to the first event
	Gap        *hdrhistogram.Histogram // between an event and the next
	Late       *hdrhistogram.Histogram // behind the earliest that the spacing allows; empty if that is not known
}

// EventsEngine is an Engine that also tells of the streams. An event is a
// request, its service time the gap before it; it starts when the one before
// arrived.
type EventsEngine interface {
	Engine
	Stats() *EventStats
}

// NewEvents returns the engine for server-sent events. Its schedules are closed
// loops.
func NewEvents(c EventsConfig) (EventsEngine, error) {
	return nil, errors.ErrUnsupported
}
