package bench

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/httpdlab/httpdlab/bench/measure"
)

// station is a queue with a single server that takes a fixed time: M/D/1 when
// requests come at random times.
type station struct {
	service float64 // seconds
	random  *rand.Rand
}

// responses are the times in the station of n requests that come at a rate.
func (s station) responses(rate float64, n int) []float64 {
	all := make([]float64, 0, n)
	now, free := 0.0, 0.0
	for range n + n/5 { // the first fifth warms up
		now += s.random.ExpFloat64() / rate
		free = math.Max(now, free) + s.service
		all = append(all, free-now)
	}
	return all[n/5:]
}

// waitWithin is the probability that a request of an M/D/1 queue waits at most t
// (A. K. Erlang, 1909).
func waitWithin(rate, service, t float64) float64 {
	sum, term := 0.0, 0.0
	for k := 0; float64(k)*service <= t; k++ {
		x := rate * (t - float64(k)*service)
		term = math.Exp(x)
		for j := 1; j <= k; j++ {
			term *= -x / float64(j)
		}
		sum += term
	}
	return (1 - rate*service) * sum
}

// exactEdge is the rate at which that share of responses takes just the limit.
func exactEdge(service, limit, share float64) float64 {
	low, high := 0.0, 1/service
	for range 60 {
		middle := (low + high) / 2
		if waitWithin(middle, service, limit-service) >= share {
			low = middle
		} else {
			high = middle
		}
	}
	return low
}

// simulated searches a station for p(99) below a limit, with so many requests a
// trial and so many trials in the budget.
func simulated(s station, limit float64, requests, lengths int) *search {
	capacity := 1 / s.service
	return &search{
		Search: &measure.Search{Objective: "p(99)", Over: VaryRate},
		edge:   newRateEdge(capacity/300, 1.15*capacity),
		sweep:  sweepOf(capacity),
		left:   func() int { return lengths },
		try: func(load float64, n int) (measure.Trial, error) {
			lengths -= n
			all := s.responses(load, n*requests)
			mean := 0.0
			for _, r := range all {
				mean += r / float64(len(all))
			}
			slices.Sort(all)
			p99 := all[len(all)*99/100]
			return measure.Trial{
				Load: load, Rate: math.Min(load, capacity), MeanMS: mean * 1000, Value: p99 * 1000, Limit: limit * 1000, OK: p99 < limit,
			}, nil
		},
	}
}

// The edge of a queue of which the theory is known is found, and its knee: for
// M/D/1 the power is greatest at a load of 2 - √2 of the capacity.
func TestSearchOfAKnownQueue(t *testing.T) {
	const service = 0.001
	searches := map[bool]int{false: 200, true: 20}[raceEnabled]
	for _, limit := range []float64{0.004, 0.010} {
		exact := exactEdge(service, limit, 0.99)
		held, safe, near, knees, trials := 0, 0, 0, 0.0, 0
		for i := range searches {
			s := simulated(station{service, rand.New(rand.NewPCG(7, uint64(i)))}, limit, 4000, 24)
			require.NoError(t, s.run())
			trials += len(s.Trials)
			if s.Low <= 1.02*exact && exact <= 1.02*s.High { // a trial that begins idle is a little too good
				held++
			}
			if s.Best <= 1.02*exact {
				safe++
			}
			if s.Best >= 0.88*exact {
				near++
			}
			require.NotNil(t, s.Knee)
			knees += s.Knee.Load * service / float64(searches)
			require.InDelta(t, 2-math.Sqrt2, s.Knee.Load*service, 0.2)
		}
		t.Logf("limit %g s: exact edge %.1f/s; of %d searches %d hold it, %d are safe, %d near; knee at %.3f of the capacity (exact %.3f); %.1f trials each",
			limit, exact, searches, held, safe, near, knees, 2-math.Sqrt2, float64(trials)/float64(searches))
		require.GreaterOrEqual(t, held, searches*85/100)
		require.GreaterOrEqual(t, safe, searches*95/100)
		require.GreaterOrEqual(t, near, searches*90/100)
		require.InDelta(t, 2-math.Sqrt2, knees, 0.06)
	}
}

// Connections beyond what a server works on at once only wait.
func TestSearchOfConnections(t *testing.T) {
	for _, servers := range []int{1, 3, 7, 40} {
		random := rand.New(rand.NewPCG(8, uint64(servers)))
		s := &search{
			Search: &measure.Search{Over: VaryConnections}, edge: newConnectionEdge(100), whole: true, sweep: []float64{1, 2, 4, 7, 10, 20, 40, 70},
			left: func() int { return 100 },
			try: func(load float64, _ int) (measure.Trial, error) {
				require.Equal(t, math.Trunc(load), load)
				mean := 10 * math.Max(1, load/float64(servers)) * (1 + 0.02*random.NormFloat64())
				return measure.Trial{Load: load, Rate: load / mean * 1000, MeanMS: mean, Value: mean, OK: mean < 20}, nil
			},
		}
		require.NoError(t, s.run())
		edge := 2 * float64(servers) // up to there a response takes less than twice its time
		require.InDelta(t, edge, s.Best, 1+edge/10, s.Ended)
		require.True(t, s.Confirmed, s.Ended)
		require.InEpsilon(t, float64(servers), s.Knee.Load, 0.35, "of %d servers", servers)
	}
}

// A search ends, whatever it meets.
func TestSearchEnds(t *testing.T) {
	outcome := func(ok func(load float64) bool, lengths int) *measure.Search {
		s := &search{
			Search: &measure.Search{Over: VaryRate}, edge: newRateEdge(1, 1000), sweep: sweepOf(900),
			left: func() int { return lengths },
			try: func(load float64, n int) (measure.Trial, error) {
				lengths -= n
				return measure.Trial{Load: load, Rate: load, MeanMS: 1, OK: ok(load)}, nil
			},
		}
		require.NoError(t, s.run())
		require.NotEmpty(t, s.Ended)
		require.Less(t, len(s.Trials), mostTrials+1)
		return s.Search
	}
	never := outcome(func(float64) bool { return false }, 1000)
	require.Zero(t, never.Best)
	require.Contains(t, never.Ended, "Even the least")
	always := outcome(func(float64) bool { return true }, 1000)
	require.Greater(t, always.Best, 700.0)
	require.Zero(t, always.High)
	require.Contains(t, always.Ended, "All loads")
	random := rand.New(rand.NewPCG(9, 9))
	outcome(func(float64) bool { return random.IntN(2) == 0 }, 1000)
	spent := outcome(func(load float64) bool { return load < 300 }, 3)
	require.Contains(t, spent.Ended, "budget")
	require.False(t, spent.Confirmed)
	sharp := outcome(func(load float64) bool { return load < 300 }, 1000)
	require.True(t, sharp.Confirmed)
	require.InEpsilon(t, 300, sharp.Best, 0.06)
	require.LessOrEqual(t, sharp.Best, 300.0)
	require.Less(t, len(sharp.Trials), 20)
}
