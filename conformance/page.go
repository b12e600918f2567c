package conformance

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"

	"github.com/httpdlab/httpdlab/conformance/check"
)

//go:embed page.html
var pageHTML string

// shown is how many octets of one event the page has; the JSON has more.
const shown = 1 << 10

// row is one case over all targets.
type row struct {
	Section, Name, Source, Rule string
	Level                       check.Level
	First                       bool // of its section
	Cells                       []cell
}

// cell is one verdict and its evidence.
type cell struct {
	check.Result
	Target string
	Anchor string
}

// Shown tells whether there is more to say than the verdict.
func (c cell) Shown() bool { return c.Transcript != nil || c.Reason != "" }

var page = template.Must(template.New("page").Funcs(template.FuncMap{
	"shade": func(n int, class string) string {
		if n == 0 {
			return "zero"
		}
		return class
	},
	"lower":  func(v check.Verdict) string { return strings.ToLower(string(v)) },
	"octets": octets,
	"events": events,
	"cut":    func(e check.Event) int { return e.Cut + max(0, len(e.Bytes)-limit(e)) },
	"ms":     func(e check.Event) string { return fmt.Sprintf("%.1f", float64(e.At.Microseconds())/1e3) },
}).Parse(pageHTML))

// shownHex is how many octets of one event the page has in hex, shownEvents how many events of one connection.
const (
	shownHex    = 192
	shownEvents = 80
)

// limit is how many octets of an event the page has.
func limit(e check.Event) int {
	if e.Text() {
		return shown
	}
	return shownHex
}

// octets writes text as it is and what is none in hex.
func octets(e check.Event) string {
	b := e.Bytes[:min(len(e.Bytes), limit(e))]
	if e.Text() {
		return check.Escape(b)
	}
	return fmt.Sprintf("% x", b)
}

// events are those of a connection that the page has; the last says how many were left out.
func events(t *check.Transcript) []check.Event {
	if len(t.Events) <= shownEvents {
		return t.Events
	}
	last := t.Events[len(t.Events)-1]
	last.Note = fmt.Sprintf("(%d events left out) %s", len(t.Events)-shownEvents, last.Note)
	return append(slices.Clone(t.Events[:shownEvents-1]), last)
}

// WriteHTML writes one page that needs nothing else: cases as rows by section, targets as columns, and for each
// verdict that is no plain pass the octets that led to it.
func WriteHTML(w io.Writer, r Result) error {
	all := rows(r)
	return page.Execute(w, struct {
		Reports []check.Report
		Levels  []check.Level
		Rows    []row
		Mend    []cell // failures, and what is weak if that counts
		Several bool
	}{r.Reports, check.Levels, all, toMend(all, r.Strict), len(r.Reports) > 1})
}

// rows lays the reports side by side. All have the same cases, unless a run was stopped.
func rows(r Result) (all []row) {
	at := map[string]int{}
	section := ""
	for column, report := range r.Reports {
		for _, c := range report.Cases {
			i, there := at[c.ID]
			if !there {
				cut := strings.LastIndex(c.ID, "/")
				i, at[c.ID] = len(all), len(all)
				all = append(all, row{Section: c.ID[:cut], Name: c.ID[cut+1:], Source: c.Source, Rule: c.Rule, Level: c.Level, First: c.ID[:cut] != section, Cells: make([]cell, len(r.Reports))})
				section = c.ID[:cut]
			}
			all[i].Cells[column] = cell{c, report.Target, fmt.Sprintf("t%d-%s", column, strings.NewReplacer("/", "-", ".", "-").Replace(c.ID))}
		}
	}
	return all
}

func toMend(all []row, strict bool) (cells []cell) {
	for _, row := range all {
		for _, c := range row.Cells {
			if c.Verdict == check.Fail || strict && c.Verdict == check.Weak {
				cells = append(cells, c)
			}
		}
	}
	return cells
}
