package compare

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"

	"github.com/httpdlab/httpdlab/bench/measure"
)

// metric is a figure, and which way it gets worse.
type metric struct {
	name        string
	unit        string
	moreIsWorse bool
	// of is the figure of a phase of a run; the run alone where phase is nil.
	// No figure: false.
	of func(r *measure.Run, p *measure.Phase) (float64, bool)
}

// metrics are all figures that are compared, in the order of the table.
var metrics = []metric{
	{"rate", "/s", false, func(_ *measure.Run, p *measure.Phase) (float64, bool) {
		return known(p != nil, func() float64 { return p.Rate })
	}},
	latency("p50", 0.5, func(l *measure.Latency) float64 { return l.P50 }),
	latency("p90", 0.9, func(l *measure.Latency) float64 { return l.P90 }),
	latency("p99", 0.99, func(l *measure.Latency) float64 { return l.P99 }),
	latency("p99.9", 0.999, func(l *measure.Latency) float64 { return l.P999 }),
	{"errors", "%", true, errorShare},
	{"heap, least free", "B", false, memory("heap", func(m *measure.Memory) int64 { return m.Min })},
	{"memory, most resident", "B", true, memory("rss", func(m *measure.Memory) int64 { return m.Max })},
	{"flash", "B", true, flash},
}

func known(ok bool, of func() float64) (float64, bool) {
	if !ok {
		return 0, false
	}
	v := of()
	return v, v > 0 && !math.IsInf(v, 1)
}

// latency is a percentile on the clock that counts for the kind of load. It
// needs ten requests beyond it to be one.
func latency(name string, q float64, of func(*measure.Latency) float64) metric {
	return metric{name, "ms", true, func(_ *measure.Run, p *measure.Phase) (float64, bool) {
		if p == nil || float64(p.Requests)*(1-q) < 10 {
			return 0, false
		}
		l := &p.ResponseMS
		if p.Closed() {
			l = &p.ServiceMS
		}
		return known(true, func() float64 { return of(l) })
	}}
}

func errorShare(_ *measure.Run, p *measure.Phase) (float64, bool) {
	if p == nil || p.Requests == 0 {
		return 0, false
	}
	return 100 * float64(p.ErrorCount()) / float64(p.Requests), true
}

func memory(source string, of func(*measure.Memory) int64) func(*measure.Run, *measure.Phase) (float64, bool) {
	return func(_ *measure.Run, p *measure.Phase) (float64, bool) {
		return known(p != nil && p.Memory != nil && p.Memory.Source == source, func() float64 { return float64(of(p.Memory)) })
	}
}

// flash is the size of the firmware's image, if GET /info tells it.
func flash(r *measure.Run, p *measure.Phase) (float64, bool) {
	var info struct {
		Size float64 `json:"app_size"`
	}
	if p != nil || json.Unmarshal(r.Target.Info, &info) != nil {
		return 0, false
	}
	return known(true, func() float64 { return info.Size })
}

// series is a metric of a phase over the runs of both sides.
type series struct {
	metric
	phase     string
	base, new []float64
}

// idle reports whether the series is zero throughout: a table of errors that
// nobody had tells nothing.
func (s *series) idle() bool {
	return !slices.ContainsFunc(slices.Concat(s.base, s.new), func(x float64) bool { return x != 0 })
}

// additive reports whether differences count, and not ratios: a share of
// errors may be zero.
func (s *series) additive() bool { return s.unit == "%" }

// matters is the smallest change that counts: a tenth of the relative effect in
// percentage points for a share, so that 5 % effect means 0.5 points.
func (s *series) matters(effect float64) float64 {
	if s.additive() {
		return 10 * effect
	}
	return effect
}

// collect gathers each metric of the phases that are in every run.
func collect(base, new *Side) (all []series, remarks []string) {
	phases, odd := common(base, new)
	if len(odd) > 0 {
		remarks = append(remarks, fmt.Sprintf("Not in every run, so not compared: %q.", odd))
	}
	for _, m := range metrics {
		for _, name := range append(phases, "") {
			s := series{metric: m, phase: name}
			var whole, besides bool
			s.base, whole = values(base, &m, name)
			s.new, besides = values(new, &m, name)
			if whole && besides && !s.idle() {
				all = append(all, s)
			}
		}
	}
	return all, remarks
}

// common are the names of phases that are in every run, in the order of the
// first; odd are the others.
func common(sides ...*Side) (names, odd []string) {
	seen := map[string]int{}
	runs := 0
	for _, s := range sides {
		for _, r := range s.Runs {
			runs++
			for i := range r.Phases {
				seen[r.Phases[i].Name]++
				if seen[r.Phases[i].Name] == 1 {
					names = append(names, r.Phases[i].Name)
				}
			}
		}
	}
	for _, name := range names {
		if seen[name] != runs {
			odd = append(odd, name)
		}
	}
	return slices.DeleteFunc(names, func(name string) bool { return seen[name] != runs }), odd
}

// values are the metric of a phase in each run; false if one run has none.
func values(s *Side, m *metric, phase string) (v []float64, ok bool) {
	for _, r := range s.Runs {
		var p *measure.Phase
		if i := slices.IndexFunc(r.Phases, func(p measure.Phase) bool { return p.Name == phase }); i >= 0 {
			p = &r.Phases[i]
		}
		x, ok := m.of(r, p)
		if !ok {
			return nil, false
		}
		v = append(v, x)
	}
	return v, true
}
