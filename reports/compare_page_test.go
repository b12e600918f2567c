package reports

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/httpdlab/httpdlab/reports/compare"
)

// manyOf makes n runs in a folder, slower by a factor, each a little different.
func manyOf(t testing.TB, n int, slower float64) string {
	dir := t.TempDir()
	for i := range n {
		m := newMakerIn(t, filepath.Join(dir, fmt.Sprintf("run-%d", i+1)))
		near := slower * (1 + 0.01*float64(i%3-1))
		for j, c := range []int{1, 2, 4, 7} {
			rate := []float64{212, 398, 611, 628}[j] / near
			m.phase(load{name: fmt.Sprintf("closed-%d", c), connections: c, rate: rate, p50: 1000 * float64(c) / rate * 0.92, tail: 0.18 + 0.08*float64(j), seconds: 9})
		}
		m.phase(load{name: "open-70", connections: 7, offered: 440, rate: 440, p50: 5.1 * near, tail: 0.34, wait: 1.6, seconds: 14})
		m.done()
	}
	return dir
}

func compared(t testing.TB, slower float64, n int) *compare.Comparison {
	base, err := compare.Read(manyOf(t, n, 1))
	require.NoError(t, err)
	changed, err := compare.Read(manyOf(t, n, slower))
	require.NoError(t, err)
	base.Name, changed.Name = "before", "after"
	c, err := compare.Compare(base, changed, compare.Options{Force: true})
	require.NoError(t, err)
	return c
}

// A comparison is a page like the others.
func TestComparePage(t *testing.T) {
	ctx := browser(t)
	heard := listen(t, ctx)
	files := map[string]string{}
	for name, c := range map[string]*compare.Comparison{
		"slower": compared(t, 1.1, 6), "equal": compared(t, 1, 6), "one run": compared(t, 1.1, 1), "hostile": hostileNames(t),
	} {
		file := filepath.Join(t.TempDir(), "compare.html")
		require.NoError(t, WriteComparison(c, file))
		inspect(t, ctx, heard, name, file, few)
		files[name] = file
	}
	for name, file := range files {
		shoot(t, ctx, "compare-"+name, file)
	}
}

// hostileNames is a comparison whose names are markup.
func hostileNames(t testing.TB) *compare.Comparison {
	c := compared(t, 1.2, 4)
	const evil = `"><script>alert(1)</script><img src=x onerror=alert(2)>`
	c.Base.Name = evil
	c.Unlike = append(c.Unlike, evil)
	c.Remarks = append(c.Remarks, evil)
	for i := range c.Lines {
		c.Lines[i].Phase += evil
	}
	return c
}

func TestCompareWords(t *testing.T) {
	file := filepath.Join(t.TempDir(), "compare.html")
	require.NoError(t, WriteComparison(compared(t, 1.1, 6), file))
	b, err := os.ReadFile(file)
	require.NoError(t, err)
	got := words(string(b))
	golden := filepath.Join("testdata", "compare.txt")
	if *update {
		require.NoError(t, os.WriteFile(golden, []byte(got), 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), got, "run the test with -update if the new wording is meant")

	_, data, _ := strings.Cut(string(b), `id="comparison">`)
	data, _, _ = strings.Cut(data, "</script>")
	var back compare.Comparison
	require.NoError(t, json.Unmarshal([]byte(data), &back))
	require.NotEmpty(t, back.Lines)
	require.Less(t, len(b), 200_000)
}

// The command's outcome is its error.
func TestCompareCommand(t *testing.T) {
	base, equal, slow := manyOf(t, 4, 1), manyOf(t, 4, 1), manyOf(t, 4, 1.1)
	dir := t.TempDir()
	files := CompareCommand{Base: base, New: slow, Markdown: filepath.Join(dir, "c.md"), HTML: filepath.Join(dir, "c.html"), JSON: filepath.Join(dir, "c.json")}
	require.ErrorIs(t, files.Run(t.Context()), ErrRegression)
	for _, name := range []string{files.Markdown, files.HTML, files.JSON} {
		info, err := os.Stat(name)
		require.NoError(t, err)
		require.Greater(t, info.Size(), int64(500))
	}
	require.NoError(t, (&CompareCommand{Base: base, New: equal}).Run(t.Context()))
	require.ErrorContains(t, (&CompareCommand{Base: base, New: filepath.Join(slow, "run-1")}).Run(t.Context()), "too few")
	require.ErrorContains(t, (&CompareCommand{Base: base, New: dir}).Run(t.Context()), "neither a run nor")
	require.Error(t, (&CompareCommand{Base: base, New: slow, HTML: dir}).Run(t.Context()))
}
