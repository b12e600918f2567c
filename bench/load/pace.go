package load

import "time"

const (
	// catchUp is how many times faster than its schedule an open loop may send
	// while it is behind, so that a late timer does not become a volley.
	catchUp = 10
	// mostSpacing is how far apart it sends then at the most: the schedule may
	// have had a pause.
	mostSpacing = 100 * time.Millisecond
)

// pace is one loop's part of an open schedule: of all loops' requests, every
// step-th. The schedule is a formula and never slips.
type pace struct {
	starts  *Starts
	began   time.Duration
	step    int
	start   time.Duration   // when the next request is meant to be sent
	spacing time.Duration   // that it keeps from the one before
	last    time.Duration   // when the last request was sent
	again   []time.Duration // requests to send once more, as their connection ended before they were read
}

func newPace(s Schedule, began time.Duration, first, step int) pace {
	p := pace{starts: s.arrivals().Starts(s.Seed), began: began, step: step, last: began - mostSpacing}
	for range first {
		p.starts.Next()
	}
	p.start = p.after(p.starts.Next())
	return p
}

func (p *pace) after(start time.Duration) time.Duration {
	if start == Never {
		return Never
	}
	return p.began + start
}

// due is when the next request is meant to be sent.
func (p *pace) due() time.Duration {
	if len(p.again) > 0 {
		return p.again[0]
	}
	return p.start
}

// next is when it can be sent at the earliest: what is late is sent as fast as
// slots allow and no faster than catchUp.
func (p *pace) next() time.Duration { return max(p.due(), p.last+p.spacing) }

// take counts the next request as sent now, and returns when it was due.
func (p *pace) take(now time.Duration) (due time.Duration) {
	due = p.due()
	p.last = now
	if len(p.again) > 0 {
		p.again = p.again[1:]
		return due
	}
	for range p.step - 1 {
		p.starts.Next()
	}
	p.start = p.after(p.starts.Next())
	p.spacing = min((p.start-due)/catchUp, mostSpacing)
	return due
}
