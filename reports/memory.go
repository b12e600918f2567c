package reports

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"

	"github.com/httpdlab/httpdlab/bench/measure"
)

func (r *record) heapFigure(t *timeline) *figure {
	free := r.over(false, heap(func(h *measure.Heap) int64 { return h.Free }))
	if len(free) == 0 {
		return nil
	}
	largest := r.over(false, heap(func(h *measure.Heap) int64 { return h.LargestBlock }))
	least := r.over(false, heap(func(h *measure.Heap) int64 { return h.MinFree }))
	if alike(largest, free) { // a host's heap is one block
		largest = nil
	}
	if alike(least, free) {
		least = nil
	}
	f := &figure{ID: "heap", up: "B", Title: "Heap over time", Unit: "bytes, as the target tells", Says: r.saysHeap()}
	f.Keys = append(f.Keys, key{"free", blue.name, "line"})
	if len(largest) > 0 {
		f.Keys = append(f.Keys, key{"largest block", green.name, "line"})
	}
	if len(least) > 0 {
		f.Keys = append(f.Keys, key{"least free since boot", red.name, "dashes"})
	}
	f.chart = func(s size) *plot.Plot {
		p := t.plot(s)
		p.Add(line(green, 1.75, false, largest...), line(red, 1.75, true, least...), line(blue, 2, false, free...))
		sized(p, s)
		return p
	}
	return f
}

func heap(value func(*measure.Heap) int64) func(*measure.Sample) (float64, bool) {
	return func(s *measure.Sample) (float64, bool) {
		if s.Heap == nil || value(s.Heap) <= 0 {
			return 0, false
		}
		return float64(value(s.Heap)), true
	}
}

func alike(a, b []plotter.XYs) bool {
	return slices.EqualFunc(a, b, func(x, y plotter.XYs) bool { return slices.Equal(x, y) })
}

func rss(s *measure.Sample) (float64, bool) {
	if s.Process == nil || s.Process.RSS <= 0 {
		return 0, false
	}
	return float64(s.Process.RSS), true
}

func (r *record) rssFigure(t *timeline) *figure {
	pieces := r.over(false, rss)
	if len(pieces) == 0 {
		return nil
	}
	return &figure{
		ID: "rss", up: "B", Title: "Resident memory over time", Unit: "bytes of the target's process", Says: r.saysRSS(),
		Keys: []key{{"resident set", purple.name, "line"}},
		chart: func(s size) *plot.Plot {
			p := t.plot(s)
			p.Add(line(purple, 2, false, pieces...))
			sized(p, s)
			return p
		},
	}
}

// ends are the first and the last value of pieces, and the lowest.
func ends(pieces []plotter.XYs) (first, last, low float64) {
	low = math.Inf(1)
	for _, p := range pieces {
		for _, xy := range p {
			low = min(low, xy.Y)
		}
	}
	end := pieces[len(pieces)-1]
	return pieces[0][0].Y, end[len(end)-1].Y, low
}

// change says by how much and in which direction.
func change(from, to float64) string {
	switch {
	case to == from:
		return "as much as at the start"
	case to > from:
		return fmt.Sprintf("%s (%s) more than at the start", bytesize(to-from), share(to-from, from))
	}
	return fmt.Sprintf("%s (%s) less than at the start", bytesize(from-to), share(from-to, from))
}

func (r *record) saysHeap() string {
	first, last, low := ends(r.over(false, heap(func(h *measure.Heap) int64 { return h.Free })))
	says := "Free heap may dip under load, but has to come back when the load ends; a largest block that shrinks while the free heap does not means fragmentation. "
	says += fmt.Sprintf("It began at %s, was %s at the lowest second, and ended with %s, %s.", bytesize(first), bytesize(low), bytesize(last), change(first, last))
	if slices.ContainsFunc(r.events(), isReboot) {
		says += " A reboot lies between, after which memory begins anew."
	}
	return says
}

func (r *record) saysRSS() string {
	pieces := r.over(false, rss)
	first, last, _ := ends(pieces)
	says := "Memory that a process took once it rarely gives back; what tells of a leak is growth that goes on under a steady load. "
	return says + fmt.Sprintf("It began at %s and ended at %s, %s.", bytesize(first), bytesize(last), change(first, last))
}
