package measure

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// steady is a phase of ten seconds of good requests, each of that length, with
// so many of them under way all the time.
func steady(inFlight int, service time.Duration) (*Totals, *Phase) {
	t := NewTotals()
	n := int64(float64(inFlight) * 10 / service.Seconds())
	t.AddSample(&Sample{
		Phase: "p", MS: 10000, IntervalMS: 10000, Requests: n, MeanInFlight: float64(inFlight), Tried: inFlight, Served: inFlight,
	})
	t.service.RecordValues(int64(service), n)
	t.response.Merge(t.service)
	return t, &Phase{Name: "p", OfferedConnections: inFlight}
}

func TestAudit(t *testing.T) {
	for _, c := range []struct {
		name  string
		spoil func(*Totals, *Phase, *Environment)
		want  []string
	}{
		{"a clean phase", func(*Totals, *Phase, *Environment) {}, nil},
		{"an open loop that keeps up", func(t *Totals, p *Phase, _ *Environment) { p.OfferedRate = 400 }, nil},
		{"errors", func(t *Totals, _ *Phase, _ *Environment) {
			t.errors["ttfb/reset"], t.errors["connect/refused"] = 3, 5
			t.requests += 8
		}, []string{"8 of 4008 requests failed (0.2 %), most often with connect/refused, and latencies only tell of the others: see whether the server runs"}},
		{"an error without a known cure", func(t *Totals, _ *Phase, _ *Environment) { t.errors["body/other"] = 1; t.requests++ }, []string{"find out why"}},
		{"nothing but errors", func(t *Totals, _ *Phase, _ *Environment) {
			*t = *NewTotals()
			t.errors["connect/refused"], t.requests, t.tried, t.windowMS = 120, 120, 4, 10000
		}, []string{"120 of 120 requests failed (100 %), most often with connect/refused, and there are no latencies"}},
		{"few responses", func(t *Totals, _ *Phase, _ *Environment) {
			t.service.Reset()
			t.service.RecordValues(1e7, 99)
			t.good, t.requests, t.inFlight = 99, 99, 0.099*10000
			t.windowMS = 10000
		}, []string{"only 99 good responses", "connections only"}},
		{"latencies of other requests, as when a tool matches responses wrongly", func(t *Totals, _ *Phase, _ *Environment) {
			t.service.Reset()
			t.service.RecordValues(2434e6, 4000)
		}, []string{"Little's law does not hold: rate times mean latency makes 97"}},
		{"requests that hang", func(t *Totals, _ *Phase, _ *Environment) { t.inFlight += 3 * 10000; t.served, t.tried = 7, 7 }, []string{"Little's law does not hold"}},
		{"idle connections", func(t *Totals, p *Phase, _ *Environment) { p.OfferedConnections = 5 }, []string{"Of 5 connections only 4.00 were busy"}},
		{"fewer sockets than connections", func(t *Totals, p *Phase, _ *Environment) {
			t.tried, p.OfferedConnections = 20, 20
			t.inFlight = 20 * 10000
			t.service.Reset()
			t.service.RecordValues(50e6, 4000)
		}, []string{"Only 4 of 20 connections ever got an answer"}},
		{"a schedule that is not kept", func(t *Totals, p *Phase, _ *Environment) { p.OfferedRate = 1000 }, []string{"Only 4000 of 10000 planned requests were sent, because 4 connections carry no more"}},
		{"a load generator that cannot", func(t *Totals, p *Phase, _ *Environment) { p.OfferedRate, p.OfferedConnections = 1000, 50 }, []string{"the load generator can send no more"}},
		{"a long collection of garbage", func(t *Totals, _ *Phase, _ *Environment) { t.pauseMS = 12 }, []string{"The garbage collector stopped the load generator for up to 12 ms"}},
		{"much garbage", func(t *Totals, _ *Phase, _ *Environment) { t.clientCPU, t.clientGC = 10000, 3000 }, []string{"spent 0.30 of its 1.00 cores on collecting garbage"}},
		{"some garbage", func(t *Totals, _ *Phase, _ *Environment) { t.clientCPU, t.clientGC, t.pauseMS = 10000, 2000, 1 }, nil},
		{"a machine that sleeps", func(t *Totals, _ *Phase, _ *Environment) { t.suspendedMS = 30000 }, []string{"slept for 30 s"}},
		{"a network that loses packets", func(_ *Totals, p *Phase, _ *Environment) { p.Links = &Links{Retransmits: 50} }, []string{"50 TCP segments had to be sent again"}},
		{"a network that loses hardly any", func(_ *Totals, p *Phase, _ *Environment) { p.Links = &Links{Retransmits: 5} }, nil},
		{"a load generator that is late", func(t *Totals, p *Phase, _ *Environment) { p.OfferedRate = 400; t.late = 41 }, []string{"1.02 % of the requests were sent over 1ms late"}},
		{"a busy load generator", func(t *Totals, _ *Phase, e *Environment) { t.clientCPU = 1.8 * 10000 }, []string{"The load generator used 1.8 of this machine's 2 cores"}},
		{"a busy machine", func(t *Totals, _ *Phase, e *Environment) {
			e.Local = true
			t.clientCPU, t.targetCPU = 0.9*10000, 0.9*10000
		}, []string{"The load generator and the server together used 1.8"}},
		{"a machine that others use", func(t *Totals, _ *Phase, e *Environment) { t.clientCPU, t.clientWait = 0.3*10000, 1.4*10000 },
			[]string{"The load generator ran 0.30 s of each second and waited 1.40 s for a core"}},
		{"an idle load generator", func(t *Totals, _ *Phase, e *Environment) { t.clientCPU, t.clientWait = 0.02*10000, 0.05*10000 }, nil},
		{"a busy server elsewhere", func(t *Totals, _ *Phase, e *Environment) {
			t.clientCPU, t.targetCPU = 0.9*10000, 0.9*10000
		}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			totals, p := steady(4, 10*time.Millisecond)
			e := &Environment{Cores: 2}
			c.spoil(totals, p, e)
			totals.Fill(p, e)
			require.Equal(t, len(c.want) == 0, p.Trust.OK, "%q", p.Trust.Reasons)
			require.Len(t, p.Trust.Reasons, len(c.want), "%q", p.Trust.Reasons)
			for i, want := range c.want {
				require.Contains(t, p.Trust.Reasons[i], want)
			}
		})
	}
}

func TestFillMemory(t *testing.T) {
	for name, c := range map[string]struct {
		samples []Sample
		want    *Memory
	}{
		"none": {[]Sample{{Phase: "p"}}, nil},
		"heap, at rest and under load": {[]Sample{
			{Heap: &Heap{Free: 100}}, {Phase: "p", Heap: &Heap{Free: 60}, Process: &Process{RSS: 9}}, {Phase: "p"}, {Heap: &Heap{Free: 95}},
		}, &Memory{Source: "heap", Before: 100, Min: 60, Max: 100, After: 95}},
		"process": {[]Sample{
			{Process: &Process{RSS: 10}}, {Phase: "p", Process: &Process{RSS: 30}}, {Process: &Process{RSS: 20}},
		}, &Memory{Source: "rss", Before: 10, Min: 10, Max: 30, After: 20}},
	} {
		totals, p := NewTotals(), &Phase{}
		for i := range c.samples {
			totals.AddSample(&c.samples[i])
		}
		totals.Fill(p, &Environment{})
		require.Equal(t, c.want, p.Memory, name)
	}
}
