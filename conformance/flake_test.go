package conformance

import (
	"context"
	"encoding/json"
	"flag"
	"maps"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/httpdlab/httpdlab/conformance/check"
	"github.com/httpdlab/httpdlab/server"
)

var (
	flake  = flag.Int("flake", 0, "check servers so many times in a row, and as often with a core kept busy, and compare the verdicts")
	suites = flag.String("suites", "", "what -flake checks our servers by, with blanks between; empty: everything")
	kept   = flag.String("verdicts", "", "folder that keeps the first verdicts of -flake, so that a row may be run in several commands")
)

// A verdict is the same whenever the same server is asked: twenty times in a row by `make flake`, also with another
// program on one of the cores.
func TestVerdictsDoNotFlicker(t *testing.T) {
	if *flake < 1 {
		t.Skip("takes minutes: make flake")
	}
	portable := server.DefaultConfig()
	portable.Engine = server.EnginePortable
	targets := map[string]func(t *testing.T) string{
		"epoll":    func(t *testing.T) string { return ownServer(t, server.DefaultConfig()) },
		"portable": func(t *testing.T) string { return ownServer(t, portable) },
		"net-http": func(t *testing.T) string {
			s := httptest.NewServer(goHandler())
			t.Cleanup(s.Close)
			return s.URL
		},
	}
	for _, d := range daemons {
		targets[d.name] = func(t *testing.T) string {
			d.installed(t)
			return d.start(t)
		}
	}
	for name, start := range targets {
		t.Run(name, func(t *testing.T) {
			url, by := start(t), strings.Fields(*suites)
			if slices.ContainsFunc(daemons, func(d daemon) bool { return d.name == name }) {
				by = []string{"rfc9110", "rfc9112"} // a gateway shares the sessions behind it, by chance
			}
			first := recall(t, name)
			if first == nil {
				first = verdicts(t, url, by)
				keep(t, name, first)
			}
			for range *flake {
				same(t, first, verdicts(t, url, by))
			}
			defer keepBusy()()
			for range *flake {
				same(t, first, verdicts(t, url, by))
			}
		})
	}
}

// verdicts checks a server once.
func verdicts(t *testing.T, url string, by []string) map[string]check.Result {
	result, err := Run(context.Background(), Options{
		Targets: []string{url}, Select: by, Jobs: 16, Config: check.Config{Patience: 300 * time.Millisecond},
	})
	require.NoError(t, err)
	assert.Empty(t, result.Reports[0].Outages)
	all := map[string]check.Result{}
	for _, c := range result.Reports[0].Cases {
		all[c.ID] = c
	}
	return all
}

// recall returns what an earlier command has kept of a server, if any.
func recall(t *testing.T, name string) (first map[string]check.Result) {
	text, err := os.ReadFile(filepath.Join(*kept, name+".json"))
	if *kept == "" || os.IsNotExist(err) {
		return nil
	}
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &first))
	return first
}

func keep(t *testing.T, name string, first map[string]check.Result) {
	if *kept == "" {
		return
	}
	text, err := json.Marshal(first)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(*kept, name+".json"), text, 0o644))
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
