package reports

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/httpdlab/httpdlab/bench/measure"
)

// thin are runs of which little or nothing sensible is known, and what their
// pages have to say all the same.
var thin = []struct {
	name string
	make func(*testing.T) string
	says []string
}{
	{"nothing", func(t *testing.T) string {
		dir := filepath.Join(t.TempDir(), "nothing")
		require.NoError(t, mkdir(dir))
		require.NoError(t, os.WriteFile(filepath.Join(dir, measure.RunFile), []byte(`{"schema":1}`), 0o644))
		return dir
	}, []string{"nothing to trust", "no requests", "broken off", "series.jsonl is missing", "latency.hlog is missing", "The run has no phases."}},

	{"no requests", func(t *testing.T) string {
		m := newMaker(t, "no requests")
		m.phase(load{name: "closed-1", connections: 1, seconds: 3})
		return m.done()
	}, []string{"No request was counted.", "Nothing was sent", "nothing to draw", "No latency is on record."}},

	{"only errors", func(t *testing.T) string {
		m := newMaker(t, "only errors")
		p := m.phase(load{name: "closed-4", connections: 4, seconds: 5, noHeap: true, errors: map[string]int64{"connect/refused": 40}})
		p.ServedConnections = 0
		p.Trust = measure.Trust{Reasons: []string{"200 of 200 requests failed."}}
		return m.done()
	}, []string{"All of 200 requests failed.", "Each time with connect/refused.", "No request was answered.", "Only 0 of 4 connections were ever served", "Every phase failed an audit."}},

	{"one request", func(t *testing.T) string {
		m := newMaker(t, "one request")
		m.phase(load{name: "closed-1", connections: 1, rate: 1.04, p50: 3, seconds: 1, noHeap: true})
		return m.done()
	}, []string{"All of 1 request were answered.", "no process that we started", "There is one:"}},

	{"one open phase", func(t *testing.T) string {
		m := newMaker(t, "one open phase")
		m.phase(load{name: "open", connections: 7, offered: 300, rate: 290, p50: 5, tail: 0.3, wait: 9, seconds: 6})
		return m.done()
	}, []string{"Throughput by offered requests a second", "the difference is time in line"}},

	{"killed", func(t *testing.T) string {
		m := newMaker(t, "killed")
		m.phase(load{name: "closed-1", connections: 1, rate: 200, p50: 4, tail: 0.2, seconds: 5})
		m.phase(load{name: "closed-2", connections: 2, rate: 380, p50: 5, tail: 0.2, seconds: 4})
		bare := &m.run.Phases[1]
		*bare = measure.Phase{Name: bare.Name, Engine: bare.Engine, StartMS: bare.StartMS, WarmupMS: bare.WarmupMS, OfferedConnections: 2, Errors: map[string]int64{}}
		return m.killed()
	}, []string{"broken off", "The run was killed in this phase"}},

	{"interrupted", func(t *testing.T) string {
		m := newMaker(t, "interrupted")
		m.phase(load{name: "closed-1", connections: 1, rate: 200, p50: 4, tail: 0.2, seconds: 2})
		m.run.Interrupted = "SIGINT"
		return m.done()
	}, []string{"interrupted", "After 3\u00a0s: SIGINT."}},

	{"process", func(t *testing.T) string {
		m := newMaker(t, "process")
		p := m.phase(load{name: "closed-1", connections: 1, rate: 200, p50: 4, tail: 0.2, seconds: 2, noHeap: true})
		p.Memory = &measure.Memory{Source: "rss", Before: 10 << 20, Min: 10 << 20, Max: 30 << 20, After: 30 << 20}
		for i := range 5 {
			m.ms += 1000
			require.NoError(t, m.series.Append(&measure.Sample{MS: m.ms, IntervalMS: 1000, Process: &measure.Process{RSS: int64(10+5*i) << 20, CPU: 0.5}}))
		}
		return m.done()
	}, []string{"Resident memory over time", "grew", "20\u00a0MiB (200\u00a0%) more than at the start"}},

	{"clock steps and gaps", func(t *testing.T) string {
		m := newMaker(t, "clock steps")
		for _, ms := range []float64{-5000, 9000, 10000, 3000, 60000} {
			m.ms = ms
			m.phase(load{name: fmt.Sprint("at", ms), connections: 2, rate: 90, p50: 4, tail: 0.2, seconds: 2})
		}
		return m.done()
	}, []string{"Latency over time"}},

	{"huge", func(t *testing.T) string {
		m := newMaker(t, "huge")
		p := m.phase(load{name: "closed-1", connections: math.MaxInt32, rate: 300, p50: 4, tail: 0.2, seconds: 2})
		p.Rate, p.InFlight, p.ClientCPU = math.MaxFloat64, math.MaxFloat64, 1e300
		p.ServiceMS = measure.Latency{Mean: 1e300, P50: 1e-300, P90: 1e100, P99: 1e300, P999: math.MaxFloat64, Max: math.MaxFloat64}
		p.Requests, p.Errors = math.MaxInt64, map[string]int64{"ttfb/timeout": math.MaxInt64}
		q := m.phase(load{name: "closed-2", connections: 1, rate: 300, p50: 4, tail: 0.2, seconds: 2})
		q.Rate, q.ServiceMS.P99 = 1e-300, math.MaxFloat64
		x := measure.Sample{MS: 9000, IntervalMS: 1e-300, Phase: "closed-2", Requests: math.MaxInt64, Heap: &measure.Heap{Free: math.MaxInt64, LargestBlock: math.MaxInt64, MinFree: 1}}
		x.ResponseMS = measure.Latency{P50: 1e-300, P99: math.MaxFloat64}
		require.NoError(m.t, m.series.Append(&x))
		return m.done()
	}, []string{"9,223,372,036,854,775,807"}},

	{"hostile", hostile, []string{"&lt;script&gt;alert(1)"}},
	{"crowded", crowded, []string{"Not drawn for clarity: 38 phases", "other"}},
}

