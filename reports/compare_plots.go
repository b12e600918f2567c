package reports

import (
	"fmt"
	"math"
	"slices"

	"github.com/HdrHistogram/hdrhistogram-go"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg/draw"

	"github.com/httpdlab/httpdlab/bench/measure"
	"github.com/httpdlab/httpdlab/reports/compare"
)

// overlay draws both sides of a comparison into one plot.
type overlay struct {
	*compare.Comparison
	base, changed *record
}

// xys is a single point.
func xys(x, y float64) plotter.XYs { return plotter.XYs{{X: x, Y: y}} }

// sideKeys name the two sides.
func sideKeys() []key { return []key{{"base", amber.name, "square"}, {"new", blue.name, "circle"}} }

// ladders are throughput and latency by load.
func (o *overlay) ladders() (all []*figure) {
	for i, l := range o.base.ladders() {
		for _, m := range []struct{ metric, title, unit string }{
			{"rate", "Throughput", "answered requests a second"}, {"p50", "Median latency", l.clockName() + ", logarithmic"}, {"p99", "p99 latency", l.clockName() + ", logarithmic"},
		} {
			if f := o.ladder(&l, m.metric); f != nil {
				f.ID, f.Title, f.Unit = fmt.Sprintf("%s%d", m.metric, i+1), m.title+" by "+l.axis, m.unit
				all = append(all, f)
			}
		}
	}
	return all
}

// ladder draws one metric over the loads of l; nil if it has no line.
func (o *overlay) ladder(l *ladder, metric string) *figure {
	sides := [2]struct {
		points plotter.XYs
		band   spread
	}{{band: spread{hue: amber}}, {band: spread{hue: blue}}}
	var lines []compare.Line
	for _, p := range l.phases {
		i := slices.IndexFunc(o.Lines, func(x compare.Line) bool { return x.Metric == metric && x.Phase == p.Name })
		if i < 0 {
			continue
		}
		lines = append(lines, o.Lines[i])
		for s, sum := range []compare.Summary{o.Lines[i].Base, o.Lines[i].New} {
			sides[s].points = append(sides[s].points, plotter.XY{X: l.load(p), Y: sum.Median})
			sides[s].band.add(l.load(p), sum.Lo, sum.Hi)
		}
	}
	if len(lines) == 0 {
		return nil
	}
	f := &figure{Keys: sideKeys(), Says: saysLadder(lines), across: "n", up: "ms"}
	if metric == "rate" {
		f.up = "n"
	}
	f.chart = func(s size) *plot.Plot {
		p := l.plot(s)
		p.Add(&sides[0].band, &sides[1].band,
			line(amber, 2, false, sides[0].points).dotted(draw.BoxGlyph{}), line(blue, 2, false, sides[1].points).dotted(draw.CircleGlyph{}))
		if metric == "rate" {
			fromZero(p, s, countLabel)
		} else {
			logarithmic(p, s)
		}
		return p
	}
	typeset([]size{half}, f)
	return f
}

func saysLadder(lines []compare.Line) string {
	says := "The line is the median of the runs, the band its 95 % interval (below six runs, from the least to the greatest). "
	largest := slices.MaxFunc(lines, func(a, b compare.Line) int {
		return int(math.Copysign(1, math.Abs(a.Change)-math.Abs(b.Change)))
	})
	return says + fmt.Sprintf("The largest change is %s with %s, p %s.", largest.Cells()[2], oneLine(largest.Title(), 60), largest.Cells()[4])
}

// nines are percentile curves of both sides for the phase whose tail changed
// most.
func (o *overlay) nines() []*figure {
	var most *measure.Phase
	change := -1.0
	for i := range o.base.Phases {
		p := &o.base.Phases[i]
		for j := range o.Lines {
			if l := &o.Lines[j]; l.Metric == "p99" && l.Phase == p.Name && math.Abs(l.Change) > change && o.curve(o.base, p) != nil && o.curve(o.changed, p) != nil {
				most, change = p, math.Abs(l.Change)
			}
		}
	}
	if most == nil {
		return nil
	}
	base, changed := percentiles(o.curve(o.base, most)), percentiles(o.curve(o.changed, most))
	f := &figure{
		ID: "percentiles", across: "nines", up: "ms", Title: "Percentile curve of " + oneLine(most.Name, 60), Unit: "latency by share of requests, both axes logarithmic",
		Keys: []key{{"base", amber.name, "line"}, {"new", blue.name, "line"}},
		Says: "All runs of a side together, in the phase whose p99 changed most. Each step to the right is one more nine; where the curves part, the change begins.",
	}
	f.chart = func(s size) *plot.Plot {
		return ninesPlot(s, line(amber, 2, false, base), line(blue, 2, false, changed))
	}
	typeset([]size{tall(wide), tall(narrow)}, f)
	return []*figure{f}
}

// curve is the latency that counts for the kind of load of p.
func (*overlay) curve(r *record, p *measure.Phase) *hdrhistogram.Histogram {
	if p.Closed() {
		return r.hist(p, measure.Service)
	}
	return r.hist(p, measure.Response)
}
