package reports

import (
	"fmt"
	"slices"

	"gonum.org/v1/plot"

	"github.com/httpdlab/httpdlab/bench/measure"
)

// timeFigures are the plots that share the time axis.
func (r *record) timeFigures() (all []*figure) {
	if len(r.Samples) == 0 {
		return nil
	}
	t := r.timeline()
	for _, f := range []*figure{r.rateFigure(t), r.latencyFigure(t), r.heatFigure(t), r.heapFigure(t), r.rssFigure(t), r.processorFigure(t), r.signalFigure(t), r.errorFigure(t)} {
		if f != nil {
			f.above, f.across = 18, "s"
			f.Keys = append(f.Keys, t.keys(len(all) == 0)...)
			all = append(all, f)
		}
	}
	typeset([]size{wide, narrow}, all...)
	return all
}

// perSecond is how many good answers a sample brought, for one second.
func perSecond(s *measure.Sample) (float64, bool) {
	var failed int64
	for _, n := range s.Errors {
		failed += n
	}
	return float64(s.Requests-failed) / s.IntervalMS * 1e3, s.IntervalMS > 0 && s.Phase != "" && !s.Draining
}

func (r *record) rateFigure(t *timeline) *figure {
	pieces := r.over(true, perSecond)
	return &figure{
		ID: "rate", up: "n", Title: "Rate over time", Unit: "answered requests a second", Says: r.saysRate(),
		Keys: []key{{"answered", blue.name, "line"}},
		chart: func(s size) *plot.Plot {
			p := t.plot(s)
			p.Add(line(blue, 1.75, false, pieces...))
			fromZero(p, s, countLabel)
			return p
		},
	}
}

// saysRate names the second that fell furthest below its phase.
func (r *record) saysRate() string {
	says := "A target that keeps its pace draws flat steps; a dip is a second in which it answered less. "
	worst, at := 1.0, -1
	for i := range r.Phases {
		for j := range r.Samples {
			s := &r.Samples[j]
			v, ok := perSecond(s)
			whole := s.Phase == r.Phases[i].Name && !s.Warmup && s.IntervalMS > 500
			if ok && whole && r.Phases[i].Rate > 0 && v/r.Phases[i].Rate < worst {
				worst, at = v/r.Phases[i].Rate, j
			}
		}
	}
	switch {
	case at < 0:
		return says + "No second fell below its phase's mean."
	case worst <= 0:
		return says + fmt.Sprintf("At %s nothing was answered.", span(r.Samples[at].MS))
	case worst > 0.8:
		return says + fmt.Sprintf("The lowest second reached %s of its phase's mean.", share(worst, 1))
	}
	return says + fmt.Sprintf("The deepest dip is at %s: %s of that phase's mean.", span(r.Samples[at].MS), share(worst, 1))
}

func (r *record) latencyFigure(t *timeline) *figure {
	pick := func(q func(*measure.Latency) float64) func(*measure.Sample) (float64, bool) {
		return func(s *measure.Sample) (float64, bool) {
			v := q(&s.ResponseMS)
			return v, drawable(v) && !s.Draining // who is still awaited then is late by choice
		}
	}
	p50 := r.over(true, pick(func(l *measure.Latency) float64 { return l.P50 }))
	p99 := r.over(true, pick(func(l *measure.Latency) float64 { return l.P99 }))
	if len(p99) == 0 {
		return nil
	}
	return &figure{
		ID: "latency", up: "ms", Title: "Latency over time", Unit: "of each second, from the intended start, logarithmic", Says: r.saysLatency(),
		Keys: []key{{"p50", blue.name, "line"}, {"p99", red.name, "line"}},
		chart: func(s size) *plot.Plot {
			p := t.plot(s)
			p.Add(line(red, 1.75, false, p99...), line(blue, 1.75, false, p50...))
			logarithmic(p, s)
			return p
		},
	}
}

// saysLatency compares the worst second with the usual one of its phase.
func (r *record) saysLatency() string {
	says := "Each point sums up one second; a p99 far above the p50 means that a few requests of that second waited long. "
	worst := -1
	for i := range r.Samples {
		if counted(&r.Samples[i]) && (worst < 0 || r.Samples[i].ResponseMS.P99 > r.Samples[worst].ResponseMS.P99) {
			worst = i
		}
	}
	if worst < 0 {
		return says + "All that is known is from warm-ups."
	}
	w := &r.Samples[worst]
	var alike []float64
	for i := range r.Samples {
		if s := &r.Samples[i]; counted(s) && s.Phase == w.Phase {
			alike = append(alike, s.ResponseMS.P99)
		}
	}
	says += fmt.Sprintf("The worst second ends at %s, in %s, with a p99 of %s", span(w.MS), oneLine(w.Phase, 40), span(w.ResponseMS.P99))
	if len(alike) < 3 {
		return says + "."
	}
	slices.Sort(alike)
	middle := alike[len(alike)/2]
	return says + fmt.Sprintf(": %s times the median second of that phase, %s.", times(w.ResponseMS.P99, middle), span(middle))
}

// counted reports whether a sample's latencies belong to a phase's.
func counted(s *measure.Sample) bool {
	return drawable(s.ResponseMS.P99) && !s.Warmup && !s.Draining
}
