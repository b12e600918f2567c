package reports

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/httpdlab/httpdlab/conformance/check"
)

// judgement is what httpdlab conform --json left of one target.
type judgement struct {
	check.Report
	href string // of its page, or of the JSON
}

// judgements are the conformance results in dir, the latest of each target.
func judgements(dir string) (all []judgement) {
	names, _ := filepath.Glob(filepath.Join(dir, "*.json"))
	for _, name := range names {
		for _, r := range readJudgements(name) {
			j := judgement{r, beside(name)}
			i := slices.IndexFunc(all, func(o judgement) bool { return o.Target == r.Target })
			switch {
			case i < 0:
				all = append(all, j)
			case all[i].Began.Before(r.Began):
				all[i] = j
			}
		}
	}
	slices.SortFunc(all, func(a, b judgement) int { return strings.Compare(a.Target, b.Target) })
	return all
}

// readJudgements are the reports in a file, none if it is about something else.
func readJudgements(name string) (all []check.Report) {
	b, err := os.ReadFile(name)
	if err != nil {
		return nil
	}
	if b = bytes.TrimSpace(b); len(b) > 0 && b[0] == '{' {
		b = slices.Concat([]byte{'['}, b, []byte{']'})
	}
	if json.Unmarshal(b, &all) != nil {
		return nil
	}
	return slices.DeleteFunc(all, func(r check.Report) bool { return r.Target == "" || len(r.Cases) == 0 })
}

// beside is the page of the same name, or else the file itself.
func beside(name string) string {
	page := strings.TrimSuffix(name, ".json") + ".html"
	if info, err := os.Stat(page); err == nil && info.Mode().IsRegular() {
		name = page
	}
	return "./" + url.PathEscape(filepath.Base(name))
}

// targetsBySections has a target a row and a section a column; nil if nothing
// was judged.
func targetsBySections(all []judgement) *matrix {
	if len(all) == 0 {
		return nil
	}
	m := &matrix{ID: "conformance", Title: "Conformance by section", Corner: "Target"}
	for _, j := range all {
		for _, c := range j.Cases {
			if s := section(c.ID); !slices.Contains(m.Columns, s) {
				m.Columns = append(m.Columns, s)
			}
		}
	}
	for _, j := range all {
		row := matrixRow{Name: oneLine(j.Target, 60)}
		for _, s := range m.Columns {
			row.Cells = append(row.Cells, j.cell(s))
		}
		m.Rows = append(m.Rows, row)
	}
	return m
}

// section is the first two steps of a case's name, such as "rfc9112/6.3".
func section(id string) string {
	steps := strings.SplitN(id, "/", 3)
	return oneLine(strings.Join(steps[:min(2, len(steps))], "/"), 40)
}

// cell counts what the cases of a section came to. Skipped ones are no passes.
func (j *judgement) cell(of string) matrixCell {
	n := map[check.Verdict]int{}
	for _, c := range j.Cases {
		if section(c.ID) == of {
			n[c.Verdict]++
		}
	}
	if len(n) == 0 {
		return matrixCell{}
	}
	judged := n[check.Pass] + n[check.Weak] + n[check.Fail]
	c := matrixCell{Href: j.href, Text: fmt.Sprintf("%d of %d", n[check.Pass], judged), Level: fine}
	var notes []string
	for _, v := range []struct {
		verdict check.Verdict
		word    string
		level   level
	}{{check.Skip, "skipped", fine}, {check.Weak, "weak", doubt}, {check.Fail, "fail", bad}} {
		if k := n[v.verdict]; k > 0 {
			notes, c.Level = append(notes, fmt.Sprintf("%d %s", k, v.word)), v.level
		}
	}
	if c.Note = strings.Join(notes, ", "); judged == 0 {
		c.Level, c.Text = unknown, "none judged"
	}
	return c
}
