package reports

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/httpdlab/httpdlab/bench/measure"
)

// matrix is a table whose cells each sum up a piece of evidence and lead to it.
type matrix struct {
	ID, Title, Corner string
	Columns           []string
	Rows              []matrixRow
}

type matrixRow struct {
	Name  string
	Cells []matrixCell
}

// matrixCell is empty where there is no evidence.
type matrixCell struct {
	Href, Text, Note string
	Level            level
}

// indexed is a run as the index knows it.
type indexed struct {
	*record
	href    string // of its report, "" if there is none
	gravest level  // of its verdicts
}

// scenario names what was asked of the target: a scenario's name, or the path.
func (r *record) scenario() string {
	var asked struct{ Name string }
	if c := r.Configuration; c != nil && json.Unmarshal(c.Scenario, &asked) == nil && asked.Name != "" {
		return oneLine(asked.Name, 60)
	}
	u, err := url.Parse(r.Target.URL)
	if err != nil || u.Path == "" {
		return "/"
	}
	return oneLine(u.RequestURI(), 60)
}

// subject names who was asked: the board, or the server's address.
func (r *record) subject() string {
	if r.Target.Board != "" {
		return oneLine(r.Target.Board, 60)
	}
	if u, err := url.Parse(r.Target.URL); err == nil && u.Host != "" {
		return oneLine(u.Host, 60)
	}
	return oneLine(r.Target.URL, 60)
}

// boardsByScenarios has the latest run of each board and scenario; nil if there
// is but one of each.
func boardsByScenarios(runs []indexed) *matrix {
	latest := map[[2]string]indexed{}
	var boards, scenarios []string
	for _, r := range runs {
		k := [2]string{r.subject(), r.scenario()}
		if !slices.Contains(boards, k[0]) {
			boards = append(boards, k[0])
		}
		if !slices.Contains(scenarios, k[1]) {
			scenarios = append(scenarios, k[1])
		}
		if was, is := latest[k]; !is || was.Started.Before(r.Started) {
			latest[k] = r
		}
	}
	if len(boards)*len(scenarios) < 2 {
		return nil
	}
	slices.Sort(boards)
	slices.Sort(scenarios)
	m := &matrix{ID: "boards", Title: "Boards by scenario", Corner: "Board", Columns: scenarios}
	for _, b := range boards {
		row := matrixRow{Name: b}
		for _, s := range scenarios {
			row.Cells = append(row.Cells, runCell(latest[[2]string{b, s}]))
		}
		m.Rows = append(m.Rows, row)
	}
	return m
}

// runCell sums a run up: its highest rate, p99 there, and its gravest verdict.
func runCell(r indexed) matrixCell {
	if r.record == nil {
		return matrixCell{}
	}
	c := matrixCell{Href: r.href, Text: "nothing answered", Level: bad}
	if b := r.best(); b != nil {
		c.Text, c.Note = rate(b.Rate), "p99 "+span(telling(b).P99)+", "+loadName(b)
		c.Level = r.gravest
	}
	return c
}

// worst is the worst of the run's verdicts, memory that is not told apart.
func (r *record) worst() level {
	order := []level{fine, unknown, doubt, bad}
	worst := fine
	for _, v := range r.verdicts() {
		if v.Level != unknown && slices.Index(order, v.Level) > slices.Index(order, worst) {
			worst = v.Level
		}
	}
	return worst
}

// trends are the runs of one board and scenario over time, if there are several.
func trends(runs []indexed) (all []*figure) {
	groups := map[[2]string][]*measure.Run{}
	for _, r := range runs {
		if r.best() != nil {
			k := [2]string{r.subject(), r.scenario()}
			groups[k] = append(groups[k], &r.Run)
		}
	}
	var keys [][2]string
	for k, g := range groups {
		if len(g) > 1 {
			keys = append(keys, k)
		}
	}
	slices.SortFunc(keys, func(a, b [2]string) int { return cmp.Or(strings.Compare(a[0], b[0]), strings.Compare(a[1], b[1])) })
	const most = 12 // boards and scenarios; more are a wall
	for i, k := range keys[:min(len(keys), most)] {
		all = append(all, newTrend(groups[k]).figures(fmt.Sprintf("trend%d", i+1), k[0]+" "+k[1])...)
	}
	return all
}
