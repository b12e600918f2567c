package bench

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/httpdlab/httpdlab/bench/load"
	"github.com/httpdlab/httpdlab/bench/measure"
)

// A soak as it is done unless asked otherwise: two rounds to warm up, and 20
// that are judged, in a minute and a half.
const (
	DefaultRounds = 22
	DefaultSettle = 2 * time.Second

	warmupRounds  = 2
	soakDuration  = 44 * time.Second       // of all rounds together
	plateauLooks  = 5                      // at the memory after a rest
	plateauPauses = 100 * time.Millisecond // between them, or the rest if that is shorter
)

// soakPlan is rounds of the same load.
func (o *Options) soakPlan() []Step {
	total := o.Duration
	if total == 0 {
		total = soakDuration
	}
	rounds := max(o.Rounds, leastRounds)
	var plan []Step
	for n := range rounds {
		s := Step{
			Name: fmt.Sprintf("soak-%d", n+1-warmupRounds), Part: soakPart, Connections: o.connections(), Rate: o.Rate, Arrivals: o.Arrivals,
			Duration: total / time.Duration(rounds),
		}
		if n < warmupRounds {
			s.Name, s.Part = fmt.Sprintf("warm-up-%d", n+1), warmupPart
		}
		plan = append(plan, s)
	}
	return plan
}

// soak carries out rounds of load, looks at the target's memory after each, and
// judges whether requests cost any for good.
func (r *runner) soak(ctx context.Context) error {
	if err := r.rest(ctx); err != nil {
		return err
	}
	r.soaked = measure.NewTotals()
	s := &measure.LeakSeries{Limit: r.o.LeakLimit, Seed: r.o.Seed}
	r.plateau(ctx, s, true)
	for _, step := range r.o.soakPlan() {
		over, err := r.step(ctx, step)
		if over || err != nil {
			return errors.Join(err, r.judgeSoak(s), r.flushEvents())
		}
		s.Closed += int64(r.run.Phases[len(r.run.Phases)-1].TriedConnections)
		r.settle(ctx, r.o.Settle)
		if ctx.Err() != nil {
			r.run.Interrupted = context.Cause(ctx).Error()
			break
		}
		r.plateau(ctx, s, step.Part == warmupPart)
		if err := r.judgeSoak(s); err != nil {
			return err
		}
	}
	r.judgeRounds()
	return r.flushEvents()
}

// plateau looks at the target's memory several times: an answer to the question
// itself takes some.
func (r *runner) plateau(ctx context.Context, s *measure.LeakSeries, warmup bool) {
	pool := r.target.pool(1)
	defer pool.Close()
	var looks []float64
	for n := range plateauLooks {
		if n > 0 {
			r.settle(ctx, min(plateauPauses, r.o.Settle))
		}
		if v, source, ok := r.memory(ctx, pool); ok && (s.Source == "" || s.Source == source) {
			s.Source, looks = source, append(looks, v)
		}
	}
	if len(looks) == 0 {
		return
	}
	slices.Sort(looks)
	s.Plateaus = append(s.Plateaus, measure.Plateau{
		MS: ms(r.clock()), Requests: r.ended, Bytes: looks[len(looks)/2], Spread: looks[len(looks)-1] - looks[0],
		SettleMS: ms(r.o.Settle), Warmup: warmup,
	})
}

// memory is what the target tells of its heap, or the kernel of its process.
func (r *runner) memory(ctx context.Context, pool *load.Pool) (v float64, source string, ok bool) {
	if !r.heap.Absent() {
		a := r.askHeap(ctx, pool)
		r.heard(a)
		if a.heap != nil {
			return float64(a.heap.Free), "heap", true
		}
		if !r.heap.Absent() {
			return 0, "", false // it told before, and will again
		}
	}
	if p := r.process.Sample(r.clock()); p != nil {
		return float64(p.RSS), "rss", true
	}
	return 0, "", false
}

// judgeSoak writes down what is known so far: a soak may be killed.
func (r *runner) judgeSoak(s *measure.LeakSeries) error {
	r.run.Leak = s.Judge()
	if len(s.Plateaus) == 0 {
		r.run.Leak.Text = "cannot tell: the target has no /heap, and its process is not ours to look at"
	}
	if r.run.Reboots() > 0 {
		r.run.Leak.Verdict, r.run.Leak.Text = measure.CannotTell, "cannot tell: the target restarted in between"
	}
	return r.save()
}

// judgeRounds holds all rounds together against the assertions.
func (r *runner) judgeRounds() {
	if len(r.run.Phases) == 0 {
		return
	}
	p := r.run.Phases[len(r.run.Phases)-1]
	p.Name, p.StartMS = soakPart, r.run.Phases[0].StartMS
	r.soaked.Fill(&p, &r.run.Environment)
	for _, a := range r.o.Assert {
		if about(a, Step{Name: soakPart, Part: soakPart}) {
			r.run.Assertions = append(r.run.Assertions, r.soaked.Judge(a, &p))
		}
	}
}
