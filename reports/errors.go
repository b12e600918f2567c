package reports

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg/draw"
)

// kinds are the error types of the run, the most frequent first.
func (r *record) kinds() []string {
	n := map[string]int64{}
	for i := range r.Phases {
		for k, c := range r.Phases[i].Errors {
			n[k] += c
		}
	}
	for _, s := range r.Samples {
		for k := range s.Errors {
			n[k] += 0 // one that only a warm-up or the seconds know of
		}
	}
	return slices.SortedFunc(maps.Keys(n), func(a, b string) int {
		return cmp.Or(cmp.Compare(n[b], n[a]), cmp.Compare(a, b))
	})
}

// stacks are bars over time, one layer a kind of error.
type stacks struct {
	layers []hue
	bars   []stack
}

type stack struct {
	from, to float64   // seconds
	heights  []float64 // one a layer
}

var errorHues = []hue{red, purple, amber, blue, green, muted}

const otherErrors = "other"

// errorLayers are the kinds that get a colour of their own, then what is left.
func errorLayers(kinds []string) []string {
	if len(kinds) > len(errorHues) {
		return append(slices.Clone(kinds[:len(errorHues)-1]), otherErrors)
	}
	return kinds
}

// errorStacks sums the errors of at most [most] equal stretches of time.
func (r *record) errorStacks(layers []string) *stacks {
	st := &stacks{layers: errorHues[:len(layers)]}
	group := (len(r.Samples) + most - 1) / most
	for chunk := range slices.Chunk(r.Samples, max(group, 1)) {
		b := stack{
			from:    max(0, (chunk[0].MS-chunk[0].IntervalMS)/1e3),
			to:      chunk[len(chunk)-1].MS / 1e3,
			heights: make([]float64, len(layers)),
		}
		for _, s := range chunk {
			for kind, n := range s.Errors {
				i := slices.Index(layers, kind)
				if i < 0 {
					i = len(layers) - 1
				}
				b.heights[i] += float64(n)
			}
		}
		if b.height() > 0 && finite(b.from) && finite(b.to) {
			st.bars = append(st.bars, b)
		}
	}
	return st
}

func (b *stack) height() (sum float64) {
	for _, h := range b.heights {
		sum += h
	}
	return sum
}

// Plot draws the bars, each at least a pixel wide and high.
func (st *stacks) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	for _, b := range st.bars {
		left, right := x(b.from), x(b.to)
		right = max(right-1, left+1)
		floor := y(0)
		sum := 0.0
		for i, h := range b.heights {
			if h == 0 {
				continue
			}
			sum += h
			top := max(y(sum), floor+1)
			fill(&c, st.layers[i], left, right, floor, top)
			floor = top
		}
	}
}

// DataRange is the rectangle around the bars.
func (st *stacks) DataRange() (xmin, xmax, ymin, ymax float64) {
	xmin, xmax = math.Inf(1), math.Inf(-1)
	for _, b := range st.bars {
		xmin, xmax, ymax = min(xmin, b.from), max(xmax, b.to), max(ymax, b.height())
	}
	return
}

func (r *record) errorFigure(t *timeline) *figure {
	layers := errorLayers(r.kinds())
	if len(layers) == 0 {
		return nil
	}
	st := r.errorStacks(layers)
	if len(st.bars) == 0 {
		return nil
	}
	f := &figure{ID: "errors-time", up: "n", Title: "Errors over time", Unit: "failed requests a second, by type", Says: r.saysErrors(st)}
	for i, l := range layers {
		f.Keys = append(f.Keys, key{oneLine(l, 40), errorHues[i].name, "area"})
	}
	f.chart = func(s size) *plot.Plot {
		p := t.plot(s)
		p.Add(st)
		p.X.Min, p.X.Max = 0, t.seconds
		fromZero(p, s, countLabel)
		return p
	}
	return f
}

func (r *record) saysErrors(st *stacks) string {
	says := "Each bar is the errors of one moment, stacked by type: errors at all times point to a limit, errors in a cluster to an event. "
	first, last := st.bars[0], st.bars[len(st.bars)-1]
	most := slices.MaxFunc(st.bars, func(a, b stack) int { return cmp.Compare(a.height(), b.height()) })
	return says + fmt.Sprintf("The first are at %s, the last at %s, and the most, %s, at %s.",
		span(first.to*1e3), span(last.to*1e3), count(int64(most.height())), span(most.to*1e3))
}
