package reports

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/httpdlab/httpdlab/bench/measure"
)

//go:embed index.html
var indexHTML string

var indexTemplate = template.Must(template.Must(pageTemplate.Clone()).New("index").Parse(indexHTML))

// indexPage is what index.html is filled with.
type indexPage struct {
	CSS      template.CSS
	Script   template.JS
	Rows     []indexRow
	Matrices []*matrix
	Trends   []*figure
}

// indexRow is a folder in the index: a run, or what is wrong with it.
type indexRow struct {
	Name                string
	Href                string // of the report, "" if there is none
	When                string
	Board, Kind, Target string
	Rate, At, P99       string
	Errors              string
	Trust, Course       verdict
	Broken              string

	started time.Time
}

// WriteIndex lists the run folders in dir, newest first, in dir/index.html, with
// a matrix of boards and scenarios, one of the conformance results (*.json) in
// dir, and what became of each board from run to run. A folder that holds no
// run, or one that cannot be read, is listed as that. The file is replaced
// atomically.
func WriteIndex(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("list the runs: %w", err)
	}
	var rows []indexRow
	var runs []indexed
	for _, name := range runFolders(dir, entries) {
		row, run := newIndexRow(dir, name)
		rows = append(rows, row)
		if run != nil {
			runs = append(runs, indexed{run, row.Href, run.worst()})
			run.Samples = nil // those of a year's runs need not be held
		}
	}
	slices.SortStableFunc(rows, func(a, b indexRow) int {
		if c := b.started.Compare(a.started); c != 0 {
			return c
		}
		return strings.Compare(b.Name, a.Name)
	})
	var b bytes.Buffer
	p := indexPage{CSS: pageCSS, Script: pageScript, Rows: rows, Trends: trends(runs)}
	for _, m := range []*matrix{boardsByScenarios(runs), targetsBySections(judgements(dir))} {
		if m != nil {
			p.Matrices = append(p.Matrices, m)
		}
	}
	if err := indexTemplate.ExecuteTemplate(&b, "index", p); err != nil {
		return fmt.Errorf("render the index of %s: %w", dir, err)
	}
	return replaceFile(filepath.Join(dir, IndexFile), b.Bytes())
}

// runFolders are the folders in dir, and in place of one that only gathers runs
// of a series or a farm, these.
func runFolders(dir string, entries []fs.DirEntry) (names []string) {
	for _, e := range entries {
		if !e.IsDir() || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		inside, _ := filepath.Glob(filepath.Join(globbed(dir), globbed(e.Name()), "*", measure.RunFile))
		deeper, _ := filepath.Glob(filepath.Join(globbed(dir), globbed(e.Name()), "*", "*", measure.RunFile))
		inside = append(inside, deeper...)
		if _, err := os.Stat(filepath.Join(dir, e.Name(), measure.RunFile)); err == nil || len(inside) == 0 {
			names = append(names, e.Name())
			continue
		}
		for _, file := range inside {
			if name, err := filepath.Rel(dir, filepath.Dir(file)); err == nil {
				names = append(names, name)
			}
		}
	}
	return names
}

// globbed is a name in which nothing stands for something else.
func globbed(name string) string { return wildcards.Replace(name) }

var wildcards = strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`)

// newIndexRow is the row of a folder, and the run in it, if there is one.
func newIndexRow(dir, name string) (indexRow, *record) {
	row := indexRow{Name: oneLine(name, 120), When: none}
	folder := filepath.Join(dir, name)
	if info, err := os.Stat(filepath.Join(folder, ReportFile)); err == nil && info.Mode().IsRegular() {
		var steps []string
		for step := range strings.SplitSeq(filepath.ToSlash(name), "/") {
			steps = append(steps, url.PathEscape(step))
		}
		row.Href = "./" + strings.Join(steps, "/") + "/" + ReportFile
	}
	run, err := measure.Load(folder)
	if err != nil {
		row.Broken = "cannot be read: " + oneLine(strings.ReplaceAll(err.Error(), folder+string(filepath.Separator), ""), 300)
		if _, err := os.Stat(filepath.Join(folder, measure.RunFile)); errors.Is(err, fs.ErrNotExist) {
			row.Broken = "not a run: it has no " + measure.RunFile
		}
		return row, nil
	}
	samples, _ := measure.ReadSeries(folder) // only for its events; the report tells if it is broken
	r := &record{Run: *run, Name: name, Samples: samples}
	row.fill(r)
	return row, r
}

func (row *indexRow) fill(r *record) {
	row.started, row.When = r.Started, r.Started.UTC().Format("2006-01-02 15:04")
	row.Board, row.Kind, row.Target = oneLine(r.Target.Board, 60), r.kind(), oneLine(r.Target.URL, 120)
	row.Trust, row.Course = r.trust(), r.course()
	row.Rate, row.P99, row.Errors = none, none, none
	if b := r.best(); b != nil {
		row.Rate, row.At = rate(b.Rate), loadName(b)
		if p99 := telling(b).P99; p99 > 0 {
			row.P99 = span(p99)
		}
	}
	if requests, failed := r.totals(); requests > 0 {
		row.Errors = count(failed)
		if failed > 0 {
			row.Errors += " (" + share(float64(failed), float64(requests)) + ")"
		}
	}
}
