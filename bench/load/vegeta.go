package load

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"

	"github.com/httpdlab/httpdlab/bench/measure"
)

// reconnectDelay is how long a closed loop's connection waits after it could not
// connect, so that a dead server is not asked 100 000 times a second.
const reconnectDelay = 100 * time.Millisecond

// leastGrace is how long at least a phase waits for what is under way at its end.
const leastGrace = time.Second

// Vegeta sends one request over and over on the connections of a pool. It takes
// vegeta's workers and its dispatch; connections, wire and clocks are ours, so
// none of vegeta's own fields is sent.
type Vegeta struct {
	Pool     *Pool
	Request  *Request
	Timeout  time.Duration        // a request's, from its send
	Recorder *measure.Recorder    // made for the pool's size
	Clock    func() time.Duration // since Run.Started
}

// Attack follows the schedule and then waits for what is still under way, at
// least a second and no longer than twice the slowest response or the timeout;
// what has no answer then counts as unfinished. When the context ends, what is
// under way is cut and not counted.
func (v Vegeta) Attack(ctx context.Context, s Schedule) {
	began := v.Clock()
	a := &attack{Vegeta: v, ctx: ctx, pacer: &pacer{Schedule: s, ctx: ctx, clock: v.Clock, began: began}}
	attacker := vegeta.NewAttacker(
		vegeta.Workers(uint64(v.Pool.Size())),
		vegeta.MaxWorkers(uint64(v.Pool.Size())),
		vegeta.Client(&http.Client{Transport: a}),
	)
	over := make(chan struct{})
	go func() {
		defer close(over)
		target := vegeta.NewStaticTargeter(vegeta.Target{Method: http.MethodGet, URL: "http://target/"})
		for range attacker.Attack(target, a.pacer, 0, "") {
			// What came of it was recorded on the spot: see RoundTrip.
		}
	}()
	a.wait(attacker, over)
}

// wait returns when every request has ended.
func (a *attack) wait(attacker *vegeta.Attacker, over <-chan struct{}) {
	var end <-chan time.Time
	if a.pacer.Duration > 0 {
		t := time.NewTimer(a.pacer.Duration - (a.Clock() - a.pacer.began))
		defer t.Stop()
		end = t.C
	}
	select {
	case <-over:
		return
	case <-end:
	case <-a.ctx.Done():
		a.Pool.Interrupt(context.Cause(a.ctx))
	}
	attacker.Stop()
	grace := time.NewTimer(a.grace())
	defer grace.Stop()
	select {
	case <-over:
		return
	case <-grace.C:
	case <-a.ctx.Done():
	}
	a.Pool.Interrupt(measure.ErrUnfinished)
	<-over
}

// attack is vegeta's transport.
type attack struct {
	Vegeta
	ctx     context.Context
	pacer   *pacer
	slowest atomic.Int64 // response so far, in ns
}

func (a *attack) grace() time.Duration {
	return min(max(leastGrace, 2*time.Duration(a.slowest.Load())), a.Timeout)
}

// answered is all that vegeta gets to see. It is read and never written, so
// that one serves all requests.
var answered = &http.Response{StatusCode: http.StatusNoContent, Header: http.Header{}, Body: http.NoBody}

// RoundTrip sends the pool's request in place of vegeta's, of which it only
// takes the number.
func (a *attack) RoundTrip(numbered *http.Request) (*http.Response, error) {
	c := <-a.Pool.free
	sent := a.Clock()
	intended := sent
	if a.pacer.Schedule.Rate > 0 {
		intended = min(sent, a.pacer.due(number(numbered)))
	}
	a.Recorder.Begin(intended, sent)
	response, n, err := c.exchange(a.Pool.ctx, a.Request, time.Now().Add(a.Timeout), io.Discard)
	ended := a.Clock()
	a.Pool.free <- c

	x := measure.Exchange{Intended: intended, Sent: sent, Ended: ended, Bytes: n}
	var failure *measure.Failure
	switch {
	case err == nil:
		x.Failed = measure.StatusKey(response.StatusCode)
		a.seen(ended - sent)
	case a.ctx.Err() != nil:
		a.Recorder.Drop(ended)
		return answered, nil
	case errors.As(err, &failure):
		x.Failed = failure.Key()
	}
	a.Recorder.End(x)
	if failure != nil && a.pacer.Schedule.Rate == 0 && failure.BeforeRequest() {
		sleep(a.Pool.ctx, reconnectDelay)
	}
	return answered, nil
}

func (a *attack) seen(d time.Duration) {
	for {
		old := a.slowest.Load()
		if int64(d) <= old || a.slowest.CompareAndSwap(old, int64(d)) {
			return
		}
	}
}

// number is the request's place in the schedule. Vegeta counts the requests as
// its workers take them, in the order in which the pacer let them go.
func number(r *http.Request) uint64 {
	n, err := strconv.ParseUint(r.Header.Get("X-Vegeta-Seq"), 10, 64)
	if err != nil {
		panic(err) // vegeta always sets it
	}
	return n
}
