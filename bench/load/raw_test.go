//go:build linux && !386 && !s390x

package load

import (
	"context"
	"net"
	"os"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/httpdlab/httpdlab/bench/measure"
)

// rawWith runs the raw engine against s. What c leaves open is one connection,
// GET / and a timeout of a second.
func rawWith(t testing.TB, s *server, c RawConfig, plan Schedule) result {
	t.Helper()
	c.Address = s.Addr().String()
	if c.Request == nil && c.Mix == nil {
		c.Request = get(t, s.url())
	}
	return runRaw(t, c, plan)
}

func init() { mixEngines["raw"] = rawMix }

// rawMix runs a schedule of several requests on four connections.
func rawMix(t testing.TB, address string, m *Mix, s Schedule) result {
	t.Helper()
	return runRaw(t, RawConfig{Address: address, Mix: m, Connections: 4, Depth: 3}, s)
}

func runRaw(t testing.TB, c RawConfig, plan Schedule) result {
	t.Helper()
	began := time.Now()
	c.Clock = func() time.Duration { return time.Since(began) }
	c.Connections = max(c.Connections, 1)
	if c.Timeout == 0 {
		c.Timeout = time.Second
	}
	r, err := NewRaw(c)
	require.NoError(t, err)
	require.NoError(t, r.Run(context.Background(), plan))
	tally := r.Cut(c.Clock())
	require.Zero(t, tally.InFlight)
	return result{tally, r.Tried(), r.Served(), c.Clock()}
}

// In a closed loop the two clocks are one, every connection is used, and
// Little's law holds, however many loops share the work.
func TestRawClosedLoop(t *testing.T) {
	undisturbed(t, func(calm require.TestingT) {
		for _, c := range []RawConfig{{Connections: 4}, {Connections: 5, Loops: 2}, {Connections: 2, Loops: 7}} {
			s := serve(t, func(p *peer) {
				for p.request() {
					p.take(5 * time.Millisecond)
					p.say("%s", hello)
				}
			})
			r := rawWith(t, s, c, Schedule{Duration: 400 * time.Millisecond})
			require.Empty(calm, r.Errors)
			require.Equal(calm, r.Requests*5, r.BytesIn)
			require.Equal(calm, c.Connections, r.served)
			require.Equal(calm, int64(c.Connections), s.accepted.Load())
			require.True(calm, r.Service.Equals(r.Response))
			require.Equal(calm, r.Requests, r.Service.TotalCount())
			require.GreaterOrEqual(calm, p(0, r, measure.Service), 5*time.Millisecond)
			little := float64(r.Requests) / r.took.Seconds() * r.Service.Mean() / 1e9
			require.InEpsilon(calm, c.Connections, little, 0.15)
			require.InEpsilon(calm, c.Connections, r.MeanInFlight, 0.15)
		}
	})
}

// With a depth, so many requests are under way before the first is answered.
func TestRawDepth(t *testing.T) {
	undisturbed(t, func(calm require.TestingT) {
		var most atomic.Int64
		s := serve(t, func(p *peer) {
			answer := func() { p.say("%s", hello) }
			for p.request() {
				for n := int64(1); ; n++ {
					most.Store(max(most.Load(), n))
					p.take(time.Millisecond)
					if p.r.Buffered() == 0 {
						break
					}
					answer()
					p.request()
				}
				answer()
			}
		})
		r := rawWith(t, s, RawConfig{Depth: 8}, Schedule{Duration: 200 * time.Millisecond})
		require.Empty(calm, r.Errors)
		require.GreaterOrEqual(calm, most.Load(), int64(8))
		require.InDelta(calm, 8, r.MeanInFlight, 1)
		require.Equal(calm, r.Requests, r.Service.TotalCount())
	})
}

