package reports

import (
	"fmt"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg/draw"

	"github.com/httpdlab/httpdlab/bench/measure"
)

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
	p.Add(l.band(blue, l.rateInterval), l.marks(s))
	p.Add(line(blue, 2, false, l.points(func(x *measure.Phase) (float64, bool) { return x.Rate, true })))
	if l.axis != "connections" {
		p.Add(line(muted, 1.25, true, l.points(func(x *measure.Phase) (float64, bool) { return l.load(x), true })))
	}
	for _, hollow := range []bool{false, true} {
		shape := draw.GlyphDrawer(draw.CircleGlyph{})
		if hollow {
			shape = ring{}
		}
		p.Add(line(blue, 0, false, l.points(func(x *measure.Phase) (float64, bool) { return x.Rate, starved(x) == hollow })).dotted(shape))
	}
	fromZero(p, s, countLabel)
	return p
}

// latency draws the service times, on a logarithmic axis.
func (l *ladder) latency(s size) *plot.Plot {
	p := l.plot(s)
	over := func(q func(*measure.Latency) float64) plotter.XYs {
		return l.points(func(x *measure.Phase) (float64, bool) {
			v := q(telling(x))
			return v, drawable(v)
		})
	}
	p.Add(
		l.band(blue, func(x *measure.Phase) (interval, bool) { return l.latencyInterval(x, 0) }),
		l.band(red, func(x *measure.Phase) (interval, bool) { return l.latencyInterval(x, 2) }),
		line(blue, 2, false, over(func(x *measure.Latency) float64 { return x.P50 })).dotted(draw.CircleGlyph{}),
		line(green, 2, false, over(func(x *measure.Latency) float64 { return x.P90 })).dotted(draw.BoxGlyph{}),
		line(red, 2, false, over(func(x *measure.Latency) float64 { return x.P99 })).dotted(draw.PyramidGlyph{}),
	)
	logarithmic(p, s)
	return p
}

// figures are the two plots of the ladder.
func (l *ladder) figures(id string) []*figure {
	f := []*figure{{
		ID: id + "-throughput", across: "n", up: "n", Title: "Throughput by " + l.axis, Unit: "answered requests a second",
		Says: l.saysThroughput(), Keys: l.keys(), chart: l.throughput,
	}, {
		ID: id + "-latency", across: "n", up: "ms", Title: "Latency by " + l.axis, Unit: l.clockName() + ", logarithmic",
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
	if len(l.band(blue, l.rateInterval).x) > 0 {
		k = append(k, key{"95 % interval", blue.name, "area"})
	}
	if m := l.marks(half); len(m.at) > 0 {
		k = append(k, key{m.names(), amber.name, "dashes"})
	}
	return k
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
		says += fmt.Sprintf("There is one: %s answered with %s.", rate(best.Rate), loadName(best))
	case l.load(knee) == l.load(last):
		says += fmt.Sprintf("The rate still rises at the last point, %s with %s, so the target may have more to give.", rate(best.Rate), loadName(best))
	case knee == best:
		says += fmt.Sprintf("The highest rate is %s with %s; more load brought no more%s.", rate(best.Rate), loadName(best), l.fall(best, last))
	default:
		says += fmt.Sprintf("The highest rate is %s with %s, but %s of it came with %s already: more load mostly waits%s.",
			rate(best.Rate), loadName(best), share(knee.Rate, best.Rate), loadName(knee), l.fall(best, last))
	}
	return says + l.saysCeiling()
}

// fall tells of a rate that gives way under the largest load.
func (l *ladder) fall(best, last *measure.Phase) string {
	if last.Rate >= 0.9*best.Rate {
		return ""
	}
	return fmt.Sprintf(", and with %s the rate fell to %s", loadName(last), rate(last.Rate))
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
	a, b := telling(first), telling(last)
	switch {
	case a.P99 == 0 || b.P99 == 0:
		return says + "Not every phase has latencies."
	case first == last:
		return says + fmt.Sprintf("With %s p50 is %s and p99 %s.", loadName(first), span(a.P50), span(a.P99))
	}
	return says + fmt.Sprintf("From %s to %s p50 goes from %s to %s and p99 from %s to %s, while the rate goes from %s to %s.",
		short(l.load(first)), loadName(last), span(a.P50), span(b.P50), span(a.P99), span(b.P99), rate(first.Rate), rate(last.Rate))
}

func times(a, b float64) string {
	if b <= 0 || !finite(a/b) {
		return none
	}
	return short(a / b)
}
