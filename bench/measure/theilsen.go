package measure

import (
	"math"
	"math/rand/v2"
	"slices"
)

// theilSen is the median of the slopes between all pairs of points: half of
// them may be anything, and it still tells how the others rise. Points are in
// the order of x; it is NaN if no two x differ. It works in the space given.
func theilSen(x, y, space []float64) float64 {
	slopes := space[:0]
	for i := range x {
		for j := i + 1; j < len(x); j++ {
			if x[j] > x[i] {
				slopes = append(slopes, (y[j]-y[i])/(x[j]-x[i]))
			}
		}
	}
	return median(slopes)
}

// median reorders v. That of nothing is NaN.
func median(v []float64) float64 {
	if len(v) == 0 {
		return math.NaN()
	}
	middle := len(v) / 2
	upper := nth(v, middle)
	if len(v)%2 == 1 {
		return upper
	}
	return (slices.Max(v[:middle]) + upper) / 2
}

// nth reorders v so that v[n] is what it would be if v were sorted, with
// nothing larger before it, and returns it (Hoare's selection).
func nth(v []float64, n int) float64 {
	for low, high := 0, len(v)-1; low < high; {
		pivot := v[low+(high-low)/2]
		i, j := low, high
		for i <= j {
			for v[i] < pivot {
				i++
			}
			for v[j] > pivot {
				j--
			}
			if i <= j {
				v[i], v[j] = v[j], v[i]
				i, j = i+1, j-1
			}
		}
		switch {
		case n <= j:
			high = j
		case n >= i:
			low = i
		default:
			return v[n]
		}
	}
	return v[n]
}

// resamples is how many series a bootstrap makes up.
const resamples = 499

// slopeInterval is Theil and Sen's slope and its interval by the residual
// bootstrap, in blocks that keep what neighbours have in common. Equal seeds
// give equal intervals.
func slopeInterval(x, y []float64, confidence float64, seed uint64) (slope, low, high float64) {
	n := len(x)
	space := make([]float64, 0, n*(n-1)/2)
	slope = theilSen(x, y, space)
	random := rand.New(rand.NewPCG(seed, uint64(n)))
	block := max(1, int(math.Round(math.Cbrt(float64(n)))))
	residuals := residuals(x, y, slope, block)
	slopes, made := make([]float64, resamples), make([]float64, n)
	for k := range slopes {
		for i := 0; i < n; {
			from := random.IntN(n)
			for b := 0; b < block && i < n; b, i = b+1, i+1 {
				made[i] = slope*x[i] + residuals[(from+b)%n]
			}
		}
		slopes[k] = theilSen(x, made, space)
	}
	slices.Sort(slopes)
	tail := (1 - confidence) / 2 * resamples
	return slope, slopes[int(tail)], slopes[resamples-1-int(tail)]
}

// residuals are what the line leaves over, around a median of zero. They are made
// a little wider: for the two parameters that were fitted to them, for blocks,
// which vary less than single points, and as Student's distribution is wider
// than the normal one at the ends of an interval of 95 %.
func residuals(x, y []float64, slope float64, block int) []float64 {
	n := len(x)
	r := make([]float64, n)
	for i := range x {
		r[i] = y[i] - slope*x[i]
	}
	middle := median(slices.Clone(r))
	free := float64(max(n-2, 1))
	wider := math.Sqrt(float64(n)/free*float64(n)/float64(max(n-block, 1))) * (1 + 1.21/free)
	for i := range r {
		r[i] = (r[i] - middle) * wider
	}
	return r
}
