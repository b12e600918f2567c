package bench

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/httpdlab/httpdlab/bench/load"
	"github.com/httpdlab/httpdlab/bench/measure"
	"github.com/httpdlab/httpdlab/bench/watch"
)

const (
	// heapWait is how long a second's end waits for the target's heap, so that
	// both are told for the same instant. A later answer goes with the next second.
	heapWait = 250 * time.Millisecond
	// goneAfter is how long a target may refuse every connection before the run
	// ends: a board that restarts and joins its network again needs less.
	goneAfter = 15 * time.Second
	// stalledAfter is how much later than meant a line of the series may come
	// before that is worth a mark.
	stalledAfter = time.Second
)

// sampling is how often the series of a run of that length gets a line: each
// second up to two hours, and so seldom in a longer run that there are not many
// more lines.
func sampling(length time.Duration) time.Duration {
	const most = 2 * 60 * 60
	for _, every := range []time.Duration{1, 2, 5, 10, 15, 30} {
		if length <= every*most*time.Second {
			return every * time.Second
		}
	}
	return time.Minute
}

// phase is one step under way.
type phase struct {
	*runner
	step   Step
	engine engine
	totals *measure.Totals
	record measure.Phase // what run.json gets
	start  time.Duration // of what counts
	end    time.Duration
	probes *load.Pool // for the heap; nil: there is no connection for it
	heaps  chan heapAnswer
	asking bool // an answer is due in heaps
	broken breaks
}

// phase carries out one step. It returns why the plan is over, nil if it is not.
func (r *runner) phase(ctx context.Context, s Step) (gone, err error) {
	began := r.clock()
	e, err := r.newEngine(s)
	if err != nil {
		return nil, err
	}
	p := &phase{
		runner: r, step: s, engine: e, totals: measure.NewTotals(),
		start: began + s.Warmup, end: began + s.length(), heaps: make(chan heapAnswer, 1),
		record: r.newRecord(s, began),
	}
	r.totals = p.totals
	r.run.Phases = append(r.run.Phases, p.record)
	if err := r.save(); err != nil {
		return nil, err
	}
	p.sum(r.rested)
	gone, err = p.load(ctx)
	if err == nil {
		p.record.EndMS = ms(r.clock()) // of the load; Fill knows better
		r.run.Phases[len(r.run.Phases)-1].EndMS = p.record.EndMS
		err = r.rest(ctx)
		p.sum(r.rested)
	}
	p.links()
	p.totals.Fill(&p.record, &r.run.Environment)
	r.run.Phases[len(r.run.Phases)-1] = p.record
	r.judge(&p.record, p.totals, s, gone)
	r.progress.done(&p.record, s)
	if err != nil {
		return nil, err
	}
	return gone, r.save()
}

func (r *runner) newRecord(s Step, began time.Duration) measure.Phase {
	p := measure.Phase{
		Name: s.Name, Part: s.Part, Engine: r.o.engineName(s), StartMS: ms(began + s.Warmup), WarmupMS: ms(s.Warmup),
		OfferedConnections: s.Connections, OfferedRate: s.offered(), TimeoutMS: ms(r.o.Timeout),
		Errors: map[string]int64{}, Trust: measure.Trust{Reasons: []string{}},
	}
	if s.Arrivals.Some() {
		p.Arrivals = s.Arrivals.String()
	}
	return p
}

// sum counts a line of the series, in a soak with those of its other rounds.
func (p *phase) sum(x *measure.Sample) {
	p.totals.AddSample(x)
	if p.soaked != nil && p.step.Part == soakPart {
		p.soaked.AddSample(x)
	}
}

// load runs the attack and follows it to its end.
func (p *phase) load(ctx context.Context) (gone, err error) {
	ctx, stop := context.WithCancel(ctx)
	over, failed := make(chan struct{}), error(nil)
	if shared, ok := p.engine.(pooled); ok {
		p.probes = shared.Pool
	} else if n := p.o.Sockets; n > p.step.Connections {
		p.probes = p.target.pool(1) // the target has a socket more than the load takes
		defer p.probes.Close()
	}
	go func() {
		defer close(over)
		failed = p.engine.Run(ctx, p.step.schedule(p.o.Seed+uint64(len(p.run.Phases)-1)))
	}()
	for ended := false; !ended && gone == nil && err == nil; {
		ended = p.wait(over)
		if err = p.cut(); err == nil {
			gone = p.over()
		}
	}
	stop()
	<-over
	p.engine.Close()
	if p.asking {
		<-p.heaps
	}
	return gone, errors.Join(err, failed)
}

