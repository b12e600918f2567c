package reports

import (
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// trace is a line that breaks where its data do; a point without neighbours is
// a dot.
type trace struct {
	pieces []plotter.XYs
	style  draw.LineStyle
	shape  draw.GlyphDrawer // at each point, nil: none
}

// line is a trace of the given colour, dashed or not.
func line(h hue, width vg.Length, dashed bool, pieces ...plotter.XYs) *trace {
	style := draw.LineStyle{Color: h.light, Width: width}
	if dashed {
		style.Dashes = []vg.Length{5, 3}
	}
	return &trace{pieces: pieces, style: style}
}

// dotted is the same trace with a glyph at each point.
func (t *trace) dotted(shape draw.GlyphDrawer) *trace {
	t.shape = shape
	return t
}

// Plot draws the trace.
func (t *trace) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	for _, piece := range t.pieces {
		points := make([]vg.Point, len(piece))
		for i, xy := range piece {
			points[i] = vg.Point{X: x(xy.X), Y: y(xy.Y)}
		}
		c.StrokeLines(t.style, points)
		if t.shape == nil && len(points) == 1 {
			c.DrawGlyphNoClip(draw.GlyphStyle{Color: t.style.Color, Radius: t.style.Width, Shape: draw.CircleGlyph{}}, points[0])
		}
		if t.shape != nil {
			for _, at := range points {
				c.DrawGlyphNoClip(draw.GlyphStyle{Color: t.style.Color, Radius: 4, Shape: t.shape}, at)
			}
		}
	}
}

// DataRange is the smallest rectangle around the trace.
func (t *trace) DataRange() (xmin, xmax, ymin, ymax float64) {
	xmin, ymin, xmax, ymax = math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, piece := range t.pieces {
		for _, p := range piece {
			xmin, xmax = min(xmin, p.X), max(xmax, p.X)
			ymin, ymax = min(ymin, p.Y), max(ymax, p.Y)
		}
	}
	return
}

// most is how many points of one piece are drawn: more than pixels tell nothing.
const most = 600

// thinned keeps of each bucket of points the lowest and the highest, so that
// neither a spike nor a dip is lost.
func thinned(p plotter.XYs) plotter.XYs {
	if len(p) <= most {
		return p
	}
	out := make(plotter.XYs, 0, most)
	for b := range most / 2 {
		bucket := p[b*len(p)/(most/2) : (b+1)*len(p)/(most/2)]
		low, high := 0, 0
		for i := range bucket {
			if bucket[i].Y < bucket[low].Y {
				low = i
			}
			if bucket[i].Y > bucket[high].Y {
				high = i
			}
		}
		out = append(out, bucket[min(low, high)])
		if low != high {
			out = append(out, bucket[max(low, high)])
		}
	}
	return out
}

// ring is a circle that hides the line behind it.
type ring struct{}

// DrawGlyph draws the ring in the style's colour on the page's.
func (ring) DrawGlyph(c *draw.Canvas, style draw.GlyphStyle, at vg.Point) {
	draw.CircleGlyph{}.DrawGlyph(c, style, at)
	c.SetColor(paper.light) // a glyph takes the canvas's colour, not the style's
	style.Radius -= 1.75
	draw.CircleGlyph{}.DrawGlyph(c, style, at)
}

// grid rules a horizontal line at each label of the y axis.
func grid() plot.Plotter {
	g := plotter.NewGrid()
	g.Vertical.Color = nil
	g.Horizontal = draw.LineStyle{Color: rule.light, Width: 1}
	return g
}

// fill paints the part of the canvas between two x and two y of the data.
func fill(c *draw.Canvas, h hue, x0, x1, y0, y1 vg.Length) {
	c.SetColor(h.light)
	c.Fill(vg.Rectangle{Min: vg.Point{X: x0, Y: y0}, Max: vg.Point{X: x1, Y: y1}}.Path())
}
