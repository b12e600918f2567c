//go:build linux && !386 && !s390x

package load

import (
	"io"
	"net/http"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/httpdlab/httpdlab/bench/measure"
)

func readAll(q *http.Request) (string, error) {
	b, err := io.ReadAll(q.Body)
	return string(b), err
}

// An open loop sends what its schedule says, and when.
func TestRawOpenLoop(t *testing.T) {
	undisturbed(t, func(calm require.TestingT) {
		for _, c := range []RawConfig{{Connections: 4}, {Connections: 4, Loops: 3}, {Connections: 2, Depth: 4}} {
			s := serve(t, answer(hello))
			r := rawWith(t, s, c, Schedule{Rate: 500, Duration: 400 * time.Millisecond})
			require.Empty(calm, r.Errors)
			require.InDelta(calm, 200, r.Requests, 10, "what is still due at the end is not sent")
			require.Equal(calm, c.Connections, r.served, "an open loop uses its connections in turn")
			require.LessOrEqual(calm, s.most.Load(), int64(c.Connections))
			require.Less(calm, p(50, r, measure.Lag), 2*time.Millisecond)
			require.Equal(calm, r.Requests, r.Response.TotalCount())
			require.Equal(calm, r.Requests, r.Lag.TotalCount())
		}
	})
}

// While the server stalls, requests become due and nobody sends them. Service
// time hides that, response time from the intended start does not: of 1000
// requests, 200 wait for up to 200 ms, so the 95th percentile is near 150 ms
// and the 99th near 190.
func TestRawStall(t *testing.T) {
	undisturbed(t, func(calm require.TestingT) {
		var stalled sync.RWMutex
		var stall sync.Once
		began := time.Now()
		s := serve(t, func(p *peer) {
			for p.request() {
				if time.Since(began) > 300*time.Millisecond {
					stall.Do(func() { stalled.Lock(); p.take(200 * time.Millisecond); stalled.Unlock() })
				}
				stalled.RLock()
				stalled.RUnlock()
				p.say("%s", hello)
			}
		})
		r := rawWith(t, s, RawConfig{Connections: 4}, Schedule{Rate: 1000, Duration: time.Second})
		require.Empty(calm, r.Errors)
		require.InDelta(calm, 1000, r.Requests, 1)
		require.Less(calm, p(99, r, measure.Service), 50*time.Millisecond)
		require.InDelta(calm, 151, float64(p(95, r, measure.Response))/1e6, 15)
		require.InDelta(calm, 191, float64(p(99, r, measure.Response))/1e6, 10)
		require.LessOrEqual(calm, r.Late, r.Requests/10, "the stall is not the load generator's fault")
	})
}

// A rate beyond what the connections carry shows in the response times and in
// what was never sent.
func TestRawSlowServerOpenLoop(t *testing.T) {
	undisturbed(t, func(calm require.TestingT) {
		s := serve(t, func(p *peer) {
			for p.request() {
				p.take(20 * time.Millisecond)
				p.say("%s", hello)
			}
		})
		r := rawWith(t, s, RawConfig{Connections: 2}, Schedule{Rate: 400, Duration: 400 * time.Millisecond})
		require.Empty(calm, r.Errors)
		require.Less(calm, r.Requests, int64(60), "2 connections at 20 ms carry 100 requests a second")
		require.Less(calm, p(90, r, measure.Service), 30*time.Millisecond)
		require.Greater(calm, p(90, r, measure.Response), 150*time.Millisecond)
		require.Zero(calm, r.Late)
	})
}

