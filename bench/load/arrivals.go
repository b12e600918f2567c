package load

import (
	"math"
	"math/rand/v2"
	"time"
)

// Arrivals is when an open loop means its requests to start: a rate that may
// change with time, kept exactly or, as a Poisson process, on average. The zero
// value has none. It is written and read as text: see ParseArrivals.
type Arrivals struct {
	curve  curve
	random bool // a Poisson process with that rate
}

// curve is a rate over time, in requests a second and seconds since its begin.
type curve interface {
	at(t float64) float64    // the rate then
	count(t float64) float64 // its integral from 0 to t: how many requests are due until then
	when(n float64) float64  // the inverse: the first t with count(t) >= n, +Inf if there is none
	String() string
}

// Constant is rate requests a second, evenly spaced. A rate that is not
// positive gives none.
func Constant(rate float64) Arrivals {
	if rate > 0 {
		return Arrivals{curve: constant(rate)}
	}
	return Arrivals{}
}

// Poisson makes the starts of a random: independent of each other, and as many
// as before only on average.
func Poisson(a Arrivals) Arrivals {
	a.random = true
	return a
}

// Some reports whether there are any.
func (a Arrivals) Some() bool { return a.curve != nil }

// At is the rate after that time, in requests a second.
func (a Arrivals) At(elapsed time.Duration) float64 {
	if a.curve == nil {
		return 0
	}
	return a.curve.at(elapsed.Seconds())
}

// Expected is how many requests are due until then; of random ones, on average.
func (a Arrivals) Expected(elapsed time.Duration) float64 {
	if a.curve == nil {
		return 0
	}
	return a.curve.count(elapsed.Seconds())
}

// Never is the start of a request that is never due.
const Never = time.Duration(math.MaxInt64)

// Starts goes through the intended starts one by one, in order. The same seed
// gives the same starts.
func (a Arrivals) Starts(seed uint64) *Starts {
	s := &Starts{curve: a.curve}
	if a.random {
		s.random = rand.New(rand.NewPCG(seed, arrivalStream))
	}
	return s
}

// arrivalStream tells the random numbers of arrivals from others of the same seed.
const arrivalStream = 0x61727269

// Starts is a walk through Arrivals. It is not safe for concurrent use.
type Starts struct {
	curve  curve
	random *rand.Rand
	i      uint64
	n      float64 // random: how many are due until the last start, on the curve's own scale
}

// Next returns the next start, since the schedule began; Never after the last.
//
// A Poisson process of a changing rate is one of rate 1 on the scale on which
// the curve's integral is time.
func (s *Starts) Next() time.Duration {
	if s.curve == nil {
		return Never
	}
	n := float64(s.i)
	if s.random != nil {
		s.n += s.random.ExpFloat64()
		n = s.n
	}
	s.i++
	t := s.curve.when(n) * float64(time.Second)
	if !(t < math.MaxInt64) {
		return Never
	}
	return time.Duration(math.Round(t))
}
