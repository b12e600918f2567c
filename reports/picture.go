package reports

import (
	"bytes"
	"fmt"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

// WritePicture draws throughput and latency by load of the run in runDir as one
// SVG file on white, 960 by 400 pixels, for a README or a message.
func WritePicture(runDir, out string) error {
	r, err := open(runDir)
	if err != nil {
		return err
	}
	ladders := r.ladders()
	if len(ladders) == 0 {
		return fmt.Errorf("draw the run %s: no phase counted a request", runDir)
	}
	return replaceFile(out, r.picture(&ladders[0]))
}

func (r *record) picture(l *ladder) []byte {
	const w, h, edge, gap, head = 960, 400, 24, 40, 92
	c := vgsvg.New(w, h)
	all := draw.New(c)
	all.SetColor(rgb(0xffffff))
	all.Fill(all.Rectangle.Path())

	title := label(17, ink)
	all.FillText(title, vg.Point{X: edge, Y: h - 34}, r.caption(l))
	s := size{w: (w-gap)/2 - edge, h: h - head, text: 13}
	for i, f := range []struct {
		chart func(size) *plot.Plot
		title string
		keys  []key
	}{
		{l.throughput, "answered requests a second", nil},
		{l.latency, "latency " + l.clockName(), []key{{"p50", blue.name, ""}, {"p90", green.name, ""}, {"p99", red.name, ""}}},
	} {
		x := edge + vg.Length(i)*(s.w+gap)
		all.FillText(label(13, ink), vg.Point{X: x, Y: h - 66}, f.title)
		legend(all, x+s.w, h-66, f.keys)
		f.chart(s).Draw(draw.Crop(all, x, x+s.w-w, 16, -head))
	}
	var b bytes.Buffer
	c.WriteTo(&b)
	return []byte(alone(b.String(), w, h))
}

// label is a style for text on the left.
func label(size vg.Length, h hue) text.Style {
	return text.Style{Color: h.light, Font: sans(size), Handler: plot.DefaultTextHandler, XAlign: draw.XLeft, YAlign: draw.YBottom}
}

// legend writes the keys in one line that ends at x.
func legend(c draw.Canvas, x, y vg.Length, keys []key) {
	for i := len(keys) - 1; i >= 0; i-- {
		for _, h := range hues {
			if h.name != keys[i].Hue {
				continue
			}
			style := label(13, h)
			x -= style.Width(keys[i].Label)
			c.FillText(style, vg.Point{X: x, Y: y}, keys[i].Label)
			c.StrokeLine2(draw.LineStyle{Color: h.light, Width: 2}, x-24, y+5, x-6, y+5)
			x -= 40
		}
	}
}

// caption is the title of the picture.
func (r *record) caption(l *ladder) string {
	_, best := l.knee()
	kind := ""
	if r.Target.Simulated {
		kind = " (simulated)"
	}
	return fmt.Sprintf("%s%s: up to %s with %s, %s", r.title(), kind, rate(best.Rate), loadName(best), r.Started.UTC().Format("2006-01-02"))
}

// alone makes the SVG a file that stands by itself, with fonts that readers have.
func alone(svg string, w, h int) string {
	_, body, _ := strings.Cut(svg, "<svg")
	_, body, _ = strings.Cut(body, ">")
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" font-family="Helvetica, Arial, 'Liberation Sans', sans-serif">%s`,
		w, h, w, h, fontStyle.ReplaceAllString(body, ""))
}
