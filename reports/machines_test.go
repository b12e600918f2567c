package reports

import (
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/stretchr/testify/require"

	"github.com/httpdlab/httpdlab/bench/measure"
)

// machineForms writes the runs in dirs in all forms and returns the files.
func machineForms(t *testing.T, dirs ...string) (c *Command) {
	dir := t.TempDir()
	file := func(name string) string { return filepath.Join(dir, name) }
	c = &Command{Runs: dirs, JUnit: file("r.xml"), CSV: file("r.csv"), OpenMetrics: file("r.txt"), JSON: file("r.json")}
	require.NoError(t, c.Run())
	return c
}

// expose reads an OpenMetrics exposition by its own grammar.
func expose(t *testing.T, text string) map[string]*dto.MetricFamily {
	t.Helper()
	families := map[string]*dto.MetricFamily{}
	d := expfmt.NewDecoder(strings.NewReader(text), expfmt.NewFormat(expfmt.TypeOpenMetrics))
	for {
		f := &dto.MetricFamily{}
		err := d.Decode(f)
		if errors.Is(err, io.EOF) {
			return families
		}
		require.NoError(t, err)
		families[f.GetName()] = f
	}
}

func slurp(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	require.NoError(t, err)
	return string(b)
}

func TestJUnit(t *testing.T) {
	c := machineForms(t, soaked(t).done(), troubled(t).done(), ordinary(t).done())
	var back junitSuites
	require.NoError(t, xml.Unmarshal([]byte(slurp(t, c.JUnit)), &back))
	require.Len(t, back.Suites, 3)
	failures := func(s junitSuite) (names []string) {
		for _, c := range s.Cases {
			if c.Failure != nil {
				names = append(names, c.Class+" "+c.Name+": "+c.Failure.Message)
			}
		}
		require.Len(t, names, s.Failures)
		require.Len(t, s.Cases, s.Tests)
		return names
	}
	require.Equal(t, []string{
		"assertion errors<0.1% in round-1: errors<0.1% in round-1: it was 0.4 %",
		"assertion heap>50kB: heap>50kB: the target does not tell its heap",
		"soak no leak: leak: Each request loses 104 B: after about 1700 more there is no heap left.",
	}, failures(back.Suites[0]))
	require.Len(t, failures(back.Suites[1]), 1)
	require.Contains(t, failures(back.Suites[1])[0], "the target rebooted")
	require.Empty(t, failures(back.Suites[2]))
}

func TestCSV(t *testing.T) {
	c := machineForms(t, ordinary(t).done(), troubled(t).done())
	rows, err := csv.NewReader(strings.NewReader(slurp(t, c.CSV))).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, 1+5+4)
	column := map[string]int{}
	for i, name := range rows[0] {
		column[name] = i
	}
	require.Equal(t, "closed-1", rows[1][column["phase"]])
	require.Equal(t, "7", rows[8][column["served_connections"]])
	require.Equal(t, "false", rows[8][column["trusted"]])
}

// A board may not bring a formula into somebody's spreadsheet.
func TestCSVFormula(t *testing.T) {
	for cell, want := range map[string]string{"=1+1": "'=1+1", "-5": "-5", "@x": "'@x", "+x": "'+x", "-x": "'-x", "": "", "a=b": "a=b"} {
		require.Equal(t, want, inert(cell))
	}
}

func TestOpenMetrics(t *testing.T) {
	m := newMaker(t, "<b>run")
	m.phase(load{name: "closed-1", connections: 1, rate: 200, p50: 4, tail: 0.2, seconds: 2, errors: map[string]int64{"ttfb/timeout": 2}})
	m.run.Target.Board = "a\"b\\c\nd"
	text := slurp(t, machineForms(t, m.done()).OpenMetrics)
	families := expose(t, text)
	require.Len(t, families["httpdlab_latency_seconds"].Metric, 10)
	require.Contains(t, families, "httpdlab_errors_total")
	failed := families["httpdlab_errors_total"].Metric
	require.Len(t, failed, 1)
	require.Equal(t, 4.0, failed[0].Counter.GetValue())
	labels := map[string]string{}
	for _, l := range failed[0].Label {
		labels[l.GetName()] = l.GetValue()
	}
	require.Equal(t, map[string]string{"run": "<b>run", "board": "a\"b\\c\nd", "phase": "closed-1", "stage": "ttfb", "cause": "timeout"}, labels)
}

func TestJSONOfRuns(t *testing.T) {
	dir := troubled(t).done()
	c := machineForms(t, dir)
	var back []*measure.Run
	require.NoError(t, json.Unmarshal([]byte(slurp(t, c.JSON)), &back))
	run, err := measure.Load(dir)
	require.NoError(t, err)
	require.Len(t, back, 1)
	require.Equal(t, run.Phases, back[0].Phases)
}

// Forms are made of a report as of a folder, and of names that are markup.
func TestMachinesOfPages(t *testing.T) {
	page := filepath.Join(t.TempDir(), "x.html")
	dir := soaked(t).done()
	require.NoError(t, Write(dir, page))
	a, b := machineForms(t, dir), machineForms(t, page)
	for _, files := range [][2]string{{a.JUnit, b.JUnit}, {a.CSV, b.CSV}, {a.OpenMetrics, b.OpenMetrics}, {a.JSON, b.JSON}} {
		require.Equal(t, slurp(t, files[0]), slurp(t, files[1]))
	}
	for _, c := range thin {
		made := machineForms(t, c.make(t))
		require.NoError(t, xml.Unmarshal([]byte(slurp(t, made.JUnit)), new(junitSuites)), c.name)
		require.True(t, strings.HasSuffix(slurp(t, made.OpenMetrics), "# EOF\n"), c.name)
	}
	require.ErrorContains(t, (&Command{Runs: []string{page}}).Run(), "say with --out")
	require.ErrorContains(t, (&Command{Runs: []string{page, dir}, Out: "x"}).Run(), "give one run with --out")
}
