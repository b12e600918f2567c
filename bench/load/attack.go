package load

import (
	"context"
	"errors"
	"io"
	"sync/atomic"
	"time"

	"github.com/httpdlab/httpdlab/bench/measure"
)

// Attack sends requests on the connections of a pool.
type Attack struct {
	Pool     *Pool
	Request  *Request             // sent over and over, if there is no Mix
	Mix      *Mix                 // several requests, each with what a good response is
	Fresh    bool                 // each request on a connection of its own: churn
	Timeout  time.Duration        // a request's, from its send
	Recorder *measure.Recorder    // made for the pool's size
	Clock    func() time.Duration // since Run.Started
}

// leastGrace is how long at least an attack waits for what is under way at its end.
const leastGrace = time.Second

// Run follows the schedule and then waits for what is still under way: at least
// a second, and up to twice the slowest response or the timeout. What has no
// answer then counts as unfinished, and the pool is of no more use. When the
// context ends, what is under way is cut and not counted.
func (a Attack) Run(ctx context.Context, s Schedule) {
	if a.Mix == nil {
		a.Mix = One(a.Request, Expect{})
	}
	under := &attack{Attack: a, Schedule: s, ctx: ctx, began: a.Clock(), dealer: a.Mix.dealer(s.Seed, 0)}
	sending := ctx
	if s.Duration > 0 {
		var stop context.CancelFunc
		sending, stop = context.WithTimeout(ctx, s.Duration)
		defer stop()
	}
	over := make(chan struct{})
	go func() {
		defer close(over)
		if s.Open() {
			under.open(sending)
		} else {
			under.closed(sending)
		}
	}()
	<-sending.Done()
	grace := time.NewTimer(under.grace())
	defer grace.Stop()
	select {
	case <-over:
		return
	case <-grace.C:
		a.Pool.Interrupt(measure.ErrUnfinished)
	case <-ctx.Done():
		a.Pool.Interrupt(context.Cause(ctx))
	}
	<-over
}

// attack is an Attack under way.
type attack struct {
	Attack
	Schedule
	ctx     context.Context // its end cuts what is under way
	began   time.Duration
	dealer  *dealer
	slowest atomic.Int64 // response so far, in ns
}

func (a *attack) grace() time.Duration {
	return min(max(leastGrace, 2*time.Duration(a.slowest.Load())), a.Timeout)
}

// send makes and records one request that was intended for a time on the run's
// clock, and was meant to be sent now if that is negative. It reports whether
// there was a connection for it.
func (a *attack) send(intended time.Duration) (connected bool) {
	c := <-a.Pool.free
	kind := &a.Mix.kinds[a.dealer.deal()]
	sent := a.Clock()
	if intended < 0 || intended > sent {
		intended = sent
	}
	a.Recorder.Begin(intended, sent)
	content := io.Discard
	if kind.expect.hashes() {
		c.hash = hasher{}
		content = &c.hash
	}
	response, n, err := c.exchange(a.Pool.ctx, kind.request, a.Fresh, time.Now().Add(a.Timeout), content)
	ended, crc := a.Clock(), c.hash.crc
	if a.Fresh && c.net != nil {
		c.leave()
	}
	a.Pool.free <- c
	x := measure.Exchange{Intended: intended, Sent: sent, Ended: ended, Bytes: n}
	if err == nil {
		x.Failed = kind.expect.judge(response.StatusCode, n, crc)
		a.took(ended - sent)
		a.Recorder.End(x)
		return true
	}
	if a.ctx.Err() != nil {
		a.Recorder.Drop(ended)
		return false
	}
	failure := (*measure.Failure)(nil)
	if errors.As(err, &failure) {
		x.Failed = failure.Key()
	}
	a.Recorder.End(x)
	return failure == nil || !failure.BeforeRequest()
}

// took keeps the slowest response.
func (a *attack) took(d time.Duration) {
	for {
		old := a.slowest.Load()
		if int64(d) <= old || a.slowest.CompareAndSwap(old, int64(d)) {
			return
		}
	}
}
