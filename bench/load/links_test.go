package load

import (
	"context"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/httpdlab/httpdlab/bench/measure"
)

// Each request of a churn has a connection of its own, of which connecting and
// closing are timed apart; in other loads, connections are used again.
func TestChurn(t *testing.T) {
	s := serve(t, func(p *peer) {
		for p.request() {
			p.say("%s", hello)
		}
		p.take(10 * time.Millisecond) // the request said close; this server is slow to do so
	})
	for _, fresh := range []bool{true, false} {
		for _, rate := range []float64{0, 200} {
			before := s.accepted.Load()
			pool := NewPool(s.Addr().String(), nil, 2)
			r := attackOn(pool, Attack{Request: get(t, s.url()), Fresh: fresh, Timeout: time.Second}, Schedule{Rate: rate, Duration: 200 * time.Millisecond})
			require.Empty(t, r.Errors)
			require.Positive(t, r.Requests)
			l := pool.Links()
			require.Equal(t, s.accepted.Load()-before, l.Opened)
			require.Equal(t, l.Opened, l.Connect.TotalCount())
			if !fresh {
				require.Equal(t, int64(2), l.Opened)
				require.Equal(t, r.Requests-2, l.Reused)
				continue
			}
			require.Equal(t, r.Requests, l.Opened)
			require.Zero(t, l.Reused)
		}
	}
}

// How long the server takes to end a connection is not part of the request.
func TestChurnClose(t *testing.T) {
	undisturbed(t, func(calm require.TestingT) {
		s := serve(t, func(p *peer) {
			p.request()
			p.say("%s", hello)
			p.take(20 * time.Millisecond)
		})
		pool := NewPool(s.Addr().String(), nil, 1)
		r := attackOn(pool, Attack{Request: get(t, s.url()), Fresh: true, Timeout: time.Second}, Schedule{Duration: 200 * time.Millisecond})
		require.Empty(calm, r.Errors)
		l := pool.Links()
		require.Equal(calm, r.Requests, l.Close.TotalCount())
		require.GreaterOrEqual(calm, time.Duration(l.Close.Min()), 19*time.Millisecond)
		require.Less(calm, p(50, r, measure.Service), 10*time.Millisecond)
	})
}

// The kernel tells how far away a peer is, and what had to be sent again: on
// loopback nothing.
func TestKernelIsAsked(t *testing.T) {
	s := serve(t, answer(hello))
	pool := NewPool(s.Addr().String(), nil, 2)
	defer pool.Close()
	_, err := pool.Do(context.Background(), get(t, s.url()))
	require.NoError(t, err)
	l := pool.Links()
	require.Equal(t, runtime.GOOS == "linux", l.Known)
	if l.Known {
		require.Equal(t, int64(1), l.RTT.TotalCount())
		require.Less(t, time.Duration(l.RTT.Max()), time.Second)
		require.Zero(t, l.Retransmits)
	}
}
