package reports

import (
	"html"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

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
	for name, content := range map[string]string{"foreign/notes.txt": "hello", "broken/run.json": "{", "later/run.json": `{"schema": 99}`} {
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
	require.Len(t, rows, 5)
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
