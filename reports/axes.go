package reports

import (
	"math"

	"gonum.org/v1/plot"
)

// fromZero gives p a linear y axis that begins at zero.
func fromZero(p *plot.Plot, s size, label func(v, step float64) string) {
	if !(p.Y.Max > 0) || !finite(p.Y.Max) {
		p.Y.Max = 1 // nothing was drawn
	}
	p.Y.Min = 0
	step := nice(p.Y.Max / float64(s.yticks()))
	p.Y.Max *= 1.04
	p.Y.Tick.Marker = plot.ConstantTicks(every(0, p.Y.Max, step, func(v float64) string { return label(v, step) }))
}

// logarithmic gives p a logarithmic y axis in milliseconds, wide enough for two
// labels; values were left out if they are not above zero.
func logarithmic(p *plot.Plot, s size) {
	if !drawable(p.Y.Min) || !drawable(p.Y.Max) {
		p.Y.Min, p.Y.Max = 1, 10 // nothing was drawn
	}
	lo, hi := p.Y.Min/1.1, p.Y.Max*1.1
	p.Y.Min, p.Y.Max = niceBelow(lo), nice(hi)
	p.Y.Scale = plot.LogScale{}
	p.Y.Tick.Marker = plot.ConstantTicks(latencyTicks(p.Y.Min, p.Y.Max, s.yticks()))
}

// sized gives p a y axis in bytes. It need not begin at zero, for a leak is
// small beside the whole; nor does it magnify what is under 2 % of the whole.
func sized(p *plot.Plot, s size) {
	lo, hi := p.Y.Min, p.Y.Max
	if least := 0.02 * math.Abs(hi); hi-lo < least {
		lo, hi = (lo+hi-least)/2, (lo+hi+least)/2
	}
	room := 0.06 * (hi - lo)
	p.Y.Min, p.Y.Max = max(0, lo-room), hi+room
	unit, name := byteUnit(hi)
	step := nice((p.Y.Max - p.Y.Min) / unit / float64(s.yticks()))
	ticks := every(p.Y.Min/unit, p.Y.Max/unit, step, func(v float64) string { return decimals(v, step) + gap + name })
	for i := range ticks {
		ticks[i].Value *= unit
	}
	p.Y.Tick.Marker = plot.ConstantTicks(ticks)
}
