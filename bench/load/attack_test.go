package load

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/httpdlab/httpdlab/bench/measure"
)

func mustURL(t testing.TB, s string) *url.URL {
	t.Helper()
	u, err := url.Parse(s)
	require.NoError(t, err)
	return u
}

func p(q float64, r result, c measure.Clock) time.Duration {
	h := map[measure.Clock]func(float64) int64{
		measure.Service: r.Service.ValueAtPercentile, measure.Response: r.Response.ValueAtPercentile, measure.Lag: r.Lag.ValueAtPercentile,
	}[c]
	return time.Duration(h(q))
}

// In a closed loop the two clocks are one, every connection is used, and
// Little's law holds: rate times latency is the number of connections.
func TestClosedLoop(t *testing.T) {
	undisturbed(t, func(calm require.TestingT) {
		s := serve(t, func(p *peer) {
			for p.request() {
				p.take(5 * time.Millisecond)
				p.say("%s", hello)
			}
		})
		r := attackWith(t, s.url(), 4, time.Second, Schedule{Duration: 400 * time.Millisecond})
		require.Empty(calm, r.Errors)
		require.Equal(calm, r.Requests*5, r.BytesIn)
		require.Equal(calm, 4, r.served)
		require.Equal(calm, int64(4), s.accepted.Load())
		require.True(calm, r.Service.Equals(r.Response))
		require.GreaterOrEqual(calm, p(0, r, measure.Service), 5*time.Millisecond)
		little := float64(r.Requests) / r.took.Seconds() * r.Service.Mean() / 1e9
		require.InEpsilon(calm, 4, little, 0.1)
		require.InEpsilon(calm, 4, r.MeanInFlight, 0.1)
	})
}

// A server that closes after each response is measured like any other: the
// commonest tool of ESP32 projects reports half the test's length there.
func TestConnectionClose(t *testing.T) {
	undisturbed(t, func(calm require.TestingT) {
		s := serve(t, func(p *peer) {
			p.request()
			p.take(20 * time.Millisecond)
			p.say("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
		})
		r := attackWith(t, s.url(), 1, time.Second, Schedule{Duration: 500 * time.Millisecond})
		require.Empty(calm, r.Errors)
		require.Equal(calm, r.Requests, s.accepted.Load())
		require.Equal(calm, 1, r.served)
		require.GreaterOrEqual(calm, p(0, r, measure.Service), 20*time.Millisecond)
		require.Less(calm, p(50, r, measure.Service), 25*time.Millisecond)
	})
}

// 300 resets are one kind of error, 300 times.
func TestResets(t *testing.T) {
	undisturbed(t, func(calm require.TestingT) {
		var n atomic.Int64
		s := serve(t, func(p *peer) {
			if p.request() && n.Add(1) <= 300 {
				p.reset()
				return
			}
			p.say("%s", hello)
			answer(hello)(p)
		})
		r := attackWith(t, s.url(), 2, time.Second, Schedule{Duration: 500 * time.Millisecond})
		require.Equal(calm, map[string]int64{"ttfb/reset": 300}, r.Errors)
		require.Greater(calm, r.Requests, int64(300))
	})
}

func TestStatusIsAnError(t *testing.T) {
	s := serve(t, answer("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 4\r\n\r\nbusy"))
	r := attackWith(t, s.url(), 2, time.Second, Schedule{Duration: 50 * time.Millisecond})
	require.Equal(t, map[string]int64{"status/503": r.Requests}, r.Errors)
	require.Zero(t, r.Service.TotalCount())
	require.Equal(t, 2, r.served)
}

// A server that serves k of n connections shows as such.
func TestSocketCeiling(t *testing.T) {
	undisturbed(t, func(calm require.TestingT) {
		var n atomic.Int64
		s := serve(t, func(p *peer) {
			if n.Add(1) <= 2 {
				answer(hello)(p)
				return
			}
			p.request()
			p.request() // never answered
		})
		r := attackWith(t, s.url(), 5, 200*time.Millisecond, Schedule{Duration: 250 * time.Millisecond})
		require.Equal(calm, 5, r.tried)
		require.Equal(calm, 2, r.served)
		require.Contains(calm, r.Errors, "ttfb/timeout")
	})
}

// A dead server is asked again ten times a second by each connection, not as
// fast as the machine can.
func TestDeadServerIsNotHammered(t *testing.T) {
	undisturbed(t, func(calm require.TestingT) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(calm, err)
		l.Close()
		r := attackWith(t, "http://"+l.Addr().String()+"/", 3, time.Second, Schedule{Duration: 350 * time.Millisecond})
		require.Equal(calm, map[string]int64{"connect/refused": r.Requests}, r.Errors)
		require.LessOrEqual(calm, r.Requests, int64(3*4))
		require.GreaterOrEqual(calm, r.Requests, int64(3))
	})
}

