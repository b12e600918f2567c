package bench

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/httpdlab/httpdlab/bench/load"
	"github.com/httpdlab/httpdlab/bench/measure"
)

// mostTrialErrors is the share of failed requests that a trial may have if its
// objective does not say: a load that the target turns away is none that it bears.
const mostTrialErrors = 0.001

// errOver ends a search whose run is over; run.json says why.
var errOver = errors.New("the run is over")

// search carries out a search, whose trials are phases.
func (r *runner) search(ctx context.Context) error {
	if err := r.rest(ctx); err != nil {
		return err
	}
	length := r.trialLength()
	began := r.clock()
	overhead := 500*time.Millisecond + r.o.Pause // of a trial: what is under way at its end, and a look at the heap
	s := &search{
		Search: &measure.Search{Objective: r.o.Find.Text, Over: r.o.Over},
		left:   func() int { return int((r.o.Budget - (r.clock() - began)) / (length + overhead)) },
		try: func(load float64, lengths int) (measure.Trial, error) {
			return r.trial(ctx, r.searchStep(load, time.Duration(lengths)*length))
		},
	}
	r.run.Search = s.Search
	err := r.open(ctx, s, length)
	if err == nil {
		err = s.run()
	}
	if s.Trials == nil {
		s.Trials = []measure.Trial{}
	}
	if errors.Is(err, errOver) {
		s.Ended = "The run ended before: " + r.run.Interrupted
		err = nil
	}
	return errors.Join(err, r.flushEvents())
}

// trialLength is that of one trial.
func (r *runner) trialLength() time.Duration {
	if r.o.Duration > 0 {
		return r.o.Duration
	}
	return lengthOf(r.o.Budget)
}

// open finds out where to search.
func (r *runner) open(ctx context.Context, s *search, length time.Duration) error {
	most := r.o.connections()
	if r.o.Over == VaryConnections {
		if r.o.Connections == 0 {
			most = max(64, r.o.Sockets)
		}
		s.edge, s.whole, s.sweep = newConnectionEdge(most), true, doublings(most)
		return nil
	}
	// An open loop cannot do more than a closed one over as many connections.
	step := Step{Name: fmt.Sprintf("search-closed-%d", most), Part: searchPart, Connections: most, Warmup: length / 5, Duration: length - length/5}
	if over, err := r.step(ctx, step); over || err != nil {
		return errors.Join(err, errOver)
	}
	capacity := r.run.Phases[len(r.run.Phases)-1].Rate
	if capacity == 0 {
		r.run.Interrupted = "a closed loop got no good response, so there is no rate to search from"
		return errOver
	}
	s.edge, s.sweep = newRateEdge(capacity/300, math.Min(1.15*capacity, mostRate)), sweepOf(capacity)
	return nil
}

// doublings are 1, 2, 4 and so on, and the last.
func doublings(most int) (all []float64) {
	for n := 1; n < most; n *= 2 {
		all = append(all, float64(n))
	}
	return append(all, float64(most))
}

// searchStep is the phase of a trial.
func (r *runner) searchStep(at float64, length time.Duration) Step {
	warmup := min(length/5, 2*time.Second)
	s := Step{Part: searchPart, Warmup: warmup, Duration: length - warmup}
	n := len(r.run.Phases) + 1
	if r.o.Over == VaryConnections {
		s.Connections, s.Name = int(at), fmt.Sprintf("try-%02d-%dc", n, int(at))
		return s
	}
	s.Connections, s.Rate, s.Name = r.o.connections(), at, fmt.Sprintf("try-%02d-%.4g", n, at)
	if r.o.Arrivals.Some() { // a Poisson process, see validateSearch
		s.Arrivals = load.Poisson(load.Constant(at))
	}
	return s
}

// trial makes a phase and holds it against the objective.
func (r *runner) trial(ctx context.Context, s Step) (t measure.Trial, err error) {
	over, err := r.step(ctx, s)
	if err != nil || over {
		return t, errors.Join(err, errOver)
	}
	p := &r.run.Phases[len(r.run.Phases)-1]
	o := r.totals.Judge(r.o.Find, p)
	t = measure.Trial{
		Phase: p.Name, Load: float64(p.OfferedConnections), Rate: p.Rate, MeanMS: p.ResponseMS.Mean,
		Value: o.Value, Limit: o.Limit, Unit: o.Unit, OK: o.OK, Reason: o.Reason,
	}
	if r.o.Over == VaryRate {
		t.Load = s.Rate
	}
	if why := r.unborne(p); t.OK && why != "" {
		t.OK, t.Reason = false, why
	}
	return t, nil
}

// unborne is why a load was not borne although the objective is met, "" if it was.
func (r *runner) unborne(p *measure.Phase) string {
	failed := p.ErrorCount()
	if !r.o.Find.AboutErrors() && float64(failed) > mostTrialErrors*float64(p.Requests) {
		return fmt.Sprintf("%d of %d requests failed", failed, p.Requests)
	}
	if p.ServedConnections < p.TriedConnections {
		return fmt.Sprintf("only %d of %d connections ever got an answer", p.ServedConnections, p.TriedConnections)
	}
	if p.Closed() {
		return ""
	}
	seconds := (p.EndMS - p.StartMS) / 1000
	planned, answered := p.OfferedRate*seconds, p.Rate*seconds
	slack := 0.01*planned + float64(2*p.OfferedConnections)
	if p.Arrivals != "" {
		slack += 3 * math.Sqrt(planned)
	}
	if planned-answered > slack {
		return fmt.Sprintf("of %.0f requests %.0f were answered within the trial: a queue grows", planned, answered)
	}
	return ""
}
