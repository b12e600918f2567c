package reports

import (
	"cmp"
	"slices"

	"gonum.org/v1/plot/plotter"

	"github.com/httpdlab/httpdlab/bench/measure"
)

// ladder is the steps of one kind of load, least first: closed loops by
// their connections, open loops by their rate.
type ladder struct {
	*record
	phases []*measure.Phase
	load   func(*measure.Phase) float64
	axis   string
}

// ladders are the series of loads that can be drawn: closed loops, and open
// loops if there are several or nothing else.
func (r *record) ladders() (all []ladder) {
	closed := ladder{record: r, axis: "connections", load: func(p *measure.Phase) float64 { return float64(p.OfferedConnections) }}
	open := ladder{record: r, axis: "offered requests a second", load: func(p *measure.Phase) float64 { return p.OfferedRate }}
	for i := range r.Phases {
		p := &r.Phases[i]
		if p.Part == "soak" || p.Part == "warm-up" {
			continue // many rounds under one load are no ladder
		}
		l := &open
		if p.Closed() {
			l = &closed
		}
		if x := l.load(p); drawable(x) && finite(p.Rate) && p.Rate >= 0 && p.Requests > 0 {
			l.phases = append(l.phases, p)
		}
	}
	for _, l := range []*ladder{&closed, &open} {
		slices.SortStableFunc(l.phases, func(a, b *measure.Phase) int { return cmp.Compare(l.load(a), l.load(b)) })
	}
	if len(closed.phases) > 0 {
		all = append(all, closed)
	}
	if len(open.phases) > 1 || len(closed.phases) == 0 && len(open.phases) > 0 {
		all = append(all, open)
	}
	return all
}

// points are value over load, for the phases that have one.
func (l *ladder) points(value func(*measure.Phase) (v float64, ok bool)) (xy plotter.XYs) {
	for _, p := range l.phases {
		if v, ok := value(p); ok && v <= 1e15 {
			xy = append(xy, plotter.XY{X: l.load(p), Y: v})
		}
	}
	return xy
}

// telling is the latency that counts for the kind of load of p: an open loop has
// an intended start that a late answer cannot postpone.
func telling(p *measure.Phase) *measure.Latency {
	if p.Closed() {
		return &p.ServiceMS
	}
	return &p.ResponseMS
}

// starved reports whether connections were left without any answer.
func starved(p *measure.Phase) bool { return p.ServedConnections < p.TriedConnections }

// knee is the least load that brings 95 % of the best rate.
func (l *ladder) knee() (knee, best *measure.Phase) {
	best = slices.MaxFunc(l.phases, func(a, b *measure.Phase) int { return cmp.Compare(a.Rate, b.Rate) })
	for _, p := range l.phases {
		if p.Rate >= 0.95*best.Rate {
			return p, best
		}
	}
	return best, best
}

// loadName says the load of p.
func loadName(p *measure.Phase) string {
	if p.Closed() {
		return plural(int64(p.OfferedConnections), "connection")
	}
	return rate(p.OfferedRate) + " offered"
}
