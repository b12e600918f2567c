package load

import (
	"encoding/json"
	"math"
	"testing"
	"testing/quick"
	"time"

	"github.com/stretchr/testify/require"
)

func arrivals(t testing.TB, text string) Arrivals {
	t.Helper()
	a, err := ParseArrivals(text)
	require.NoError(t, err)
	return a
}

// everyShape has each shape, and what is special in it.
var everyShape = []string{
	"100", "0.5", "1000000", "ramp:10..500/60s", "ramp:0..100/10s", "ramp:500..10/30s", "ramp:100..0/10s", "ramp:7..7/3s",
	"steps:100,200,400/10s", "steps:0,100,0,50/2s", "steps:10,0/5s", "steps:5/1s", "sine:100±50/30s", "sine:100±100/2s",
	"sine:3±0/1s", "burst:500/1s every 10s", "burst:1/10ms every 1s", "burst:20/5s every 5s",
}

// The number of starts until any time is the integral of the rate until then, to
// the one that is due at that very moment.
func TestStartsFollowTheRate(t *testing.T) {
	for _, text := range everyShape {
		a := arrivals(t, text)
		starts, n, last := a.Starts(1), 0, time.Duration(0)
		for next := starts.Next(); next < 120*time.Second && n < 200_000; next = starts.Next() {
			require.GreaterOrEqual(t, next, last, "%s: start %d", text, n)
			require.InDelta(t, n, a.Expected(next), 1e-3+1e-9*a.At(next), "%s: start %d at %v", text, n, next)
			n, last = n+1, next
		}
		if n < 200_000 {
			require.InDelta(t, a.Expected(120*time.Second), n, 1, text)
		}
	}
}

// What is expected is the integral of the rate, summed by small steps.
func TestExpectedIsTheIntegral(t *testing.T) {
	const step = time.Millisecond
	for _, text := range everyShape {
		a := arrivals(t, text)
		sum, most := 0.0, 0.0
		for at := time.Duration(0); at < 65*time.Second; at += step {
			rate := a.At(at + step/2)
			sum, most = sum+rate*step.Seconds(), max(most, rate)
		}
		require.InDelta(t, a.Expected(65*time.Second), sum, 1e-6*sum+most*step.Seconds()*10, text)
	}
}

func TestRampProperty(t *testing.T) {
	require.NoError(t, quick.Check(func(from, to uint16, over uint8, at float64) bool {
		r := ramp{float64(from), float64(to), float64(over) + 1}
		n := math.Abs(math.Mod(at, 1)) * r.count(2*r.over)
		when := r.when(n)
		return from == 0 && to == 0 || math.IsInf(when, 1) || math.Abs(r.count(when)-n) < 1e-6*(1+n)
	}, nil))
}

// A Poisson process has as much variance as mean, in every second of it, and
// its gaps are exponential.
func TestPoisson(t *testing.T) {
	for _, text := range []string{"poisson:200", "poisson:ramp:100..300/200s"} {
		a := arrivals(t, text)
		const seconds = 200
		counts := make([]float64, seconds)
		starts := a.Starts(7)
		for at := starts.Next(); at < seconds*time.Second; at = starts.Next() {
			counts[int(at/time.Second)]++
		}
		total, variance := 0.0, 0.0
		for i, n := range counts {
			mean := a.Expected(time.Duration(i+1)*time.Second) - a.Expected(time.Duration(i)*time.Second)
			total += n
			variance += (n - mean) * (n - mean) / mean / seconds
		}
		expected := a.Expected(seconds * time.Second)
		require.InDelta(t, expected, total, 4*math.Sqrt(expected), text)
		require.InDelta(t, 1, variance, 4*math.Sqrt(2.0/seconds), text) // χ² with as many degrees of freedom
	}
}

func TestPoissonGaps(t *testing.T) {
	starts, last, over := arrivals(t, "poisson:1000").Starts(3), time.Duration(0), 0
	const n = 100_000
	for range n {
		at := starts.Next()
		if at-last > time.Millisecond {
			over++
		}
		last = at
	}
	require.InDelta(t, math.Exp(-1), float64(over)/n, 4*math.Sqrt(0.25/n))
}

