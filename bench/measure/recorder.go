package measure

import (
	"sync"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// onTime is how late a request may be sent and still count as sent on time:
// what a timer and a scheduler need on a machine that is not idle.
const onTime = time.Millisecond

// Exchange is one request that ended. Times are since Run.Started.
type Exchange struct {
	Intended time.Duration // when the schedule wanted it sent; closed loop: Sent
	Sent     time.Duration // when the load began with it, connecting included
	Ended    time.Duration // last byte of the response, or failure
	Bytes    int64         // content received
	Failed   string        // "stage/cause" or "status/code", "" for a good response
}

// Tally is what one stretch of time brought.
type Tally struct {
	Start, End   time.Duration
	Requests     int64
	Errors       map[string]int64
	BytesIn      int64
	InFlight     int64         // at End
	MeanInFlight float64       // over the stretch
	FailedTime   time.Duration // that requests with an error took, summed
	Late         int64         // sent over 1 ms late, mostly by the load generator's own fault
	FirstGood    time.Duration // end of the first good response, 0: there was none
	LastGood     time.Duration
	FirstBad     time.Duration // end of the first failure after LastGood, 0: there was none
	BadRun       int64         // failures after LastGood

	// Good responses only: a refused connection is quick and would flatter.
	Service, Response, Lag *hdrhistogram.Histogram
}

func newTally(start time.Duration) *Tally {
	return &Tally{
		Start: start, Errors: map[string]int64{},
		Service: NewHistogram(), Response: NewHistogram(), Lag: NewHistogram(),
	}
}

// Recorder collects the requests of a phase. Its methods may be called from
// many goroutines at once.
type Recorder struct {
	connections int64

	mu        sync.Mutex
	t         *Tally
	inFlight  int64
	borrowed  int64
	last      time.Duration // up to here area is summed
	area      float64       // integral of inFlight over the stretch, in ns
	fullUntil time.Duration // last instant at which all connections were busy
	lastSent  time.Duration
	lastLag   time.Duration
	own       time.Duration // the part of lastLag that the load generator itself is to blame for
}

// NewRecorder returns a recorder whose first stretch begins at start, for a
// load of that many connections.
func NewRecorder(connections int, start time.Duration) *Recorder {
	return &Recorder{connections: int64(connections), t: newTally(start), last: start}
}

// Begin counts a request as under way from sent on.
func (r *Recorder) Begin(intended, sent time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.advance(sent)
	lag := sent - intended
	if grown := lag - r.lastLag; grown > 0 && r.fullUntil < r.lastSent {
		r.own += grown // a connection was free all the time
	}
	r.own = min(r.own, lag)
	if r.own > onTime && r.own > lag/2 {
		r.t.Late++
	}
	r.lastSent, r.lastLag = sent, lag
	r.inFlight++
}

// End counts a request that Begin announced.
func (r *Recorder) End(x Exchange) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.leave(x.Ended)
	t := r.t
	t.Requests++
	t.BytesIn += x.Bytes
	if x.Failed != "" {
		t.Errors[x.Failed]++
		t.FailedTime += x.Ended - x.Sent
		t.BadRun++
		if t.FirstBad == 0 {
			t.FirstBad = x.Ended
		}
		return
	}
	if t.FirstGood == 0 {
		t.FirstGood = x.Ended
	}
	t.LastGood, t.FirstBad, t.BadRun = x.Ended, 0, 0
	record(t.Service, x.Ended-x.Sent)
	record(t.Response, x.Ended-x.Intended)
	record(t.Lag, x.Sent-x.Intended)
}

// Drop forgets a request that Begin announced and that we cut ourselves.
func (r *Recorder) Drop(now time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.leave(now)
}

func (r *Recorder) leave(now time.Duration) {
	r.advance(now)
	r.free(now)
	r.inFlight--
}

// free notes until when all connections were busy, as one of them becomes free.
func (r *Recorder) free(now time.Duration) {
	if r.inFlight+r.borrowed == r.connections {
		r.fullUntil = now
	}
}

// Borrow takes a connection from the load for a question of our own, until
// Return: it is no request, but a request may be late because of it.
func (r *Recorder) Borrow() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.borrowed++
}

// Return gives back what Borrow took.
func (r *Recorder) Return(now time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.free(now)
	r.borrowed--
}

// Cut ends the stretch now, begins the next, and returns what it brought.
func (r *Recorder) Cut(now time.Duration) *Tally {
	next := newTally(now)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.advance(now)
	t := r.t
	t.End, t.InFlight = now, r.inFlight
	if d := t.End - t.Start; d > 0 {
		t.MeanInFlight = r.area / float64(d)
	}
	r.t, r.area = next, 0
	return t
}

// advance brings area up to now; times come a little out of order because
// they are taken before the lock.
func (r *Recorder) advance(now time.Duration) {
	if now > r.last {
		r.area += float64(r.inFlight) * float64(now-r.last)
		r.last = now
	}
}

// record counts d, at the histogram's ends if it lies outside.
func record(h *hdrhistogram.Histogram, d time.Duration) {
	ns := min(max(int64(d), h.LowestTrackableValue()), h.HighestTrackableValue())
	if err := h.RecordValue(ns); err != nil {
		panic(err) // the value was clamped into the range
	}
}

// Sample turns the counters into a line of the series.
func (t *Tally) Sample(phase string) *Sample {
	return &Sample{
		MS: ms(t.End), IntervalMS: ms(t.End - t.Start), Phase: phase,
		Requests: t.Requests, Errors: t.Errors, BytesIn: t.BytesIn,
		InFlight: t.InFlight, MeanInFlight: t.MeanInFlight,
		FailedMS: ms(t.FailedTime), Late: t.Late,
		ServiceMS: Summarize(t.Service), ResponseMS: Summarize(t.Response),
	}
}

// Intervals turns the latencies into lines of the latency log. The lag of a
// closed loop is nothing and left out.
func (t *Tally) Intervals(phase string, closed bool) []Interval {
	line := func(c Clock, h *hdrhistogram.Histogram) Interval {
		return Interval{Phase: phase, Clock: c, StartMS: ms(t.Start), EndMS: ms(t.End), Hist: h}
	}
	all := []Interval{line(Service, t.Service), line(Response, t.Response)}
	if closed {
		return all
	}
	return append(all, line(Lag, t.Lag))
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