// wait returns at the next cut, or when the attack is over.
func (p *phase) wait(over <-chan struct{}) (ended bool) {
	now := p.clock()
	next, whole := p.nextCut(now)
	t := time.NewTimer(next - now)
	defer t.Stop()
	select {
	case <-over:
		return true
	case <-t.C:
	}
	if late := p.clock() - next; late > stalledAfter {
		p.happened(watch.Stalled, fmt.Sprintf("the load generator did not run for %.1f s: this machine was stopped or too busy", late.Seconds()))
	}
	if whole && next < p.end {
		p.waitHeap(over)
	}
	return false
}

// nextCut is when the series gets its next line: at every whole interval of what
// counts, and where counting starts and ends.
func (p *phase) nextCut(now time.Duration) (at time.Duration, whole bool) {
	at = p.start + (now - p.start).Truncate(p.every)
	if at <= now {
		at += p.every
	}
	if p.start <= now && now < p.end && at > p.end-p.every/5 {
		return p.end, false
	}
	return at, at != p.start
}

// waitHeap asks for the target's heap and waits a little for the answer.
func (p *phase) waitHeap(over <-chan struct{}) {
	if !p.asking {
		if p.probes == nil || p.heap.Absent() {
			return // a connection more might be one too many for the target
		}
		p.asking = true
		go p.probe()
	}
	t := time.NewTimer(heapWait)
	defer t.Stop()
	select {
	case a := <-p.heaps:
		p.heaps <- a // for cut to take
	case <-t.C:
	case <-over:
	}
}

// probe asks for the heap, over the load's own connections if it shares them.
func (p *phase) probe() {
	shared, ok := p.engine.(pooled)
	if ok {
		shared.Borrow()
	}
	a := p.askHeap(context.Background(), p.probes)
	if ok {
		shared.Return(p.clock())
	}
	p.heaps <- a
}

// cut ends a line of the series and writes it to the run folder.
func (p *phase) cut() error {
	t := p.engine.Cut(p.clock())
	x := t.Sample(p.step.Name)
	x.Warmup, x.Draining = t.Start < p.start, t.Start >= p.end
	p.runner.ended += t.Requests
	if x.Draining && t.Requests == 0 && t.InFlight == 0 {
		return nil
	}
	if x.Warmup && t.End >= p.start {
		p.start = t.End
		p.record.StartMS = ms(t.End)
	}
	x.Tried, x.Served = p.engine.Tried(), p.engine.Served()
	own, pause := ownUsage(t.End), time.Duration(0)
	x.ClientCPU, x.ClientWait, x.ClientGC, pause = own.since(p.own)
	x.PauseMS, p.own = ms(pause), own
	x.Process = p.process.Sample(t.End)
	select {
	case a := <-p.heaps:
		p.asking = false
		p.heard(a)
		x.Heap = a.heap
	default:
	}
	for _, e := range p.presence.See(t) {
		if e.Kind == watch.Lost {
			e.After = p.runner.ended - p.presence.Failed()
		}
		p.note(e)
	}
	p.look(x, t.End)
	return p.write(x, t)
}

func (p *phase) write(x *measure.Sample, t *measure.Tally) error {
	p.sum(x)
	p.progress.show(p.step, x)
	if err := p.line(x); err != nil || x.Warmup {
		return err
	}
	for _, line := range t.Intervals(p.step.Name, p.step.closed()) {
		p.totals.AddInterval(line)
		if p.soaked != nil && p.step.Part == soakPart {
			p.soaked.AddInterval(line)
		}
		if err := p.wrote(p.store.latency(line), true); err != nil {
			return err
		}
	}
	return nil
}

// over says why the plan ends here, nil if it does not.
func (p *phase) over() error {
	why := ""
	switch {
	case p.process.Gone():
		why = fmt.Sprintf("the server process (PID %d) ended", p.process.PID)
		p.happened(watch.Exited, why)
	case p.presence.Dark(p.clock()) >= goneAfter:
		why = fmt.Sprintf("the target took no connection for %v", goneAfter)
		p.happened(watch.Gone, why)
	case p.worn() != nil:
		return p.worn()
	default:
		return p.abort()
	}
	return errGone(why + "; the rest of the plan was left out")
}
