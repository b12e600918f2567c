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

// runner is a run under way.
type runner struct {
	o        *Options
	target   *target
	run      *measure.Run
	store    *store
	progress *progress
	every    time.Duration // a line of the series

	heap     watch.Heap
	process  watch.Process
	presence watch.Presence
	machine  watch.Clock
	console  watch.Console
	rested   *measure.Sample // the last look at the target at rest
	events   []measure.Event // not written yet
	ended    int64           // requests of all phases, warm-ups included
	totals   *measure.Totals // of the last phase
	soaked   *measure.Totals // of all rounds of a soak

	own usage // the load generator's, when it was last looked at
}

// newRunner makes the run folder with what is known before the load.
func newRunner(ctx context.Context, o *Options, t *target) (*runner, error) {
	r := &runner{o: o, target: t, process: watch.Process{PID: o.PID}, console: watch.Console{Told: o.Console}, every: sampling(o.plannedLength()),
		heap: watch.Heap{Unasked: !o.probes(HeapProbe)}}
	pool := t.pool(1)
	defer pool.Close()
	limit, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	r.run = &measure.Run{
		Schema:     measure.Schema,
		Started:    time.Now(),
		Repetition: o.Repetition,
		Target: measure.Target{
			URL: t.url.Redacted(), Address: t.address, Board: o.Board, Simulated: o.Simulated, PID: o.PID,
			Server: t.answer.Header.Get("Server"), Status: t.answer.Status, BodyBytes: t.answer.Length,
		},
		Environment:   environment(o, t.remote),
		Configuration: o.configuration(),
		Phases:        []measure.Phase{},
	}
	if o.probes(InfoProbe) {
		r.run.Target.Info = t.info(limit, pool)
	}
	r.machine.See(0)
	r.own = ownUsage(0)
	if status := t.answer.Status; status >= 300 && status < 400 {
		r.happened(watch.Note, fmt.Sprintf("the target answers %d and leads to %q; redirects are not followed, so this measures the redirect",
			status, t.answer.Header.Get("Location")))
	}
	r.progress = newProgress(o.Progress, o)
	return r, r.create()
}

func (r *runner) create() (err error) {
	if err := os.MkdirAll(r.o.Dir, 0o755); err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(r.o.Dir, measure.RunFile)); err == nil {
		return fmt.Errorf("%s holds a run already; give another folder", r.o.Dir)
	}
	r.store, err = newStore(r.o.Dir, r.run)
	return err
}

// finish closes the run's files and says in run.json that it is over.
func (r *runner) finish() error {
	now := time.Now()
	r.run.Finished = &now
	r.progress.end()
	return r.store.close()
}

// save replaces run.json.
func (r *runner) save() error { return r.wrote(r.store.save(), false) }

// line appends to the series.
func (r *runner) line(x *measure.Sample) error { return r.wrote(r.store.sample(x), true) }

// wrote notes when the disk begins or ceases to take what is written, which only
// lines of the logs show. An error of another kind comes back.
func (r *runner) wrote(err error, line bool) error {
	begun, ended, err := r.store.took(err, line)
	switch {
	case begun:
		r.happened(watch.DiskFull, "the disk took no more lines: the run goes on, its counters are kept in memory, its series has a gap")
	case ended:
		r.happened(watch.DiskBack, fmt.Sprintf("the disk takes lines again, %d are lost", r.run.LostLines))
	}
	return err
}

// clock is the run's: time since Run.Started, never set back.
func (r *runner) clock() time.Duration { return time.Since(r.run.Started) }

// errGone ends a run whose target does not come back, or that an assertion ends.
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
		if over, err := r.step(ctx, s); over || err != nil {
			return errors.Join(err, r.flushEvents())
		}
	}
	return r.flushEvents()
}

// step carries out one phase. It reports whether the plan is over with it, and
// then run.json says why.
func (r *runner) step(ctx context.Context, s Step) (over bool, err error) {
	if !r.o.Soak { // whose rounds are followed by rests of their own
		r.settle(ctx, r.o.Pause)
	}
	if r.ends(ctx, r.worn()) {
		return true, nil
	}
	gone, err := r.phase(ctx, s)
	if err != nil {
		return true, err
	}
	if gone == nil {
		gone = r.worn() // the look at rest may have told
	}
	return r.ends(ctx, gone), nil
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
	r.look(x, now)
	r.rested = x
	return r.line(x)
}

// look takes along what the console said and what this machine did.
func (r *runner) look(x *measure.Sample, now time.Duration) {
	r.note(r.console.Take(r.clockOf)...)
	slept, stepped, events := r.machine.See(now)
	r.note(events...)
	x.SuspendedMS, x.WallMS = ms(slept), ms(stepped)
	x.Events, r.events = r.events, nil
}

// flushEvents writes a line for events that no sample took along.
func (r *runner) flushEvents() error {
	r.note(r.console.Take(r.clockOf)...)
	if len(r.events) == 0 {
		return nil
	}
	x := &measure.Sample{MS: ms(r.clock()), Events: r.events}
	r.events = nil
	return r.line(x)
}

// clockOf is the run's time of an instant.
func (r *runner) clockOf(at time.Time) time.Duration { return at.Sub(r.run.Started) }

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
	if a.reboot == "" {
		return
	}
	e := measure.Event{MS: ms(r.clock()), Kind: watch.Reboot, Text: a.reboot}
	r.note(r.console.Take(r.clockOf)...)
	e.Log = r.console.Last(e.MS)
	if r.console.Rebooted(e.MS) {
		e.Kind = watch.Note // that has been counted
	}
	r.note(e)
}

func (r *runner) happened(kind, text string) {
	r.note(measure.Event{MS: ms(r.clock()), Kind: kind, Text: text})
}

// note keeps events for the next line of the series, and the first of them for
// run.json.
func (r *runner) note(events ...measure.Event) {
	for _, e := range events {
		if n := len(r.run.Phases); n > 0 && r.run.Phases[n-1].EndMS == 0 {
			e.Phase = r.run.Phases[n-1].Name
		}
		if e.After == 0 {
			e.After = r.ended
		}
		r.events = append(r.events, e)
		if len(r.run.Events) < measure.MostEvents {
			r.run.Events = append(r.run.Events, e)
		}
	}
}

// ms is how run folders write times.
func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
