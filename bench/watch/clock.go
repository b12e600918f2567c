package watch

import (
	"fmt"
	"time"

	"github.com/httpdlab/httpdlab/bench/measure"
)

// leastStep is by how much a clock must be off to be told: less is the
// steering of time by NTP, and the time between two readings.
const leastStep = 100 * time.Millisecond

// Clock watches this machine's clocks: whether the wall clock was set, and
// whether the machine slept. The zero value reads the real ones.
type Clock struct {
	// read returns the wall clock and one that is never set, of the same instant,
	// and how long this machine has slept since it was started, if that is known.
	read func() (wall, steady, slept time.Duration, known bool)

	begun bool
	off   time.Duration // wall clock less the steady one, at the last look
	slept time.Duration
}

// See looks at the clocks; now is the run's time, for the events. It returns for
// how long the machine slept since the last look and by how much its wall clock
// was set, 0 for less than 100 ms.
func (c *Clock) See(now time.Duration) (slept, stepped time.Duration, events []measure.Event) {
	if c.read == nil {
		c.read = newClocks()
	}
	wall, steady, asleep, known := c.read()
	off := wall - steady
	if c.begun {
		slept, stepped = asleep-c.slept, off-c.off
		stepped -= slept // the steady clock stands still while the machine sleeps
	}
	c.begun, c.off, c.slept = true, off, asleep
	if slept < leastStep {
		slept = 0
	} else {
		events = append(events, event(now, Slept, fmt.Sprintf("this machine slept for %.1f s", slept.Seconds())))
	}
	if stepped.Abs() < leastStep {
		stepped = 0
		return
	}
	what := "this machine's clock was set"
	if !known && stepped > 0 {
		what = "this machine slept, or its clock was set"
	}
	way := "forward"
	if stepped < 0 {
		way = "back"
	}
	events = append(events, event(now, ClockStep, fmt.Sprintf("%s: it went %s by %.1f s; times in this run are not from it", what, way, stepped.Abs().Seconds())))
	return
}

// newClocks returns a reader of the real clocks. Go reads both in one go, so
// that what comes between two readings is no step.
func newClocks() func() (wall, steady, slept time.Duration, known bool) {
	first := time.Now()
	return func() (wall, steady, slept time.Duration, known bool) {
		now := time.Now()
		slept, known = timeAsleep()
		return time.Duration(now.UnixNano()), now.Sub(first), slept, known
	}
}
