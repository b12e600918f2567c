package reports

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
)

func TestNumbers(t *testing.T) {
	for _, c := range []struct{ want, got string }{
		{"–", figures3(math.NaN())}, {"–", figures3(math.Inf(-1))},
		{"0.00", figures3(0)}, {"1.00", figures3(0.9996)}, {"0.999", figures3(0.9994)}, {"9.99", figures3(9.994)}, {"10.0", figures3(9.996)},
		{"99.9", figures3(99.94)}, {"100", figures3(99.96)}, {"1,234", figures3(1234.4)}, {"-1,234,568", figures3(-1234567.8)},
		{"1e+12", figures3(1e12)}, {"0.0005", figures3(0.0005)}, {"0.0487", figures3(0.04871)}, {"0.100", figures3(0.09996)}, {"0.00012", figures3(0.000123)},
		{"0", short(0)}, {"1.5", short(1.5)}, {"100", short(100)}, {"20", short(20)}, {"1e+20", short(1e20)},
		{"0 s", span(0)}, {"999 µs", span(0.9994)}, {"1 ms", span(0.9996)}, {"999 ms", span(999.4)}, {"1 s", span(999.6)},
		{"119 s", span(119e3)}, {"2 min", span(120e3)}, {"2 h", span(7200e3)}, {"–", span(math.NaN())},
		{"1,023 B", bytesize(1023)}, {"1 KiB", bytesize(1024)}, {"-2 MiB", bytesize(-2 << 20)}, {"8 EiB", bytesize(math.MaxInt64)},
		{"0 %", share(0, 9)}, {"under 0.01 %", share(1, 1e9)}, {"50 %", share(1, 2)}, {"–", share(1, 0)},
		{"1 error", plural(1, "error")}, {"0 errors", plural(0, "error")}, {"-1,000", count(-1000)},
		{"a…", clip("abc", 2)}, {"äö", clip("äö", 2)}, {"a b", oneLine("a\nb", 9)}, {"?b", oneLine("\xffb", 9)},
	} {
		require.Equal(t, noBreak(c.want), c.got)
	}
}

// noBreak writes the last space before a unit as the pages do.
func noBreak(s string) string {
	for i := len(s) - 1; i > 0; i-- {
		if s[i] == ' ' && s[i-1] >= '0' && s[i-1] <= '9' && s != "1 error" && s != "0 errors" {
			return s[:i] + gap + s[i+1:]
		}
	}
	return s
}

func labels(ticks []plot.Tick) (all []string) {
	for _, t := range ticks {
		all = append(all, t.Label)
	}
	return all
}

func TestTicks(t *testing.T) {
	for _, c := range []struct {
		want []string
		got  []plot.Tick
	}{
		{[]string{"0", "20 s", "40 s", "60 s"}, secondTicks(0, 60, 3)},
		{[]string{"0", "5 min", "10 min"}, secondTicks(0, 700, 3)},
		{[]string{"0", "1 h", "2 h"}, secondTicks(0, 8000, 3)},
		{[]string{"5 ms", "10 ms", "20 ms", "50 ms"}, latencyTicks(5, 50, 6)},
		{[]string{"1 ms", "3 ms", "10 ms", "30 ms", "100 ms"}, latencyTicks(1, 200, 6)},
		{[]string{"10 µs", "100 µs", "1 ms", "10 ms", "100 ms", "1 s"}, latencyTicks(0.01, 1000, 6)},
		{[]string{"10 µs", "1 ms", "100 ms"}, latencyTicks(0.01, 1000, 3)},
		{[]string{"50 %", "0", "90 %", "99 %", "99.9 %", "99.99 %"}, ninesTicks(4.2)},
		{nil, every(0, 1, 0, nil)}, {nil, every(0, 1, math.NaN(), nil)}, {nil, every(0, 1e9, 1, nil)},
	} {
		var want []string
		for _, w := range c.want {
			want = append(want, noBreakLabel(w))
		}
		require.Equal(t, want, labels(c.got))
	}
	require.Equal(t, "1.5k", countLabel(1500, 500))
	require.Equal(t, "2M", countLabel(2e6, 5e5))
	require.Equal(t, "0", countLabel(0, 5))
	require.Equal(t, "0.25", countLabel(0.25, 0.05))
}

// noBreakLabel writes durations as the axes do; percentiles keep their space.
func noBreakLabel(s string) string {
	if s[len(s)-1] == '%' {
		return s
	}
	return noBreak(s)
}

// Thinning keeps the ends of every bucket: the highest spike and the deepest
// dip of a long line are still there, and in order.
func TestThinned(t *testing.T) {
	long := make(plotter.XYs, 50_000)
	for i := range long {
		long[i] = plotter.XY{X: float64(i), Y: 10 + math.Sin(float64(i))}
	}
	long[31_234].Y, long[7].Y = 99, -99
	got := thinned(long)
	require.LessOrEqual(t, len(got), most)
	require.Contains(t, got, long[31_234])
	require.Contains(t, got, long[7])
	for i := 1; i < len(got); i++ {
		require.Less(t, got[i-1].X, got[i].X)
	}
	require.Equal(t, long[:most], thinned(long[:most]))
}

func TestNines(t *testing.T) {
	require.InDelta(t, 1, nines(0.9), 1e-9)
	require.InDelta(t, 3, nines(0.999), 1e-9)
	h := newHist()
	for i := range 1000 {
		h.add(t, float64(i+1), 1)
	}
	p := percentiles(h.Histogram)
	require.Equal(t, 0.0, p[0].X)
	require.InDelta(t, 3, p[len(p)-1].X, 1e-9)
	require.InEpsilon(t, 1000, p[len(p)-1].Y, 0.002)
	for i := 1; i < len(p); i++ {
		require.GreaterOrEqual(t, p[i].Y, p[i-1].Y)
	}
	at := func(x float64) float64 { // value at the point next to x
		best := p[0]
		for _, q := range p {
			if math.Abs(q.X-x) < math.Abs(best.X-x) {
				best = q
			}
		}
		return best.Y
	}
	require.InEpsilon(t, 900, at(1), 0.01)
	require.InEpsilon(t, 990, at(2), 0.01)
}
