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
	// read returns the wall clock, and how long this machine has slept since it
	// was started, as far as that is known.
	read func() (wall time.Time, slept time.Duration, known bool)

	begun bool
	wall  time.Duration // wall clock less the run's, at the last look
	slept time.Duration
}

// See looks at the clocks at now, on the run's clock. It returns for how long
// the machine slept since the last look and by how much its wall clock was set,
// 0 for less than 100 ms.
func (c *Clock) See(now time.Duration) (slept, stepped time.Duration, events []measure.Event) {
	if c.read == nil {
		c.read = readClocks
	}
	wall, asleep, known := c.read()
	off := time.Duration(wall.UnixNano()) - now
	if c.begun {
		slept, stepped = asleep-c.slept, off-c.wall
		stepped -= slept // the run's clock stands still while the machine sleeps
	}
	c.begun, c.wall, c.slept = true, off, asleep
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
