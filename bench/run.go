package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/httpdlab/httpdlab/bench/load"
	"github.com/httpdlab/httpdlab/bench/measure"
	"github.com/httpdlab/httpdlab/bench/watch"
)

// askTime is how long the target may take to tell its heap.
const askTime = time.Second

// Run probes the target, makes the run folder o.Dir and carries out the plan.
//
// It returns the run as it stands in the folder. A target that cannot be loaded
// is a *TargetError, and then there is no folder. A context that ends stops the
// run cleanly: what was measured is saved, Run.Interrupted says why, and the
// error is nil. So does a target that is gone for good. Any other error, such as
// a full disk, comes with what could be saved until then.
func Run(ctx context.Context, o Options) (*measure.Run, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	t, err := probe(ctx, &o)
	if err != nil {
		return nil, err
	}
	r, err := newRunner(ctx, &o, t)
	if err != nil {
		return nil, fmt.Errorf("start a run: %w", err)
	}
	err = r.steps(ctx, o.Plan())
	if err != nil {
		r.run.Interrupted = err.Error()
	}
	if last := r.finish(); err == nil {
		err = last // after another error it only repeats that one
	}
	if err != nil {
		return r.run, fmt.Errorf("load %s: %w; what was measured before is in %s", t.url.Redacted(), err, o.Dir)
	}
	return r.run, nil
}

func (o *Options) validate() error {
	switch {
	case o.Dir == "":
		return errors.New("start a run: no run folder given")
	case o.Connections < 0 || o.Connections > 10000:
		return fmt.Errorf("start a run: %d connections; give 1 to 10000", o.Connections)
	case o.Sockets < 0 || o.Sockets > 10000:
		return fmt.Errorf("start a run: a target with %d sockets; give 1 to 10000, or 0 if it is not known", o.Sockets)
	case !increasing(o.Ladder):
		return fmt.Errorf("start a run: %v connections; give numbers from 1 to 10000, each above the last", o.Ladder)
	case !(o.Share >= 0 && o.Share <= 1):
		return fmt.Errorf("start a run: an open loop at %g of the best rate; give a share above 0 and at most 1", o.Share)
	case !(o.Rate >= 0 && o.Rate <= 1e6):
		return fmt.Errorf("start a run: a rate of %g; give up to 1000000 requests a second", o.Rate)
	case o.Duration < 0:
		return fmt.Errorf("start a run: a duration of %v; give a positive one", o.Duration)
	}
	if o.Timeout <= 0 {
		o.Timeout = DefaultTimeout
	}
	return o.validateEngine()
}

// increasing also keeps the names of phases apart.
func increasing(ladder []int) bool {
	last := 0
	for _, n := range ladder {
		if n <= last || n > 10000 {
			return false
		}
		last = n
	}
	return true
}

// runner is a run under way.
type runner struct {
	o         *Options
	target    *target
	run       *measure.Run
	series    *measure.Series
	latencies *measure.LatencyLog
	progress  *progress

	heap     watch.Heap
	process  watch.Process
	presence watch.Presence
	rested   *measure.Sample // the last look at the target at rest
	events   []measure.Event // not written yet

	cpu clientTimes // when they were last looked at
}

// newRunner makes the run folder with what is known before the load.
func newRunner(ctx context.Context, o *Options, t *target) (*runner, error) {
	r := &runner{o: o, target: t, process: watch.Process{PID: o.PID}}
	pool := t.pool(1)
	defer pool.Close()
	limit, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	r.run = &measure.Run{
		Schema:  measure.Schema,
		Started: time.Now(),
		Target: measure.Target{
			URL: t.url.Redacted(), Address: t.address, Board: o.Board, Simulated: o.Simulated, PID: o.PID,
			Server: t.answer.Header.Get("Server"), Status: t.answer.Status, BodyBytes: t.answer.Length,
			Info: t.info(limit, pool),
		},
		Environment: environment(o, t.remote),
		Phases:      []measure.Phase{},
	}
	r.cpu = clientTimes{0, ownCPU(), ownWait()}
	if status := t.answer.Status; status >= 300 {
		r.happened(watch.Note, fmt.Sprintf("the target answers %d and leads to %q; redirects are not followed, so this measures the redirect",
			status, t.answer.Header.Get("Location")))
	}
	r.progress = newProgress(o.Progress, o.Plan())
	return r, r.create()
}