const script = `</script></style></svg>"'><script>alert(1)</script><img src=http://example.invalid/x onerror=alert(2)>#0072B2`

// hostile is a run in which everything that comes from elsewhere is markup.
func hostile(t *testing.T) string {
	m := newMaker(t, "<b>hostile")
	tag := strings.ReplaceAll(strings.ReplaceAll(script, " ", "\u00a0"), ",", "")
	long := strings.Repeat("x<i>", 400)
	p := m.phase(load{name: tag, connections: 1, rate: 200, p50: 4, tail: 0.2, seconds: 3, errors: map[string]int64{script + "/" + script: 2, long: 1, "a\x00b/\nc": 1}})
	p.Engine = script
	p.Trust = measure.Trust{Reasons: []string{script, long}}
	m.phase(load{name: long, connections: 2, rate: 250, p50: 4, tail: 0.2, seconds: 3})
	require.NoError(t, m.series.Append(&measure.Sample{MS: m.ms + 1000, IntervalMS: 1000, Events: []measure.Event{{MS: m.ms, Kind: script, Text: script + long}, {MS: m.ms, Kind: "reboot", Text: script}}}))
	info, err := json.Marshal(map[string]any{script: script, "nested": map[string]any{"a": []string{script}}, "long": long})
	require.NoError(t, err)
	m.run.Target = measure.Target{URL: "javascript:alert(1)//" + script, Address: script, Board: script, Server: script, Status: -1, BodyBytes: -1, Info: info}
	m.run.Environment = measure.Environment{OS: script, Kernel: long, Arch: script, CPU: script, Go: script, Tool: script, Command: []string{script, "\x1b[31m", long}}
	m.run.Interrupted = script
	return m.done()
}

// crowded has many phases, connection counts and kinds of error.
func crowded(t *testing.T) string {
	m := newMaker(t, "crowded")
	for i := range 41 {
		m.phase(load{name: fmt.Sprintf("closed-%d-connections", i+1), connections: i + 1, rate: 200 + float64(i), p50: 4 + float64(i), tail: 0.3, seconds: 1,
			errors: map[string]int64{fmt.Sprintf("ttfb/cause-%d", i%9): int64(i + 1)}})
	}
	return m.done()
}

// Whatever is missing or absurd in a run, its page says so in words.
func TestThinRuns(t *testing.T) {
	for _, c := range thin {
		t.Run(c.name, func(t *testing.T) {
			page := rendered(t, c.make(t))
			for _, s := range c.says {
				if !strings.Contains(page, s) {
					t.Errorf("the page does not say %q", s)
				}
			}
			wellFormed(t, page)
		})
	}
}

// rendered is the page of the run in dir.
func rendered(t *testing.T, dir string) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), ReportFile)
	require.NoError(t, Write(dir, out))
	b, err := os.ReadFile(out)
	require.NoError(t, err)
	return string(b)
}

// wellFormed checks what must never be in a page: numbers that are none, traces
// of a failed template or format, and code.
func wellFormed(t *testing.T, page string) {
	t.Helper()
	head, data, found := strings.Cut(page, `<script type="application/json" id="run">`)
	require.True(t, found)
	data, foot, found := strings.Cut(data, "</script>")
	require.True(t, found)
	foot, found = strings.CutSuffix(strings.TrimRight(foot, "\n"), "\n<script>"+string(pageScript)+"</script>\n</body>\n</html>")
	require.True(t, found, "the page does not end with its script")
	for _, never := range []string{"NaN", "Inf", "ZgotmplZ", "%!", "<no value>", "<script", "<img", "javascript:\"", "<nil>"} {
		if before, after, found := strings.Cut(head+foot, never); found {
			t.Errorf("%q in the page: …%s%s%s…", never, before[max(0, len(before)-80):], never, after[:min(len(after), 80)])
		}
	}
	require.Equal(t, 2, strings.Count(page, "<script"))
	require.Equal(t, 1, strings.Count(page, "</style>"))
	require.Equal(t, strings.Count(page, "<svg "), strings.Count(page, "</svg>"))
	require.NotContains(t, data, "<")
	require.True(t, json.Valid([]byte(data)), "the embedded data are not JSON")
}

