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

// Run probes the target, makes the run folder o.Dir and carries out the plan.
//
// It returns the run as it stands in the folder. A target that cannot be loaded
// is a *TargetError, and then there is no folder. A context that ends stops the
// run cleanly: what was measured is saved, Run.Interrupted says why, and the
// error is nil. So does a target that is gone for good. A full disk loses lines
// of the logs, which Run.LostLines counts, and not the run. Any other error
// comes with what could be saved until then.
func Run(ctx context.Context, o Options) (*measure.Run, error) {
	if err := o.validate(); err != nil {
		return nil, fmt.Errorf("start a run: %w", err)
	}
	t, err := probe(ctx, &o)
	if err != nil {
		return nil, err
	}
	r, err := newRunner(ctx, &o, t)
	if err != nil {
		return nil, fmt.Errorf("start a run: %w", err)
	}
	err = r.carryOut(ctx)
	if err != nil {
		r.run.Interrupted = err.Error()
	}
	r.judgeRun()
	if last := r.finish(); err == nil {
		err = last // after another error it only repeats that one
	}
	if err != nil {
		return r.run, fmt.Errorf("load %s: %w; what was measured before is in %s", t.url.Redacted(), err, o.Dir)
	}
	return r.run, nil
}

// carryOut does what the options ask for.
func (r *runner) carryOut(ctx context.Context) error {
	switch {
	case r.o.Find != nil:
		return r.search(ctx)
	case r.o.Soak:
		return r.soak(ctx)
	case len(r.o.Hostile) > 0:
		return r.sieges(ctx)
	}
	return r.steps(ctx, r.o.Plan())
}

// Bounds of options.
const (
	mostConnections = 10000
	mostRate        = 1e6
	leastBudget     = 5 * time.Second
	leastRounds     = 8 // two to warm up, and six plateaus after them
	mostRounds      = 500
	mostHostile     = 64
)

// validate also fills in what was left out.
func (o *Options) validate() error {
	switch {
	case o.Dir == "":
		return errors.New("no run folder given")
	case o.Connections < 0 || o.Connections > mostConnections:
		return fmt.Errorf("%d connections; give 1 to %d", o.Connections, mostConnections)
	case o.Sockets < 0 || o.Sockets > mostConnections:
		return fmt.Errorf("a target with %d sockets; give 1 to %d, or 0 if it is not known", o.Sockets, mostConnections)
	case !increasing(o.Ladder):
		return fmt.Errorf("%v connections; give numbers from 1 to %d, each above the last", o.Ladder, mostConnections)
	case !(o.Share >= 0 && o.Share <= 1):
		return fmt.Errorf("an open loop at %g of the best rate; give a share above 0 and at most 1", o.Share)
	case !(o.Rate >= 0 && o.Rate <= mostRate):
		return fmt.Errorf("a rate of %g; give up to %.0f requests a second", o.Rate, mostRate)
	case o.Duration < 0:
		return fmt.Errorf("a duration of %v; give a positive one", o.Duration)
	}
	if o.Timeout <= 0 {
		o.Timeout = DefaultTimeout
	}
	for _, part := range []func() error{o.validateEngine, o.validateSearch, o.validateSoak, o.validateSieges, o.validateTreatment, o.validateAssertions} {
		if err := part(); err != nil {
			return err
		}
	}
	return nil
}

// increasing also keeps the names of phases apart.
func increasing(ladder []int) bool {
	last := 0
	for _, n := range ladder {
		if n <= last || n > mostConnections {
			return false
		}
		last = n
	}
	return true
}

