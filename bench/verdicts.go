package bench

import (
	"fmt"
	"io"

	"github.com/httpdlab/httpdlab/bench/measure"
)

// Verdicts writes what was asked and what came of it, a line each: assertions,
// the search, sieges, the leak, and what happened to the target.
func Verdicts(w io.Writer, r *measure.Run) {
	for i := range r.Assertions {
		fmt.Fprintln(w, assertionLine(&r.Assertions[i]))
	}
	if r.Search != nil {
		searchLines(w, r.Search)
	}
	for i := range r.Sieges {
		fmt.Fprintln(w, siegeLine(&r.Sieges[i]))
	}
	if r.Leak != nil {
		fmt.Fprintf(w, "memory (%s): %s\n", r.Leak.Source, r.Leak.Text)
	}
	for i := range r.Events {
		e := &r.Events[i]
		fmt.Fprintf(w, "at %.1f s, after %d requests: %s\n", e.MS/1000, e.After, e.Text)
		for _, line := range e.Log {
			fmt.Fprintf(w, "    %s\n", line)
		}
		if i == mostEventLines-1 && i < len(r.Events)-1 {
			fmt.Fprintf(w, "and %d events more, see %s\n", len(r.Events)-1-i, measure.RunFile)
			break
		}
	}
}

// mostEventLines is how many events a terminal gets.
const mostEventLines = 20

func assertionLine(o *measure.Outcome) string {
	where := ""
	if o.Phase != "" {
		where = " in " + o.Phase
	}
	mark := "pass"
	if !o.OK {
		mark = "FAIL"
	}
	if o.Reason != "" {
		return fmt.Sprintf("%s  %s%s: not measured: %s", mark, o.Text, where, o.Reason)
	}
	line := fmt.Sprintf("%s  %s%s: %s", mark, o.Text, where, told(o.Value, o.Unit))
	if o.Aborted {
		line += " (the run was ended)"
	}
	return line
}

func searchLines(w io.Writer, s *measure.Search) {
	unit := map[string]string{VaryRate: "requests a second", VaryConnections: "connections"}[s.Over]
	interval := fmt.Sprintf("the edge is between %s and %s", short(s.Low), short(s.High))
	switch {
	case s.Low == 0 && s.High == 0:
		interval = "nothing is known of the edge"
	case s.High == 0:
		interval = fmt.Sprintf("the edge is above %s", short(s.Low))
	}
	confirmed := "not confirmed"
	if s.Confirmed {
		confirmed = "confirmed"
	}
	if s.Best == 0 {
		fmt.Fprintf(w, "%s is met by no load that was tried; %s\n", s.Objective, s.Ended)
	} else {
		fmt.Fprintf(w, "%s is met up to %s %s, %s; %s (%.0f %%, %d trials). %s\n",
			s.Objective, short(s.Best), unit, confirmed, interval, 100*s.Confidence, len(s.Trials), s.Ended)
	}
	if k := s.Knee; k != nil {
		fmt.Fprintf(w, "the knee is at %s %s: %s requests a second with a mean response time of %s ms\n", short(k.Load), unit, short(k.Rate), short(k.MeanMS))
	}
}

func siegeLine(s *measure.Siege) string {
	line := fmt.Sprintf("%s (%d clients): a bystander's p99 went from %s to %s ms, with %d of %d requests failed",
		s.Kind, s.Count, short(s.Before.ServiceMS.P99), short(s.During.ServiceMS.P99), failures(s.During.Errors), s.During.Requests)
	switch {
	case !s.Recovered:
		return line + "; it did not recover"
	case s.RecoveryMS > 0:
		return fmt.Sprintf("%s; it recovered in %s ms", line, short(s.RecoveryMS))
	}
	return line
}

func failures(errors map[string]int64) (n int64) {
	for _, c := range errors {
		n += c
	}
	return n
}