// Numbers that JSON cannot hold, and that therefore no run folder has, still
// give a page.
func TestNotNumbers(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, x := range []float64{nan, inf, -inf, -1} {
		l := measure.Latency{Mean: x, P50: x, P90: x, P99: x, P999: x, Max: x}
		r := &record{Run: measure.Run{Schema: 1, Started: began, Phases: []measure.Phase{
			{Name: "a", Requests: 9, Rate: x, StartMS: x, EndMS: x, WarmupMS: x, InFlight: x, ClientCPU: x, TargetCPU: x, OfferedConnections: 1, ServiceMS: l, ResponseMS: l},
			{Name: "b", Requests: 9, Rate: 5, OfferedRate: x, StartMS: 1000, EndMS: x, ServiceMS: l, ResponseMS: l, LagMS: l},
			{Name: "c", Requests: 9, Rate: x, OfferedConnections: -1, ServiceMS: l},
		}}}
		for i := range 4 {
			r.Samples = append(r.Samples, measure.Sample{MS: x, IntervalMS: x, Phase: "a", Requests: 1, ServiceMS: l, ResponseMS: l, ClientCPU: x, Errors: map[string]int64{"a/b": 1},
				Events: []measure.Event{{MS: x, Kind: "k"}}, Heap: &measure.Heap{Free: int64(i)}})
		}
		var b strings.Builder
		require.NoError(t, render(&b, r), "%v", x)
		wellFormed(t, b.String())
	}
}

// Only a folder without a readable run.json has no page, and the error names it.
func TestUnreadable(t *testing.T) {
	dir := t.TempDir()
	require.ErrorContains(t, Write(dir, filepath.Join(dir, "x.html")), "has no run.json")
	require.NoError(t, os.WriteFile(filepath.Join(dir, measure.RunFile), []byte("{"), 0o644))
	require.ErrorContains(t, Write(dir, filepath.Join(dir, "x.html")), measure.RunFile)
	require.NoFileExists(t, filepath.Join(dir, "x.html"))
}

// A log that is broken in the middle costs its plots and no more.
func TestBrokenLogs(t *testing.T) {
	dir := ordinary(t).done()
	require.NoError(t, os.WriteFile(filepath.Join(dir, measure.SeriesFile), []byte("{}\n{\n{}\n"), 0o644))
	page := rendered(t, dir)
	require.Contains(t, page, "series.jsonl is broken")
	require.Contains(t, page, `id="load1-throughput"`)
	require.NotContains(t, page, `id="heap"`)
}

// hour is an hour's soak of ten million requests, each clock logged each second.
func hour(t *testing.T) string {
	m := newMaker(t, "hour")
	p := m.phase(load{name: "closed-4", connections: 4, rate: 2800, p50: 6, tail: 0.4, seconds: 10})
	h := newHist()
	for range 2800 {
		h.add(t, 6*math.Exp(0.4*m.rand.NormFloat64()), 1)
	}
	for i := range 3600 {
		m.ms += 1000
		s := measure.Sample{MS: m.ms, IntervalMS: 1000, Phase: p.Name, Requests: 2800, ServiceMS: p.ServiceMS, ResponseMS: p.ResponseMS, Heap: m.heap(4)}
		s.ResponseMS.P99 += float64(i % 97)
		require.NoError(t, m.series.Append(&s))
		p.Requests += s.Requests
		for _, c := range []measure.Clock{measure.Service, measure.Response} {
			require.NoError(t, m.latency.Append(measure.Interval{Phase: p.Name, Clock: c, StartMS: m.ms - 1000, EndMS: m.ms, Hist: h.Histogram}))
		}
	}
	p.EndMS = m.ms
	return m.done()
}

// The report of an hour's run is small, and made quickly and in little memory.
// Processor time is bounded, for the machine may be busy with other tests.
func TestHour(t *testing.T) {
	dir := hour(t)
	runtime.GC()
	var most atomic.Uint64
	done := make(chan struct{})
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				most.Store(max(most.Load(), m.HeapInuse))
			}
		}
	}()
	begin := processorTime(t)
	page := rendered(t, dir)
	took := processorTime(t) - begin
	close(done)
	<-watched
	t.Logf("%d bytes in %v and %d MB", len(page), took, most.Load()>>20)
	require.Less(t, len(page), 3<<20)
	require.Less(t, took, 10*time.Second)
	require.Less(t, most.Load(), uint64(100<<20))
}

// processorTime is what this process has used so far.
func processorTime(t *testing.T) time.Duration {
	var u syscall.Rusage
	require.NoError(t, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