// A server that closes after each response is measured like any other.
func TestRawConnectionClose(t *testing.T) {
	undisturbed(t, func(calm require.TestingT) {
		s := serve(t, func(p *peer) {
			p.request()
			p.take(20 * time.Millisecond)
			p.say("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
		})
		r := rawWith(t, s, RawConfig{}, Schedule{Duration: 500 * time.Millisecond})
		require.Empty(calm, r.Errors)
		require.Equal(calm, r.Requests, s.accepted.Load())
		require.Greater(calm, r.Requests, int64(10))
		require.Equal(calm, 1, r.served)
		require.GreaterOrEqual(calm, p(0, r, measure.Service), 20*time.Millisecond)
		require.Less(calm, p(50, r, measure.Service), 25*time.Millisecond)
	})
}

// Fresh connections are what the name says, on servers that close and on
// servers that would go on.
func TestRawFresh(t *testing.T) {
	closes := serve(t, func(p *peer) {
		p.request()
		p.say("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi")
	})
	for _, s := range []*server{closes, serve(t, answer(hello))} {
		for _, rate := range []float64{0, 400} {
			before := s.accepted.Load()
			r := rawWith(t, s, RawConfig{Connections: 3, Fresh: true}, Schedule{Rate: rate, Duration: 100 * time.Millisecond})
			require.Empty(t, r.Errors)
			require.Greater(t, r.Requests, int64(20))
			require.Equal(t, r.Requests, s.accepted.Load()-before)
			require.Equal(t, 3, r.served)
		}
	}
}

// A server that serves k of n connections shows as such.
func TestRawSocketCeiling(t *testing.T) {
	var n atomic.Int64
	s := serve(t, func(p *peer) {
		if n.Add(1) <= 2 {
			answer(hello)(p)
			return
		}
		p.request()
		p.request() // never answered
	})
	r := rawWith(t, s, RawConfig{Connections: 5, Timeout: 200 * time.Millisecond}, Schedule{Duration: 250 * time.Millisecond})
	require.Equal(t, 5, r.tried)
	require.Equal(t, 2, r.served)
	require.Contains(t, r.Errors, "ttfb/timeout")
}

// A dead server is asked again ten times a second by each connection.
func TestRawDeadServerIsNotHammered(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	l.Close()
	s := &server{Listener: l}
	for _, depth := range []int{1, 16} {
		r := rawWith(t, s, RawConfig{Connections: 3, Depth: depth}, Schedule{Duration: 350 * time.Millisecond})
		require.Equal(t, map[string]int64{"connect/refused": r.Requests}, r.Errors)
		require.LessOrEqual(t, r.Requests, int64(3*4))
		require.GreaterOrEqual(t, r.Requests, int64(3))
		require.NotZero(t, r.FirstBad)
	}
}

// What hangs at the end is waited for, and then counted as unfinished.
func TestRawUnfinished(t *testing.T) {
	s := serve(t, func(p *peer) { p.request(); p.request() })
	r := rawWith(t, s, RawConfig{Connections: 2, Timeout: time.Minute}, Schedule{Duration: 100 * time.Millisecond})
	require.Equal(t, map[string]int64{"ttfb/unfinished": 2}, r.Errors)
	require.GreaterOrEqual(t, r.took, leastGrace)
	require.Less(t, r.took, leastGrace+time.Second)
}

// The end of the context ends everything at once and blames nobody.
func TestRawInterrupted(t *testing.T) {
	hang := serve(t, func(p *peer) { p.request(); p.request() })
	processors := runtime.GOMAXPROCS(0)
	for _, plan := range []Schedule{{}, {Rate: 100}, {Rate: 0.01}} {
		began := time.Now()
		clock := func() time.Duration { return time.Since(began) }
		r, err := NewRaw(RawConfig{Address: hang.Addr().String(), Request: get(t, hang.url()), Connections: 2, Timeout: time.Minute, Clock: clock})
		require.NoError(t, err)
		ctx, cancel := context.WithCancel(context.Background())
		defer time.AfterFunc(30*time.Millisecond, cancel).Stop()
		require.NoError(t, r.Run(ctx, plan))
		require.Less(t, clock(), time.Second, "%+v", plan)
		tally := r.Cut(clock())
		require.Zero(t, tally.Requests)
		require.Zero(t, tally.InFlight)
		require.Error(t, r.Run(context.Background(), plan), "a raw engine runs once")
		require.Equal(t, processors, runtime.GOMAXPROCS(0))
	}
}

// Cuts lose nothing and count nothing twice.
func TestRawCuts(t *testing.T) {
	s := serve(t, answer(hello))
	began := time.Now()
	clock := func() time.Duration { return time.Since(began) }
	r, err := NewRaw(RawConfig{Address: s.Addr().String(), Request: get(t, s.url()), Connections: 4, Loops: 2, Clock: clock})
	require.NoError(t, err)
	all := []*measure.Tally{r.Cut(clock())} // nothing runs yet
	over := make(chan error)
	go func() { over <- r.Run(context.Background(), Schedule{Duration: 200 * time.Millisecond}) }()
	for running := true; running; {
		select {
		case err := <-over:
			require.NoError(t, err)
			running = false
		default:
			all = append(all, r.Cut(clock()))
		}
	}
	all = append(all, r.Cut(clock()), r.Cut(clock()))
	answered, latencies := int64(0), int64(0)
	for i, x := range all {
		answered += x.Requests
		latencies += x.Service.TotalCount()
		require.Equal(t, x.Service.TotalCount(), x.Response.TotalCount())
		if i > 0 {
			require.Equal(t, all[i-1].End, x.Start)
		}
	}
	require.Greater(t, len(all), 10)
	require.Equal(t, answered, latencies)
	require.Zero(t, all[len(all)-1].Requests)
	require.Zero(t, all[len(all)-2].InFlight)
}

func TestRawRefusesWhatItCannotDo(t *testing.T) {
	q, clock := get(t, "http://127.0.0.1/"), func() time.Duration { return 0 }
	for name, c := range map[string]RawConfig{
		"no IP address":     {Address: "localhost:80", Request: q, Connections: 1, Clock: clock},
		"no connections":    {Address: "127.0.0.1:80", Request: q, Clock: clock},
		"too deep":          {Address: "127.0.0.1:80", Request: q, Connections: 1, Depth: 1025, Clock: clock},
		"too much":          {Address: "127.0.0.1:80", Request: q, Connections: 65536, Depth: 1024, Clock: clock},
		"fresh pipelines":   {Address: "127.0.0.1:80", Request: q, Connections: 1, Depth: 2, Fresh: true, Clock: clock},
		"no request":        {Address: "127.0.0.1:80", Connections: 1, Clock: clock},
		"no such interface": {Address: "[fe80::1%nosuch0]:80", Request: q, Connections: 1, Clock: clock},
	} {
		_, err := NewRaw(c)
		require.ErrorContains(t, err, "make a raw engine: ", name)
	}
}

// IPv6 is spoken, too.
func TestRawIPv6(t *testing.T) {
	l, err := net.Listen("tcp", "[::1]:0")
	if err != nil {
		t.Skip("this machine has no IPv6 loopback")
	}
	l.Close()
	r := rawWith(t, &server{Listener: l}, RawConfig{}, Schedule{Duration: 200 * time.Millisecond})
	require.Equal(t, map[string]int64{"connect/refused": r.Requests}, r.Errors)
}

// No descriptor is left, whatever the server does.
func TestRawLeavesNoDescriptor(t *testing.T) {
	descriptors := func() int {
		all, err := os.ReadDir("/proc/self/fd")
		require.NoError(t, err)
		return len(all)
	}
	for name, each := range map[string]func(*peer){
		"answers": answer(hello),
		"hangs":   func(p *peer) { p.request(); p.request() },
		"resets":  func(p *peer) { p.request(); p.reset() },
		"closes":  func(p *peer) { p.request() },
	} {
		s := serve(t, each)
		before := descriptors()
		rawWith(t, s, RawConfig{Connections: 8, Loops: 2, Timeout: 50 * time.Millisecond}, Schedule{Duration: 60 * time.Millisecond})
		require.True(t, settles(func() bool { return descriptors() <= before && s.open.Load() == 0 }), name)
	}
}

func init() {
	calibrated["raw"] = func(t testing.TB, s *server, connections int, plan Schedule) result {
		return rawWith(t, s, RawConfig{Connections: connections, Timeout: 5 * time.Second}, plan)
	}
}
