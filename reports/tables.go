package reports

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/httpdlab/httpdlab/bench/measure"
)

// fact is a term and what is known of it.
type fact struct {
	Term, Value, Note string
	Code              bool
}

// numbers are the few that people ask for first.
func (r *record) numbers() (all []fact) {
	b := r.best()
	if b == nil {
		return nil
	}
	all = append(all, fact{Term: "Highest rate", Value: rate(b.Rate), Note: "with " + loadName(b)})
	lat := telling(b)
	if lat.P99 > 0 {
		all = append(all,
			fact{Term: "p50 there", Value: span(lat.P50), Note: "half took no longer"},
			fact{Term: "p99 there", Value: span(lat.P99), Note: "one in a hundred took longer"})
	}
	for i := len(r.Phases) - 1; i >= 0; i-- {
		if p := &r.Phases[i]; !p.Closed() && p != b && p.ResponseMS.P99 > 0 {
			return append(all, fact{Term: "p99 at " + rate(p.OfferedRate), Value: span(p.ResponseMS.P99), Note: "sent on a schedule"})
		}
	}
	return all
}

// tested says what was loaded.
func (r *record) tested() (all []fact) {
	t := &r.Target
	add := adder(&all)
	add("URL", oneLine(t.URL, 400), true)
	add("Address", oneLine(t.Address, 100), true)
	add("Board", oneLine(t.Board, 100), false)
	add("Kind", r.kind(), false)
	add("Server field", oneLine(t.Server, 200), false)
	if t.Status > 0 {
		add("Answer", fmt.Sprintf("status %d, %s", t.Status, plural(t.BodyBytes, "byte")), false)
	}
	if t.PID > 0 {
		add("Process", fmt.Sprintf("PID %d, started for this run", t.PID), false)
	}
	return all
}

// told says what the target told of itself.
func (r *record) told() (all []fact) {
	add := adder(&all)
	var info map[string]any
	if json.Unmarshal(r.Target.Info, &info) != nil {
		return nil
	}
	for _, k := range slices.Sorted(maps.Keys(info)) {
		if len(all) == 40 {
			add("More", fmt.Sprintf("%d further fields, in the data below", len(info)), false)
			break
		}
		add(oneLine(strings.ReplaceAll(k, "_", " "), 40), scalar(info[k]), false)
	}
	return all
}

// scalar writes a value of a JSON object on one line.
func scalar(v any) string {
	if s, ok := v.(string); ok {
		return oneLine(s, 200)
	}
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // the template does
	if e.Encode(v) != nil {
		return none
	}
	return oneLine(strings.TrimSpace(b.String()), 200)
}

// client says where the load came from.
func (r *record) client() (all []fact) {
	e := &r.Environment
	add := adder(&all)
	add("Processor", oneLine(e.CPU, 120), false)
	if e.Cores > 0 {
		add("Cores", fmt.Sprint(e.Cores), false)
	}
	if e.Local {
		add("Place", "the same machine as the target", false)
	}
	add("System", oneLine(strings.TrimSpace(strings.Join([]string{e.OS, e.Kernel, e.Arch}, " ")), 160), false)
	add("Go", oneLine(e.Go, 60), false)
	add("httpdlab", oneLine(e.Tool, 120), false)
	add("Command", oneLine(strings.Join(e.Command, " "), 800), true)
	add("Started", clock(r.Started), false)
	add("Length", span(r.length()), false)
	add("Folder", oneLine(r.Name, 200), true)
	return all
}

func adder(all *[]fact) func(term, value string, code bool) {
	return func(term, value string, code bool) {
		if value != "" {
			*all = append(*all, fact{Term: term, Value: value, Code: code})
		}
	}
}

// phaseRow is a line of the table of phases.
type phaseRow struct {
	Name, Engine, Connections, Offered, Length, Requests, Errors, Rate, InFlight, ClientCPU, TargetCPU string

	Trust level
	Doubt []string
}

func (r *record) phaseRows() (rows []phaseRow) {
	for i := range r.Phases {
		p := &r.Phases[i]
		row := phaseRow{
			Name: oneLine(p.Name, 60), Engine: oneLine(p.Engine, 30), Connections: fmt.Sprint(p.OfferedConnections), Offered: "closed loop",
			Length: span(r.end(p) - p.StartMS), Requests: count(p.Requests), Errors: count(p.ErrorCount()), Rate: figures3(p.Rate),
			InFlight: figures3(p.InFlight), ClientCPU: cores(p.ClientCPU), TargetCPU: cores(p.TargetCPU), Trust: fine, Doubt: p.Trust.Reasons,
		}
		if starved(p) {
			row.Connections = fmt.Sprintf("%d of %d", p.ServedConnections, p.TriedConnections)
		}
		if !p.Closed() {
			row.Offered = rate(p.OfferedRate)
		}
		if !p.Trust.OK {
			row.Trust = doubt
		}
		rows = append(rows, row)
	}
	return rows
}

func cores(x float64) string {
	if x <= 0 {
		return none
	}
	return figures3(x)
}

// latencyRow is a line of the table of latencies, in milliseconds.
type latencyRow struct {
	Name, Clock string
	Values      []string // mean, p50, p90, p99, p99.9, max
}

func (r *record) latencyRows() (rows []latencyRow) {
	for i := range r.Phases {
		p := &r.Phases[i]
		name := oneLine(p.Name, 60)
		if p.ServiceMS != (measure.Latency{}) {
			rows = append(rows, latencyRow{name, "service", values(&p.ServiceMS)})
		}
		if p.ResponseMS != (measure.Latency{}) && !p.Closed() {
			rows = append(rows, latencyRow{name, "response", values(&p.ResponseMS)})
		}
		if p.LagMS != (measure.Latency{}) && !p.Closed() {
			rows = append(rows, latencyRow{name, "lag", values(&p.LagMS)})
		}
	}
	return rows
}

func values(l *measure.Latency) (v []string) {
	for _, x := range []float64{l.Mean, l.P50, l.P90, l.P99, l.P999, l.Max} {
		v = append(v, figures3(x))
	}
	return v
}

// eventRow is a line of the table of events.
type eventRow struct {
	At, Kind, Text string

	Log []string // what the target's console said of it
}

func (r *record) eventRows() (rows []eventRow) {
	const shown = 200
	all := r.events()
	for i, e := range all {
		if i == shown {
			return append(rows, eventRow{At: none, Kind: "more", Text: fmt.Sprintf("%d further events, in the data below", len(all)-shown)})
		}
		row := eventRow{At: span(e.MS), Kind: oneLine(e.Kind, 60), Text: oneLine(e.Text, 500)}
		if e.After > 0 {
			row.Text += fmt.Sprintf(" (after request %s)", count(e.After))
		}
		const lines = 40 // of a crash; a backtrace has fewer
		for _, line := range e.Log[:min(len(e.Log), lines)] {
			row.Log = append(row.Log, oneLine(line, 300))
		}
		rows = append(rows, row)
	}
	return rows
}
