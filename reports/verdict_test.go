package reports

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/httpdlab/httpdlab/bench/measure"
)

func phases(p ...measure.Phase) *record { return &record{Run: measure.Run{Phases: p}} }

func TestTrustVerdict(t *testing.T) {
	good := measure.Phase{Name: "good", Requests: 9, Trust: measure.Trust{OK: true}}
	poor := measure.Phase{Name: "poor", Requests: 9, Trust: measure.Trust{Reasons: []string{"Because."}}}
	none := measure.Phase{Name: "none", Trust: measure.Trust{OK: true}}
	for _, c := range []struct {
		level   level
		run     *record
		reasons []string
	}{
		{unknown, phases(), nil},
		{unknown, phases(none), nil},
		{fine, phases(good, none), nil},
		{doubt, phases(good, poor), []string{"poor: Because."}},
		{bad, phases(poor, poor, none), []string{"poor: Because.", "poor: Because."}},
		{bad, phases(measure.Phase{Name: "cut", Requests: 1}), []string{"cut: not audited to its end."}},
	} {
		v := c.run.trust()
		require.Equal(t, c.level, v.Level, v.Title)
		require.Equal(t, c.reasons, v.Reasons)
	}
}

func TestErrorVerdict(t *testing.T) {
	for failed, want := range map[int64]level{0: fine, 1: doubt, 9: doubt, 10: bad, 1000: bad} {
		p := measure.Phase{Requests: 1000}
		if failed > 0 {
			p.Errors = map[string]int64{"ttfb/eof": failed}
		}
		require.Equal(t, want, phases(p).failures().Level, "%d of 1000", failed)
	}
	require.Equal(t, unknown, phases().failures().Level)
}

// A heap may lose one in a hundred bytes without a word, a process may grow by
// a quarter; what a reboot lies between is not compared.
func TestMemoryVerdict(t *testing.T) {
	memory := func(source string, before, after int64) *record {
		return phases(
			measure.Phase{Memory: &measure.Memory{Source: source, Before: before, After: before - 1}},
			measure.Phase{},
			measure.Phase{Memory: &measure.Memory{Source: source, Before: before - 1, After: after}})
	}
	require.Equal(t, fine, memory("heap", 100_000, 99_001).memory().Level)
	require.Equal(t, doubt, memory("heap", 100_000, 98_999).memory().Level)
	require.Equal(t, fine, memory("heap", 100_000, 180_000).memory().Level)
	require.Equal(t, fine, memory("rss", 100_000, 124_000).memory().Level)
	require.Equal(t, doubt, memory("rss", 100_000, 126_000).memory().Level)
	require.Equal(t, unknown, memory("heap", 0, 5).memory().Level)
	require.Equal(t, unknown, phases().memory().Level)
	r := memory("heap", 100_000, 50_000)
	r.Samples = []measure.Sample{{MS: 1, Heap: &measure.Heap{UptimeMS: 900, BootCount: 1}}, {MS: 2, Heap: &measure.Heap{UptimeMS: 20, BootCount: 1}}}
	require.Equal(t, "cannot be compared", r.memory().Title)
	require.Equal(t, "the target rebooted", r.course().Title)
	require.Equal(t, []string{"reboot at 2\u00a0ms: the uptime went back."}, r.course().Reasons)
}

func TestCourseVerdict(t *testing.T) {
	done := began
	event := func(kinds ...string) (s []measure.Sample) {
		for _, k := range kinds {
			s = append(s, measure.Sample{MS: 1000, Events: []measure.Event{{MS: 900, Kind: k, Text: "so it was"}}})
		}
		return s
	}
	for _, c := range []struct {
		title string
		level level
		run   measure.Run
		seen  []measure.Sample
	}{
		{"finished", fine, measure.Run{Finished: &done}, nil},
		{"finished", fine, measure.Run{Finished: &done}, event("regained", "something new")},
		{"finished", doubt, measure.Run{Finished: &done}, event("skipped")},
		{"broken off", doubt, measure.Run{}, nil},
		{"broken off", doubt, measure.Run{Interrupted: measure.Killed}, nil},
		{"interrupted", doubt, measure.Run{Interrupted: "disk full", Finished: &done}, nil},
		{"the target rebooted", bad, measure.Run{Finished: &done}, event("reboot", "lost")},
		{"the target's process ended", bad, measure.Run{Finished: &done}, event("exited", "gone", "lost", "lost", "lost", "lost", "lost", "lost", "lost")},
	} {
		v := (&record{Run: c.run, Samples: c.seen}).course()
		require.Equal(t, c.title, v.Title)
		require.Equal(t, c.level, v.Level, v.Title)
		require.LessOrEqual(t, len(v.Reasons), 8)
	}
}

// What the report says of a ladder of loads is read off its numbers.
func TestSaysThroughput(t *testing.T) {
	for _, c := range []struct {
		says  string
		rates []float64 // with 1, 2, 3 … connections
	}{
		{"There is one: 50/s answered with 1 connection.", []float64{50}},
		{"The rate still rises at the last point, 90/s with 3 connections", []float64{10, 50, 90}},
		{"The highest rate is 90/s with 2 connections; more load brought no more.", []float64{10, 90, 89}},
		{"The highest rate is 90/s with 2 connections; more load brought no more, and with 3 connections the rate fell to 40/s.", []float64{10, 90, 40}},
		{"The highest rate is 90/s with 3 connections, but 96.7\u00a0% of it came with 1 connection already: more load mostly waits.", []float64{87, 88, 90}},
		{"No request was answered.", []float64{0, 0}},
	} {
		r := &record{}
		for i, rate := range c.rates {
			r.Phases = append(r.Phases, measure.Phase{Requests: 9, OfferedConnections: i + 1, Rate: rate})
		}
		require.Len(t, r.ladders(), 1)
		require.Contains(t, r.ladders()[0].saysThroughput(), c.says)
	}
}
