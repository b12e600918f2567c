package reports

import (
	"fmt"
	"slices"

	"github.com/httpdlab/httpdlab/bench/measure"
)

// level is how a verdict weighs; it is also a CSS class.
type level string

const (
	fine    level = "fine"
	doubt   level = "doubt"
	bad     level = "bad"
	unknown level = "unknown"
	equal   level = "equal"
)

// Mark is the sign beside the verdict, for whoever does not see its colour.
func (l level) Mark() string {
	return map[level]string{fine: "✓", doubt: "!", bad: "✕", unknown: "?", equal: "="}[l]
}

// verdict is one tile of the strip on top of the page.
type verdict struct {
	Name    string
	Level   level
	Title   string
	Text    string
	Reasons []string
}

func (r *record) verdicts() (all []verdict) {
	if v, asked := r.asserted(); asked {
		all = append(all, v)
	}
	memory := r.memory()
	if r.Leak != nil {
		memory = leakVerdict(r.Leak)
	}
	return append(all, r.trust(), r.failures(), memory, r.course())
}

// trust says whether the numbers can be believed.
func (r *record) trust() verdict {
	v := verdict{Name: "Numbers"}
	measured, doubted := 0, 0
	for i := range r.Phases {
		p := &r.Phases[i]
		if p.Requests == 0 && p.Trust.OK {
			continue
		}
		measured++
		if !p.Trust.OK {
			doubted++
			for _, why := range p.Trust.Reasons {
				v.Reasons = append(v.Reasons, oneLine(p.Name, 40)+": "+oneLine(why, 500))
			}
			if len(p.Trust.Reasons) == 0 {
				v.Reasons = append(v.Reasons, oneLine(p.Name, 40)+": not audited to its end.")
			}
		}
	}
	switch {
	case measured == 0:
		v.Level, v.Title, v.Text = unknown, "nothing to trust", "No request was counted."
	case doubted == 0:
		v.Level, v.Title, v.Text = fine, "to be trusted", fmt.Sprintf("The audits of %s found nothing amiss.", plural(int64(measured), "phase"))
	case doubted == measured:
		v.Level, v.Title, v.Text = bad, "not to be trusted", "Every phase failed an audit."
	default:
		v.Level, v.Title, v.Text = doubt, "to be trusted in part", fmt.Sprintf("%d of %d phases failed an audit.", doubted, measured)
	}
	return v
}

// failures weighs the errors; one in a hundred is too many.
func (r *record) failures() verdict {
	v := verdict{Name: "Errors"}
	requests, failed := r.totals()
	switch {
	case requests == 0:
		v.Level, v.Title, v.Text = unknown, "no requests", "Nothing was sent, so nothing could fail."
		return v
	case failed == 0:
		v.Level, v.Title, v.Text = fine, "none", fmt.Sprintf("All of %s were answered.", plural(requests, "request"))
		return v
	case float64(failed) < 0.01*float64(requests):
		v.Level, v.Title = doubt, plural(failed, "error")
	default:
		v.Level, v.Title = bad, plural(failed, "error")
	}
	v.Text = fmt.Sprintf("%s of %s failed.", share(float64(failed), float64(requests)), plural(requests, "request"))
	if failed == requests {
		v.Text = fmt.Sprintf("All of %s failed.", plural(requests, "request"))
	}
	if kinds := r.kinds(); len(kinds) == 1 {
		v.Text += " Each time with " + oneLine(kinds[0], 60) + "."
	} else {
		v.Text += " Most often with " + oneLine(kinds[0], 60) + "."
	}
	return v
}

// memory compares how much the target had at the start and at the end.
func (r *record) memory() verdict {
	v := verdict{Name: "Memory", Level: unknown, Title: "not told", Text: "The target has no GET /heap, and it is no process that we started."}
	if slices.ContainsFunc(r.events(), isReboot) {
		v.Title, v.Text = "cannot be compared", "The target rebooted, so its memory began anew."
		return v
	}
	first, last := r.memoryEnds()
	if first == nil {
		return v
	}
	from, to := float64(first.Before), float64(last.After)
	lost, of := from-to, "Free heap"
	if first.Source == "rss" {
		lost, of = to-from, "Resident memory"
	}
	v.Text = fmt.Sprintf("%s ended at %s, %s.", of, bytesize(to), change(from, to))
	switch {
	case from <= 0 || to <= 0:
		v.Text = "The target told it only for a part of the run."
	case lost <= tolerance(first.Source)*from:
		v.Level, v.Title = fine, "came back"
	case first.Source == "rss":
		v.Level, v.Title = doubt, "grew"
	default:
		v.Level, v.Title = doubt, "did not come back"
	}
	return v
}

// tolerance is the share of the memory that may stay taken without a word: a
// heap has caches and sockets in TIME_WAIT, a process has a runtime beside.
func tolerance(source string) float64 {
	if source == "rss" {
		return 0.25
	}
	return 0.01
}

// memoryEnds are the first and the last phase's memory from the same source.
func (r *record) memoryEnds() (first, last *measure.Memory) {
	for i := range r.Phases {
		m := r.Phases[i].Memory
		if m == nil {
			continue
		}
		if first == nil {
			first = m
		}
		if m.Source == first.Source {
			last = m
		}
	}
	return first, last
}
