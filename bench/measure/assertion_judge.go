package measure

import (
	"fmt"
	"math"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// Judge holds the phase that the totals have filled against the assertion.
func (t *Totals) Judge(a *Assertion, p *Phase) Outcome {
	o := Outcome{Text: a.Text, Phase: p.Name, Limit: a.limit, Unit: a.unit()}
	o.Value, o.Reason = t.value(a, p)
	o.OK = o.Reason == "" && a.holds(o.Value)
	if a.metric == trusted {
		o.Limit = 1
	}
	return o
}

// Judge holds the run against an assertion that is about the whole of it.
func (r *Run) Judge(a *Assertion) Outcome {
	o := Outcome{Text: a.Text, Limit: a.limit, Unit: a.unit()}
	switch {
	case a.metric == reboots:
		o.Value = float64(r.Reboots())
	case a.metric == best && r.Search == nil:
		o.Reason = "there was no search"
	case a.metric == best:
		o.Value, o.Unit = r.Search.Best, r.Search.Over
	case r.Leak == nil:
		o.Reason = "there was no soak"
	case r.Leak.Verdict == CannotTell && !(r.Leak.High > 0 && a.holds(r.Leak.High)):
		o.Value, o.Reason = r.Leak.High, r.Leak.Text
	case a.operator[0] == '<':
		o.Value = math.Max(r.Leak.High, 0)
	default:
		o.Value = math.Max(r.Leak.Low, 0)
	}
	o.OK = o.Reason == "" && a.holds(o.Value)
	return o
}

// Reboots is how often the target was seen to restart or to crash. A crash that
// the console told and the restart that follows it are one.
func (r *Run) Reboots() int {
	seen := map[string]int{}
	for i := range r.Events {
		seen[r.Events[i].Kind]++
	}
	return max(seen["reboot"], seen["crash"])
}

// value is what the assertion is about, or why it is not known.
func (t *Totals) value(a *Assertion, p *Phase) (v float64, missing string) {
	switch a.metric {
	case percentile, mean, med, largest:
		return a.latency(t.histogram(a.clock), p)
	case errorsOf:
		if v = float64(p.ErrorCount()); a.isPercent {
			v *= 100 / float64(max(p.Requests, 1))
		}
	case late:
		v = 100 * float64(p.Late) / float64(max(p.Requests, 1))
	case rate:
		return p.Rate, ""
	case requests:
		return float64(p.Requests), ""
	case throughput:
		return float64(p.BytesIn) / max(p.EndMS-p.StartMS, 1) * 1000, ""
	case heap, rss:
		return a.memory(p)
	case trusted:
		if p.Trust.OK {
			return 1, ""
		}
		return 0, ""
	}
	if p.Requests == 0 {
		return 0, "no request ended"
	}
	return v, ""
}

func (t *Totals) histogram(c Clock) *hdrhistogram.Histogram {
	switch c {
	case Service:
		return t.service
	case Lag:
		return t.lag
	}
	return t.response
}

func (a *Assertion) latency(h *hdrhistogram.Histogram, p *Phase) (v float64, missing string) {
	switch {
	case a.clock == Lag && p.Closed():
		return 0, ""
	case h.TotalCount() == 0:
		return 0, "there was no good response"
	}
	const ns = 1e6
	switch a.metric {
	case mean:
		return h.Mean() / ns, ""
	case largest:
		return float64(h.Max()) / ns, ""
	case med:
		return float64(h.ValueAtPercentile(50)) / ns, ""
	}
	return float64(h.ValueAtPercentile(a.quantile)) / ns, ""
}

// memory is the worst of the phase: least free heap, or most resident bytes.
func (a *Assertion) memory(p *Phase) (v float64, missing string) {
	switch {
	case p.Memory == nil || p.Memory.Source != string(a.metric):
		return 0, fmt.Sprintf("the target does not tell its %s", a.metric)
	case a.metric == heap:
		return float64(p.Memory.Min), ""
	}
	return float64(p.Memory.Max), ""
}

func (a *Assertion) holds(v float64) bool {
	switch a.operator {
	case "<":
		return v < a.limit
	case "<=":
		return v <= a.limit
	case ">":
		return v > a.limit
	case ">=":
		return v >= a.limit
	case "==":
		return v == a.limit
	}
	return v == 1 // trusted
}

// ForGood reports whether a phase that breaks the assertion now cannot keep it
// any more, whatever comes.
func (a *Assertion) ForGood() bool {
	switch a.metric {
	case largest, reboots, rss:
		return a.operator[0] == '<'
	case errorsOf, requests:
		return a.operator[0] == '<' && !a.isPercent
	case heap:
		return a.operator[0] == '>'
	}
	return false
}
