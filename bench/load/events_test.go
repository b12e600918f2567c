package load

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// eventServer sends what each writes as a stream of events.
func eventServer(t testing.TB, each func(send func(format string, args ...any), gone <-chan struct{}, r *http.Request)) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		each(func(format string, args ...any) {
			fmt.Fprintf(w, format, args...)
			w.(http.Flusher).Flush()
		}, r.Context().Done(), r)
	}))
	t.Cleanup(s.Close)
	return s
}

type eventResult struct {
	result
	stats *EventStats
	links *Links
}

func listenWith(t testing.TB, url string, c EventsConfig, d time.Duration) eventResult {
	t.Helper()
	began := time.Now()
	c.URL, c.Clock = mustURL(t, url), func() time.Duration { return time.Since(began) }
	c.Connections = max(c.Connections, 1)
	if c.Timeout == 0 {
		c.Timeout = time.Second
	}
	e, err := NewEvents(c)
	require.NoError(t, err)
	defer e.Close()
	require.NoError(t, e.Run(context.Background(), Schedule{Duration: d}))
	tally := e.Cut(c.Clock())
	require.Zero(t, tally.InFlight)
	return eventResult{result{tally, e.Tried(), e.Served(), c.Clock()}, e.Stats(), e.Links()}
}

// Each event is counted when it comes, and Little's law holds: every client waits
// for one all the time.
func TestEvents(t *testing.T) {
	undisturbed(t, func(calm require.TestingT) {
		s := eventServer(t, func(send func(string, ...any), gone <-chan struct{}, _ *http.Request) {
			tick := time.NewTicker(10 * time.Millisecond)
			defer tick.Stop()
			for n := 0; ; n++ {
				send(": a comment\nid: %d\ndata: {\"n\":%d}\ndata: more\n\n", n, n)
				select {
				case <-tick.C:
				case <-gone:
					return
				}
			}
		})
		r := listenWith(t, s.URL, EventsConfig{Connections: 3, Spacing: 10 * time.Millisecond}, 500*time.Millisecond)
		require.Empty(calm, r.Errors)
		require.Equal(calm, 3, r.served)
		require.InDelta(calm, 150, r.Requests, 9)
		require.Equal(calm, r.Requests, r.stats.Events)
		require.Equal(calm, int64(3), r.stats.Streams)
		require.Equal(calm, int64(3), r.stats.First.TotalCount())
		require.Zero(calm, r.stats.Lost+r.stats.Disordered+r.stats.Ended+r.stats.Reconnects)
		require.InDelta(calm, 10e6, r.stats.Gap.Mean(), 1e6)
		require.Less(calm, time.Duration(r.stats.Late.ValueAtPercentile(50)), 5*time.Millisecond)
		require.InDelta(calm, 3, r.MeanInFlight, 0.1)
		require.Equal(calm, int64(3), r.links.Opened)
	})
}

// Missing numbers are losses, and one that comes twice is out of order.
func TestEventsLost(t *testing.T) {
	s := eventServer(t, func(send func(string, ...any), gone <-chan struct{}, _ *http.Request) {
		for _, n := range []int{0, 1, 4, 5, 5, 6, 10} {
			send("id: %d\ndata: x\n\n", n)
		}
		send("id: 12\n\nevent: empty\n\n: nothing\n\n") // without data there is no event
		<-gone
	})
	r := listenWith(t, s.URL, EventsConfig{}, 150*time.Millisecond)
	require.Empty(t, r.Errors)
	require.Equal(t, int64(7), r.stats.Events)
	require.Equal(t, int64(2+3), r.stats.Lost)
	require.Equal(t, int64(1), r.stats.Disordered)
}

