package bench

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/httpdlab/httpdlab/bench/load"
	"github.com/httpdlab/httpdlab/bench/measure"
)

// All that shapes a load survives the record.
func TestReplayKeepsOptions(t *testing.T) {
	mixed, err := load.BuiltIn("mixed", 100)
	require.NoError(t, err)
	arrivals, err := load.ParseArrivals("poisson:ramp:10..500/60s")
	require.NoError(t, err)
	for _, o := range []Options{
		{URL: "http://127.0.0.1:1/x"},
		{URL: "http://127.0.0.1:1/x", Rate: 12.5, Connections: 3, Duration: time.Minute, Timeout: time.Second, Seed: 7},
		{URL: "http://127.0.0.1:1/x", Arrivals: arrivals, Scenario: mixed, Assert: []*measure.Assertion{assertion(t, "p(99)<1s!")}, AbortOnFail: true},
		{URL: "http://127.0.0.1:1/x", Engine: Raw, Depth: 16, Loops: 2, Ladder: []int{1, 5}, Share: 0.5, Sockets: 9},
		{URL: "http://127.0.0.1:1/x", Soak: true, Rounds: 9, Settle: time.Minute, LeakLimit: 3},
		{URL: "http://127.0.0.1:1/x", Find: assertion(t, "p(99)<1s"), Over: VaryConnections, Budget: time.Hour},
		{URL: "http://127.0.0.1:1/x", Hostile: []load.HostileKind{load.SlowHead, load.Squat}, Count: 5, Against: "http://127.0.0.1:2/"},
		{URL: "http://127.0.0.1:1/x", Pause: time.Second, Recovery: time.Minute, Reboots: 3, Probes: []string{HeapProbe}},
		{URL: "http://127.0.0.1:1/x", Probes: []string{}},
	} {
		o.Dir = "run"
		require.NoError(t, o.validate())
		text, err := json.Marshal(&measure.Run{Configuration: o.configuration()})
		require.NoError(t, err)
		var r measure.Run
		require.NoError(t, json.Unmarshal(text, &r))
		again, err := Replay(&r)
		require.NoError(t, err)
		again.Dir = "run"
		require.Equal(t, o.configuration(), again.configuration())
		require.Equal(t, o.Plan(), again.Plan())
	}
	_, err = Replay(&measure.Run{})
	require.ErrorContains(t, err, "has no configuration")
	_, err = Replay(&measure.Run{Configuration: &measure.Configuration{URL: withoutPassword("http://me:secret@board/")}})
	require.ErrorContains(t, err, "had a password")
}

// No option is forgotten in the record: whoever adds one has to decide.
func TestEveryOptionIsRecorded(t *testing.T) {
	aside := map[string]bool{ // of this run and not of its load, or recorded elsewhere
		"Simulated": true, "PID": true, "Command": true, "Tool": true, "Dir": true, "Console": true, "Repetition": true, "Progress": true, "makeEngine": true,
	}
	renamed := map[string]string{"Arrivals": "Rate", "Duration": "DurationMS", "Timeout": "TimeoutMS", "Budget": "BudgetMS", "Settle": "SettleMS", "Pause": "PauseMS", "Recovery": "RecoveryMS"}
	record := reflect.TypeFor[measure.Configuration]()
	for i := range reflect.TypeFor[Options]().NumField() {
		name := reflect.TypeFor[Options]().Field(i).Name
		if to := renamed[name]; to != "" {
			name = to
		}
		_, ok := record.FieldByName(name)
		require.True(t, ok || aside[name], "Options.%s is not in measure.Configuration", name)
	}
}

// The same seed sends the same requests in the same order.
func TestReplaySendsTheSame(t *testing.T) {
	var mu sync.Mutex
	var seen []string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		seen = append(seen, r.Method+" "+r.URL.RequestURI())
	}))
	defer s.Close()
	scenario := &load.Scenario{Name: "two", Requests: []load.Part{{Path: "/a", Weight: 3}, {Path: "/b", Weight: 2}}}
	o := options(t, s.URL)
	o.Scenario, o.Connections, o.Rate, o.Duration, o.Seed = scenario, 1, 200, 500*time.Millisecond, 42
	r, err := Run(context.Background(), o)
	require.NoError(t, err)
	first := loads(seen)
	require.Greater(t, len(first), 50)
	seen = nil
	again, err := Replay(r)
	require.NoError(t, err)
	again.Dir = t.TempDir() + "/again"
	_, err = Run(context.Background(), again)
	require.NoError(t, err)
	second := loads(seen)
	n := min(len(first), len(second))
	require.Equal(t, first[:n], second[:n])
}

// loads are the requests of the load, without the questions about the target.
func loads(seen []string) (all []string) {
	for _, s := range seen {
		if s == "GET /a" || s == "GET /b" {
			all = append(all, s)
		}
	}
	return all
}

func TestDifferences(t *testing.T) {
	run := func() *measure.Run {
		return &measure.Run{
			Environment: measure.Environment{Kernel: "6.1", Cores: 2, Load: 1, NIC: &measure.NIC{Name: "lo", MTU: 65536}, Command: []string{"a"}},
			Target:      measure.Target{Address: "127.0.0.1:80", Info: json.RawMessage(`{"app":"x","uptime_ms":5,"cores":2}`)},
		}
	}
	a, b := run(), run()
	b.Environment.Load, b.Environment.Command, b.Target.Address = 9, nil, "127.0.0.1:81"
	b.Target.Info = json.RawMessage(`{"app":"x","uptime_ms":9,"cores":2}`)
	require.Empty(t, measure.Differences(a, b), "what differs from moment to moment is left out")
	b.Environment.Kernel, b.Environment.NIC.MTU, b.Environment.Governor = "6.2", 1500, "powersave"
	b.Target.Info = json.RawMessage(`{"app":"y","cores":2}`)
	require.Equal(t, []string{
		"kernel: 6.1, now 6.2", "governor: unknown, now powersave", "nic mtu: 65536, now 1500", "target info app: x, now y",
	}, measure.Differences(a, b))
	b.Environment.NIC = nil
	require.Contains(t, measure.Differences(a, b), "nic: {lo 65536  0 false}, now unknown")
}
