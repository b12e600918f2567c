package watch

import (
	"slices"
	"time"

	"github.com/httpdlab/httpdlab/bench/measure"
)

// Told is something that the target's console said.
type Told struct {
	At   time.Time // when it was read
	Kind string    // Crash or Reboot
	Text string    // in one line
	Log  []string  // the lines that it stands in
}

// remembers is for how long what the console told of a crash explains a restart
// that is seen by other means.
const remembers = 60 * time.Second

// Console collects what the target's console told. The zero value has none.
type Console struct {
	Told <-chan Told // nil: nobody listens
	last measure.Event
	boot measure.Event // the last restart that it told of
}

// Take returns what was told since the last call. The clock turns an instant
// into the run's time.
func (c *Console) Take(clock func(time.Time) time.Duration) (events []measure.Event) {
	for {
		select {
		case x, open := <-c.Told:
			if !open {
				c.Told = nil
				return events
			}
			e := event(clock(x.At), x.Kind, x.Text)
			e.Log = x.Log
			events = append(events, e)
			if x.Kind == Reboot {
				c.boot = e
			}
			if x.Kind == Crash || c.last.Kind == "" {
				c.last = e
			}
		default:
			return events
		}
	}
}

// Rebooted reports whether the console told of a restart in the minute before
// ms, so that one that is seen by other means then is the same.
func (c *Console) Rebooted(ms float64) bool {
	return c.boot.Kind != "" && ms-c.boot.MS <= float64(remembers.Milliseconds())
}

// Last is what the console said of the crash, if it told of one in the minute
// before ms, and nothing else.
func (c *Console) Last(ms float64) []string {
	if c.last.Kind == "" || ms-c.last.MS > float64(remembers.Milliseconds()) {
		return nil
	}
	if len(c.last.Log) == 0 {
		return []string{c.last.Text}
	}
	return slices.Clone(c.last.Log)
}
