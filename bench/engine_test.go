package bench

import (
	"context"
	"net/http/httptest"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/httpdlab/httpdlab/bench/measure"
)

// The raw engine leaves the same run as the other one, and takes no connection
// more than the plan offers.
func TestRawEngine(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the raw engine needs epoll")
	}
	for _, o := range []Options{
		{Connections: 3},
		{Connections: 3, Depth: 4, Loops: 2},
		{Connections: 3, Rate: 400},
		{Connections: 2, Fresh: true},
	} {
		b := newBoard(t, nil)
		o.URL, o.Dir, o.Engine, o.Duration = b.URL+"/hello", t.TempDir(), Raw, 600*time.Millisecond
		r, err := Run(context.Background(), o)
		require.NoError(t, err)
		loaded, err := measure.Load(o.Dir)
		require.NoError(t, err)
		require.Equal(t, len(r.Phases), len(loaded.Phases))
		p := &loaded.Phases[0]
		require.Equal(t, Raw, p.Engine)
		require.Empty(t, p.Errors)
		require.Greater(t, p.Requests, int64(100))
		require.Positive(t, p.ServiceMS.P99)
		require.Equal(t, o.Connections, p.ServedConnections)
		require.Equal(t, o.Rate > 0, p.LagMS.Max > 0)
		require.NotNil(t, p.Memory, "the heap is looked at before and after")
		if !o.Fresh {
			require.LessOrEqual(t, b.most.Load(), int64(o.Connections))
		}
		series, err := measure.ReadSeries(o.Dir)
		require.NoError(t, err)
		requests := int64(0)
		for _, x := range series {
			if !x.Warmup {
				requests += x.Requests
			}
		}
		require.Equal(t, p.Requests, requests)
	}
}

func TestEnginesAndTheirOptions(t *testing.T) {
	for _, c := range []struct {
		said string
		Options
	}{
		{"no engine is called", Options{Engine: "wrk"}},
		{"are for the engines raw and websocket", Options{Depth: 2}},
		{"one request each are of HTTP", Options{Engine: SSE, Fresh: true}},
		{"give 1 to 1024", Options{Engine: Raw, Depth: 2000}},
		{"give 1 to 1024", Options{Engine: Raw, Loops: -1}},
		{"leave out one of the two", Options{Engine: Raw, Depth: 2, Fresh: true}},
	} {
		c.URL, c.Dir = "http://127.0.0.1:1/", t.TempDir()
		_, err := Run(context.Background(), c.Options)
		require.ErrorContains(t, err, c.said)
	}
	s := httptest.NewTLSServer(nil)
	defer s.Close()
	_, err := Run(context.Background(), Options{URL: s.URL, Dir: t.TempDir(), Engine: Raw, Insecure: true})
	require.ErrorContains(t, err, "does not speak TLS; use the engine vegeta")
}