func (o *Options) validateSearch() error {
	if o.Find == nil {
		if o.Over != "" || o.Budget != 0 {
			return errors.New("a budget and what is varied are for a search; say what it has to meet, as in --find 'p(99)<200ms'")
		}
		return nil
	}
	if o.Over == "" {
		o.Over = VaryRate
	}
	if o.Budget == 0 {
		o.Budget = DefaultBudget
	}
	switch {
	case o.Over != VaryRate && o.Over != VaryConnections:
		return fmt.Errorf("a search over %q; take %s or %s", o.Over, VaryRate, VaryConnections)
	case o.Budget < leastBudget:
		return fmt.Errorf("a budget of %v; a search takes %v at least", o.Budget, leastBudget)
	case o.Find.OfRun() || o.Find.Phase != "":
		return fmt.Errorf("%s is not known of a single trial; search for a latency or for errors, as in p(99)<200ms", o.Find.Text)
	case !o.Find.Below():
		return fmt.Errorf("%s is not what breaks under more load; search for the highest load with a latency or with errors below a limit, as in p(99)<200ms", o.Find.Text)
	case o.Rate > 0 || o.shaped():
		return errors.New("a search finds the rate by itself; leave out the rate, or give its arrivals as poisson:1")
	case o.Soak || len(o.Hostile) > 0:
		return errors.New("a search, a soak and hostile clients are runs of their own; ask for one of them")
	case o.Engine == SSE && o.Over == VaryRate:
		return errors.New("the engine sse has no rate to vary; search over connections")
	}
	return nil
}

func (o *Options) validateSoak() error {
	if !o.Soak {
		if o.Rounds != 0 || o.Settle != 0 || o.LeakLimit != 0 {
			return errors.New("rounds, rests and a leak's limit are for a soak; ask for one")
		}
		return nil
	}
	if o.Rounds == 0 {
		o.Rounds = DefaultRounds
	}
	if o.Settle == 0 {
		o.Settle = DefaultSettle
	}
	if o.LeakLimit == 0 {
		o.LeakLimit = measure.DefaultLeakLimit
	}
	switch {
	case o.Rounds < leastRounds || o.Rounds > mostRounds:
		return fmt.Errorf("a soak of %d rounds; give %d to %d", o.Rounds, leastRounds, mostRounds)
	case o.Settle < 0:
		return fmt.Errorf("rests of %v; give a positive time", o.Settle)
	case !(o.LeakLimit > 0):
		return fmt.Errorf("a leak's limit of %g B/request; give a positive one", o.LeakLimit)
	case len(o.Hostile) > 0:
		return errors.New("a soak and hostile clients are runs of their own; ask for one of them")
	}
	return nil
}

func (o *Options) validateSieges() error {
	for _, kind := range o.Hostile {
		if !slices.Contains(load.HostileKinds, kind) {
			return fmt.Errorf("no hostile client is called %q; there are %v", kind, load.HostileKinds)
		}
	}
	if o.Count < 0 || o.Count > mostHostile || o.Count > 0 && len(o.Hostile) == 0 {
		return fmt.Errorf("%d hostile clients; give 1 to %d, and of which kind", o.Count, mostHostile)
	}
	return nil
}

// validateAssertions also sees to it that each has something to be held against.
func (o *Options) validateAssertions() error {
	var names []string
	for _, s := range o.Plan() {
		if s.Part != warmupPart && !slices.Contains(names, s.assertedAs()) {
			names = append(names, s.assertedAs())
		}
	}
	for _, a := range o.Assert {
		switch {
		case a.NeedsSoak() && !o.Soak:
			return fmt.Errorf("assertion %q: only a soak tells; ask for one", a.Text)
		case a.NeedsSearch() && o.Find == nil:
			return fmt.Errorf("assertion %q: only a search tells; say what it has to meet, as in --find 'p(99)<200ms'", a.Text)
		case !a.OfRun() && len(names) == 0:
			return fmt.Errorf("assertion %q: a search and sieges have no phase of their own; assert best>100 or reboots<1", a.Text)
		case a.Phase != "" && !slices.Contains(names, a.Phase):
			return fmt.Errorf("assertion %q: no phase is called %q; there are %v", a.Text, a.Phase, names)
		}
	}
	return nil
}
