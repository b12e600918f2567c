package bench

import "math"

// edge is what trials tell of the load above which an objective is no longer
// met: a probability for each load that it may be, and for how sharp it is. A
// trial near the edge goes either way, so that no single one decides.
type edge struct {
	loads  []float64   // where the edge may be; the first: no load meets it, the last: all do
	weight [][]float64 // probability of each load, for each of widths
}

// widths are how far below and above the edge trials still go either way, as
// shares of the load.
var widths = []float64{0.003, 0.01, 0.03, 0.1}

// lapse is how likely a trial fails or succeeds for a reason of its own.
const lapse = 0.02

// rateCells is how finely an edge in requests a second is known.
const rateCells = 400

// newRateEdge knows that the edge is somewhere from low to high, or beyond.
func newRateEdge(low, high float64) *edge {
	loads := make([]float64, rateCells+1)
	for i := range loads {
		loads[i] = low * math.Pow(high/low, float64(i)/rateCells)
	}
	return newEdge(loads)
}

// newConnectionEdge knows that some number from 1 to most is the last to meet
// the objective, or none, or all. An edge lies between two whole numbers.
func newConnectionEdge(most int) *edge {
	var loads []float64
	for n := 0; n <= most; n += 1 + n/100 {
		loads = append(loads, float64(n)+0.5)
	}
	return newEdge(loads)
}

// newEdge holds each place for the edge to be as likely, by the ratio of loads.
func newEdge(loads []float64) *edge {
	e := &edge{loads: loads}
	for range widths {
		w := make([]float64, len(loads))
		for i := range w {
			w[i] = 1 / float64(len(loads)*len(widths))
		}
		e.weight = append(e.weight, w)
	}
	return e
}

// see learns from a trial at a load.
func (e *edge) see(load float64, met bool) {
	sum := 0.0
	for k, width := range widths {
		for i, at := range e.loads {
			p := lapse + (1-2*lapse)/(1+math.Exp((math.Log(load)-math.Log(at))/width))
			if !met {
				p = 1 - p
			}
			e.weight[k][i] *= p
			sum += e.weight[k][i]
		}
	}
	for k := range e.weight {
		for i := range e.weight[k] {
			e.weight[k][i] /= sum
		}
	}
}

// quantile is the load below which the edge lies with that probability.
func (e *edge) quantile(q float64) float64 {
	sum := 0.0
	for i, load := range e.loads {
		for k := range widths {
			sum += e.weight[k][i]
		}
		if sum >= q {
			return load
		}
	}
	return e.loads[len(e.loads)-1]
}

// none and all report whether a load is beyond the places that were looked at.
func (e *edge) none(load float64) bool { return load <= e.loads[0] }
func (e *edge) all(load float64) bool  { return load >= e.loads[len(e.loads)-1] }
