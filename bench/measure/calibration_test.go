package measure

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Percentiles of exponential service times are those of the closed form,
// -ln(1-p) times the mean, within 2 % at 100 000 samples.
func TestExponentialServiceTimes(t *testing.T) {
	const mean, n = 10 * time.Millisecond, 100_000
	random := rand.New(rand.NewPCG(11, 11))
	r := NewRecorder(1, 0)
	now := time.Duration(0)
	for range n {
		took := time.Duration(random.ExpFloat64() * float64(mean))
		r.Begin(now, now)
		r.End(Exchange{Intended: now, Sent: now, Ended: now + took})
		now += took
	}
	tally := r.Cut(now)
	require.Equal(t, int64(n), tally.Requests)
	s := Summarize(tally.Service)
	require.InEpsilon(t, 10, s.Mean, 0.02)
	for p, got := range map[float64]float64{0.5: s.P50, 0.9: s.P90, 0.99: s.P99, 0.999: s.P999} {
		exact := -math.Log(1-p) * 10
		t.Logf("p%g: %.3f ms, exact %.3f ms", 100*p, got, exact)
		require.InEpsilon(t, exact, got, 0.02)
	}
	require.InDelta(t, 1, tally.MeanInFlight, 1e-9)
}
