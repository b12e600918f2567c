package load

import (
	"strconv"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/httpdlab/httpdlab/bench/measure"
)

// lateAfter is how late a request may be sent and still count as sent on time,
// as measure.Recorder has it.
const lateAfter = time.Millisecond

func newTally(start time.Duration) *measure.Tally {
	return &measure.Tally{
		Start: start, Errors: map[string]int64{},
		Service: measure.NewHistogram(), Response: measure.NewHistogram(), Lag: measure.NewHistogram(),
	}
}

// addTally adds what another loop counted over about the same time.
func addTally(to, t *measure.Tally) {
	to.Requests += t.Requests
	to.BytesIn += t.BytesIn
	to.InFlight += t.InFlight
	to.MeanInFlight += t.MeanInFlight
	to.FailedTime += t.FailedTime
	to.Late += t.Late
	for key, n := range t.Errors {
		to.Errors[key] += n
	}
	if to.FirstGood == 0 || t.FirstGood > 0 && t.FirstGood < to.FirstGood {
		to.FirstGood = t.FirstGood
	}
	to.LastGood = max(to.LastGood, t.LastGood)
	to.FirstBad = firstBad(to.LastGood, to.FirstBad, t.FirstBad)
	to.Service.Merge(t.Service)
	to.Response.Merge(t.Response)
	to.Lag.Merge(t.Lag)
}

// firstBad is when the first failure after the last good response was seen, 0
// if there was none: a loop that only fails goes on failing.
func firstBad(lastGood, a, b time.Duration) time.Duration {
	if a == 0 || b != 0 && b < a {
		a = b
	}
	if a == 0 {
		return 0
	}
	return max(a, lastGood)
}

// slot is a request under way.
type slot struct {
	intended time.Duration
	sent     time.Duration
}

// rawCounts is what one loop counts, on one goroutine. Time moves by tick only.
type rawCounts struct {
	*measure.Tally
	open     bool // the schedule has intended times of its own
	now      time.Duration
	counted  time.Duration // when this stretch began
	area     float64       // integral of inFlight over the stretch, in ns
	inFlight int
	slots    int           // how many may be
	statuses [600]int64    // responses of a status that is no good
	slowest  time.Duration // response so far
	full     time.Duration // last instant at which all slots were busy
	lastSent time.Duration
	lastLag  time.Duration
	own      time.Duration // the part of lastLag that the load generator itself is to blame for
	run      slot          // of the good responses that are not in the histograms yet
	runs     int64         // how many they are: what one read brought was mostly sent at once
}

func (c *rawCounts) tick(now time.Duration) {
	c.area += float64(c.inFlight) * float64(now-c.now)
	c.now = now
}

// begin counts a request that is sent now.
func (c *rawCounts) begin(intended time.Duration) {
	c.inFlight++
	lag := c.now - intended
	if grown := lag - c.lastLag; grown > 0 && c.full < c.lastSent {
		c.own += grown // a slot was free all the time
	}
	c.own = min(c.own, lag)
	if c.own > lateAfter && c.own > lag/2 {
		c.Late++
	}
	c.lastSent, c.lastLag = c.now, lag
}

// leave takes a request from those under way.
func (c *rawCounts) leave() {
	if c.inFlight == c.slots {
		c.full = c.now
	}
	c.inFlight--
}

// succeed counts a good response of so many bytes of content.
func (c *rawCounts) succeed(s slot, length int64) {
	c.leave()
	c.BytesIn += length
	if s != c.run {
		c.flush()
		c.run = s
	}
	c.runs++
}

// flush brings the last run of good responses into the histograms. It must be
// called before time moves on.
func (c *rawCounts) flush() {
	if c.runs == 0 {
		return
	}
	c.Requests += c.runs
	if c.FirstGood == 0 {
		c.FirstGood = c.now
	}
	c.LastGood, c.FirstBad = c.now, 0
	service := c.now - c.run.sent
	c.slowest = max(c.slowest, service)
	recordTimes(c.Service, service, c.runs)
	if c.open {
		recordTimes(c.Response, c.now-c.run.intended, c.runs)
		recordTimes(c.Lag, c.run.sent-c.run.intended, c.runs)
	}
	c.runs = 0
}

// failStatus counts a whole response of a status that is no good.
func (c *rawCounts) failStatus(s slot, status int, length int64) {
	c.BytesIn += length
	c.statuses[status]++
	c.slowest = max(c.slowest, c.now-s.sent)
	c.bad(s)
}

// fail counts a request that brought no good response, by its key.
func (c *rawCounts) fail(s slot, key string) {
	c.Errors[key]++
	c.bad(s)
}

func (c *rawCounts) bad(s slot) {
	c.leave()
	c.flush()
	c.Requests++
	c.FailedTime += c.now - s.sent
	if c.FirstBad == 0 {
		c.FirstBad = c.now
	}
}

// take ends the stretch now, begins the next one in fresh, and returns it.
func (c *rawCounts) take(fresh *measure.Tally) *measure.Tally {
	c.flush()
	t := c.Tally
	c.Tally = fresh
	t.InFlight = int64(c.inFlight)
	if d := c.now - c.counted; d > 0 {
		t.MeanInFlight = c.area / float64(d)
	}
	for status, n := range &c.statuses {
		if n > 0 {
			t.Errors["status/"+strconv.Itoa(status)] += n
		}
	}
	c.statuses = [len(c.statuses)]int64{}
	c.area, c.counted = 0, c.now
	return t
}

// recordTimes counts d so many times, at the histogram's ends if it lies outside.
func recordTimes(h *hdrhistogram.Histogram, d time.Duration, times int64) {
	ns := min(max(int64(d), h.LowestTrackableValue()), h.HighestTrackableValue())
	if err := h.RecordValues(ns, times); err != nil {
		panic(err) // the value was clamped into the range
	}
}
