package reports

import (
	"fmt"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg/draw"

	"github.com/httpdlab/httpdlab/bench/measure"
)

// leakVerdict is what a soak found.
func leakVerdict(l *measure.Leak) verdict {
	v := verdict{Name: "Memory", Level: unknown, Title: oneLine(l.Verdict, 30), Text: oneLine(l.Text, 500)}
	switch l.Verdict {
	case measure.Leaks:
		v.Level = bad
	case measure.NoLeak:
		v.Level = fine
	}
	return v
}

// leakFigure is memory at rest against requests, with the slope; nil if there
// was no soak.
func (r *record) leakFigure() *figure {
	l := r.Leak
	if l == nil || len(l.Plateaus) == 0 {
		return nil
	}
	judged, first := plateaus(l)
	f := &figure{ID: "leak", across: "n", up: "B", Title: "Memory at rest", Unit: "bytes after each round, by requests answered so far", Says: saysLeak(l), Keys: []key{{"plateau", blue.name, "circle"}}}
	if len(first) > 0 {
		f.Keys = append(f.Keys, key{"warm-up round, not judged", blue.name, "ring"})
	}
	trend, cone := leakTrend(l, judged)
	if trend != nil {
		f.Keys = append(f.Keys, key{"slope", red.name, "dashes"}, key{fmt.Sprintf("%.3g %% interval of the slope", 100*l.Confidence), red.name, "area"})
	}
	f.chart = func(s size) *plot.Plot {
		p := newPlot(s)
		p.Add(grid())
		if trend != nil {
			p.Add(cone, line(red, 1.75, true, trend))
		}
		p.Add(line(blue, 0, false, first).dotted(ring{}), line(blue, 0, false, judged).dotted(draw.CircleGlyph{}))
		p.X.Min, p.X.Max = 0, max(1, p.X.Max*1.03)
		p.X.Label.Text = "requests"
		p.X.Tick.Marker = plot.TickerFunc(func(lo, hi float64) []plot.Tick {
			step := nice((hi - lo) / float64(s.xticks()))
			return spaced(every(lo, hi, step, func(v float64) string { return countLabel(v, step) }), &p.X, p.X.Tick.Label, s.w-60)
		})
		sized(p, s)
		return p
	}
	typeset([]size{wide, narrow}, f)
	return f
}

// plateaus are those that count and those of the warm-up.
func plateaus(l *measure.Leak) (judged, first plotter.XYs) {
	for _, p := range l.Plateaus {
		at := plotter.XY{X: float64(p.Requests), Y: p.Bytes}
		switch {
		case !drawable(p.Bytes) || !(at.X >= 0 && at.X < 1e15):
		case p.Warmup:
			first = append(first, at)
		default:
			judged = append(judged, at)
		}
	}
	return judged, first
}

// leakTrend is the line of the slope through the middle of the plateaus, and the
// cone of its interval; nil if there is no line to be drawn.
func leakTrend(l *measure.Leak, at plotter.XYs) (plotter.XYs, *spread) {
	if len(at) < 3 || !finite(l.Slope) || !finite(l.Low) || !finite(l.High) {
		return nil, nil
	}
	var x, y float64
	for _, p := range at {
		x += p.X / float64(len(at))
		y += p.Y / float64(len(at))
	}
	sign := -1.0 // a leak makes free bytes fall
	if l.Source == "rss" {
		sign = 1
	}
	along := func(slope, to float64) float64 { return max(0, y+sign*slope*(to-x)) }
	var trend plotter.XYs
	cone := &spread{hue: red}
	for _, to := range []float64{at[0].X, x, at[len(at)-1].X} {
		trend = append(trend, plotter.XY{X: to, Y: along(l.Slope, to)})
		a, b := along(l.Low, to), along(l.High, to)
		cone.add(to, min(a, b), max(a, b))
	}
	return trend, cone
}

func saysLeak(l *measure.Leak) string {
	kind := "free heap, so a leak makes it fall"
	if l.Source == "rss" {
		kind = "resident memory, so a leak makes it rise"
	}
	says := fmt.Sprintf("After each round of requests the target was left alone until its memory stood still; what is drawn is %s. ", kind)
	says += fmt.Sprintf("Per request it lost %s B (%s to %s). ", short(l.Slope), short(l.Low), short(l.High))
	return says + oneLine(l.Text, 500)
}
