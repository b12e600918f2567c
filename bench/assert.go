package bench

import (
	"fmt"

	"github.com/httpdlab/httpdlab/bench/measure"
	"github.com/httpdlab/httpdlab/bench/watch"
)

// What it takes to end a run because of an assertion that may still come right:
// a percentile of few requests says nothing, and a second may be a bad one.
const (
	abortRequests = 100
	abortLines    = 3 // of the series, in a row
)

// breaks counts for how many lines of the series each assertion was broken.
type breaks map[*measure.Assertion]int

// assertedAs is the name by which assertions know the step's phase; rounds of a
// soak are judged together.
func (s Step) assertedAs() string {
	if s.Part == soakPart {
		return soakPart
	}
	return s.Name
}

// about reports whether the assertion is to hold in the step.
func about(a *measure.Assertion, s Step) bool {
	return !a.OfRun() && s.Part != warmupPart && s.Part != searchPart && (a.Phase == "" || a.Phase == s.assertedAs())
}

// abort says which assertion ends the run now, nil if none does.
func (p *phase) abort() error {
	for _, a := range p.o.Assert {
		if !a.Abort && !p.o.AbortOnFail || !about(a, p.step) {
			continue
		}
		if o, broken := p.breaks(a); broken {
			p.happened(watch.Note, "the run was aborted: "+p.verdict(o))
			return errAborted{a, p.verdict(o)}
		}
	}
	return nil
}

func (p *phase) verdict(o measure.Outcome) string {
	return fmt.Sprintf("%s does not hold in %s: %s", o.Text, p.step.Name, told(o.Value, o.Unit))
}

// breaks reports whether a phase that goes on is lost for the assertion.
func (p *phase) breaks(a *measure.Assertion) (o measure.Outcome, broken bool) {
	so := p.record
	p.totals.Fill(&so, &p.run.Environment)
	o = p.totals.Judge(a, &so)
	if p.broken == nil {
		p.broken = breaks{}
	}
	if o.OK || o.Reason != "" || so.Requests == 0 {
		p.broken[a] = 0
		return o, false
	}
	p.broken[a]++
	return o, a.ForGood() || p.broken[a] >= abortLines && so.Requests >= abortRequests
}

// errAborted ends a run for an assertion.
type errAborted struct {
	*measure.Assertion
	why string
}

func (e errAborted) Error() string { return "aborted: " + e.why }

// judge holds a phase that is over against the assertions, except rounds of a
// soak, which are judged together.
func (r *runner) judge(p *measure.Phase, t *measure.Totals, s Step, over error) {
	if s.Part == soakPart && r.soaked != nil {
		if aborted, ok := over.(errAborted); ok {
			r.outcome(t.Judge(aborted.Assertion, p), over, aborted.Assertion)
		}
		return
	}
	for _, a := range r.o.Assert {
		if about(a, s) {
			r.outcome(t.Judge(a, p), over, a)
		}
	}
}

func (r *runner) outcome(o measure.Outcome, over error, a *measure.Assertion) {
	if aborted, ok := over.(errAborted); ok && aborted.Assertion == a {
		o.Aborted = true
	}
	r.run.Assertions = append(r.run.Assertions, o)
}

// judgeRun holds the whole run against the assertions that are about it, and
// says which were not come to.
func (r *runner) judgeRun() {
	for _, a := range r.o.Assert {
		if a.OfRun() {
			r.run.Assertions = append(r.run.Assertions, r.run.Judge(a))
			continue
		}
		if !r.judged(a) {
			r.run.Assertions = append(r.run.Assertions, measure.Outcome{Text: a.Text, Phase: a.Phase, Reason: "the run ended before"})
		}
	}
}

func (r *runner) judged(a *measure.Assertion) bool {
	for i := range r.run.Assertions {
		if r.run.Assertions[i].Text == a.Text {
			return true
		}
	}
	return false
}

// told writes a value with its unit.
func told(v float64, unit string) string {
	switch unit {
	case "":
		return short(v)
	case "%":
		return short(v) + " %"
	}
	return short(v) + " " + unit
}
