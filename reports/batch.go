package reports

import (
	"math"

	"github.com/HdrHistogram/hdrhistogram-go"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/httpdlab/httpdlab/bench/measure"
)

// batches is into how many stretches of equal length a phase is cut. Seconds
// that follow each other are alike, and requests even more so; stretches are
// nearly independent, so that their scatter tells how sure a figure is.
const batches = 10

// interval is where a figure lies with 95 % confidence.
type interval struct{ lo, hi float64 }

// leastBatches is how few stretches can tell of scatter at all.
const leastBatches = 5

// sectioned is the interval of a percentile of the whole from the same of its
// stretches (Nakayama's sectioning), by ratios, since latencies have long
// tails; ok only where there are enough of them.
func sectioned(whole float64, parts []float64) (i interval, ok bool) {
	if len(parts) < leastBatches || !drawable(whole) {
		return i, false
	}
	k, squares := float64(len(parts)), 0.0
	for _, x := range parts {
		squares += math.Pow(math.Log(x/whole), 2)
	}
	half := distuv.StudentsT{Sigma: 1, Nu: k - 1}.Quantile(0.975) * math.Sqrt(squares/(k-1)/k)
	return interval{whole * math.Exp(-half), whole * math.Exp(half)}, finite(half)
}

// quantiles of which a phase's stretches are asked, in percent.
var batchQuantiles = []float64{50, 90, 99}

// batching collects the percentiles of a phase's stretches as its intervals go
// by.
type batching struct {
	start, length float64                 // of the phase, in milliseconds
	number        int                     // of the stretch under way
	least         int64                   // requests that a stretch needs to count
	hist          *hdrhistogram.Histogram // of the stretch under way
	all           *hdrhistogram.Histogram // of the phase; the finished stretches
	parts         [3][]float64            // milliseconds, for each of batchQuantiles
}

func (b *batching) add(x *measure.Interval) {
	number := int(batches * (x.EndMS - 1 - b.start) / b.length)
	if number != b.number && b.hist.TotalCount() >= b.least {
		b.finish()
	}
	b.number = number
	b.hist.Merge(x.Hist)
}

// finish closes the stretch under way. One with too few requests to tell of
// their scatter only counts for the whole.
func (b *batching) finish() {
	if b.hist.TotalCount() >= b.least {
		for i, ns := range b.hist.ValueAtPercentilesSlice(batchQuantiles) {
			b.parts[i] = append(b.parts[i], float64(ns)/1e6)
		}
	}
	b.all.Merge(b.hist)
	b.hist.Reset()
}

// batched reports whether the interval went into a batching: its phase ran to
// its end.
func (r *record) batched(k curve, x *measure.Interval) bool {
	b := r.batches[k]
	if b == nil {
		p := r.phase(k.phase)
		if p == nil || !(p.EndMS > p.StartMS) || k.clock == measure.Lag {
			return false
		}
		b = &batching{start: p.StartMS, length: p.EndMS - p.StartMS, least: max(1, p.Requests/(4*batches)), hist: measure.NewHistogram(), all: r.curves[k]}
		r.batches[k] = b
	}
	b.add(x)
	return true
}

// latencyInterval is where the percentile lies that is i-th of batchQuantiles,
// on the clock that counts for p.
func (r *record) latencyInterval(p *measure.Phase, i int) (interval, bool) {
	clock, whole := measure.Service, telling(p)
	if !p.Closed() {
		clock = measure.Response
	}
	b := r.batches[curve{p.Name, clock}]
	if b == nil {
		return interval{}, false
	}
	return sectioned([]float64{whole.P50, whole.P90, whole.P99}[i], b.parts[i])
}

// rateInterval is where the rate of p lies.
func (r *record) rateInterval(p *measure.Phase) (interval, bool) {
	var sums, lengths [batches]float64
	for i := range r.Samples {
		s := &r.Samples[i]
		v, ok := perSecond(s)
		at := batches * (s.MS - s.IntervalMS/2 - p.StartMS) / (p.EndMS - p.StartMS)
		if ok && !s.Warmup && s.Phase == p.Name && at >= 0 && at < batches {
			sums[int(at)] += v * s.IntervalMS
			lengths[int(at)] += s.IntervalMS
		}
	}
	var parts []float64
	for i := range sums {
		if lengths[i] > 0 {
			parts = append(parts, sums[i]/lengths[i])
		}
	}
	if len(parts) < leastBatches {
		return interval{}, false
	}
	mean, sd := stat.MeanStdDev(parts, nil)
	half := distuv.StudentsT{Sigma: 1, Nu: float64(len(parts) - 1)}.Quantile(0.975) * sd / math.Sqrt(float64(len(parts)))
	return interval{max(0, mean-half), mean + half}, finite(half)
}
