package reports

import (
	"math"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
)

// steps are the distances between ticks on a clock, in seconds.
var steps = []float64{1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400, 28800, 86400}

// nice is the smallest of 1, 2 or 5 times a power of ten that is not below x.
func nice(x float64) float64 {
	base := math.Pow(10, math.Floor(math.Log10(x)))
	for _, m := range []float64{1, 2, 5} {
		if m*base >= x*(1-1e-9) {
			return m * base
		}
	}
	return 10 * base
}

// every puts a tick on each multiple of step from lo to hi.
func every(lo, hi, step float64, label func(float64) string) (t []plot.Tick) {
	if !(step > 0) || (hi-lo)/step > 100 {
		return nil
	}
	first := math.Ceil(lo/step - 1e-9)
	for i := range 101 { // counted, for among huge numbers the next may be the same
		v := (first+float64(i))*step + 0 // no minus zero
		if v > hi+step*1e-6 {
			break
		}
		t = append(t, plot.Tick{Value: v, Label: label(v)})
	}
	return t
}

// secondTicks labels a time axis in seconds with about n ticks.
func secondTicks(lo, hi float64, n int) []plot.Tick {
	step := steps[len(steps)-1]
	for _, s := range steps {
		if (hi-lo)/s <= float64(n) {
			step = s
			break
		}
	}
	if (hi-lo)/step > float64(n) {
		step *= math.Ceil((hi - lo) / step / float64(n))
	}
	return every(lo, hi, step, func(s float64) string {
		switch {
		case s == 0:
			return "0"
		case step >= 3600:
			return short(s/3600) + gap + "h"
		case step >= 60:
			return short(s/60) + gap + "min"
		}
		return group(strconv.FormatFloat(s, 'f', 0, 64)) + gap + "s"
	})
}

// countLabel writes 1500 as 1.5k.
func countLabel(v, step float64) string {
	for _, u := range []struct {
		size float64
		name string
	}{{1e18, "E"}, {1e15, "P"}, {1e12, "T"}, {1e9, "G"}, {1e6, "M"}, {1e3, "k"}} {
		if math.Abs(v) >= u.size {
			return decimals(v/u.size, step/u.size) + u.name
		}
	}
	return decimals(v, step)
}

// decimals writes v with as many digits as tell it from its neighbours.
func decimals(v, step float64) string {
	d := max(0, -int(math.Floor(math.Log10(step)+1e-9)))
	if math.Abs(v) >= 1e15 || d > 6 {
		return strconv.FormatFloat(v, 'g', 3, 64)
	}
	for d > 0 && math.Abs(v*math.Pow10(d-1)-math.Round(v*math.Pow10(d-1))) < 1e-6 {
		d--
	}
	return strconv.FormatFloat(v, 'f', d, 64)
}

// latencyTicks labels a logarithmic axis in milliseconds with at most n labels:
// 1, 2 and 5 of each decade, else 1 and 3, else the decades or some of them.
func latencyTicks(lo, hi float64, n int) (t []plot.Tick) {
	for _, marks := range [][]float64{{1, 2, 5}, {1, 3}, {1}} {
		if t = decadeTicks(lo, hi, 1, marks); len(t) <= n && len(t) > 1 {
			return t
		}
	}
	return decadeTicks(lo, hi, math.Ceil(math.Log10(hi/lo)/float64(n)), []float64{1})
}

// decadeTicks puts marks into every stride-th decade from lo to hi.
func decadeTicks(lo, hi, stride float64, marks []float64) (t []plot.Tick) {
	for e := math.Floor(math.Log10(lo) + 1e-9); e <= math.Log10(hi)+1e-9; e += max(stride, 1) {
		for _, m := range marks {
			if v := m * math.Pow(10, e); v >= lo*(1-1e-9) && v <= hi*(1+1e-9) {
				t = append(t, plot.Tick{Value: v, Label: span(v)})
			}
		}
	}
	return t
}

// ninesTicks labels the percentile axis of [nines].
func ninesTicks(hi float64) []plot.Tick {
	t := []plot.Tick{{Value: nines(0.5), Label: "50 %"}, {Value: 0, Label: "0"}}
	for n := 1; float64(n) <= hi+1e-9; n++ {
		label := "90 %"
		if n >= 2 {
			label = "99"
			if n > 2 {
				label += "." + "999999999999"[:min(n-2, 12)]
			}
			label += " %"
		}
		t = append(t, plot.Tick{Value: float64(n), Label: label})
	}
	return t
}

// spaced blanks the labels that would touch one named before them in t, on a
// horizontal axis that is width long.
func spaced(t []plot.Tick, a *plot.Axis, style text.Style, width vg.Length) []plot.Tick {
	type box struct{ from, to vg.Length }
	var taken []box
	for i := range t {
		x, half := vg.Length(a.Norm(t[i].Value))*width, style.Width(t[i].Label)/2+style.Font.Size/3
		b := box{x - half, x + half}
		for _, o := range taken {
			if b.from < o.to && o.from < b.to {
				t[i].Label = ""
			}
		}
		if t[i].Label != "" {
			taken = append(taken, b)
		}
	}
	return t
}

// niceBelow is the largest of 1, 2 or 5 times a power of ten that is not above x.
func niceBelow(x float64) float64 {
	base := math.Pow(10, math.Floor(math.Log10(x)+1e-9))
	for _, m := range []float64{5, 2, 1} {
		if m*base <= x*(1+1e-9) {
			return m * base
		}
	}
	return base
}
