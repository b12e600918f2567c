package compare

import (
	"math"
	"math/rand/v2"
	"slices"

	"github.com/aclements/go-moremath/stats"
	"golang.org/x/perf/benchmath"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/combin"
)

// deals is how many ways to deal the runs are tried at most; fewer are all
// tried.
const deals = 5_000

// summarize is the median with its interval. Below six values no interval of
// the median reaches 95 %, so that the range stands there.
func summarize(v []float64) Summary {
	sorted := slices.Sorted(slices.Values(v))
	s := benchmath.AssumeNothing.Summary(&benchmath.Sample{Values: sorted, Thresholds: &benchmath.DefaultThresholds}, 0.95)
	return Summary{
		N: len(v), Median: s.Center,
		Lo: max(s.Lo, sorted[0]), Hi: min(s.Hi, sorted[len(sorted)-1]),
	}
}

// shift is the change from base to new: the median over all pairs of a run of
// each (Hodges and Lehmann), and the interval of it in which the rank test of
// Mann and Whitney finds nothing at alpha.
func (s *series) shift(alpha float64) (change, lo, hi float64) {
	var pairs []float64
	for _, b := range s.base {
		for _, n := range s.new {
			pairs = append(pairs, s.scale(n)-s.scale(b))
		}
	}
	slices.Sort(pairs)
	u := stats.UDist{N1: len(s.base), N2: len(s.new)}
	outside := 0
	for outside < (len(pairs)-1)/2 && u.CDF(float64(outside)) <= alpha/2 {
		outside++
	}
	if outside > 0 {
		outside--
	}
	return s.unscale((pairs[(len(pairs)-1)/2] + pairs[len(pairs)/2]) / 2), s.unscale(pairs[outside]), s.unscale(pairs[len(pairs)-1-outside])
}

// scale makes ratios differences, unless the series is one of differences.
func (s *series) scale(x float64) float64 {
	if s.additive() {
		return x
	}
	return math.Log(x)
}

func (s *series) unscale(difference float64) float64 {
	if s.additive() {
		return difference
	}
	return math.Expm1(difference)
}

// adjusted is the p-value of each series, adjusted for there being many: the
// share of all ways to deal the runs into two hands in which the largest
// difference of any series is as large as this one's (Westfall and Young's
// maxT). A table of seven loads and five percentiles would else cry wolf once
// in every comparison, while all its lines rise and fall together.
func adjusted(all []series) []float64 {
	if len(all) == 0 {
		return nil
	}
	n, hand := len(all[0].base)+len(all[0].new), len(all[0].base)
	pooled := make([][]float64, len(all))
	for i := range all {
		for _, x := range append(slices.Clone(all[i].base), all[i].new...) {
			pooled[i] = append(pooled[i], all[i].scale(x))
		}
	}
	seen := make([]float64, len(all))
	for i := range all {
		seen[i] = apart(pooled[i][:hand], pooled[i][hand:], all[i].floor())
	}
	as, tried := make([]float64, len(all)), 0.0
	dealt := make([]float64, n)
	deal(n, hand, func(order []int) {
		largest := 0.0
		for i := range all {
			for at, from := range order {
				dealt[at] = pooled[i][from]
			}
			largest = max(largest, apart(dealt[:hand], dealt[hand:], all[i].floor()))
		}
		tried++
		for i := range seen {
			if largest >= seen[i]*(1-1e-9) {
				as[i]++
			}
		}
	})
	for i := range as {
		as[i] /= tried
	}
	return as
}

// floor is a spread that clocks and counters have at least: values that agree
// by luck are no proof of precision.
func (s *series) floor() float64 {
	if s.additive() {
		return 0.05 // percentage points
	}
	return 0.002
}

// apart is how many of their own spreads two hands lie apart (Welch's t).
func apart(a, b []float64, floor float64) float64 {
	ma, va := stat.MeanVariance(a, nil)
	mb, vb := stat.MeanVariance(b, nil)
	return math.Abs(ma-mb) / math.Sqrt(max(va, floor*floor)/float64(len(a))+max(vb, floor*floor)/float64(len(b)))
}

// deal calls visit with orders of n runs of which the first hand are one side:
// with all that differ, or with as many random ones as deals, always the same.
// The order as it was found is among them.
func deal(n, hand int, visit func(order []int)) {
	if combin.LogGeneralizedBinomial(float64(n), float64(hand)) < math.Log(deals) {
		g := combin.NewCombinationGenerator(n, hand)
		for g.Next() {
			visit(complement(g.Combination(nil), n))
		}
		return
	}
	order := complement(nil, n)
	r := rand.New(rand.NewPCG(1, uint64(n)))
	for range deals {
		visit(order)
		r.Shuffle(n, func(i, j int) { order[i], order[j] = order[j], order[i] })
	}
}

// complement appends to chosen what of 0 to n-1 it lacks.
func complement(chosen []int, n int) []int {
	for i := range n {
		if !slices.Contains(chosen[:min(len(chosen), n)], i) {
			chosen = append(chosen, i)
		}
	}
	return chosen
}
