package reports

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/httpdlab/httpdlab/bench/measure"
)

// A page is a record of its run: the page made from a page is the same page.
func TestReadBack(t *testing.T) {
	makes := map[string]string{"ordinary": ordinary(t).done(), "troubled": troubled(t).done(), "soaked": soaked(t).done(), "killed": troubled(t).killed()}
	for _, c := range thin {
		makes[c.name] = c.make(t)
	}
	for name, dir := range makes {
		first, second := filepath.Join(t.TempDir(), "a.html"), filepath.Join(t.TempDir(), "b.html")
		require.NoError(t, Write(dir, first), name)
		require.NoError(t, Write(first, second), name)
		a, err := os.ReadFile(first)
		require.NoError(t, err)
		b, err := os.ReadFile(second)
		require.NoError(t, err)
		require.True(t, string(a) == string(b), "%s differs when it is read back", name)
	}
}

func TestReadBackTheRun(t *testing.T) {
	dir := troubled(t).done()
	page := filepath.Join(t.TempDir(), "a.html")
	require.NoError(t, Write(dir, page))
	back, err := openPage(page)
	require.NoError(t, err)
	run, err := measure.Load(dir)
	require.NoError(t, err)
	require.Equal(t, run.Phases, back.Phases)
	series, err := measure.ReadSeries(dir)
	require.NoError(t, err)
	require.Equal(t, series, back.Samples)
	h := back.curves[curve{"closed-1", measure.Service}]
	require.InEpsilon(t, run.Phases[0].ServiceMS.Max, float64(h.Max())/1e6, 0.001)
}

// What is no report, or a broken one, is named.
func TestReadBackWrong(t *testing.T) {
	dir := t.TempDir()
	write := func(content string) string {
		name := filepath.Join(dir, "x.html")
		require.NoError(t, os.WriteFile(name, []byte(content), 0o644))
		return name
	}
	good := filepath.Join(dir, "good.html")
	require.NoError(t, Write(ordinary(t).done(), good))
	b, err := os.ReadFile(good)
	require.NoError(t, err)
	_, data, _ := strings.Cut(string(b), dataBegin)
	data, _, _ = strings.Cut(data, dataEnd)
	var outer envelope
	require.NoError(t, json.Unmarshal([]byte(data), &outer))
	cut, err := json.Marshal(envelope{embeddedSchema, outer.Data[:len(outer.Data)/2]})
	require.NoError(t, err)

	for content, says := range map[string]string{
		"":                                      "it is no report of a run",
		"<html>hello":                           "it is no report of a run",
		dataBegin + "{" + dataEnd:               "read the run in",
		dataBegin + `{"schema":9}` + dataEnd:    "schema 9",
		dataBegin + `{"schema":1}` + dataEnd:    "read the run in",
		dataBegin + `{"error":"NaN"}` + dataEnd: "schema 0",
		dataBegin + string(cut) + dataEnd:       "unexpected EOF",
		string(b[:len(b)/2]):                    "it is no report of a run",
	} {
		require.ErrorContains(t, Write(write(content), filepath.Join(dir, "out.html")), says)
	}
	require.NoFileExists(t, filepath.Join(dir, "out.html"))
}