// An event that comes late is late by so much, whatever came before it.
func TestEventsLate(t *testing.T) {
	undisturbed(t, func(calm require.TestingT) {
		s := eventServer(t, func(send func(string, ...any), gone <-chan struct{}, _ *http.Request) {
			for n := range 20 {
				if n == 10 {
					<-time.After(100 * time.Millisecond)
				}
				send("id: %d\ndata: x\n\n", n)
				<-time.After(10 * time.Millisecond)
			}
			<-gone
		})
		r := listenWith(t, s.URL, EventsConfig{Spacing: 10 * time.Millisecond}, 450*time.Millisecond)
		require.Equal(calm, int64(20), r.stats.Events)
		require.InDelta(calm, 110e6, r.stats.Gap.Max(), 15e6)
		require.InDelta(calm, 100e6, r.stats.Late.ValueAtPercentile(90), 25e6)
		require.Less(calm, time.Duration(r.stats.Late.ValueAtPercentile(40)), 20*time.Millisecond)
	})
}

// A client whose stream ends asks for the next one, and says where it was.
func TestEventsReconnect(t *testing.T) {
	from := make(chan string, 1000)
	s := eventServer(t, func(send func(string, ...any), _ <-chan struct{}, r *http.Request) {
		from <- r.Header.Get("Last-Event-ID")
		for n := range 3 {
			send("id: %d\ndata: x\n\n", n)
			<-time.After(5 * time.Millisecond)
		}
	})
	r := listenWith(t, s.URL, EventsConfig{}, 200*time.Millisecond)
	require.Empty(t, r.Errors)
	require.Greater(t, r.stats.Reconnects, int64(2))
	require.GreaterOrEqual(t, r.stats.Streams, r.stats.Reconnects)
	require.InDelta(t, r.stats.Streams, r.stats.Ended, 1)
	require.Zero(t, r.stats.Lost+r.stats.Disordered, "each stream counts for itself")
	require.Equal(t, "", <-from)
	require.Equal(t, "2", <-from)
}

func TestEventsFailures(t *testing.T) {
	const head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
	for _, x := range []struct {
		name  string
		each  func(*peer)
		error string
	}{
		{"not found", answerWith("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"), "status/404"},
		{"a page", answerWith("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 0\r\n\r\n"), "ttfb/content-type"},
		{"nothing", answerWith(""), "ttfb/eof"},
		{"no HTTP", answerWith("hello\r\n\r\n"), "ttfb/protocol"},
		{"half a stream", answerWith(head + "Transfer-Encoding: chunked\r\n\r\n9\r\ndata:"), "event/truncated"},
		{"silence", func(p *peer) { p.request(); p.say("%s\r\n", head); p.request() }, "event/timeout"},
		{"a reset", func(p *peer) { p.request(); p.reset() }, "ttfb/reset"},
	} {
		s := serve(t, x.each)
		r := listenWith(t, s.url(), EventsConfig{Timeout: 40 * time.Millisecond}, 150*time.Millisecond)
		require.Equal(t, map[string]int64{x.error: r.Requests}, r.Errors, x.name)
		require.Positive(t, r.Requests, x.name)
		require.LessOrEqual(t, r.Requests, int64(4), x.name)
	}
	s := serve(t, func(*peer) {})
	s.Close()
	r := listenWith(t, s.url(), EventsConfig{}, 30*time.Millisecond)
	require.Equal(t, map[string]int64{"connect/refused": r.Requests}, r.Errors)
}

// answerWith answers one request and closes.
func answerWith(response string) func(*peer) {
	return func(p *peer) { p.request(); p.say("%s", response) }
}

func TestEventsRefuseARate(t *testing.T) {
	e, err := NewEvents(EventsConfig{URL: mustURL(t, "http://127.0.0.1/"), Connections: 1, Clock: func() time.Duration { return 0 }})
	require.NoError(t, err)
	require.ErrorContains(t, e.Run(t.Context(), Schedule{Rate: 5}), "the server says when they come")
	_, err = NewEvents(EventsConfig{})
	require.ErrorContains(t, err, "no URL")
}
