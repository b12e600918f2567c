// Package watch looks at the target while it is loaded: its heap over HTTP, its
// process, whether it restarted, and whether it is there at all.
package watch

import (
	"time"

	"github.com/httpdlab/httpdlab/bench/measure"
)

// Kinds of events.
const (
	Reboot   = "reboot"   // the target started again
	Lost     = "lost"     // it answers nothing any more
	Regained = "regained" // it answers again
	Exited   = "exited"   // the process that we started has ended
	Gone     = "gone"     // it is held not to come back
	Skipped  = "skipped"  // a part of the plan had nothing to go by
	Note     = "note"     // something about the target that the reader should know

	Crash     = "crash"     // the console told of one
	Slept     = "slept"     // this machine did
	ClockStep = "clock"     // this machine's wall clock was set
	DiskFull  = "disk-full" // lines of the series or the latency log are lost from here on
	DiskBack  = "disk-back" // and from here on no longer
	Stalled   = "stalled"   // the load generator did not run for a while
)

func event(at time.Duration, kind, text string) measure.Event {
	return measure.Event{MS: float64(at) / 1e6, Kind: kind, Text: text}
}
