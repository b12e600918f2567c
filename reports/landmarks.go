package reports

import (
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/httpdlab/httpdlab/bench/measure"
)

// band is the confidence band of a figure over the loads that have one.
func (l *ladder) band(h hue, of func(*measure.Phase) (interval, bool)) *spread {
	b := &spread{hue: h}
	for _, p := range l.phases {
		if i, ok := of(p); ok && drawable(i.hi) {
			b.add(l.load(p), max(i.lo, i.hi/1e3), i.hi)
		}
	}
	return b
}

// landmarks are loads worth a vertical line, with a name each.
type landmarks struct {
	at   []float64
	name []string
	size size
}

// marks are the knee and the ceiling of sockets, where they lie inside.
func (l *ladder) marks(s size) *landmarks {
	m := &landmarks{size: s}
	first, last := l.load(l.phases[0]), l.load(l.phases[len(l.phases)-1])
	if knee, best := l.knee(); best.Rate > 0 && l.load(knee) > first && l.load(knee) < last {
		m.add(l.load(knee), "knee")
	}
	for _, p := range l.phases {
		if ceiling := float64(p.ServedConnections); p.Closed() && starved(p) && ceiling >= first && ceiling <= last {
			m.add(ceiling, "socket ceiling")
			break
		}
	}
	return m
}

func (m *landmarks) add(at float64, name string) {
	for i := range m.at {
		if m.at[i] == at {
			m.name[i] += ", " + name
			return
		}
	}
	m.at, m.name = append(m.at, at), append(m.name, name)
}

func (m *landmarks) names() string { return list(m.name) }

// Plot draws a line and a name for each.
func (m *landmarks) Plot(c draw.Canvas, p *plot.Plot) {
	x, _ := p.Transforms(&c)
	style := p.X.Tick.Label
	style.Color = amber.light
	style.XAlign, style.YAlign = draw.XLeft, draw.YBottom
	for i, at := range m.at {
		c.StrokeLine2(draw.LineStyle{Color: amber.light, Width: 1.25, Dashes: []vg.Length{5, 3}}, x(at), c.Min.Y, x(at), c.Max.Y)
		point := vg.Point{X: x(at) + 4, Y: c.Min.Y + 4 + vg.Length(i)*m.size.text*1.3}
		if point.X+style.Width(m.name[i]) > c.Max.X {
			point.X -= style.Width(m.name[i]) + 8
		}
		c.FillText(style, point, m.name[i])
	}
}
