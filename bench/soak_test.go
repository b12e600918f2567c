package bench

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/httpdlab/httpdlab/bench/measure"
)

// leaking is a board that loses so many bytes with each request.
func leaking(t *testing.T, each int64) string {
	var requests atomic.Int64
	began := time.Now()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /hello", func(w http.ResponseWriter, r *http.Request) { requests.Add(1); fmt.Fprint(w, "hello") })
	mux.HandleFunc("GET /heap", func(w http.ResponseWriter, r *http.Request) {
		n := requests.Load()
		fmt.Fprintf(w, `{"uptime_ms":%d,"boot_count":1,"free":%d,"total":10000000}`, time.Since(began).Milliseconds()+1, 8_000_000-each*n-n%7*4)
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s.URL + "/hello"
}

func TestSoak(t *testing.T) {
	for each, want := range map[int64]string{0: measure.NoLeak, 100: measure.Leaks} {
		o := options(t, leaking(t, each))
		o.Soak, o.Rate, o.Connections, o.Rounds, o.Settle, o.Duration = true, 300, 2, 10, 5*time.Millisecond, 3*time.Second
		o.Assert = []*measure.Assertion{assertion(t, "leak<50B"), assertion(t, "errors<1%"), assertion(t, "rate{soak}>10")}
		r, err := Run(context.Background(), o)
		require.NoError(t, err)
		require.NotNil(t, r.Leak)
		t.Log(r.Leak.Text)
		require.Equal(t, want, r.Leak.Verdict, r.Leak.Text)
		require.Equal(t, "heap", r.Leak.Source)
		require.InDelta(t, float64(each), r.Leak.Slope, 5)
		require.Len(t, r.Leak.Plateaus, 11, "one before, and one after each round")
		require.True(t, r.Leak.Plateaus[2].Warmup)
		require.False(t, r.Leak.Plateaus[3].Warmup)
		require.Len(t, r.Phases, 10)
		require.Equal(t, warmupPart, r.Phases[1].Part)
		require.Equal(t, soakPart, r.Phases[2].Part)
		require.Len(t, r.Assertions, 3, "all rounds are judged together")
		verdicts := map[string]bool{}
		requests := int64(0)
		for _, a := range r.Assertions {
			verdicts[a.Text] = a.OK
		}
		for _, p := range r.Phases {
			requests += p.Requests
		}
		require.Equal(t, map[string]bool{"leak<50B": each == 0, "errors<1%": true, "rate{soak}>10": true}, verdicts)
		require.Equal(t, requests, r.Leak.Plateaus[10].Requests)
		back, err := measure.Load(o.Dir)
		require.NoError(t, err)
		require.Equal(t, r.Leak, back.Leak)
	}
}

// A target that tells nothing of its memory gets no verdict, and the reason.
func TestSoakWithoutMemory(t *testing.T) {
	s := httptest.NewServer(http.NotFoundHandler())
	defer s.Close()
	t.Run("", func(t *testing.T) {
		o := options(t, limited(t, time.Millisecond))
		o.Soak, o.Rounds, o.Settle, o.Duration = true, 8, time.Millisecond, 400*time.Millisecond
		r, err := Run(context.Background(), o)
		require.NoError(t, err)
		require.Equal(t, measure.CannotTell, r.Leak.Verdict)
		require.Contains(t, r.Leak.Text, "cannot tell")
	})
}