func (r *runner) create() (err error) {
	if err := os.MkdirAll(r.o.Dir, 0o755); err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(r.o.Dir, measure.RunFile)); err == nil {
		return fmt.Errorf("%s holds a run already; give another folder", r.o.Dir)
	}
	if r.series, err = measure.CreateSeries(r.o.Dir); err != nil {
		return err
	}
	if r.latencies, err = measure.CreateLatencyLog(r.o.Dir, r.run.Started); err != nil {
		return errors.Join(err, r.series.Close())
	}
	if err = r.save(); err != nil {
		return errors.Join(err, r.series.Close(), r.latencies.Close())
	}
	return nil
}

// finish closes the run's files and says in run.json that it is over.
func (r *runner) finish() error {
	now := time.Now()
	r.run.Finished = &now
	r.progress.end()
	return errors.Join(r.series.Close(), r.latencies.Close(), r.save())
}

func (r *runner) save() error { return r.run.Save(r.o.Dir) }

// clock is the run's: time since Run.Started, never set back.
func (r *runner) clock() time.Duration { return time.Since(r.run.Started) }

// errGone ends a run whose target does not come back.
type errGone string

func (e errGone) Error() string { return string(e) }

// steps carries out the plan. The memory at rest is looked at before the first
// phase, after the last, and between.
func (r *runner) steps(ctx context.Context, plan []Step) error {
	if err := r.rest(ctx); err != nil {
		return err
	}
	for _, s := range plan {
		if s.Share > 0 {
			if s.Rate = s.Share * r.best(); s.Rate == 0 {
				r.happened(watch.Skipped, fmt.Sprintf("%s was skipped: no phase before it had a good response to take a rate from", s.Name))
				continue
			}
		}
		gone, err := r.phase(ctx, s)
		if err != nil {
			return err
		}
		if ctx.Err() != nil {
			r.run.Interrupted = context.Cause(ctx).Error()
			return r.flushEvents()
		}
		if gone != nil {
			r.run.Interrupted = gone.Error()
			return r.flushEvents()
		}
	}
	return r.flushEvents()
}

// best is the highest rate of good responses that a closed loop reached.
func (r *runner) best() (rate float64) {
	for i := range r.run.Phases {
		if p := &r.run.Phases[i]; p.Closed() {
			rate = max(rate, p.Rate)
		}
	}
	return rate
}

// rest looks at the target while no load is on it, over a connection of its own:
// the phase's are closed.
func (r *runner) rest(ctx context.Context) error {
	x := &measure.Sample{}
	if !r.heap.Absent() {
		pool := r.target.pool(1)
		defer pool.Close()
		a := r.askHeap(ctx, pool)
		r.heard(a)
		x.Heap = a.heap
	}
	now := r.clock()
	x.MS = ms(now)
	x.Process = r.process.Sample(now)
	x.Events, r.events = r.events, nil
	r.rested = x
	return r.series.Append(x)
}

// flushEvents writes a line for events that no sample took along.
func (r *runner) flushEvents() error {
	if len(r.events) == 0 {
		return nil
	}
	x := &measure.Sample{MS: ms(r.clock()), Events: r.events}
	r.events = nil
	return r.series.Append(x)
}

// heapAnswer is what one look at the target's heap brought.
type heapAnswer struct {
	heap   *measure.Heap // nil: not told in time
	reboot string        // how one sees that the target restarted, "" if it did not
}

func (r *runner) askHeap(ctx context.Context, pool *load.Pool) (a heapAnswer) {
	limit, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	a.heap, a.reboot = r.heap.Sample(limit, func(ctx context.Context, path string) (int, []byte, error) {
		return r.target.ask(ctx, pool, path)
	})
	return a
}

func (r *runner) heard(a heapAnswer) {
	if a.reboot != "" {
		r.happened(watch.Reboot, a.reboot)
	}
}

func (r *runner) happened(kind, text string) {
	r.events = append(r.events, measure.Event{MS: ms(r.clock()), Kind: kind, Text: text})
}

// ms is how run folders write times.
func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// clientCPU is how many cores the load generator used since it was last asked,
// and how many more it was ready to use and did not get.
func (r *runner) clientCPU(now time.Duration) (used, waited float64) {
	last := r.cpu
	r.cpu = clientTimes{now, ownCPU(), ownWait()}
	spent := r.cpu.at - last.at
	if spent <= 0 {
		return 0, 0
	}
	return float64(r.cpu.used-last.used) / float64(spent), max(0, float64(r.cpu.waited-last.waited)/float64(spent))
}

// clientTimes are the load generator's own, up to one instant of the run.
type clientTimes struct{ at, used, waited time.Duration }