// The same seed gives the same starts, another one gives others.
func TestPoissonSeed(t *testing.T) {
	take := func(seed uint64) (all []time.Duration) {
		starts := arrivals(t, "poisson:200").Starts(seed)
		for range 1000 {
			all = append(all, starts.Next())
		}
		return all
	}
	require.Equal(t, take(5), take(5))
	require.NotEqual(t, take(5), take(6))
}

// Text is read, written and read again without loss, in JSON too.
func TestArrivalsText(t *testing.T) {
	for _, text := range everyShape {
		a := arrivals(t, text)
		require.Equal(t, a, arrivals(t, a.String()), text)
		b, err := json.Marshal(a)
		require.NoError(t, err)
		var again Arrivals
		require.NoError(t, json.Unmarshal(b, &again))
		require.Equal(t, a, again)
	}
	require.Equal(t, arrivals(t, "sine:100±50/30s"), arrivals(t, "sine:100+-50/30s"))
	require.Equal(t, arrivals(t, "100"), arrivals(t, "100/s"))
	require.Equal(t, Constant(100), arrivals(t, " 100 "))
	require.Equal(t, Poisson(Constant(20)), arrivals(t, "poisson:20"))
	require.Empty(t, Arrivals{}.String())
	require.False(t, Constant(0).Some())
	require.Equal(t, Never, Arrivals{}.Starts(1).Next())
}

func TestArrivalsErrors(t *testing.T) {
	for text, says := range map[string]string{
		"":                        "not a rate",
		"fast":                    "not a rate",
		"0":                       "above 0",
		"-5":                      "not a rate",
		"NaN":                     "not a rate",
		"1e9":                     "not a rate",
		"slope:1..2/3s":           "no shape is called",
		"ramp:1..2":               "lacks its time",
		"ramp:1/2s":               "from one rate to another",
		"ramp:0..0/2s":            "above 0",
		"ramp:1..x/2s":            "not a rate",
		"ramp:1..2/soon":          "not a time",
		"ramp:1..2/-1s":           "not a time",
		"steps:0,0/1s":            "above 0",
		"steps:1,/1s":             "not a rate",
		"sine:5/1s":               "how far it swings",
		"sine:5±6/1s":             "at most the mean",
		"burst:5/1s":              "again and again",
		"burst:5/2s every 1s":     "before the next",
		"burst:0.5/1s every 2s":   "whole number",
		"burst:9999/1us every 1s": "requests a second",
		"poisson:poisson:5":       "no shape is called",
	} {
		_, err := ParseArrivals(text)
		require.ErrorContains(t, err, says, text)
		require.ErrorContains(t, err, "read the rate", text)
	}
}

// Several loops share a schedule: each start is one loop's.
func TestPaceIsShared(t *testing.T) {
	for _, text := range []string{"1000", "poisson:1000", "burst:5/1ms every 20ms"} {
		s := Schedule{Arrivals: arrivals(t, text), Seed: 9}
		one, want := newPace(s, time.Second, 0, 1), map[time.Duration]int{}
		for range 300 {
			want[one.take(one.due())]++
		}
		got := map[time.Duration]int{}
		for i := range 3 {
			p := newPace(s, time.Second, i, 3)
			for range 100 {
				got[p.take(p.due())]++
			}
		}
		require.Equal(t, want, got, text)
	}
}

// What is late is sent ten times as fast as the schedule, not all at once.
func TestPaceCatchesUp(t *testing.T) {
	p := newPace(Schedule{Rate: 100}, 0, 0, 1)
	now := time.Second // nothing was sent until now
	for range 10 {
		at := max(p.next(), now)
		p.take(at)
		now = at
	}
	require.Equal(t, time.Second+9*time.Millisecond, now)
	p = newPace(Schedule{Arrivals: arrivals(t, "burst:2/1ms every 10s")}, 0, 0, 1)
	p.take(p.next())
	p.take(p.next())
	require.Equal(t, 10*time.Second, p.next(), "a pause is no reason to be late after it")
}
