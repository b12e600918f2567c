package reports

import (
	"fmt"

	"github.com/httpdlab/httpdlab/bench/measure"
)

// asserted weighs what was asked of the run; false if nothing was.
func (r *record) asserted() (verdict, bool) {
	all := r.Assertions
	if len(all) == 0 {
		return verdict{}, false
	}
	v := verdict{Name: "Assertions", Level: fine, Title: "all hold", Text: fmt.Sprintf("%s held against what was measured.", plural(int64(len(all)), "assertion"))}
	broken := 0
	for i := range all {
		if o := &all[i]; !o.OK {
			broken++
			v.Reasons = append(v.Reasons, oneLine(outcomeText(o), 300))
		}
	}
	if broken > 0 {
		v.Level, v.Title = bad, fmt.Sprintf("%d of %d broken", broken, len(all))
		v.Text = "What was asked of the run does not hold."
	}
	return v, true
}

// outcomeText says what became of an assertion.
func outcomeText(o *measure.Outcome) string {
	text := o.Text
	if o.Phase != "" {
		text += " in " + o.Phase
	}
	if o.Reason != "" {
		return text + ": " + o.Reason
	}
	return text + ": it was " + quantity(o.Value, o.Unit)
}

// quantity writes a value in its unit.
func quantity(v float64, unit string) string {
	switch unit {
	case "ms":
		return span(v)
	case "B":
		return bytesize(v)
	case "":
		return short(v)
	}
	return short(v) + gap + unit
}

// outcomeRow is a line of the table of assertions.
type outcomeRow struct {
	Text, Phase, Measured, Limit string
	Level                        level
	Word                         string
}

func (r *record) outcomeRows() (rows []outcomeRow) {
	for i := range r.Assertions {
		o := &r.Assertions[i]
		row := outcomeRow{Text: oneLine(o.Text, 120), Phase: oneLine(o.Phase, 60), Measured: quantity(o.Value, o.Unit), Limit: quantity(o.Limit, o.Unit), Level: fine, Word: "holds"}
		if o.Phase == "" {
			row.Phase = "whole run"
		}
		if o.Reason != "" {
			row.Measured = none
		}
		if !o.OK {
			row.Level, row.Word = bad, "broken"
			if o.Reason != "" {
				row.Word = oneLine(o.Reason, 200)
			}
		}
		rows = append(rows, row)
	}
	return rows
}

// searched says what a search found, and is empty if there was none.
func (r *record) searched() (all []string) {
	s := r.Search
	if s == nil {
		return nil
	}
	load := func(x float64) string {
		if s.Over == "connections" {
			return plural(int64(x), "connection")
		}
		return rate(x)
	}
	switch {
	case s.Best <= 0:
		all = append(all, fmt.Sprintf("No load that was tried meets %s.", oneLine(s.Objective, 120)))
	case s.High > 0:
		all = append(all, fmt.Sprintf("The highest load that still meets %s is %s; the edge lies between %s and %s (%s confidence).",
			oneLine(s.Objective, 120), load(s.Best), load(s.Low), load(s.High), share(s.Confidence, 1)))
	default:
		all = append(all, fmt.Sprintf("%s still meets %s, and no load that breaks it was reached.", load(s.Best), oneLine(s.Objective, 120)))
	}
	if s.Best > 0 && !s.Confirmed {
		all = append(all, "A last trial at that load did not confirm it: take it with care.")
	}
	if k := s.Knee; k != nil {
		all = append(all, fmt.Sprintf("The knee, where more load begins to buy more latency than throughput, is at %s (between %s and %s): %s at a mean of %s.",
			load(k.Load), load(k.Low), load(k.High), rate(k.Rate), span(k.MeanMS)))
	}
	return append(all, oneLine(s.Ended, 300))
}
