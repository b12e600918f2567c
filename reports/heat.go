package reports

import (
	"fmt"
	"image"
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/httpdlab/httpdlab/bench/measure"
)

// The cells of the heat map: so many columns at most over the run, and so many
// rows a decade of latency, which is as fine as a telephone can show.
const (
	heatColumns = 240
	heatRows    = 8
)

// heat counts requests by the time at which they ended and by their latency.
type heat struct {
	width float64         // of a column, in seconds
	cells []map[int]int64 // by column, then by row: floor(heatRows * log10(ms))
}

// newHeat is an empty heat map of a run of that length.
func newHeat(seconds float64) *heat {
	h := &heat{width: 1}
	for seconds/h.width > heatColumns {
		h.width *= 2
	}
	return h
}

// add counts what one interval brought.
func (h *heat) add(x *measure.Interval) {
	at := (x.StartMS + x.EndMS) / 2e3 / h.width
	if !(at >= 0 && at < 2*heatColumns) {
		return
	}
	column := int(at)
	for len(h.cells) <= column {
		h.cells = append(h.cells, nil)
	}
	if h.cells[column] == nil {
		h.cells[column] = map[int]int64{}
	}
	for _, bar := range x.Hist.Distribution() {
		if bar.Count > 0 && bar.To > 0 {
			h.cells[column][heatRow(float64(bar.From+bar.To)/2e6)] += bar.Count
		}
	}
}

func heatRow(ms float64) int { return int(math.Floor(heatRows * math.Log10(ms))) }

// rows are the lowest and the highest row with requests.
func (h *heat) rows() (low, high int, any bool) {
	low, high = math.MaxInt, math.MinInt
	for _, column := range h.cells {
		for row := range column {
			low, high, any = min(low, row), max(high, row), true
		}
	}
	return low, high, any
}

// image has a pixel a cell, the more opaque the larger its share of its column:
// one request in a thousand can still be seen.
func (h *heat) image(low, high int, hue color.RGBA) image.Image {
	img := image.NewNRGBA(image.Rect(0, 0, len(h.cells), high-low+1))
	for x, column := range h.cells {
		var all int64
		for _, n := range column {
			all += n
		}
		for row, n := range column {
			strength := 1 + math.Log10(float64(n)/float64(all))/3.2
			opacity := uint8(255 * max(0.1, min(1, strength)))
			img.SetNRGBA(x, high-row, color.NRGBA{hue.R, hue.G, hue.B, opacity})
		}
	}
	return img
}

// Plot draws the image over its place in the plot.
func (h *heat) Plot(c draw.Canvas, p *plot.Plot) {
	low, high, any := h.rows()
	if !any {
		return
	}
	x, y := p.Transforms(&c)
	at := vg.Rectangle{
		Min: vg.Point{X: x(0), Y: y(heatEdge(low))},
		Max: vg.Point{X: x(float64(len(h.cells)) * h.width), Y: y(heatEdge(high + 1))},
	}
	c.DrawImage(at, h.image(low, high, blue.light))
}

// heatEdge is the latency at which a row begins, in milliseconds.
func heatEdge(row int) float64 { return math.Pow(10, float64(row)/heatRows) }

// DataRange is the rectangle around all cells.
func (h *heat) DataRange() (xmin, xmax, ymin, ymax float64) {
	low, high, any := h.rows()
	if !any {
		return 0, 1, 1, 10
	}
	return 0, float64(len(h.cells)) * h.width, heatEdge(low), heatEdge(high + 1)
}

// heatFigure is the heat map of response times; nil if none are on record.
func (r *record) heatFigure(t *timeline) *figure {
	if r.heat == nil {
		return nil
	}
	if _, _, any := r.heat.rows(); !any {
		return nil
	}
	return &figure{
		ID: "heat", up: "ms", Title: "Heat map of latency", Unit: "of each request, from the intended start, logarithmic", Says: r.saysHeat(),
		Keys: []key{{"darker: more of that moment's requests", blue.name, "area"}},
		chart: func(s size) *plot.Plot {
			p := t.plot(s)
			p.Add(r.heat)
			p.X.Min, p.X.Max = 0, t.seconds
			logarithmic(p, s)
			return p
		},
	}
}

// saysHeat tells of two bands, if there are some.
func (r *record) saysHeat() string {
	says := "Every request is in it: a single dark band is an even service, a second band above it is a second way to be slow, such as a retransmission or a radio that sleeps, and single specks are rare stalls. "
	low, high, _ := r.heat.rows()
	says += fmt.Sprintf("The requests lie between %s and %s", span(heatEdge(low)), span(heatEdge(high+1)))
	if n := r.heat.bands(low, high); n > 1 {
		return says + fmt.Sprintf(", in %d bands with nothing between.", n)
	}
	return says + ", without a gap that parts them."
}

// bands counts groups of rows with at least a third of a decade of empty rows
// between them.
func (h *heat) bands(low, high int) int {
	used := make([]bool, high-low+1)
	for _, column := range h.cells {
		for row := range column {
			used[row-low] = true
		}
	}
	n, empty := 1, 0
	for _, u := range used {
		if !u {
			empty++
			continue
		}
		if empty > heatRows/3 {
			n++
		}
		empty = 0
	}
	return n
}
