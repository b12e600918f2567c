package reports

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"slices"

	"github.com/httpdlab/httpdlab/bench/measure"
	"github.com/httpdlab/httpdlab/reports/compare"
)

//go:embed compare.html
var compareHTML string

var compareTemplate = template.Must(template.Must(pageTemplate.Clone()).New("compare").Parse(compareHTML))

// comparison is what compare.html is filled with.
type comparison struct {
	CSS      template.CSS
	Script   template.JS
	Title    string
	Under    string
	Verdicts []verdict
	Figures  []*figure
	Nines    []*figure
	Groups   []compareGroup
	How      string
	Data     template.JS
}

// compareGroup is the lines of one metric.
type compareGroup struct {
	Title string
	Rows  []compareRow
}

// compareRow is a line of the table. Change is drawn as well: the plot's x runs
// from -100 to 100, where 100 is the reach of all rows.
type compareRow struct {
	Phase, Base, New, Change, Interval, P, Runs string
	Word                                        string
	Level                                       level
	Drawn                                       bool
	Noise, From, To, At                         float64
}

// NoiseWidth is the width of the band that is too small to count.
func (r compareRow) NoiseWidth() float64 { return 2 * r.Noise }

// WriteComparison writes a comparison as one self-contained HTML page.
func WriteComparison(c *compare.Comparison, out string) error {
	base, err := openAll(c.Base)
	if err != nil {
		return err
	}
	changed, err := openAll(c.New)
	if err != nil {
		return err
	}
	data, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("write the comparison: %w", err)
	}
	o := &overlay{c, base, changed}
	p := &comparison{
		CSS: pageCSS, Script: pageScript, Title: c.Outcome(), Under: fmt.Sprintf("%s of %s against %s of %s",
			plural(int64(len(c.New.Runs)), "run"), oneLine(c.New.Name, 200), plural(int64(len(c.Base.Runs)), "run"), oneLine(c.Base.Name, 200)),
		Verdicts: compareVerdicts(c), Figures: o.ladders(), Nines: o.nines(), Groups: compareGroups(c), How: c.How(), Data: template.JS(data),
	}
	var b bytes.Buffer
	if err := compareTemplate.ExecuteTemplate(&b, "compare", p); err != nil {
		return fmt.Errorf("render the comparison: %w", err)
	}
	return replaceFile(out, b.Bytes())
}

// openAll reads the logs of all runs of a side into one record, so that its
// curves are those of all runs together.
func openAll(s *compare.Side) (*record, error) {
	var all *record
	for _, dir := range s.Dirs {
		r, err := open(dir)
		if err != nil {
			return nil, err
		}
		if all == nil {
			all = r
			continue
		}
		for k, h := range r.curves {
			if all.curves[k] == nil {
				all.curves[k] = measure.NewHistogram()
			}
			all.curves[k].Merge(h)
		}
	}
	return all, nil
}

func compareVerdicts(c *compare.Comparison) []verdict {
	regression := verdict{Name: "Change", Level: fine, Title: "no regression", Text: "No line got worse by more than chance and the smallest effect that counts."}
	switch worse := c.Regressions(); {
	case len(c.Lines) == 0 || c.Lines[0].Verdict == compare.Unknown:
		regression = verdict{Name: "Change", Level: unknown, Title: "no verdict", Text: "There are too few runs to tell a change from chance."}
	case len(worse) > 0:
		regression = verdict{Name: "Change", Level: bad, Title: "regression", Text: fmt.Sprintf("%d of %s got worse.", len(worse), plural(int64(len(c.Lines)), "line"))}
	case slices.ContainsFunc(c.Lines, func(l compare.Line) bool { return l.Verdict == compare.Better }):
		regression.Title, regression.Text = "better", "Some lines got better, and none got worse."
	}
	conditions := verdict{Name: "Conditions", Level: fine, Title: "alike", Text: "Board, radio, load and client are the same in all runs."}
	if len(c.Unlike) > 0 {
		conditions = verdict{Name: "Conditions", Level: bad, Title: "unlike", Text: "What differs is named below; a change may come from there."}
		for _, s := range c.Unlike {
			conditions.Reasons = append(conditions.Reasons, oneLine(s, 500)+".")
		}
	}
	witnesses := verdict{Name: "Runs", Level: fine, Title: fmt.Sprintf("%d against %d", len(c.New.Runs), len(c.Base.Runs)), Text: "Each run counts once, however many requests it made."}
	if len(c.Remarks) > 0 {
		witnesses.Level = doubt
		for _, s := range c.Remarks {
			witnesses.Reasons = append(witnesses.Reasons, oneLine(s, 500))
		}
	}
	return []verdict{regression, conditions, witnesses}
}

// compareGroups are the rows of the table by metric.
func compareGroups(c *compare.Comparison) (all []compareGroup) {
	reach := 2 * c.Effect
	for i := range c.Lines {
		if l := &c.Lines[i]; relative(l) {
			reach = max(reach, min(1, max(-l.Lo, l.Hi)))
		}
	}
	for i := range c.Lines {
		l := &c.Lines[i]
		title := l.Metric + ", " + l.Unit
		if len(all) == 0 || all[len(all)-1].Title != title {
			all = append(all, compareGroup{Title: title})
		}
		g := &all[len(all)-1]
		g.Rows = append(g.Rows, newCompareRow(l, c.Effect, reach))
	}
	return all
}

func relative(l *compare.Line) bool { return l.Unit != "%" && finite(l.Lo) && finite(l.Hi) }

func newCompareRow(l *compare.Line, effect, reach float64) compareRow {
	cells := l.Cells()
	row := compareRow{
		Phase: oneLine(l.Title(), 60), Base: cells[0], New: cells[1], Change: cells[2], Interval: cells[3], P: cells[4], Runs: cells[5],
		Word:  map[compare.Verdict]string{compare.Same: "same", compare.Better: "better", compare.Worse: "worse", compare.Unknown: "unknown"}[l.Verdict],
		Level: map[compare.Verdict]level{compare.Same: equal, compare.Better: fine, compare.Worse: bad, compare.Unknown: unknown}[l.Verdict],
	}
	if relative(l) {
		at := func(x float64) float64 { return max(-100, min(100, 100*x/reach)) }
		row.Drawn, row.Noise, row.From, row.To, row.At = true, at(effect), at(l.Lo), at(l.Hi), at(l.Change)
	}
	return row
}
