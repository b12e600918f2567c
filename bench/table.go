package bench

import (
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/httpdlab/httpdlab/bench/measure"
)

// Table writes what the run measured, a line a phase, then why numbers are not to
// be trusted, and the verdicts. Times are in milliseconds.
func Table(w io.Writer, r *measure.Run) error {
	if err := phaseTable(w, r); err != nil {
		return err
	}
	Verdicts(w, r)
	if r.LostLines > 0 {
		fmt.Fprintf(w, "The disk was full: %d lines of the series and the latency log are lost; the totals are whole.\n", r.LostLines)
	}
	if r.Interrupted != "" {
		_, err := fmt.Fprintf(w, "The run did not end as planned: %s.\n", r.Interrupted)
		return err
	}
	return nil
}

func phaseTable(w io.Writer, r *measure.Run) error {
	if len(r.Phases) == 0 {
		return nil
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "phase\tconnections\treq/s\tservice p50 ms\tp99 ms\tresponse p99 ms\terrors\ttrust\t")
	for i := range r.Phases {
		p := &r.Phases[i]
		trust := "yes"
		if !p.Trust.OK {
			trust = "no"
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%d\t%s\t\n", p.Name, connections(p), rate(p.Rate),
			short(p.ServiceMS.P50), short(p.ServiceMS.P99), short(p.ResponseMS.P99), p.ErrorCount(), trust)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	alike := 0
	for i := range r.Phases {
		p := &r.Phases[i]
		if p.Part == searchPart || p.Part == soakPart || p.Part == warmupPart {
			if !p.Trust.OK {
				alike++
			}
			if alike > 1 || p.Trust.OK {
				continue // one speaks for all
			}
		}
		for _, reason := range p.Trust.Reasons {
			fmt.Fprintf(w, "%s: %s\n", p.Name, reason)
		}
	}
	if alike > 1 {
		fmt.Fprintf(w, "and %d of the other phases are not to be trusted either: see the report.\n", alike-1)
	}
	return nil
}

// connections says how many were served when that is not all.
func connections(p *measure.Phase) string {
	if p.ServedConnections < p.TriedConnections {
		return fmt.Sprintf("%d of %d", p.ServedConnections, p.OfferedConnections)
	}
	return fmt.Sprint(p.OfferedConnections)
}

// rate writes requests a second with a digit after the point when it says something.
func rate(v float64) string {
	if v < 100 {
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.0f", v)
}
