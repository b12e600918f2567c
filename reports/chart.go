package reports

import (
	"bytes"
	"fmt"
	"html"
	"html/template"
	"regexp"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

// figure is one plot of the page and what surrounds it.
type figure struct {
	ID     string
	Title  string
	Unit   string // what the axes show
	Keys   []key
	Says   string // how to read it and what it says here
	Images []template.HTML

	across string // what the x axis counts: "s", "n" or "nines"
	up     string // what the y axis counts: "ms", "B" or "n"
	chart  func(size) *plot.Plot
	above  vg.Length // room for names over the data
}

// key is a line of the legend, which is HTML so that it can wrap.
type key struct {
	Label string
	Hue   string
	Shape string // "line", "dashes", "area", "mark", or a glyph: "circle", "ring", "square", "triangle"
}

// size is what a plot is drawn for, in CSS pixels. Its name is a CSS class.
type size struct {
	name string
	w, h vg.Length
	text vg.Length
}

// A plot as wide as the page is drawn twice, because one that is scaled down to
// a telephone cannot be read; half of the page's width suits both.
var (
	wide   = size{"wide", 900, 220, 13}
	narrow = size{"narrow", 358, 220, 12}
	half   = size{"half", 420, 270, 12.5}
)

// tall is the same size with more room for the eye.
func tall(s size) size {
	s.h += 90
	return s
}

// xticks and yticks are how many labels have room.
func (s size) xticks() int { return int(s.w / (s.text * 5)) }
func (s size) yticks() int { return int(s.h / (s.text * 2.6)) }

// typeset draws the figures for every size. Their data begin and end at the
// same x, so that in the page one time axis stands below the other.
func typeset(sizes []size, figures ...*figure) {
	for _, s := range sizes {
		var left, right vg.Length
		plots := make([]*plot.Plot, len(figures))
		for i, f := range figures {
			plots[i] = f.chart(s)
			l, r := margins(plots[i], s)
			left, right = max(left, l), max(right, r)
		}
		for i, f := range figures {
			l, r := margins(plots[i], s)
			c := vgsvg.New(s.w, s.h)
			const edge = 5 // what marks at the very end take
			inside := draw.Crop(draw.New(c), left-l, r-right-edge, 1, -f.above-6)
			plots[i].Draw(inside)
			f.Images = append(f.Images, inline(c, s, f.Title+". "+f.Says, f.axes(plots[i], inside)))
		}
	}
}

// axes says in attributes what the drawing's coordinates stand for, so that a
// script can read values off the lines.
func (f *figure) axes(p *plot.Plot, c draw.Canvas) string {
	if f.across == "" {
		return ""
	}
	data := p.DataCanvas(c)
	axis := func(a *plot.Axis, from, to vg.Length) string {
		log := 0
		if _, is := a.Scale.(plot.LogScale); is {
			log = 1
		}
		return fmt.Sprintf("%.5g %.5g %.9g %.9g %d", from, to, a.Min, a.Max, log)
	}
	return fmt.Sprintf(` data-across="%s" data-up="%s" data-x="%s" data-y="%s"`, f.across, f.up, axis(&p.X, data.Min.X, data.Max.X), axis(&p.Y, data.Min.Y, data.Max.Y))
}

// margins is the room that a plot takes left and right of its data.
func margins(p *plot.Plot, s size) (left, right vg.Length) {
	c := draw.NewCanvas(nil, s.w, s.h)
	data := p.DataCanvas(c)
	return data.Min.X - c.Min.X, c.Max.X - data.Max.X
}

// newPlot is an empty plot in the page's style.
func newPlot(s size) *plot.Plot {
	p := plot.New()
	p.BackgroundColor = nil
	for _, a := range []*plot.Axis{&p.X, &p.Y} {
		a.Padding = 0
		a.LineStyle = draw.LineStyle{Color: axis.light, Width: 1}
		a.Tick.LineStyle = a.LineStyle
		a.Tick.Length = 5
		a.Tick.Label.Font = sans(s.text)
		a.Tick.Label.Color = muted.light
		a.Label.TextStyle.Font = sans(s.text)
		a.Label.TextStyle.Color = muted.light
		a.Label.Padding = 3
	}
	p.Y.LineStyle.Width = 0
	p.Y.Tick.Length = 0
	p.Y.Padding = 6
	return p
}

func sans(size vg.Length) font.Font {
	return font.From(font.Font{Typeface: "Liberation", Variant: "Sans"}, size)
}

var (
	fontStyle = regexp.MustCompile(`font-family:[^;"]*;font-variant:[^;"]*;font-weight:normal;font-style:normal;`)
	hexColor  = regexp.MustCompile(`#[0-9A-F]{6}\b`)
)

// inline turns a canvas into an SVG element for the page: sized in pixels, its
// colours the page's variables, its font the page's plot font.
func inline(c *vgsvg.Canvas, s size, title, axes string) template.HTML {
	var b bytes.Buffer
	c.WriteTo(&b) // a bytes.Buffer takes everything
	_, body, _ := strings.Cut(b.String(), "<svg")
	_, body, _ = strings.Cut(body, ">")
	body = pictures.Replace(fontStyle.ReplaceAllString(body, ""))
	body = styles.ReplaceAllStringFunc(body, func(style string) string {
		return hexColor.ReplaceAllStringFunc(style, variable)
	})
	return template.HTML(fmt.Sprintf(`<svg class="%s" viewBox="0 0 %g %g"%s role="img" aria-label="%s">%s`,
		s.name, s.w, s.h, axes, html.EscapeString(title), body))
}

// styles finds the style attributes: a name that looks like a colour stays.
var styles = regexp.MustCompile(`style="[^"]*"`)

// variable is the page's name for a colour of the palette. One that is not
// opaque comes back from the SVG writer rounded down.
func variable(hex string) string {
	var r, g, b int
	if _, err := fmt.Sscanf(hex, "#%02X%02X%02X", &r, &g, &b); err != nil {
		return "currentColor"
	}
	near := func(a int, c uint8) bool { return int(c)-a == 0 || int(c)-a == 1 }
	for _, h := range hues {
		if near(r, h.light.R) && near(g, h.light.G) && near(b, h.light.B) {
			return "var(--" + h.name + ")"
		}
	}
	return "currentColor"
}

// A picture in a plot fills its place whatever its shape, and its cells have
// edges; the SVG writer takes every picture for a JPEG.
var pictures = strings.NewReplacer("<image ", `<image preserveAspectRatio="none" style="image-rendering:pixelated" `, "data:image/jpg;", "data:image/png;")
