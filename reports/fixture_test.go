package reports

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/httpdlab/httpdlab/bench/measure"
)

// began is when every made run began, so that pages are the same every time.
var began = time.Date(2026, 11, 23, 4, 15, 0, 0, time.UTC)

// maker writes a run folder as a load run would, through the same writers.
type maker struct {
	t       testing.TB
	dir     string
	run     *measure.Run
	series  *measure.Series
	latency *measure.LatencyLog
	rand    *rand.Rand
	ms      float64
	free    float64
	boots   int64
	booted  float64
	least   int64
}

func newMaker(t testing.TB, name string) *maker {
	dir := filepath.Join(t.TempDir(), name)
	return newMakerIn(t, dir)
}

func newMakerIn(t testing.TB, dir string) *maker {
	t.Helper()
	require.NoError(t, mkdir(dir))
	series, err := measure.CreateSeries(dir)
	require.NoError(t, err)
	latency, err := measure.CreateLatencyLog(dir, began)
	require.NoError(t, err)
	return &maker{
		t: t, dir: dir, series: series, latency: latency, rand: rand.New(rand.NewPCG(1, 2)), free: 181_000, least: 181_000, boots: 3, booted: -42_000,
		run: &measure.Run{
			Schema: measure.Schema, Started: began,
			Target: measure.Target{
				URL: "http://192.168.4.1/hello", Address: "192.168.4.1:80", Board: "esp32", Server: "esp_http_server", Status: 200, BodyBytes: 12,
				Info: json.RawMessage(`{"board":"esp32-devkitc","chip":"ESP32-D0WD-V3","sdk":"v5.5.1","app":"httpdlab","app_sha":"9f31c2a07be4","cores":2,"mhz":240,"reset_reason":"poweron","boot_count":3,"rssi":-48,"channel":6,"power_save":"none","max_open_sockets":7,"max_uri_len":512,"max_req_hdr_len":512}`),
			},
			Environment: measure.Environment{
				OS: "linux", Kernel: "6.12.48", Arch: "amd64", CPU: "AMD Ryzen 7 7840U", Cores: 8, Go: "go1.26.8", Tool: "httpdlab 4f0c1d2",
				Command: []string{"httpdlab", "bench", "--board", "esp32", "--addr", "192.168.4.1"},
			},
		},
	}
}

// load is what a made phase is like.
type load struct {
	name        string
	connections int
	served      int     // 0: all
	offered     float64 // 0: closed loop
	part        string
	rate        float64
	p50         float64 // ms
	tail        float64 // sigma of the log-normal latency
	wait        float64 // ms that a response waits in addition, on average
	seconds     int
	errors      map[string]int64 // each second
	noHeap      bool
	leak        float64 // bytes a second
	reboot      int     // second at which it reboots, 0: never
}

// phase appends one phase, second by second.
func (m *maker) phase(l load) *measure.Phase {
	p := measure.Phase{
		Name: l.name, Part: l.part, Engine: "raw", OfferedConnections: l.connections, TriedConnections: l.connections, ServedConnections: l.connections,
		OfferedRate: l.offered, Errors: map[string]int64{}, WarmupMS: 1000, StartMS: m.ms + 1000, ClientCPU: 0.21, Trust: measure.Trust{OK: true, Reasons: []string{}},
	}
	if l.served > 0 {
		p.ServedConnections = l.served
	}
	totals := [3]*hist{newHist(), newHist(), newHist()}
	if !l.noHeap {
		p.Memory = &measure.Memory{Source: "heap", Before: int64(m.free), Min: int64(m.free) - 20_000, Max: int64(m.free)}
	}
	for second := range l.seconds + 1 {
		m.second(&p, l, second, totals)
	}
	p.EndMS = m.ms
	p.Rate = float64(p.Requests-p.ErrorCount()) / float64(l.seconds)
	p.ServiceMS, p.ResponseMS = measure.Summarize(totals[0].Histogram), measure.Summarize(totals[1].Histogram)
	if l.offered > 0 {
		p.LagMS = measure.Summarize(totals[2].Histogram)
	}
	p.InFlight = p.Rate * p.ServiceMS.Mean / 1000
	if p.Memory != nil {
		p.Memory.After = int64(m.free)
	}
	m.run.Phases = append(m.run.Phases, p)
	return &m.run.Phases[len(m.run.Phases)-1]
}

