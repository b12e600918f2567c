package bench

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/httpdlab/httpdlab/bench/load"
	"github.com/httpdlab/httpdlab/bench/measure"
)

func assertion(t testing.TB, text string) *measure.Assertion {
	a, err := measure.ParseAssertion(text)
	require.NoError(t, err)
	return a
}

// limited is a server that answers one request at a time and takes so long for
// each, whatever the machine does meanwhile: its capacity is known.
func limited(t *testing.T, each time.Duration) string {
	var mu sync.Mutex
	free := time.Now()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		if now := time.Now(); free.Before(now) {
			free = now
		}
		free = free.Add(each)
		due := free
		mu.Unlock()
		time.Sleep(time.Until(due)) // the service itself
		fmt.Fprint(w, "ok")
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// The rate that a real server with a fixed limit bears is found.
func TestFindRate(t *testing.T) {
	const each = 5 * time.Millisecond // 200 a second
	o := options(t, limited(t, each))
	o.Find, o.Budget, o.Seed = assertion(t, "p(90)<50ms"), 12*time.Second, 1
	o.Arrivals = load.Poisson(load.Constant(1))
	began := time.Now()
	r, err := Run(context.Background(), o)
	require.NoError(t, err)
	require.Less(t, time.Since(began), 16*time.Second)
	require.Empty(t, r.Interrupted)
	s := r.Search
	t.Logf("best %.0f (%.0f to %.0f) after %d trials: %s", s.Best, s.Low, s.High, len(s.Trials), s.Ended)
	require.Greater(t, len(s.Trials), 6)
	require.Greater(t, s.Best, 80.0)
	require.Less(t, s.Best, 205.0)
	require.Greater(t, s.High, 130.0, "M/D/1 keeps it up to 0.87 of the capacity")
	require.NotNil(t, s.Knee)
	require.Len(t, r.Phases, len(s.Trials)+1)
	for i, trial := range s.Trials {
		p := r.Phases[i+1]
		require.Equal(t, p.Name, trial.Phase)
		require.Equal(t, searchPart, p.Part)
		require.Contains(t, p.Arrivals, "poisson:")
	}
	back, err := measure.Load(o.Dir)
	require.NoError(t, err)
	require.Equal(t, r.Search, back.Search)
}

// A server with four workers is best with four connections.
func TestFindConnections(t *testing.T) {
	const each, workers = 10 * time.Millisecond, 4
	slots := make(chan bool, workers)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		slots <- true
		time.Sleep(each) // the service itself
		<-slots
	}))
	defer s.Close()
	o := options(t, s.URL)
	o.Find, o.Over, o.Connections, o.Budget = assertion(t, "mean<25ms"), VaryConnections, 16, 10*time.Second
	r, err := Run(context.Background(), o)
	require.NoError(t, err)
	t.Logf("best %.0f (%.1f to %.1f): %s; knee at %.1f", r.Search.Best, r.Search.Low, r.Search.High, r.Search.Ended, r.Search.Knee.Load)
	require.InDelta(t, 8, r.Search.Best, 2.1, "eight wait for 20 ms")
	require.InDelta(t, workers, r.Search.Knee.Load, 2)
}

// A search whose target dies tells what it knows.
func TestFindOfNothing(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {}))
	o := options(t, s.URL)
	o.Find, o.Budget = assertion(t, "p(99)<1us"), 5*time.Second
	o.Assert = []*measure.Assertion{assertion(t, "best>10")}
	r, err := Run(context.Background(), o)
	s.Close()
	require.NoError(t, err)
	require.Zero(t, r.Search.Best)
	require.NotEmpty(t, r.Search.Ended)
	require.Len(t, r.Assertions, 1)
	require.False(t, r.Assertions[0].OK)

	ctx, cancel := context.WithTimeoutCause(context.Background(), 800*time.Millisecond, fmt.Errorf("interrupt"))
	defer cancel()
	o = options(t, limited(t, time.Millisecond))
	o.Find, o.Budget = assertion(t, "p(99)<1s"), time.Minute
	r, err = Run(ctx, o)
	require.NoError(t, err)
	require.Equal(t, "interrupt", r.Interrupted)
	require.Contains(t, r.Search.Ended, "interrupt")
}
