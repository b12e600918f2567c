package load

import "time"

// Schedule is when requests are sent, and for how long.
type Schedule struct {
	Rate     float64       // open loop at a constant rate, requests a second
	Arrivals Arrivals      // open loop of any shape, in place of Rate; without both it is a closed loop
	Seed     uint64        // of all that is random: the same seed makes the same load
	Duration time.Duration // 0: until the context ends
}

// Open reports whether requests start when the schedule says so. In a closed
// loop, they start when the one before is answered.
func (s Schedule) Open() bool { return s.arrivals().Some() }

// At is the rate after that time, in requests a second; 0 for a closed loop.
func (s Schedule) At(elapsed time.Duration) float64 { return s.arrivals().At(elapsed) }

func (s Schedule) arrivals() Arrivals {
	if s.Arrivals.Some() {
		return s.Arrivals
	}
	return Constant(s.Rate)
}

// Engine names what carries out the schedule on a Pool.
func (s Schedule) Engine() string {
	if s.Open() {
		return "vegeta"
	}
	return "loop"
}
