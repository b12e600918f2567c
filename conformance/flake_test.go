package conformance

import (
	"context"
	"flag"
	"maps"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/httpdlab/httpdlab/conformance/check"
	"github.com/httpdlab/httpdlab/server"
)

var flake = flag.Int("flake", 0, "check servers so many times in a row, and as often with a core kept busy, and compare the verdicts")

// A verdict is the same whenever the same server is asked: twenty times in a row by `make flake`, also with another
// program on one of the cores.
func TestVerdictsDoNotFlicker(t *testing.T) {
	if *flake < 1 {
		t.Skip("takes minutes: make flake")
	}
	portable := server.DefaultConfig()
	portable.Engine = server.EnginePortable
	for name, start := range map[string]func(t *testing.T) string{
		"epoll":    func(t *testing.T) string { return ownServer(t, server.DefaultConfig()) },
		"portable": func(t *testing.T) string { return ownServer(t, portable) },
		"net-http": func(t *testing.T) string {
			s := httptest.NewServer(goHandler())
			t.Cleanup(s.Close)
			return s.URL
		},
		"nginx": func(t *testing.T) string {
			daemons[0].installed(t)
			return daemons[0].start(t)
		},
	} {
		t.Run(name, func(t *testing.T) {
			url := start(t)
			first := verdicts(t, url)
			for range *flake - 1 {
				same(t, first, verdicts(t, url))
			}
			defer keepBusy()()
			for range *flake {
				same(t, first, verdicts(t, url))
			}
		})
	}
}

// verdicts checks a server once.
func verdicts(t *testing.T, url string) map[string]check.Result {
	result, err := Run(context.Background(), Options{
		Targets: []string{url}, Jobs: 16, Config: check.Config{Patience: 300 * time.Millisecond},
	})
	require.NoError(t, err)
	assert.Empty(t, result.Reports[0].Outages)
	all := map[string]check.Result{}
	for _, c := range result.Reports[0].Cases {
		all[c.ID] = c
	}
	return all
}

func same(t *testing.T, first, now map[string]check.Result) {
	require.Equal(t, len(first), len(now))
	for id := range maps.Keys(first) {
		assert.Equal(t, first[id].Verdict, now[id].Verdict, "%s: %q, then %q", id, brief(first[id].Reason), brief(now[id].Reason))
	}
}

// keepBusy spins on one core until it is told to stop.
func keepBusy() (stop func()) {
	quit := make(chan bool)
	go func() {
		for {
			select {
			case <-quit:
				return
			default:
			}
		}
	}()
	return func() { close(quit) }
}
