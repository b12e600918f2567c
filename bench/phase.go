package bench

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/httpdlab/httpdlab/bench/measure"
	"github.com/httpdlab/httpdlab/bench/watch"
)

const (
	sampleEvery = time.Second
	// heapWait is how long a second's end waits for the target's heap, so that
	// both are told for the same instant. A later answer goes with the next second.
	heapWait = 250 * time.Millisecond
	// goneAfter is how long a target may refuse every connection before the run
	// ends: a board that restarts and joins its network again needs less.
	goneAfter = 15 * time.Second
)

// phase is one step under way.
type phase struct {
	*runner
	step   Step
	engine engine
	totals *measure.Totals
	record measure.Phase // what run.json gets
	start  time.Duration // of what counts
	end    time.Duration
	heaps  chan heapAnswer
	asking bool // an answer is due in heaps
}

// phase carries out one step. It returns why the target is held to be gone for
// good, nil if it is not.
func (r *runner) phase(ctx context.Context, s Step) (gone, err error) {
	began := r.clock()
	e, err := r.newEngine(s)
	if err != nil {
		return nil, err
	}
	p := &phase{
		runner: r, step: s, engine: e, totals: measure.NewTotals(),
		start: began + s.Warmup, end: began + s.length(), heaps: make(chan heapAnswer, 1),
		record: measure.Phase{
			Name: s.Name, Engine: r.o.engineName(s), StartMS: ms(began + s.Warmup), WarmupMS: ms(s.Warmup),
			OfferedConnections: s.Connections, OfferedRate: s.Rate, TimeoutMS: ms(r.o.Timeout),
			Errors: map[string]int64{}, Trust: measure.Trust{Reasons: []string{}},
		},
	}
	r.run.Phases = append(r.run.Phases, p.record)
	if err := r.save(); err != nil {
		return nil, err
	}
	p.totals.AddSample(r.rested)
	gone, err = p.load(ctx)
	if err == nil {
		err = r.rest(ctx)
		p.totals.AddSample(r.rested)
	}
	p.totals.Fill(&p.record, &r.run.Environment)
	r.run.Phases[len(r.run.Phases)-1] = p.record
	r.progress.done(&p.record)
	if err != nil {
		return nil, err
	}
	return gone, r.save()
}

// load runs the attack and follows it to its end.
func (p *phase) load(ctx context.Context) (gone, err error) {
	ctx, stop := context.WithCancel(ctx)
	over, failed := make(chan struct{}), error(nil)
	go func() {
		defer close(over)
		failed = p.engine.Run(ctx, p.step.schedule())
	}()
	for ended := false; !ended && gone == nil && err == nil; {
		ended = p.wait(over)
		if err = p.cut(); err == nil {
			gone = p.gone()
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
	if whole && next < p.end {
		p.waitHeap(over)
	}
	return false
}

// nextCut is when the series gets its next line: at every whole second of what
// counts, and where counting starts and ends.
func (p *phase) nextCut(now time.Duration) (at time.Duration, whole bool) {
	seconds := (now - p.start).Truncate(sampleEvery)
	if now >= p.start {
		seconds += sampleEvery
	}
	at = p.start + seconds
	if p.start <= now && now < p.end && at > p.end-sampleEvery/5 {
		return p.end, false
	}
	return at, at != p.start
}

// waitHeap asks for the target's heap and waits a little for the answer.
func (p *phase) waitHeap(over <-chan struct{}) {
	if !p.asking {
		shared, ok := p.engine.(pooled)
		if !ok || p.heap.Absent() {
			return // a connection more might be one too many for the target
		}
		p.asking = true
		go func() {
			shared.Borrow()
			a := p.askHeap(context.Background(), shared.Pool)
			shared.Return(p.clock())
			p.heaps <- a
		}()
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

// cut ends a line of the series and writes it to the run folder.
func (p *phase) cut() error {
	t := p.engine.Cut(p.clock())
	x := t.Sample(p.step.Name)
	x.Warmup, x.Draining = t.Start < p.start, t.Start >= p.end
	if x.Draining && t.Requests == 0 && t.InFlight == 0 {
		return nil
	}
	if x.Warmup && t.End >= p.start {
		p.start = t.End
		p.record.StartMS = ms(t.End)
	}
	x.Tried, x.Served = p.engine.Tried(), p.engine.Served()
	x.ClientCPU, x.ClientWait = p.clientCPU(t.End)
	x.Process = p.process.Sample(t.End)
	select {
	case a := <-p.heaps:
		p.asking = false
		p.heard(a)
		x.Heap = a.heap
	default:
	}
	x.Events = append(p.events, p.presence.See(t)...)
	p.events = nil
	return p.write(x, t)
}

func (p *phase) write(x *measure.Sample, t *measure.Tally) error {
	p.totals.AddSample(x)
	p.progress.show(p.step, x)
	if err := p.series.Append(x); err != nil || x.Warmup {
		return err
	}
	for _, line := range t.Intervals(p.step.Name, p.step.Rate == 0) {
		p.totals.AddInterval(line)
		if err := p.latencies.Append(line); err != nil {
			return err
		}
	}
	return nil
}

// gone says why the target will not come back, nil if it may.
func (p *phase) gone() error {
	why := ""
	switch {
	case p.process.Gone():
		why = fmt.Sprintf("the server process (PID %d) ended", p.process.PID)
		p.happened(watch.Exited, why)
	case p.presence.Dark(p.clock()) >= goneAfter:
		why = fmt.Sprintf("the target took no connection for %v", goneAfter)
		p.happened(watch.Gone, why)
	default:
		return nil
	}
	return errGone(why + "; the rest of the plan was left out")
}