// An open loop sends what its schedule says, and when.
func TestOpenLoop(t *testing.T) {
	undisturbed(t, func(calm require.TestingT) {
		s := serve(t, answer(hello))
		r := attackWith(t, s.url(), 4, time.Second, Schedule{Rate: 500, Duration: 400 * time.Millisecond})
		require.Empty(calm, r.Errors)
		require.Equal(calm, int64(200), r.Requests)
		require.Equal(calm, 4, r.served, "an open loop uses its connections in turn")
		require.LessOrEqual(calm, s.most.Load(), int64(4))
		require.Less(calm, p(50, r, measure.Lag), 2*time.Millisecond)
	})
}

// While the server stalls, requests become due and nobody sends them. Service
// time hides that, response time from the intended start does not: of 1000
// requests in a second, 200 wait for up to 200 ms, so that 50 wait for more than
// 150 ms and 10 for more than 190. On a busy machine the schedule takes a while
// to catch up, and more wait for longer.
func TestStall(t *testing.T) {
	undisturbed(t, func(calm require.TestingT) {
		var stalled sync.RWMutex
		var once sync.Once
		var began atomic.Pointer[time.Time]
		var length atomic.Int64
		stall := func() {
			stalled.Lock()
			defer stalled.Unlock()
			from := time.Now()
			<-time.After(200 * time.Millisecond)
			length.Store(int64(time.Since(from)))
		}
		s := serve(t, func(p *peer) {
			for p.request() {
				if time.Since(*began.Load()) > 300*time.Millisecond {
					once.Do(stall)
				}
				stalled.RLock()
				stalled.RUnlock()
				p.say("%s", hello)
			}
		})
		now := time.Now()
		began.Store(&now)
		r := attackWith(t, s.url(), 4, time.Second, Schedule{Rate: 1000, Duration: time.Second})
		require.Empty(calm, r.Errors)
		require.Greater(calm, r.Requests, int64(800))
		long := time.Duration(length.Load())
		require.Less(calm, p(99, r, measure.Service), 50*time.Millisecond)
		require.Greater(calm, p(95, r, measure.Response), long-55*time.Millisecond)
		require.Greater(calm, p(99, r, measure.Response), long-15*time.Millisecond)
		require.Less(calm, p(99, r, measure.Response), long+50*time.Millisecond)
	})
}

// A rate beyond what the connections carry shows in the response times and in
// what was never sent.
func TestSlowServerOpenLoop(t *testing.T) {
	undisturbed(t, func(calm require.TestingT) {
		s := serve(t, func(p *peer) {
			for p.request() {
				p.take(20 * time.Millisecond)
				p.say("%s", hello)
			}
		})
		r := attackWith(t, s.url(), 2, time.Second, Schedule{Rate: 400, Duration: 400 * time.Millisecond})
		require.Empty(calm, r.Errors)
		require.Less(calm, r.Requests, int64(60), "2 connections at 20 ms carry 100 requests a second")
		require.Less(calm, p(50, r, measure.Service), 40*time.Millisecond)
		require.Greater(calm, p(90, r, measure.Response), 150*time.Millisecond)
		require.LessOrEqual(calm, r.Late, int64(2), "the connections were busy, the load generator was not")
	})
}

// What hangs at the end is waited for, and then counted as unfinished.
func TestUnfinished(t *testing.T) {
	undisturbed(t, func(calm require.TestingT) {
		s := serve(t, func(p *peer) { p.request(); p.request() })
		r := attackWith(t, s.url(), 2, time.Minute, Schedule{Duration: 20 * time.Millisecond})
		require.Equal(calm, map[string]int64{"ttfb/unfinished": 2}, r.Errors)
		require.GreaterOrEqual(calm, r.took, leastGrace)
		require.Less(calm, r.took, leastGrace+time.Second)
	})
}

// The end of the context ends everything at once and blames nobody.
func TestInterrupted(t *testing.T) {
	for _, s := range []Schedule{{}, {Rate: 100}, {Rate: 0.01}} {
		hang := serve(t, func(p *peer) { p.request(); p.request() })
		u := mustURL(t, hang.url())
		pool := NewPool(u.Host, nil, 2)
		began := time.Now()
		clock := func() time.Duration { return time.Since(began) }
		recorder := measure.NewRecorder(2, 0)
		ctx, cancel := context.WithCancel(context.Background())
		stop := time.AfterFunc(30*time.Millisecond, cancel)
		Attack{Pool: pool, Request: get(t, hang.url()), Timeout: time.Minute, Recorder: recorder, Clock: clock}.Run(ctx, s)
		stop.Stop()
		require.Less(t, clock(), time.Second, "%+v", s)
		r := recorder.Cut(clock())
		require.Zero(t, r.Requests)
		require.Zero(t, r.InFlight)
		pool.Close()
	}
}

// Any HTTP server will do.
func TestForeignServer(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for range 3 {
			w.Write([]byte("0123456789"))
			w.(http.Flusher).Flush() // chunked
		}
	}))
	defer s.Close()
	r := attackWith(t, s.URL, 3, time.Second, Schedule{Duration: 100 * time.Millisecond})
	require.Empty(t, r.Errors)
	require.Equal(t, 30*r.Requests, r.BytesIn)
	require.Greater(t, r.Requests, int64(50))
}
