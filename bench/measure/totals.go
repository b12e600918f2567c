package measure

import (
	"github.com/HdrHistogram/hdrhistogram-go"
)

// Totals sums up a phase from the lines of its series and its latency log: as
// they are written, or as they are found after a kill.
type Totals struct {
	requests, good, bytes, late      int64
	errors                           map[string]int64
	windowMS, endMS                  float64
	inFlight, failedMS               float64 // inFlight: mean times milliseconds
	clientCPU, clientWait, targetCPU float64 // cores times milliseconds
	clientGC                         float64 // the same
	pauseMS, suspendedMS             float64
	tried, served                    int
	heap, rss                        span

	service, response, lag *hdrhistogram.Histogram
}

// span is what memory did: set once something was seen.
type span struct {
	set                        bool
	before, least, most, after int64
}

func (s *span) see(v int64) {
	if !s.set {
		*s = span{true, v, v, v, v}
		return
	}
	s.least, s.most, s.after = min(s.least, v), max(s.most, v), v
}

// NewTotals returns the totals of a phase that has not begun.
func NewTotals() *Totals {
	return &Totals{
		errors:  map[string]int64{},
		service: NewHistogram(), response: NewHistogram(), lag: NewHistogram(),
	}
}

// AddSample adds a line of the series: of the phase, or of the idle moments
// before and after it, of which only the memory counts.
func (t *Totals) AddSample(x *Sample) {
	if x.Heap != nil {
		t.heap.see(x.Heap.Free)
	}
	if x.Process != nil {
		t.rss.see(x.Process.RSS)
	}
	if x.Phase == "" || x.Warmup {
		return
	}
	failed := int64(0)
	for k, n := range x.Errors {
		t.errors[k] += n
		failed += n
	}
	t.requests += x.Requests
	t.bytes += x.BytesIn
	t.late += x.Late
	t.tried, t.served = max(t.tried, x.Tried), max(t.served, x.Served)
	if x.Draining {
		return // the window of the phase, in which rates count, is over
	}
	t.good += x.Requests - failed
	t.failedMS += x.FailedMS
	t.windowMS += x.IntervalMS
	t.endMS = x.MS
	t.inFlight += x.MeanInFlight * x.IntervalMS
	t.clientCPU += x.ClientCPU * x.IntervalMS
	t.clientWait += x.ClientWait * x.IntervalMS
	t.clientGC += x.ClientGC * x.IntervalMS
	t.pauseMS = max(t.pauseMS, x.PauseMS)
	t.suspendedMS += x.SuspendedMS
	if x.Process != nil {
		t.targetCPU += x.Process.CPU * x.IntervalMS
	}
}

// AddInterval adds a line of the latency log.
func (t *Totals) AddInterval(x Interval) {
	to := map[Clock]*hdrhistogram.Histogram{Service: t.service, Response: t.response, Lag: t.lag}[x.Clock]
	if to != nil {
		to.Merge(x.Hist)
	}
}

// Fill writes the sums into p, whose name, load and start are known, and
// judges them.
func (t *Totals) Fill(p *Phase, e *Environment) {
	p.EndMS = max(t.endMS, p.StartMS) // equal: nothing that counts was seen
	p.Requests, p.Errors, p.BytesIn, p.Late = t.requests, t.errors, t.bytes, t.late
	p.TriedConnections, p.ServedConnections = t.tried, t.served
	if t.windowMS > 0 {
		p.Rate = float64(t.good) / t.windowMS * 1000
		p.InFlight = t.inFlight / t.windowMS
		p.ClientCPU = t.clientCPU / t.windowMS
		p.ClientWait = t.clientWait / t.windowMS
		p.ClientGC = t.clientGC / t.windowMS
		p.TargetCPU = t.targetCPU / t.windowMS
	}
	p.ClientPauseMS, p.SuspendedMS = t.pauseMS, t.suspendedMS
	p.ServiceMS, p.ResponseMS = Summarize(t.service), Summarize(t.response)
	if !p.Closed() {
		p.LagMS = Summarize(t.lag)
	}
	p.Memory = t.memory()
	p.Trust = t.audit(p, e)
}

// memory prefers what the target says of its heap to what the kernel says of
// its process.
func (t *Totals) memory() *Memory {
	for _, m := range []struct {
		source string
		span
	}{{"heap", t.heap}, {"rss", t.rss}} {
		if m.set {
			return &Memory{Source: m.source, Before: m.before, Min: m.least, Max: m.most, After: m.after}
		}
	}
	return nil
}
