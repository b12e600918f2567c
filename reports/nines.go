package reports

import (
	"fmt"
	"math"

	"github.com/HdrHistogram/hdrhistogram-go"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"

	"github.com/httpdlab/httpdlab/bench/measure"
)

// nines places a quantile on the axis of the percentile curve: one unit for
// each further nine, so that 0.9 is 1, 0.99 is 2 and 0.999 is 3.
func nines(q float64) float64 { return -math.Log10(1 - q) }

// percentiles draws h over the nines axis in milliseconds, up to the quantile
// that its number of values can tell.
func percentiles(h *hdrhistogram.Histogram) plotter.XYs {
	const perNine = 40
	last := nines(1 - 1/float64(max(h.TotalCount(), 2)))
	var asked []float64
	for i := 0; float64(i)/perNine < last; i++ {
		asked = append(asked, 100*(1-math.Pow(10, -float64(i)/perNine)))
	}
	asked = append(asked, 100*(1-math.Pow(10, -last)))
	var xy plotter.XYs
	for i, ns := range h.ValueAtPercentilesSlice(asked) {
		if ns > 0 {
			xy = append(xy, plotter.XY{X: min(float64(i)/perNine, last), Y: float64(ns) / 1e6})
		}
	}
	return xy
}

// ninesCurve is a line of the percentile plot.
type ninesCurve struct {
	key
	hue    hue
	dashed bool
	points plotter.XYs
}

// ninesPhases are the phases worth a curve: the first closed loop, the last and
// one between, the best if it can be; and the last open loop.
func (r *record) ninesPhases() (closed []*measure.Phase, open *measure.Phase, omitted int) {
	for i := range r.Phases {
		p := &r.Phases[i]
		switch {
		case r.hist(p, measure.Service) == nil && r.hist(p, measure.Response) == nil:
		case p.Closed():
			closed = append(closed, p)
		default:
			if open != nil {
				omitted++
			}
			open = p
		}
	}
	if len(closed) > 3 {
		omitted += len(closed) - 3
		middle := closed[len(closed)/2]
		if b := r.best(); b != nil && b.Closed() && b != closed[0] && b != closed[len(closed)-1] {
			middle = b
		}
		closed = []*measure.Phase{closed[0], middle, closed[len(closed)-1]}
	}
	return closed, open, omitted
}

func (r *record) ninesCurves() (all []ninesCurve) {
	closed, open, _ := r.ninesPhases()
	ramp := []hue{sky, blue, navy}
	for i, p := range closed {
		h := ramp[len(ramp)-len(closed)+i]
		all = append(all, r.curvesOf(p, h)...)
	}
	if open != nil {
		all = append(all, r.curvesOf(open, red)...)
	}
	return all
}

// curvesOf are the service curve of p and, where it is another, the response
// curve.
func (r *record) curvesOf(p *measure.Phase, h hue) (all []ninesCurve) {
	service, response := r.hist(p, measure.Service), r.hist(p, measure.Response)
	name := oneLine(p.Name, 40)
	if service != nil {
		all = append(all, ninesCurve{key{name + ", service", h.name, "line"}, h, false, percentiles(service)})
	}
	if response != nil && (service == nil || !p.Closed() || differ(service, response)) {
		all = append(all, ninesCurve{key{name + ", response", h.name, "dashes"}, h, true, percentiles(response)})
	}
	return all
}

// differ reports whether two distributions are apart by more than the precision
// of their histograms.
func differ(a, b *hdrhistogram.Histogram) bool {
	for _, q := range []float64{50, 90, 99, 99.9, 100} {
		x, y := float64(a.ValueAtPercentile(q)), float64(b.ValueAtPercentile(q))
		if math.Abs(x-y) > 0.02*max(x, y) {
			return true
		}
	}
	return false
}

// ninesFigure is the percentile plot; nil if there are no latencies.
func (r *record) ninesFigure() *figure {
	curves := r.ninesCurves()
	if len(curves) == 0 {
		return nil
	}
	f := &figure{ID: "percentiles", across: "nines", up: "ms", Title: "Percentile curve", Unit: "latency by share of requests, both axes logarithmic", Says: r.saysNines()}
	for _, c := range curves {
		f.Keys = append(f.Keys, c.key)
	}
	f.chart = func(s size) *plot.Plot {
		var lines []plot.Plotter
		for _, c := range curves {
			lines = append(lines, line(c.hue, 2, c.dashed, c.points))
		}
		return ninesPlot(s, lines...)
	}
	typeset([]size{tall(wide), tall(narrow)}, f)
	return f
}

// ninesPlot draws lines over the nines axis.
func ninesPlot(s size, lines ...plot.Plotter) *plot.Plot {
	p := newPlot(s)
	p.Add(grid())
	p.Add(lines...)
	p.X.Min = 0
	p.X.Max = max(p.X.Max, 1)
	p.X.Tick.Marker = plot.TickerFunc(func(_, hi float64) []plot.Tick {
		return spaced(ninesTicks(hi), &p.X, p.X.Tick.Label, s.w-60)
	})
	logarithmic(p, s)
	return p
}

func (r *record) saysNines() string {
	says := "Each step to the right is one more nine: a curve that stays low far to the right belongs to a target whose rare requests are as quick as the others. "
	closed, open, omitted := r.ninesPhases()
	if omitted > 0 {
		says += fmt.Sprintf("Not drawn for clarity: %s, see the table. ", plural(int64(omitted), "phase"))
	}
	if open == nil {
		p := closed[len(closed)-1]
		l := measure.Summarize(r.some(p))
		return says + fmt.Sprintf("In %s half of the requests took up to %s, 99 %% up to %s, and the slowest %s.", oneLine(p.Name, 40), span(l.P50), span(l.P99), span(l.Max))
	}
	says += "Service counts from the send, response from the moment at which the schedule wanted the send. "
	service, response := r.hist(open, measure.Service), r.hist(open, measure.Response)
	if service == nil || response == nil {
		return says + fmt.Sprintf("Of %s only one of the two is known.", oneLine(open.Name, 40))
	}
	s, t := measure.Summarize(service), measure.Summarize(response)
	if t.P99 > 1.1*s.P99 {
		return says + fmt.Sprintf("In %s 99 %% were answered within %s of the send, but within %s of the intended start: the difference is time in line before the send.",
			oneLine(open.Name, 40), span(s.P99), span(t.P99))
	}
	return says + fmt.Sprintf("In %s 99 %% were answered within %s of the intended start (%s of the send): hardly any request had to wait for its send.",
		oneLine(open.Name, 40), span(t.P99), span(s.P99))
}

// some is the phase's latencies on whichever clock there is.
func (r *record) some(p *measure.Phase) *hdrhistogram.Histogram {
	if h := r.hist(p, measure.Service); h != nil {
		return h
	}
	return r.hist(p, measure.Response)
}
