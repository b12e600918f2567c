package reports

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat"

	"github.com/httpdlab/httpdlab/bench/measure"
)

// The interval of a percentile covers the true one about as often as it says.
func TestSectionedCovers(t *testing.T) {
	const rounds, each = 600, 400
	r := rand.New(rand.NewPCG(1, 9))
	covered := 0
	for range rounds {
		whole, part := measure.NewHistogram(), measure.NewHistogram()
		var parts []float64
		for range batches {
			part.Reset()
			for range each {
				require.NoError(t, part.RecordValue(int64(5e6*math.Exp(0.4*r.NormFloat64()))))
			}
			whole.Merge(part)
			parts = append(parts, float64(part.ValueAtPercentile(90))/1e6)
		}
		i, ok := sectioned(float64(whole.ValueAtPercentile(90))/1e6, parts)
		require.True(t, ok)
		if truth := 5 * math.Exp(0.4*1.2815515); i.lo <= truth && truth <= i.hi {
			covered++
		}
	}
	require.InDelta(t, 0.95, float64(covered)/rounds, 0.03)
}

// Too few stretches, or none that counts, have no interval.
func TestSectionedThin(t *testing.T) {
	for _, parts := range [][]float64{nil, {1}, {1, 2, 3, 4}} {
		_, ok := sectioned(2, parts)
		require.False(t, ok)
	}
	_, ok := sectioned(0, []float64{1, 2, 3, 4, 5})
	require.False(t, ok)
}

// A band is drawn where a phase is long enough, and not for a stray request
// after its end.
func TestBands(t *testing.T) {
	r, err := open(ordinary(t).done())
	require.NoError(t, err)
	p := r.phase("closed-4")
	latency, ok := r.latencyInterval(p, 2)
	require.True(t, ok)
	require.Less(t, latency.lo, p.ServiceMS.P99)
	require.Greater(t, latency.hi, p.ServiceMS.P99)
	require.Less(t, latency.hi/latency.lo, 1.5)
	rates, ok := r.rateInterval(p)
	require.True(t, ok)
	require.InDelta(t, p.Rate, stat.Mean([]float64{rates.lo, rates.hi}, nil), 0.05*p.Rate)
}