// second appends one second of a phase; the first is its warm-up.
func (m *maker) second(p *measure.Phase, l load, second int, totals [3]*hist) {
	m.ms += 1000
	m.free -= l.leak
	s := measure.Sample{
		MS: m.ms, IntervalMS: 1000, Phase: l.name, Warmup: second == 0, InFlight: int64(l.connections), Served: p.ServedConnections, Tried: l.connections,
		Errors: l.errors, ClientCPU: 0.2 + 0.05*m.rand.Float64(),
	}
	clocks := [3]*hist{newHist(), newHist(), newHist()}
	n := int64(l.rate * (0.97 + 0.06*m.rand.Float64()))
	for range min(n, 400) {
		service := l.p50 * math.Exp(l.tail*m.rand.NormFloat64())
		wait := l.wait * m.rand.ExpFloat64()
		for i, ms := range []float64{service, service + wait, wait} {
			clocks[i].add(m.t, ms, max(n/400, 1))
		}
	}
	s.Requests = n
	for _, e := range l.errors {
		s.Requests += e
	}
	s.ServiceMS, s.ResponseMS = measure.Summarize(clocks[0].Histogram), measure.Summarize(clocks[1].Histogram)
	if l.reboot > 0 && second > l.reboot-3 && second < l.reboot {
		s.Requests, s.ServiceMS, s.ResponseMS, s.Errors = 30, measure.Latency{}, measure.Latency{}, map[string]int64{"connect/timeout": 30}
		require.NoError(m.t, m.series.Append(&s))
		return
	}
	if l.reboot > 0 && second == l.reboot {
		m.boots++
		m.booted, m.free, m.least = m.ms-600, 181_000, 181_000
		s.Events = []measure.Event{{MS: m.ms - 600, Kind: "reboot", Text: "boot_count 3 → 4, reset_reason panic", After: 7421,
			Log: []string{"Guru Meditation Error: Core 0 panic'ed (LoadProhibited)", "Backtrace: 0x400d1b2c:0x3ffb5e10 <script>alert(3)</script>"}}}
	}
	if !l.noHeap {
		s.Heap = m.heap(l.connections)
	}
	if !s.Warmup {
		p.Requests += s.Requests
		for k, e := range l.errors {
			p.Errors[k] += e
		}
		for i, c := range []measure.Clock{measure.Service, measure.Response, measure.Lag} {
			totals[i].Merge(clocks[i].Histogram)
			if c != measure.Lag || l.offered > 0 {
				require.NoError(m.t, m.latency.Append(measure.Interval{Phase: l.name, Clock: c, StartMS: m.ms - 1000, EndMS: m.ms, Hist: clocks[i].Histogram}))
			}
		}
	}
	require.NoError(m.t, m.series.Append(&s))
}

// idle appends a second without load.
func (m *maker) idle() {
	m.ms += 1000
	s := measure.Sample{MS: m.ms, IntervalMS: 1000, Heap: m.heap(0)}
	require.NoError(m.t, m.series.Append(&s))
}

// heap is what the target would say of its heap under so many connections.
func (m *maker) heap(connections int) *measure.Heap {
	free := int64(m.free - 2600*float64(connections) - 900*m.rand.Float64())
	m.least = min(m.least, free-6000)
	return &measure.Heap{UptimeMS: int64(m.ms - m.booted), BootCount: m.boots, Free: free, MinFree: m.least, LargestBlock: 110_592 - 1024*int64(connections), Total: 327_680, RSSI: -48 - int(m.ms/1000)%4}
}

// done ends the run in the ordinary way and returns its folder.
func (m *maker) done() string {
	end := began.Add(time.Duration(m.ms) * time.Millisecond)
	m.run.Finished = &end
	return m.killed()
}

// killed leaves the run as it is.
func (m *maker) killed() string {
	require.NoError(m.t, m.run.Save(m.dir))
	require.NoError(m.t, m.series.Close())
	require.NoError(m.t, m.latency.Close())
	return m.dir
}

// ordinary is the default plan on a board: four closed loops and an open one.
func ordinary(t testing.TB) *maker {
	m := newMaker(t, "20261123T041500Z-esp32")
	m.idle()
	for i, c := range []int{1, 2, 4, 7} {
		rates := []float64{212, 398, 611, 628}
		m.phase(load{name: fmt.Sprintf("closed-%d", c), connections: c, rate: rates[i], p50: 1000 * float64(c) / rates[i] * 0.92, tail: 0.18 + 0.08*float64(i), seconds: 9})
	}
	m.phase(load{name: "open-70", connections: 7, offered: 440, rate: 440, p50: 5.1, tail: 0.34, wait: 1.6, seconds: 14})
	m.idle()
	return m
}

