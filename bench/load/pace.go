package load

import (
	"context"
	"time"
)

// Schedule is how many requests a second are sent, and for how long.
type Schedule struct {
	Rate     float64       // open loop, requests a second; 0: closed loop
	Duration time.Duration // 0: until the context ends
}

// catchUp is how many times faster than its rate an open loop may send while it
// is behind its schedule, so that a late timer does not become a volley.
const catchUp = 10

// pacer tells vegeta when to send. It waits by itself, because vegeta's own
// sleep cannot be interrupted and is up to a millisecond late.
//
// The schedule is a formula and never slips: request i is due at i/rate. What
// is late is sent as soon as a connection is free, and its response time counts
// from when it was due.
type pacer struct {
	Schedule
	ctx   context.Context
	clock func() time.Duration // since Run.Started
	began time.Duration
	last  time.Duration // when the last request was let go
}

// due is when request i is to be sent, on the run's clock.
func (p *pacer) due(i uint64) time.Duration {
	return p.began + time.Duration(float64(i)/p.Schedule.Rate*float64(time.Second))
}

// Pace implements vegeta's Pacer.
func (p *pacer) Pace(_ time.Duration, hits uint64) (wait time.Duration, stop bool) {
	now := p.clock()
	at := now
	if p.Schedule.Rate > 0 {
		at = max(p.due(hits), p.last+time.Duration(float64(time.Second)/p.Schedule.Rate/catchUp))
	}
	if p.Duration > 0 && at >= p.began+p.Duration {
		sleep(p.ctx, p.began+p.Duration-now)
		return 0, true
	}
	if at > now {
		sleep(p.ctx, at-now)
	}
	p.last = at
	return 0, p.ctx.Err() != nil
}

// Rate implements vegeta's Pacer.
func (p *pacer) Rate(time.Duration) float64 { return p.Schedule.Rate }

// sleep waits for d, exactly as far as the system can, or until ctx ends.
func sleep(ctx context.Context, d time.Duration) {
	if coarse := d - timerSlack; coarse > 0 {
		t := time.NewTimer(coarse)
		defer t.Stop()
		began := time.Now()
		select {
		case <-t.C:
		case <-ctx.Done():
			return
		}
		d -= time.Since(began)
	}
	if d > 0 {
		shortSleep(d)
	}
}
