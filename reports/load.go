package reports

import (
	"cmp"
	"fmt"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg/draw"

	"github.com/httpdlab/httpdlab/bench/measure"
)

// steps of one kind of load, least first: closed loops by their connections,
// open loops by their rate.
type ladder struct {
	phases []*measure.Phase
	load   func(*measure.Phase) float64
	axis   string
}

// ladders are the series of loads that can be drawn: closed loops, and open
// loops if there are several or nothing else.
func (r *record) ladders() (all []ladder) {
	closed := ladder{axis: "connections", load: func(p *measure.Phase) float64 { return float64(p.OfferedConnections) }}
	open := ladder{axis: "offered requests a second", load: func(p *measure.Phase) float64 { return p.OfferedRate }}
	for i := range r.Phases {
		p := &r.Phases[i]
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

// points are value over load, for the phases that have one above zero.
func (l *ladder) points(value func(*measure.Phase) float64) (xy plotter.XYs) {
	for _, p := range l.phases {
		if v := value(p); drawable(v) {
			xy = append(xy, plotter.XY{X: l.load(p), Y: v})
		}
	}
	return xy
}

// plot is an empty plot over the loads, each of which is a tick.
func (l *ladder) plot(s size) *plot.Plot {
	p := newPlot(s)
	p.X.Scale = plot.LogScale{}
	p.X.Min, p.X.Max = l.load(l.phases[0])/1.25, l.load(l.phases[len(l.phases)-1])*1.25
	p.X.Label.Text = l.axis
	p.X.Tick.Marker = plot.TickerFunc(func(_, _ float64) (t []plot.Tick) {
		for _, x := range l.phases {
			if v := l.load(x); len(t) == 0 || t[len(t)-1].Value != v {
				t = append(t, plot.Tick{Value: v, Label: countLabel(v, v/100)})
			}
		}
		return spaced(t, &p.X, p.X.Tick.Label, s.w-60)
	})
	p.Add(grid())
	return p
}

// throughput draws the answered requests a second; closed loops whose
// connections were not all served are hollow, and an open loop has the line on
// which it would answer what it was offered.
func (l *ladder) throughput(s size) *plot.Plot {
	p := l.plot(s)
	all := l.points(func(x *measure.Phase) float64 { return x.Rate })
	p.Add(line(blue, 2, false, all))
	if l.axis != "connections" {
		p.Add(line(muted, 1, true, l.points(l.load)))
	}
	for _, hollow := range []bool{false, true} {
		shape := draw.GlyphDrawer(draw.CircleGlyph{})
		if hollow {
			shape = draw.RingGlyph{}
		}
		p.Add(line(blue, 0, false, l.points(func(x *measure.Phase) float64 {
			if starved(x) != hollow {
				return 0
			}
			return x.Rate
		})).dotted(shape))
	}
	fromZero(p, s, countLabel)
	return p
}

// starved reports whether connections were left without any answer.
func starved(p *measure.Phase) bool { return p.ServedConnections < p.TriedConnections }

// fromZero gives p a linear y axis that begins at zero.
func fromZero(p *plot.Plot, s size, label func(v, step float64) string) {
	if !(p.Y.Max > 0) || !finite(p.Y.Max) {
		p.Y.Max = 1 // nothing was drawn
	}
	p.Y.Min = 0
	step := nice(p.Y.Max / float64(s.yticks()))
	p.Y.Max *= 1.04
	p.Y.Tick.Marker = plot.ConstantTicks(every(0, p.Y.Max, step, func(v float64) string { return label(v, step) }))
}

// latency draws the service times, on a logarithmic axis.
func (l *ladder) latency(s size) *plot.Plot {
	p := l.plot(s)
	p.Add(
		line(blue, 2, false, l.points(func(x *measure.Phase) float64 { return l.clock(x).P50 })).dotted(draw.CircleGlyph{}),
		line(green, 2, false, l.points(func(x *measure.Phase) float64 { return l.clock(x).P90 })).dotted(draw.BoxGlyph{}),
		line(red, 2, false, l.points(func(x *measure.Phase) float64 { return l.clock(x).P99 })).dotted(draw.PyramidGlyph{}),
	)
	logarithmic(p, s)
	return p
}

// clock is the latency that counts for this kind of load: an open loop has an
// intended start that a late answer cannot postpone.
func (l *ladder) clock(p *measure.Phase) *measure.Latency {
	if p.Closed() {
		return &p.ServiceMS
	}
	return &p.ResponseMS
}

// logarithmic gives p a logarithmic y axis in milliseconds, wide enough for two
// labels; values were left out if they are not above zero.
func logarithmic(p *plot.Plot, s size) {
	if !drawable(p.Y.Min) || !drawable(p.Y.Max) {
		p.Y.Min, p.Y.Max = 1, 10 // nothing was drawn
	}
	lo, hi := p.Y.Min/1.1, p.Y.Max*1.1
	p.Y.Min, p.Y.Max = niceBelow(lo), nice(hi)
	p.Y.Scale = plot.LogScale{}
	p.Y.Tick.Marker = plot.ConstantTicks(latencyTicks(p.Y.Min, p.Y.Max, s.yticks()))
}

// figures are the two plots of the ladder.
func (l *ladder) figures(id string) []*figure {
	f := []*figure{{
		ID: id + "-throughput", Title: "Throughput by " + l.axis, Unit: "answered requests a second",
		Says: l.saysThroughput(), Keys: l.keys(), chart: l.throughput,
	}, {
		ID: id + "-latency", Title: "Latency by " + l.axis, Unit: l.clockName() + ", logarithmic",
		Says: l.saysLatency(), chart: l.latency,
		Keys: []key{{"p50", blue.name, "circle"}, {"p90", green.name, "square"}, {"p99", red.name, "triangle"}},
	}}
	typeset([]size{half}, f...)
	return f
}

func (l *ladder) clockName() string {
	if l.axis == "connections" {
		return "from the send"
	}
	return "from the intended start"
}

func (l *ladder) keys() []key {
	k := []key{{"answered", blue.name, "circle"}}
	if slices.ContainsFunc(l.phases, starved) {
		k = append(k, key{"not every connection was served", blue.name, "ring"})
	}
	if l.axis != "connections" {
		k = append(k, key{"offered", muted.name, "dashes"})
	}
	return k
}

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

func (l *ladder) name(p *measure.Phase) string {
	if p.Closed() {
		return plural(int64(p.OfferedConnections), "connection")
	}
	return rate(p.OfferedRate) + " offered"
}

func (l *ladder) saysThroughput() string {
	says := "Each point is a phase in which every connection sent its next request as soon as the last was answered. "
	if l.axis != "connections" {
		says = "Each point is a phase in which requests were sent on a schedule, whatever the answers did; below the dashed line the target did not keep up. "
	}
	knee, best := l.knee()
	last := l.phases[len(l.phases)-1]
	switch {
	case best.Rate == 0:
		says += "No request was answered."
	case len(l.phases) == 1:
		says += fmt.Sprintf("There is one: %s answered with %s.", rate(best.Rate), l.name(best))
	case l.load(knee) == l.load(last):
		says += fmt.Sprintf("The rate still rises at the last point, %s with %s, so the target may have more to give.", rate(best.Rate), l.name(best))
	case knee == best:
		says += fmt.Sprintf("The highest rate is %s with %s; more load brought no more.", rate(best.Rate), l.name(best))
	default:
		says += fmt.Sprintf("The highest rate is %s with %s, but %s of it came with %s already: more load mostly waits.",
			rate(best.Rate), l.name(best), share(knee.Rate, best.Rate), l.name(knee))
	}
	return says + l.saysCeiling()
}

// saysCeiling tells of connections that never got an answer.
func (l *ladder) saysCeiling() string {
	for _, p := range l.phases {
		if starved(p) {
			return fmt.Sprintf(" Only %d of %s were ever served: look for the target's limit of open sockets.",
				p.ServedConnections, plural(int64(p.TriedConnections), "connection"))
		}
	}
	return ""
}

func (l *ladder) saysLatency() string {
	says := "Half of the requests took no longer than p50, one in a hundred took longer than p99. "
	first, last := l.phases[0], l.phases[len(l.phases)-1]
	a, b := l.clock(first), l.clock(last)
	switch {
	case a.P99 == 0 || b.P99 == 0:
		return says + "Not every phase has latencies."
	case first == last:
		return says + fmt.Sprintf("With %s p50 is %s and p99 %s.", l.name(first), span(a.P50), span(a.P99))
	}
	return says + fmt.Sprintf("From %s to %s p50 goes from %s to %s and p99 from %s to %s; the rate grew %s-fold in between.",
		l.name(first), l.name(last), span(a.P50), span(b.P50), span(a.P99), span(b.P99), times(last.Rate, first.Rate))
}

func times(a, b float64) string {
	if b <= 0 || !finite(a/b) {
		return none
	}
	return short(a / b)
}
