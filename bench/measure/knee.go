package measure

import (
	"cmp"
	"slices"
)

// FindKnee finds where the throughput–latency curve through the trials bends:
// the load with the greatest power, good responses a second over the mean
// response time (L. Kleinrock, 1979). It is nil with fewer than three loads.
func FindKnee(trials []Trial) *Knee {
	curve := joined(trials)
	if len(curve) < 3 {
		return nil
	}
	top := 0
	for i := range curve {
		if curve[i].power() > curve[top].power() {
			top = i
		}
	}
	k := &Knee{Load: curve[top].load, Rate: curve[top].rate, MeanMS: curve[top].mean}
	k.Low, k.High = curve[max(top-1, 0)].load, curve[min(top+1, len(curve)-1)].load
	if 0 < top && top < len(curve)-1 {
		k.between(curve[top-1 : top+2])
	}
	return k
}

// point is what the trials at one load came to.
type point struct{ load, rate, mean float64 }

func (p point) power() float64 { return p.rate / p.mean }

// joined makes a curve of the trials: those whose loads are within 5 % are one
// point, and those without a good response are none.
func joined(trials []Trial) (curve []point) {
	sorted := slices.SortedFunc(slices.Values(trials), func(a, b Trial) int { return cmp.Compare(a.Load, b.Load) })
	sorted = slices.DeleteFunc(sorted, func(t Trial) bool { return t.Rate <= 0 || t.MeanMS <= 0 || t.Load <= 0 })
	for i := 0; i < len(sorted); {
		n, sum := 0.0, point{}
		for first := sorted[i].Load; i < len(sorted) && sorted[i].Load <= 1.05*first; i++ {
			n, sum = n+1, point{sum.load + sorted[i].Load, sum.rate + sorted[i].Rate, sum.mean + sorted[i].MeanMS}
		}
		curve = append(curve, point{sum.load / n, sum.rate / n, sum.mean / n})
	}
	return curve
}

// between moves the knee to the top of the parabola through three points, of
// which the middle one has the most power.
func (k *Knee) between(c []point) {
	left, right := c[0].load-c[1].load, c[2].load-c[1].load
	a, b := c[0].power()-c[1].power(), c[2].power()-c[1].power() // both at most 0
	curvature := a/left/(left-right) + b/right/(right-left)      // of power over load, halved
	if curvature >= 0 {
		return
	}
	slope := (b - curvature*right*right) / right
	move := min(max(-slope/(2*curvature), left/2), right/2) // the top lies nearer to the middle than to a neighbour
	to, share := c[0], move/left
	if move > 0 {
		to, share = c[2], move/right
	}
	k.Load += move
	k.Rate += share * (to.rate - c[1].rate)
	k.MeanMS += share * (to.mean - c[1].mean)
}
