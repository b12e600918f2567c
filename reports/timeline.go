package reports

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/httpdlab/httpdlab/bench/measure"
)

// timeline is the background that all plots over time share: phases as bands
// with their names above, warm-ups darker, events as marks.
type timeline struct {
	stretches []stretch
	events    []measure.Event
	seconds   float64 // length of the axis
}

// stretch is a phase on the axis, in seconds.
type stretch struct {
	warmup, start, end float64
	names              []string // long, short, shortest
}

func (r *record) timeline() *timeline {
	t := &timeline{seconds: max(r.length()/1e3, 1)}
	for _, e := range r.events() {
		if finite(e.MS) {
			t.events = append(t.events, e)
		}
	}
	for i := range r.Phases {
		p := &r.Phases[i]
		s := stretch{(p.StartMS - p.WarmupMS) / 1e3, p.StartMS / 1e3, r.end(p) / 1e3, bandNames(p)}
		if finite(s.warmup) && finite(s.start) && finite(s.end) {
			t.stretches = append(t.stretches, s)
		}
	}
	slices.SortFunc(t.stretches, func(a, b stretch) int { return cmp.Compare(a.warmup, b.warmup) })
	return t
}

// plot is an empty plot over the run's time.
func (t *timeline) plot(s size) *plot.Plot {
	p := newPlot(s)
	p.X.Min, p.X.Max = 0, t.seconds
	p.X.Tick.Marker = plot.TickerFunc(func(lo, hi float64) []plot.Tick {
		return spaced(secondTicks(lo, hi, s.xticks()), &p.X, p.X.Tick.Label, s.w)
	})
	p.Add(t, grid())
	return p
}

// Plot draws bands, names and marks over the whole height.
func (t *timeline) Plot(c draw.Canvas, p *plot.Plot) {
	x, _ := p.Transforms(&c)
	in := func(v float64) vg.Length { return x(min(max(v, 0), t.seconds)) }
	name := p.X.Tick.Label
	name.XAlign, name.YAlign = draw.XCenter, draw.YBottom
	name.Font.Size -= 1
	named := c.Min.X // up to where names stand
	for _, s := range t.stretches {
		from, start, end := in(s.warmup), in(s.start), in(s.end)
		fill(&c, warm, from, start, c.Min.Y, c.Max.Y)
		fill(&c, band, start, end, c.Min.Y, c.Max.Y)
		c.StrokeLine2(draw.LineStyle{Color: axis.light, Width: 1}, from, c.Max.Y, end, c.Max.Y)
		from = max(from, named)
		if n := fitting(name, s.names, end-from); n != "" {
			c.FillText(name, vg.Point{X: (from + end) / 2, Y: c.Max.Y + 4}, n)
			named = (from + end + name.Width(n)) / 2
		}
	}
	for _, e := range t.events {
		at := in(e.MS / 1e3)
		c.StrokeLine2(draw.LineStyle{Color: red.light, Width: 1, Dashes: []vg.Length{2, 2}}, at, c.Min.Y, at, c.Max.Y)
		c.DrawGlyphNoClip(draw.GlyphStyle{Color: red.light, Radius: 4, Shape: draw.PyramidGlyph{}}, vg.Point{X: at, Y: c.Min.Y + 4})
	}
}

// fitting is the first name that fits, or none.
func fitting(style text.Style, names []string, width vg.Length) string {
	for _, n := range names {
		if style.Width(n)+4 <= width {
			return n
		}
	}
	return ""
}

// keys explains what of the background is there; the bands once are enough.
func (t *timeline) keys(first bool) (k []key) {
	if first && slices.ContainsFunc(t.stretches, func(s stretch) bool { return s.start > s.warmup }) {
		k = append(k, key{"warm-up, not counted", warm.name, "area"})
	}
	if len(t.events) > 0 {
		kinds := map[string]bool{}
		var names []string
		for _, e := range t.events {
			if !kinds[e.Kind] && len(kinds) < 3 {
				names = append(names, oneLine(e.Kind, 30))
			}
			kinds[e.Kind] = true
		}
		k = append(k, key{strings.Join(names, ", "), red.name, "mark"})
	}
	return k
}

// over is value against time, in seconds. What a whole interval brought stands
// in its middle; such a line breaks between phases and where there is no value.
// What was read at one instant stands there, and its line bridges a single
// missed reading.
func (r *record) over(intervals bool, value func(*measure.Sample) (float64, bool)) (pieces []plotter.XYs) {
	var piece plotter.XYs
	cut := func() {
		if len(piece) > 0 {
			pieces = append(pieces, thinned(piece))
			piece = nil
		}
	}
	phase := ""
	for i := range r.Samples {
		s := &r.Samples[i]
		at := s.MS
		if intervals {
			at -= s.IntervalMS / 2
		}
		v, ok := value(s)
		if !ok || !(math.Abs(v) < 1e19) || !(at >= 0 && at < 1e15) {
			if intervals {
				cut()
			}
			continue
		}
		if n := len(piece); n > 0 && (at/1e3-piece[n-1].X > 2.5*max(s.IntervalMS/1e3, 1) || intervals && s.Phase != phase) {
			cut()
		}
		piece, phase = append(piece, plotter.XY{X: at / 1e3, Y: v}), s.Phase
	}
	cut()
	return pieces
}

// bandNames are what a phase can be called over its band, the longest first.
func bandNames(p *measure.Phase) []string {
	if p.Closed() {
		return []string{oneLine(p.Name, 40), fmt.Sprintf("%d conn.", p.OfferedConnections), fmt.Sprint(p.OfferedConnections)}
	}
	return []string{oneLine(p.Name, 40), rate(p.OfferedRate)}
}
