package reports

import (
	"encoding/json"
	"fmt"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg/draw"

	"github.com/httpdlab/httpdlab/bench/measure"
)

// trend is what became of a board under one scenario, run by run.
type trend struct {
	rates, tails plotter.XYs // over the number of the run, from 1
	names        []string    // of the runs' firmware, or their dates
}

// mostTrend is how many runs are drawn: the latest.
const mostTrend = 60

func newTrend(runs []*measure.Run) *trend {
	slices.SortStableFunc(runs, func(a, b *measure.Run) int { return a.Started.Compare(b.Started) })
	runs = runs[max(0, len(runs)-mostTrend):]
	t := &trend{}
	for i, run := range runs {
		best := (&record{Run: *run}).best()
		x := float64(i + 1)
		t.rates = append(t.rates, plotter.XY{X: x, Y: best.Rate})
		if p99 := telling(best).P99; drawable(p99) {
			t.tails = append(t.tails, plotter.XY{X: x, Y: p99})
		}
		t.names = append(t.names, firmware(run))
	}
	return t
}

// firmware names what ran on the target, as short as a tick needs it.
func firmware(r *measure.Run) string {
	var info struct {
		SHA string `json:"app_sha"`
		App string `json:"app"`
	}
	_ = json.Unmarshal(r.Target.Info, &info) // a target that tells nonsense has no version
	for _, name := range []string{info.SHA, info.App} {
		if name != "" {
			return clip(oneLine(name, 40), 8)
		}
	}
	return r.Started.UTC().Format("01-02")
}

func (t *trend) figures(id, subject string) []*figure {
	all := []*figure{{
		ID: id + "-rate", Title: "Highest rate, " + subject, Unit: "answered requests a second, run by run", Says: t.says("rate", t.rates, rate),
		Keys: []key{{"highest rate of the run", blue.name, "circle"}}, across: "n", up: "n",
		chart: func(s size) *plot.Plot {
			p := t.plot(s, len(t.names))
			p.Add(line(blue, 2, false, t.rates).dotted(draw.CircleGlyph{}))
			fromZero(p, s, countLabel)
			return p
		},
	}}
	if len(t.tails) > 1 {
		all = append(all, &figure{
			ID: id + "-p99", Title: "p99 there, " + subject, Unit: "logarithmic, run by run", Says: t.says("p99", t.tails, span),
			Keys: []key{{"p99 at the highest rate", red.name, "triangle"}}, across: "n", up: "ms",
			chart: func(s size) *plot.Plot {
				p := t.plot(s, len(t.names))
				p.Add(line(red, 2, false, t.tails).dotted(draw.PyramidGlyph{}))
				logarithmic(p, s)
				return p
			},
		})
	}
	typeset([]size{half}, all...)
	return all
}

// plot has a tick where the firmware changes.
func (t *trend) plot(s size, n int) *plot.Plot {
	p := newPlot(s)
	p.Add(grid())
	p.X.Min, p.X.Max = 0.5, float64(n)+0.5
	p.X.Tick.Marker = plot.TickerFunc(func(_, _ float64) (ticks []plot.Tick) {
		for i, name := range t.names {
			if i == 0 || t.names[i-1] != name {
				ticks = append(ticks, plot.Tick{Value: float64(i + 1), Label: name})
			}
		}
		return spaced(ticks, &p.X, p.X.Tick.Label, s.w-60)
	})
	return p
}

// says compares the latest firmware with the one before it.
func (t *trend) says(what string, points plotter.XYs, write func(float64) string) string {
	says := "A label stands where another firmware begins. "
	name := func(i int) string { return t.names[int(points[i].X)-1] }
	i := len(points) - 1
	take := func() (v []float64, of string) {
		for of = name(i); i >= 0 && name(i) == of; i-- {
			v = append(v, points[i].Y)
		}
		return v, of
	}
	now, last := take()
	if i < 0 {
		return says + fmt.Sprintf("All %d runs are of %s; the median %s is %s.", len(now), last, what, write(median(now)))
	}
	before, former := take()
	return says + fmt.Sprintf("With %s the median %s is %s, with %s before it was %s: %+.1f %%. Whether that is more than chance, httpdlab compare says.",
		last, what, write(median(now)), former, write(median(before)), 100*(median(now)/median(before)-1))
}

func median(v []float64) float64 {
	sorted := slices.Sorted(slices.Values(v))
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}
