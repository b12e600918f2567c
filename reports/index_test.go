package reports

import (
	"encoding/json"
	"fmt"
	"html"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/httpdlab/httpdlab/bench/measure"
)

// verdictsJSON is what a checker leaves of two targets.
const verdictsJSON = `[
	{"target": "http://192.168.4.1", "began": "2026-11-23T04:00:00Z", "cases": [
		{"id": "rfc9112/6.3/one", "verdict": "PASS"}, {"id": "rfc9112/6.3/two", "verdict": "FAIL"}, {"id": "rfc9112/6.3/three", "verdict": "SKIP"},
		{"id": "rfc9110/5.1/a", "verdict": "PASS"}, {"id": "rfc9110/5.5/<i>", "verdict": "WEAK"}]},
	{"target": "<script>alert(1)</script>", "began": "2026-11-23T04:00:00Z", "cases": [{"id": "rfc9112/6.3/one", "verdict": "SKIP"}]}]`

// manyRuns is a folder of runs, good ones, broken ones and what is no run, with
// its index.
func manyRuns(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	a := newMakerIn(t, filepath.Join(dir, "a"))
	a.phase(load{name: "closed-1", connections: 1, rate: 212, p50: 4.4, tail: 0.2, seconds: 3})
	a.phase(load{name: "closed-4", connections: 4, rate: 611, p50: 6.1, tail: 0.3, seconds: 3})
	require.NoError(t, Write(a.done(), filepath.Join(dir, "a", ReportFile)))
	b := newMakerIn(t, filepath.Join(dir, `<img src=x onerror=alert(1)>`))
	b.run.Started = began.Add(time.Hour)
	b.run.Target.Board, b.run.Target.Simulated = "<b>host</b>", true
	b.phase(load{name: "closed-1", connections: 1, rate: 212, p50: 4.4, tail: 0.2, seconds: 3, errors: map[string]int64{"connect/refused": 9}})
	require.NoError(t, Write(b.killed(), filepath.Join(b.dir, ReportFile)))
	for name, content := range map[string]string{
		"foreign/notes.txt": "hello", "broken/run.json": "{", "later/run.json": `{"schema": 99}`, "package.json": `{"name": "x"}`, "conform.html": "", "conform.json": verdictsJSON,
	} {
		require.NoError(t, mkdir(filepath.Dir(filepath.Join(dir, name))))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644))
	}
	require.NoError(t, WriteIndex(dir))
	return dir
}

// The newest run is first, and what cannot be read is listed last with the reason.
func TestIndexLists(t *testing.T) {
	dir := manyRuns(t)
	b, err := os.ReadFile(filepath.Join(dir, IndexFile))
	require.NoError(t, err)
	var rows []string
	for _, m := range regexp.MustCompile(`(?s)<tr>.*?</tr>`).FindAllString(string(b), -1)[1:] {
		rows = append(rows, strings.Join(strings.Fields(html.UnescapeString(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(m, " "))), " "))
	}
	require.GreaterOrEqual(t, len(rows), 5)
	require.Contains(t, rows[0], "2026-11-23 05:15 <b>host</b> simulated, no real board http://192.168.4.1/hello ")
	require.Contains(t, rows[0], "broken off")
	require.Contains(t, rows[1], "2026-11-23 04:15 esp32 real board")
	require.Contains(t, rows[1], "/s 4 connections")
	require.Contains(t, rows[1], "finished")
	require.Contains(t, string(b), `href="./a/report.html"`)
	require.Contains(t, string(b), `href="./%3Cimg%20src=x%20onerror=alert%281%29%3E/report.html"`)
	require.NotContains(t, string(b), "<img")
	require.Contains(t, rows[2], "later cannot be read: ")
	require.Contains(t, rows[2], "schema 99")
	require.Contains(t, rows[3], "foreign not a run: it has no run.json")
	require.Contains(t, rows[4], "broken cannot be read: ")
}

// Each target has a cell a section, and skipped cases are no passes.
func TestIndexJudges(t *testing.T) {
	b, err := os.ReadFile(filepath.Join(manyRuns(t), IndexFile))
	require.NoError(t, err)
	text := words(string(b))
	require.Contains(t, text, "Target | rfc9112/6.3 | rfc9110/5.1 | rfc9110/5.5")
	require.Contains(t, text, "http://192.168.4.1 | ✕ 1 of 2 1 skipped, 1 fail | ✓ 1 of 1 | ! 0 of 1 1 weak")
	require.Contains(t, text, "<script>alert(1)</script> | ? none judged 1 skipped | – | –")
	require.Contains(t, string(b), `<a href="./conform.html">1 of 2</a>`)
	require.Contains(t, text, "Board | /hello\n")
}

// Boards by scenarios, and what became of them over their firmware.
func TestIndexTrends(t *testing.T) {
	dir := t.TempDir()
	for i, run := range []struct {
		sha, scenario string
		rate          float64
	}{{"aaaa1111", "", 600}, {"aaaa1111", "", 610}, {"bbbb2222", "", 550}, {"bbbb2222", `{"name":"upload"}`, 90}} {
		m := newMakerIn(t, filepath.Join(dir, "series[1]", fmt.Sprint("run", i))) // one folder for all of them
		m.run.Started = began.Add(time.Duration(i) * time.Hour)
		m.run.Target.Info = json.RawMessage(`{"app_sha":"` + run.sha + `"}`)
		if run.scenario != "" {
			m.run.Configuration = &measure.Configuration{Scenario: json.RawMessage(run.scenario)}
		}
		m.phase(load{name: "closed-1", connections: 1, rate: run.rate, p50: 4.4, tail: 0.2, seconds: 3})
		m.done()
	}
	require.NoError(t, WriteIndex(dir))
	b, err := os.ReadFile(filepath.Join(dir, IndexFile))
	require.NoError(t, err)
	text := words(string(b))
	require.Contains(t, text, "4 in this folder")
	require.Contains(t, text, "Board | /hello | upload")
	require.Regexp(t, `esp32 \| ✓ 5\d\d/s p99 \S+ms, 1 connection \| ✓ \d\d\.\d/s`, text)
	require.Contains(t, text, "Highest rate, esp32 /hello")
	require.Regexp(t, `With bbbb2222 the median rate is 5\d\d/s, with aaaa1111 before it was 6\d\d/s: -\d+\.\d %`, text)
	require.NotContains(t, text, "Highest rate, esp32 upload", "one run is no trend")
	ctx := browser(t)
	inspect(t, ctx, listen(t, ctx), "trends", filepath.Join(dir, IndexFile), few)
	shoot(t, ctx, "trends", filepath.Join(dir, IndexFile))
}
