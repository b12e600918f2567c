package load

import (
	"math"
	"strconv"
	"strings"
	"time"
)

type constant float64

func (c constant) at(float64) float64      { return float64(c) }
func (c constant) count(t float64) float64 { return float64(c) * t }
func (c constant) when(n float64) float64  { return n / float64(c) }
func (c constant) String() string          { return plain(float64(c)) }

// ramp goes from one rate to another in a straight line, and stays there.
type ramp struct{ from, to, over float64 }

func (r ramp) at(t float64) float64 {
	return r.from + (r.to-r.from)*min(t, r.over)/r.over
}

func (r ramp) count(t float64) float64 {
	up := min(t, r.over)
	return (r.from+r.at(up))/2*up + (t-up)*r.to
}

func (r ramp) when(n float64) float64 {
	total := r.count(r.over)
	if n >= total {
		return r.over + after(n-total, r.to)
	}
	if n == 0 {
		return 0
	}
	// n = from·t + slope·t²/2, solved so that a slope of nearly 0 does no harm.
	slope := (r.to - r.from) / r.over
	return 2 * n / (r.from + math.Sqrt(max(0, r.from*r.from+2*slope*n)))
}

func (r ramp) String() string {
	return "ramp:" + plain(r.from) + ".." + plain(r.to) + "/" + length(r.over)
}

// after is how long it takes until n requests are due at a rate, for ever at none.
func after(n, rate float64) float64 {
	if rate == 0 {
		return math.Inf(1)
	}
	return n / rate
}

// steps keeps each rate for a while, and the last one for ever.
type steps struct {
	rates []float64
	each  float64
}

func (s steps) at(t float64) float64 {
	return s.rates[min(int(t/s.each), len(s.rates)-1)]
}

func (s steps) count(t float64) (n float64) {
	for _, rate := range s.rates[:len(s.rates)-1] {
		if t <= s.each {
			return n + rate*t
		}
		n += rate * s.each
		t -= s.each
	}
	return n + s.rates[len(s.rates)-1]*t
}

func (s steps) when(n float64) (t float64) {
	last := len(s.rates) - 1
	for _, rate := range s.rates[:last] {
		part := rate * s.each
		if n < part {
			return t + n/rate
		}
		n -= part
		t += s.each
	}
	return t + after(n, s.rates[last])
}

func (s steps) String() string {
	texts := make([]string, len(s.rates))
	for i, rate := range s.rates {
		texts[i] = plain(rate)
	}
	return "steps:" + strings.Join(texts, ",") + "/" + length(s.each)
}

// sine swings around a mean that is at least its amplitude.
type sine struct{ mean, amplitude, period float64 }

func (s sine) at(t float64) float64 {
	return s.mean + s.amplitude*math.Sin(2*math.Pi*t/s.period)
}

func (s sine) count(t float64) float64 {
	return s.mean*t + s.lead(t)
}

// lead is by how much the swings are ahead of the mean.
func (s sine) lead(t float64) float64 {
	return s.amplitude * s.period / (2 * math.Pi) * (1 - math.Cos(2*math.Pi*t/s.period))
}

// when halves the time in which it must be: the lead is 0 to amplitude·period/π.
func (s sine) when(n float64) float64 {
	high := n / s.mean
	low := max(0, high-s.amplitude*s.period/math.Pi/s.mean)
	for range 64 {
		middle := (low + high) / 2
		if middle == low || middle == high {
			break
		}
		if s.count(middle) < n {
			low = middle
		} else {
			high = middle
		}
	}
	return high
}

func (s sine) String() string {
	return "sine:" + plain(s.mean) + "±" + plain(s.amplitude) + "/" + length(s.period)
}

// burst sends n requests, evenly spaced over a while, at the start of each period.
type burst struct{ n, over, period float64 }

func (b burst) at(t float64) float64 {
	if math.Mod(t, b.period) < b.over {
		return b.n / b.over
	}
	return 0
}

func (b burst) count(t float64) float64 {
	whole := math.Floor(t / b.period)
	return whole*b.n + min(b.n, (t-whole*b.period)/b.over*b.n)
}

func (b burst) when(n float64) float64 {
	whole := math.Floor(n / b.n)
	return whole*b.period + (n-whole*b.n)/b.n*b.over
}

func (b burst) String() string {
	return "burst:" + plain(b.n) + "/" + length(b.over) + " every " + length(b.period)
}

func plain(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }

func length(seconds float64) string {
	return time.Duration(math.Round(seconds * float64(time.Second))).String()
}