// Requests behind a response that ends its connection were not read: they are
// sent again, their time counts from when they were due, and nobody failed.
func TestRawSendsAgainWhatWasNotRead(t *testing.T) {
	undisturbed(t, func(calm require.TestingT) {
		s := serve(t, func(p *peer) {
			for range 2 {
				if !p.request() {
					return
				}
				p.say("%s", hello)
			}
			if p.request() {
				p.say("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
			}
		})
		r := rawWith(t, s, RawConfig{Connections: 2, Depth: 8}, Schedule{Rate: 2000, Duration: 300 * time.Millisecond})
		require.Empty(calm, r.Errors)
		require.InDelta(calm, 600, r.Requests, 10, "what is taken back as the schedule ends is not sent again")
		require.Greater(calm, s.accepted.Load(), int64(150))
	})
}

// A connection that the server closes while it is idle is no failure.
func TestRawIdleConnectionIsClosed(t *testing.T) {
	undisturbed(t, func(calm require.TestingT) {
		s := serve(t, answerOnce)
		r := rawWith(t, s, RawConfig{Connections: 2}, Schedule{Rate: 40, Duration: 300 * time.Millisecond})
		require.Empty(calm, r.Errors)
		require.Equal(calm, int64(12), r.Requests, "all that were due")
		require.Equal(calm, int64(12), s.accepted.Load())
	})
}

// answerOnce does not say that it will close.
func answerOnce(p *peer) {
	p.request()
	p.say("%s", hello)
}

// Lateness for which the server is to blame is told from our own.
func TestRawLateness(t *testing.T) {
	at := func(ms int) time.Duration { return time.Duration(ms) * time.Millisecond }
	for _, x := range []struct {
		slots int
		late  int64
		busy  float64
	}{{1, 0, 0.52}, {2, 1, 0.52}} {
		c := rawCounts{Tally: newTally(0), open: true, slots: x.slots}
		one := func(intended, sent, ended int) {
			c.tick(at(sent))
			c.begin(at(intended))
			c.tick(at(ended))
			c.succeed(slot{at(intended), at(sent)}, 0)
			c.flush()
		}
		one(1, 1, 50)   // on time, and long
		one(10, 50, 51) // due while the first was under way: was there another slot?
		one(60, 60, 61) // on time again
		one(70, 70, 71)
		require.Equal(t, x.late, c.Late)
		c.tick(at(100))
		require.InDelta(t, x.busy, c.take(newTally(0)).MeanInFlight, 1e-9)
	}
}

// What several loops counted adds up.
func TestRawAddTally(t *testing.T) {
	ms := time.Millisecond
	sum := newTally(0)
	for _, x := range []*measure.Tally{
		{Requests: 3, Errors: map[string]int64{"ttfb/eof": 1}, FirstGood: 5 * ms, LastGood: 9 * ms, FirstBad: 10 * ms},
		{Requests: 2, Errors: map[string]int64{"ttfb/eof": 2}, FirstBad: 1 * ms},
		{Requests: 1, Errors: map[string]int64{"status/404": 1}, FirstGood: 2 * ms, LastGood: 2 * ms},
	} {
		x.Service, x.Response, x.Lag = measure.NewHistogram(), measure.NewHistogram(), measure.NewHistogram()
		recordTimes(x.Service, ms, x.Requests)
		addTally(sum, x)
	}
	require.Equal(t, int64(6), sum.Requests)
	require.Equal(t, int64(6), sum.Service.TotalCount())
	require.Equal(t, map[string]int64{"ttfb/eof": 3, "status/404": 1}, sum.Errors)
	require.Equal(t, []time.Duration{2 * ms, 9 * ms, 9 * ms}, []time.Duration{sum.FirstGood, sum.LastGood, sum.FirstBad})
}

// Where the kernel cannot wait for less than a millisecond, the schedule is
// kept all the same.
func TestRawCoarseKernel(t *testing.T) {
	p, err := newPoller()
	require.NoError(t, err)
	defer p.close()
	p.coarse = true
	began := time.Now()
	require.Zero(t, p.wait(make([]syscall.EpollEvent, 1), 900*time.Microsecond))
	require.Less(t, time.Since(began), 900*time.Microsecond, "it asks again until the time has come")
	p.wake()
	require.Equal(t, 1, p.wait(make([]syscall.EpollEvent, 1), time.Minute))
}

// Raw counts connections as the others do.
func TestRawLinks(t *testing.T) {
	for _, fresh := range []bool{true, false} {
		s := serve(t, answer(hello))
		began := time.Now()
		e, err := NewRaw(RawConfig{Address: s.Addr().String(), Request: get(t, s.url()), Connections: 3, Loops: 2, Fresh: fresh,
			Clock: func() time.Duration { return time.Since(began) }})
		require.NoError(t, err)
		require.NoError(t, e.Run(t.Context(), Schedule{Duration: 100 * time.Millisecond}))
		r, l := e.Cut(time.Since(began)), e.Links()
		require.Empty(t, r.Errors)
		require.Equal(t, s.accepted.Load(), l.Opened)
		require.Equal(t, l.Opened, l.Connect.TotalCount())
		require.Equal(t, r.Requests-l.Opened, l.Reused)
		require.True(t, l.Known)
		require.GreaterOrEqual(t, l.RTT.TotalCount(), l.Opened)
		if fresh {
			require.Equal(t, r.Requests, l.Opened)
		}
	}
}
