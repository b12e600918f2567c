package bench

import (
	"context"
	"math"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/httpdlab/httpdlab/bench/measure"
)

// Against a server whose service times are exponential, the engine's
// percentiles are those of the closed form within 2 % at 100 000 samples. That
// takes half a minute of a machine with nothing else to do, so it has to be
// asked for.
func TestExponentialServer(t *testing.T) {
	if os.Getenv("HTTPDLAB_CALIBRATE") == "" {
		t.Skip("set HTTPDLAB_CALIBRATE=1 on a quiet machine")
	}
	const mean = 200 * time.Millisecond // timers of Go may be a millisecond late
	var mu sync.Mutex
	random := rand.New(rand.NewPCG(12, 12))
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		took := time.Duration(random.ExpFloat64() * float64(mean))
		mu.Unlock()
		time.Sleep(took) // the service itself
	}))
	defer s.Close()
	o := options(t, s.URL)
	o.Connections, o.Duration = 1000, 20500*time.Millisecond
	if runtime.GOOS == "linux" {
		o.Engine = Raw
	}
	r, err := Run(context.Background(), o)
	require.NoError(t, err)
	p := r.Phases[0]
	require.Greater(t, p.Requests, int64(95_000))
	for q, got := range map[float64]float64{0.5: p.ServiceMS.P50, 0.9: p.ServiceMS.P90, 0.99: p.ServiceMS.P99} {
		exact := -math.Log(1-q) * 200
		t.Logf("p%g of %d: %.2f ms, exact %.2f ms", 100*q, p.Requests, got, exact)
		require.InEpsilon(t, exact, got, 0.02)
	}
}

// Requests and their latencies are audited against each other in a real run: a
// server of a known time, whatever it does with its connections.
func TestKnownServer(t *testing.T) {
	for name, handler := range map[string]http.HandlerFunc{
		"kept": func(w http.ResponseWriter, r *http.Request) { time.Sleep(20 * time.Millisecond) },
		"closed": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Connection", "close")
			time.Sleep(20 * time.Millisecond)
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := httptest.NewServer(handler)
			defer s.Close()
			var best measure.Phase
			require.Eventually(t, func() bool { // until the machine is calm for once
				o := options(t, s.URL)
				o.Connections, o.Duration = 1, 2500*time.Millisecond
				r, err := Run(context.Background(), o)
				require.NoError(t, err)
				best = r.Phases[0]
				return best.ServiceMS.Mean < 22
			}, 40*time.Second, time.Millisecond)
			t.Logf("mean %.2f ms", best.ServiceMS.Mean)
			require.GreaterOrEqual(t, best.ServiceMS.Mean, 20.0)
			require.InDelta(t, 1, best.Rate*best.ServiceMS.Mean/1000, 0.1, "Little's law")
		})
	}
}
