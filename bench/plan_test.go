package bench

import (
	"bytes"
	"context"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/httpdlab/httpdlab/bench/measure"
)

func TestPlan(t *testing.T) {
	total := func(plan []Step) (d time.Duration) {
		for _, s := range plan {
			d += s.length()
		}
		return d
	}
	whole := (&Options{}).Plan()
	require.Len(t, whole, 5)
	require.LessOrEqual(t, total(whole), 45*time.Second)
	scaled := (&Options{Duration: 10 * time.Second}).Plan()
	require.InDelta(t, 10, total(scaled).Seconds(), 1e-6)
	require.Equal(t, 7, scaled[3].Connections)

	own := (&Options{Ladder: []int{2, 9}, Share: 0.5, Duration: 28 * time.Second}).Plan()
	require.Equal(t, []Step{
		{Name: "closed-2", Part: "ladder", Connections: 2, Warmup: time.Second, Duration: 6 * time.Second},
		{Name: "closed-9", Part: "ladder", Connections: 9, Warmup: time.Second, Duration: 6 * time.Second},
		{Name: "open", Part: "open", Connections: 9, Share: 0.5, Warmup: time.Second, Duration: 13 * time.Second},
	}, own)
	capped := (&Options{Ladder: []int{1, 8}, Sockets: 7}).Plan()
	require.Equal(t, 8, capped[1].Connections, "the ladder looks beyond the ceiling")
	require.Equal(t, 7, capped[2].Connections)

	for _, c := range []struct {
		o    Options
		want Step
	}{
		{Options{Connections: 3}, Step{Name: "closed-3", Part: "single", Connections: 3, Warmup: time.Second, Duration: 10 * time.Second}},
		{Options{Rate: 50}, Step{Name: "open-50", Part: "single", Connections: 7, Rate: 50, Warmup: time.Second, Duration: 10 * time.Second}},
		{Options{Rate: 0.5, Connections: 2, Duration: time.Second}, Step{Name: "open-0.5", Part: "single", Connections: 2, Rate: 0.5, Warmup: 200 * time.Millisecond, Duration: time.Second}},
	} {
		require.Equal(t, []Step{c.want}, c.o.Plan())
	}
}

func TestWrongOptions(t *testing.T) {
	for want, spoil := range map[string]func(*Options){
		"no run folder":     func(o *Options) { o.Dir = "" },
		"-1 connections":    func(o *Options) { o.Connections = -1 },
		"10001 connections": func(o *Options) { o.Connections = 10001 },
		"[0] connections":   func(o *Options) { o.Ladder = []int{0} },
		"[4 4] connections": func(o *Options) { o.Ladder = []int{4, 4} },
		"-1 sockets":        func(o *Options) { o.Sockets = -1 },
		"at 1.5 of":         func(o *Options) { o.Share = 1.5 },
		"a rate of -1":      func(o *Options) { o.Rate = -1 },
		"a rate of NaN":     func(o *Options) { o.Rate = math.NaN() },
		"a duration of -1s": func(o *Options) { o.Duration = -time.Second },
	} {
		o := options(t, "http://127.0.0.1:1/")
		spoil(&o)
		_, err := Run(context.Background(), o)
		require.ErrorContains(t, err, want)
	}
}

func TestTable(t *testing.T) {
	r := &measure.Run{Interrupted: "interrupt", Phases: []measure.Phase{
		{Name: "closed-1", OfferedConnections: 1, TriedConnections: 1, ServedConnections: 1, Rate: 12.34,
			ServiceMS: measure.Latency{P50: 1.234, P99: 20}, ResponseMS: measure.Latency{P99: 20}, Trust: measure.Trust{OK: true}},
		{Name: "closed-20", OfferedConnections: 20, TriedConnections: 20, ServedConnections: 7, Rate: 1234.5,
			Errors: map[string]int64{"ttfb/timeout": 13}, Trust: measure.Trust{Reasons: []string{"Only 7 of 20."}}},
	}}
	var b bytes.Buffer
	require.NoError(t, Table(&b, r))
	lines := strings.Split(strings.TrimSpace(b.String()), "\n")
	require.Equal(t, []string{"closed-1", "1", "12.3", "1.23", "20", "20", "0", "yes"}, strings.Fields(lines[1]))
	require.Equal(t, []string{"closed-20", "7", "of", "20", "1234", "0", "0", "0", "13", "no"}, strings.Fields(lines[2]))
	require.Equal(t, "closed-20: Only 7 of 20.", lines[3])
	require.Equal(t, "The run did not end as planned: interrupt.", lines[4])
}

// On what is no terminal, progress is a line a phase and nothing else.
func TestProgress(t *testing.T) {
	b := newBoard(t, nil)
	o := options(t, b.URL+"/hello")
	var out bytes.Buffer
	o.Duration, o.Progress = 500*time.Millisecond, &out
	_, err := Run(context.Background(), o)
	require.NoError(t, err)
	require.Equal(t, 5, strings.Count(out.String(), "\n"), out.String())
	require.NotContains(t, out.String(), "\r")
	require.Contains(t, out.String(), "closed-7")
}

// On a terminal the line is rewritten, and never so long that it would wrap.
func TestProgressOnTerminal(t *testing.T) {
	var out bytes.Buffer
	p := newProgress(&out, &Options{})
	p.terminal = true
	p.show((&Options{}).Plan()[0], &measure.Sample{Requests: 123456789, IntervalMS: 1000, Errors: map[string]int64{"connect/no-local-port": 123456789},
		ServiceMS: measure.Latency{P50: 0.123, P99: 12345}, Heap: &measure.Heap{Free: 312345}})
	const rewrite = "\r\x1b[K"
	line, ok := strings.CutPrefix(out.String(), rewrite)
	require.True(t, ok)
	require.LessOrEqual(t, len(line), width)
	require.Contains(t, line, "closed-1  0 req/s  p50 0.123  p99 12345 ms  errors 123456789  heap 312 kB")
	out.Reset()
	p.end()
	require.Equal(t, rewrite, out.String())
}
