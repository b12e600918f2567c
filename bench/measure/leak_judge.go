package measure

import (
	"fmt"
	"math"
	"slices"
)

// DefaultLeakLimit is the leak that a soak tells from none, in B/request: what
// a request forgets to free is an allocation, and a heap's smallest takes about
// so much.
const DefaultLeakLimit = 16

// What a leak verdict stands on.
const (
	leakConfidence = 0.95
	// leastPlateaus that rise all the time do so by chance once in 720 times.
	leastPlateaus = 6
	// mostPlateaus bounds the work; more are joined, neighbour with neighbour.
	mostPlateaus = 60
	// timeWait is how long a closed connection may hold its control block: twice
	// lwIP's TCP_MSL of 60 s, and some air. RFC 9293, 3.6.1.
	timeWaitMS = 130_000
	// timeWaitBytes is about what it holds there: lwIP's struct tcp_pcb and the
	// heap's own bookkeeping.
	timeWaitBytes = 300
)

// LeakSeries is what a leak is judged by.
type LeakSeries struct {
	Source   string // "heap": free bytes, or "rss": resident bytes
	Plateaus []Plateau
	Closed   int64   // connections that were closed between the first plateau and the last
	Limit    float64 // B/request, 0: DefaultLeakLimit
	Seed     uint64
}

// Judge says whether memory was lost with each request. Sampling noise, caches
// that fill and empty within a quarter of the series, first uses, and
// connections in TIME_WAIT are no leak.
func (s *LeakSeries) Judge() *Leak {
	if s.Limit <= 0 {
		s.Limit = DefaultLeakLimit
	}
	l := &Leak{Verdict: CannotTell, Source: s.Source, Confidence: leakConfidence, Limit: s.Limit, Plateaus: s.Plateaus}
	x, lost := s.points()
	if len(x) < leastPlateaus || x[len(x)-1] <= x[0] {
		l.Text = fmt.Sprintf("cannot tell: there are %d plateaus after the warm-up, and %d are the least", len(x), leastPlateaus)
		s.more(l, float64(leastPlateaus+1)/float64(max(len(x), 1)))
		return l
	}
	l.Slope, l.Low, l.High = slopeInterval(x, lost, leakConfidence, s.Seed)
	doubt := s.doubt(x, lost, l)
	switch {
	case l.High <= l.Limit:
		l.Verdict = NoLeak
		l.Text = fmt.Sprintf("no leak above %s B/request (%.0f %% interval %s to %s, %d plateaus over %.0f requests)",
			perRequest(math.Max(l.High, 0)), leakConfidence*100, perRequest(l.Low), perRequest(l.High), len(x), x[len(x)-1]-x[0])
	case l.Low > 0 && doubt == "":
		l.Verdict = Leaks
		l.Text = fmt.Sprintf("leaks %s B/request (%.0f %% interval %s to %s, %d plateaus over %.0f requests)",
			perRequest(l.Slope), leakConfidence*100, perRequest(l.Low), perRequest(l.High), len(x), x[len(x)-1]-x[0])
	default:
		s.undecided(l, doubt)
	}
	return l
}

// perRequest writes B/request, with digits after the point when they say something.
func perRequest(v float64) string {
	if math.Abs(v) < 10 {
		return fmt.Sprintf("%.2g", v)
	}
	return fmt.Sprintf("%.0f", v)
}

// points are requests and bytes lost of the plateaus that count.
func (s *LeakSeries) points() (x, lost []float64) {
	sign := -1.0
	if s.Source == "rss" {
		sign = 1
	}
	for _, p := range s.Plateaus {
		if !p.Warmup {
			x, lost = append(x, float64(p.Requests)), append(lost, sign*p.Bytes)
		}
	}
	for len(x) > mostPlateaus {
		x, lost = halve(x), halve(lost)
	}
	return x, lost
}

// halve joins neighbours; a last one without a neighbour stays.
func halve(v []float64) (h []float64) {
	for pair := range slices.Chunk(v, 2) {
		h = append(h, (pair[0]+pair[len(pair)-1])/2)
	}
	return h
}

// doubt is why a loss that seems to grow may be no leak, "" if nothing speaks
// against it.
func (s *LeakSeries) doubt(x, lost []float64, l *Leak) string {
	n := len(x)
	total := l.Slope * (x[n-1] - x[0])
	switch {
	case !rising(lost):
		return "memory came back in between, as with a cache that fills and empties"
	case theilSenOf(x[n-last(n):], lost[n-last(n):]) < l.Slope/2:
		return "the loss slows down, as with first uses and buffers that grow once"
	case withoutJumps(lost) < total/3:
		return "it was lost in a few jumps, as with first uses"
	case s.spanMS() < 2*timeWaitMS && total < float64(s.Closed)*timeWaitBytes:
		return fmt.Sprintf("as much may be held by %d connections in TIME_WAIT", s.Closed)
	}
	return ""
}

// last is how many points at the end must lose as the others do.
func last(n int) int { return max(3, n/3) }

func theilSenOf(x, y []float64) float64 { return theilSen(x, y, nil) }

// rising reports whether the least loss of each stretch is above that of the
// stretch before: a cache that was emptied in each of them does not count.
func rising(lost []float64) bool {
	stretches := min(4, len(lost)/2)
	before := math.Inf(-1)
	for k := range stretches {
		least := slices.Min(lost[k*len(lost)/stretches : (k+1)*len(lost)/stretches])
		if least <= before {
			return false
		}
		before = least
	}
	return true
}

// withoutJumps is the loss from first to last, without its largest steps.
func withoutJumps(lost []float64) (sum float64) {
	steps := make([]float64, len(lost)-1)
	for i := range steps {
		steps[i] = lost[i+1] - lost[i]
	}
	slices.Sort(steps)
	for _, step := range steps[:len(steps)-max(1, len(lost)/6)] {
		sum += step
	}
	return sum
}

func (s *LeakSeries) spanMS() float64 {
	first := slices.IndexFunc(s.Plateaus, func(p Plateau) bool { return !p.Warmup })
	return s.Plateaus[len(s.Plateaus)-1].MS - s.Plateaus[first].MS
}

// undecided says what is known, and how much longer the answer takes: the width
// of the interval shrinks with the length of the series to the power of 1.5.
func (s *LeakSeries) undecided(l *Leak, doubt string) {
	want, have := l.Limit, l.High-l.Slope // no leak: the upper end below the limit
	if l.Slope > l.Limit/2 {
		want, have = l.Slope, l.Slope-l.Low // a leak: the lower end above zero
	}
	longer := math.Pow(have/want, 2.0/3)
	if doubt == "" || l.Low <= 0 {
		doubt = "the interval is wide"
	} else {
		longer = 2
	}
	s.more(l, longer)
	l.Text = fmt.Sprintf("cannot tell: %s to %s B/request, and %s; %d more requests would do",
		perRequest(l.Low), perRequest(l.High), doubt, l.MoreRequests)
}

// more says what it takes to make the series so many times longer.
func (s *LeakSeries) more(l *Leak, times float64) {
	times = math.Min(math.Max(times, 1.25), 1000)
	n := len(s.Plateaus)
	if n < 2 {
		return
	}
	first, end := s.Plateaus[0], s.Plateaus[n-1]
	l.MoreRequests = int64(math.Ceil((times - 1) * float64(end.Requests-first.Requests)))
	l.MoreMS = (times - 1) * (end.MS - first.MS)
}
