package reports

import (
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// spread is the space between a lower and an upper line, lightly filled: within
// it the truth is thought to lie.
type spread struct {
	x, lo, hi []float64
	hue       hue
}

// add appends a place on the x axis and what lies between lo and hi there.
func (b *spread) add(x, lo, hi float64) {
	b.x, b.lo, b.hi = append(b.x, x), append(b.lo, lo), append(b.hi, hi)
}

// Plot fills it.
func (b *spread) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	var around []vg.Point
	for i := range b.x {
		around = append(around, vg.Point{X: x(b.x[i]), Y: y(b.hi[i])})
	}
	for i := len(b.x) - 1; i >= 0; i-- {
		around = append(around, vg.Point{X: x(b.x[i]), Y: y(b.lo[i])})
	}
	const opacity = 0x38
	fill := color.NRGBA{b.hue.light.R, b.hue.light.G, b.hue.light.B, opacity}
	c.FillPolygon(fill, around)
}

// DataRange is the smallest rectangle around it.
func (b *spread) DataRange() (xmin, xmax, ymin, ymax float64) {
	outline := trace{}
	for i := range b.x {
		outline.pieces = append(outline.pieces, xys(b.x[i], b.lo[i]), xys(b.x[i], b.hi[i]))
	}
	return outline.DataRange()
}
