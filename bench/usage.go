package bench

import (
	"math"
	"runtime/metrics"
	"time"
)

// usage is what the load generator itself took, up to one instant of the run.
type usage struct {
	at, cpu, waited time.Duration
	gc              float64 // CPU seconds of the garbage collector
	pauses          []uint64
}

// The runtime's own accounts.
const (
	gcSeconds = "/cpu/classes/gc/total:cpu-seconds"
	gcPauses  = "/sched/pauses/total/gc:seconds"
)

func ownUsage(at time.Duration) usage {
	told := []metrics.Sample{{Name: gcSeconds}, {Name: gcPauses}}
	metrics.Read(told)
	u := usage{at: at, cpu: ownCPU(), waited: ownWait()}
	if told[0].Value.Kind() == metrics.KindFloat64 {
		u.gc = told[0].Value.Float64()
	}
	if told[1].Value.Kind() == metrics.KindFloat64Histogram {
		u.pauses = told[1].Value.Float64Histogram().Counts
	}
	return u
}

// since is what was taken after before, in cores, and the longest pause.
func (u usage) since(before usage) (cpu, waited, gc float64, pause time.Duration) {
	spent := u.at - before.at
	if spent <= 0 {
		return 0, 0, 0, 0
	}
	cores := func(d time.Duration) float64 { return max(0, float64(d)/float64(spent)) }
	return cores(u.cpu - before.cpu), cores(u.waited - before.waited), max(0, u.gc-before.gc) / spent.Seconds(), u.longestPause(before)
}

// longestPause is an upper bound: the runtime counts pauses in classes.
func (u usage) longestPause(before usage) time.Duration {
	told := []metrics.Sample{{Name: gcPauses}}
	for i := len(u.pauses) - 1; i >= 0 && len(before.pauses) == len(u.pauses); i-- {
		if u.pauses[i] == before.pauses[i] {
			continue
		}
		metrics.Read(told)
		bounds := told[0].Value.Float64Histogram().Buckets
		if bound := bounds[i+1]; !math.IsInf(bound, 1) {
			return time.Duration(bound * float64(time.Second))
		}
		return time.Duration(bounds[i] * float64(time.Second))
	}
	return 0
}