// troubled is a run in which everything happened.
func troubled(t testing.TB) *maker {
	m := newMaker(t, "20261123T051500Z-esp32")
	m.phase(load{name: "closed-1", connections: 1, rate: 205, p50: 4.6, tail: 0.2, seconds: 9, leak: 60})
	m.phase(load{name: "closed-4", connections: 4, rate: 590, p50: 6.4, tail: 0.4, seconds: 9, leak: 240, errors: map[string]int64{"ttfb/timeout": 3}})
	p := m.phase(load{name: "closed-16", connections: 16, served: 7, rate: 560, p50: 11, tail: 0.7, seconds: 9, leak: 240, reboot: 5,
		errors: map[string]int64{"connect/refused": 24, "ttfb/eof": 7, "body/truncated": 2, "status/503": 11}})
	p.Trust = measure.Trust{Reasons: []string{"Only 7 of 16 connections ever got an answer, so this is the result of 7: the server takes no more sockets; use --connections 7."}}
	m.phase(load{name: "open-70", connections: 16, offered: 410, rate: 398, p50: 6, tail: 0.6, wait: 40, seconds: 14, errors: map[string]int64{"connect/refused": 2}})
	return m
}

// soaked is a run that was judged: assertions, a search and a soak.
func soaked(t testing.TB) *maker {
	m := newMaker(t, "20261123T061500Z-esp32")
	leak := &measure.Leak{
		Verdict: measure.Leaks, Source: "heap", Slope: 104.2, Low: 98.7, High: 109.8, Confidence: 0.95, Limit: 10,
		Text: "Each request loses 104 B: after about 1700 more there is no heap left.",
	}
	for i := range 12 {
		leak.Plateaus = append(leak.Plateaus, measure.Plateau{
			MS: float64(i) * 12e3, Requests: int64(i) * 180, Bytes: 181_000 - 104*180*float64(i) + 900*m.rand.NormFloat64(), Warmup: i < 2,
		})
		if i%3 == 0 {
			m.phase(load{name: fmt.Sprintf("round-%d", i+1), connections: 4, rate: 590, p50: 6.4, tail: 0.4, seconds: 9, leak: 200, part: "soak"})
		}
	}
	m.phase(load{name: "closed-2", connections: 2, rate: 398, p50: 4.6, tail: 0.3, seconds: 9})
	m.run.Leak = leak
	quick := measure.Latency{Mean: 5, P50: 4.8, P90: 7, P99: 11, P999: 14, Max: 16}
	m.run.Phases[0].Links = &measure.Links{Opened: 4, Reused: 5310, ConnectMS: quick, Known: true, Retransmits: 3, RTTMS: quick}
	m.run.Phases[0].Streams = &measure.Streams{Streams: 3, Events: 280, Lost: 2, FirstMS: quick, GapMS: quick, LateMS: quick}
	calm := measure.Stretch{Requests: 200, ServiceMS: quick}
	m.run.Sieges = []measure.Siege{
		{Kind: "slow-head", Count: 8, Before: calm, During: calm, After: calm, Served: true, Recovered: true, RecoveryMS: 1200, Connected: 8, CutOff: 8},
		{Kind: "squat", Count: 8, Before: calm, During: measure.Stretch{Requests: 3, Errors: map[string]int64{"connect/timeout": 3}}, After: calm, Connected: 7},
	}
	m.run.Assertions = []measure.Outcome{
		{Text: "p(99)<200ms", Phase: "round-1", Value: 17.3, Limit: 200, Unit: "ms", OK: true},
		{Text: "errors<0.1%", Phase: "round-1", Value: 0.4, Limit: 0.1, Unit: "%"},
		{Text: "heap>50kB", Value: 0, Limit: 50_000, Unit: "B", Reason: "the target does not tell its heap"},
	}
	m.run.Search = &measure.Search{
		Objective: "p(99)<200ms", Over: "rate", Best: 560, Low: 552, High: 571, Confidence: 0.95, Confirmed: true, Ended: "The edge is known to 5 %.",
		Knee: &measure.Knee{Load: 430, Low: 400, High: 470, Rate: 428, MeanMS: 7.4},
	}
	return m
}
