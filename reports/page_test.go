package reports

import (
	"flag"
	"fmt"
	"html"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the golden files anew")

// What a reader reads of two runs, plots apart, is as it was; -update takes the
// new wording.
func TestGolden(t *testing.T) {
	for name, dir := range map[string]string{"ordinary": ordinary(t).done(), "troubled": troubled(t).done(), "soaked": soaked(t).done()} {
		got := words(rendered(t, dir))
		golden := filepath.Join("testdata", name+".txt")
		if *update {
			require.NoError(t, mkdir("testdata"))
			require.NoError(t, os.WriteFile(golden, []byte(got), 0o644))
		}
		want, err := os.ReadFile(golden)
		require.NoError(t, err)
		require.Equal(t, string(want), got, "run the test with -update if the new wording is meant")
	}
}

var (
	unread = regexp.MustCompile(`(?s)<(style|script|svg)\b.*?</(style|script|svg)>`)
	cell   = regexp.MustCompile(`</t[dh]>\s*<t[dh][^>]*>|</dt>\s*<dd[^>]*>`)
	tag    = regexp.MustCompile(`<[^>]*>`)
)

// words is the text of a page, a line a line, cells apart by bars.
func words(page string) string {
	page = unread.ReplaceAllString(page, "")
	page = tag.ReplaceAllString(cell.ReplaceAllString(page, " | "), "")
	var lines []string
	for line := range strings.Lines(html.UnescapeString(page)) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n") + "\n"
}

// The same run gives the same bytes: no clock and no chance is in a page.
func TestSameBytes(t *testing.T) {
	dir := troubled(t).done()
	require.True(t, rendered(t, dir) == rendered(t, dir), "two renderings differ")
}

// The plots have the style sheet's colours, and each has a dark counterpart.
func TestPalette(t *testing.T) {
	light, dark, found := strings.Cut(string(pageCSS), "prefers-color-scheme: dark")
	require.True(t, found)
	seen := map[string]bool{}
	for _, h := range hues {
		require.Contains(t, light, fmt.Sprintf("--%s: %s;", h.name, strings.ToLower(h.hex())))
		require.Contains(t, dark, "--"+h.name+": #")
		require.False(t, seen[h.hex()], "%s has the value of another", h.name)
		seen[h.hex()] = true
	}
}

// A picture stands alone: one SVG, concrete colours, a white ground.
func TestPicture(t *testing.T) {
	out := filepath.Join(t.TempDir(), "picture.svg")
	require.NoError(t, WritePicture(ordinary(t).done(), out))
	b, err := os.ReadFile(out)
	require.NoError(t, err)
	svg := string(b)
	require.True(t, strings.HasPrefix(svg, `<svg xmlns="http://www.w3.org/2000/svg" width="960" height="400"`))
	require.NotContains(t, svg, "var(")
	require.Contains(t, svg, "fill:#FFFFFF")
	require.Contains(t, svg, "esp32: up to 628/s with 7 connections, 2026-11-23")
	require.Less(t, len(svg), 20_000)

	for _, c := range thin {
		err := WritePicture(c.make(t), out)
		if c.name == "nothing" || c.name == "no requests" {
			require.ErrorContains(t, err, "no phase counted a request", c.name)
			continue
		}
		require.NoError(t, err, c.name)
	}
}

func BenchmarkWrite(b *testing.B) {
	dir := ordinary(b).done()
	out := filepath.Join(b.TempDir(), ReportFile)
	for b.Loop() {
		if err := Write(dir, out); err != nil {
			b.Fatal(err)
		}
	}
	info, err := os.Stat(out)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(info.Size()), "bytes")
}

// What was not served by all is a ring: its middle has the page's colour.
func TestRing(t *testing.T) {
	page := rendered(t, troubled(t).done())
	require.Regexp(t, `<path d="M[^"]*A2\.25,2\.25[^"]*" style="fill:var\(--page\)"`, page)
}
