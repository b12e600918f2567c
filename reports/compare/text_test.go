package compare

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write testdata anew")

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err, "make it with -update")
	require.Equal(t, string(want), got)
}

func slower(t *testing.T) *Comparison {
	l := newLab(42)
	l.phases = 2
	c, err := Compare(l.side("before", 6, 1), l.side("after", 6, 1.12), Options{})
	require.NoError(t, err)
	return c
}

func TestText(t *testing.T) {
	var b strings.Builder
	require.NoError(t, slower(t).WriteText(&b))
	golden(t, "slower.txt", b.String())
}

func TestMarkdown(t *testing.T) {
	var b strings.Builder
	require.NoError(t, slower(t).WriteMarkdown(&b))
	golden(t, "slower.md", b.String())
}

// Names from files neither steer the terminal nor become markup.
func TestHostileNames(t *testing.T) {
	l := newLab(1)
	base, new := l.side("a\x1b[2J|<b>", 4, 1), l.side("b", 4, 1)
	for _, r := range append(base.Runs, new.Runs...) {
		r.Phases[0].Name = "x|<script>\x1b]0;t\x07\nnext `y`"
	}
	c, err := Compare(base, new, Options{})
	require.NoError(t, err)
	var text, markdown strings.Builder
	require.NoError(t, c.WriteText(&text))
	require.NoError(t, c.WriteMarkdown(&markdown))
	for _, out := range []string{text.String(), markdown.String()} {
		require.NotContains(t, out, "\x1b")
		require.NotContains(t, out, "\x07")
	}
	require.NotContains(t, markdown.String(), "<script>")
	require.NotContains(t, markdown.String(), "x|")
}

// The outcome is JSON, too few runs included.
func TestJSON(t *testing.T) {
	l := newLab(1)
	c, err := Compare(l.side("a", 1, 1), l.side("b", 1, 1), Options{Force: true})
	require.NoError(t, err)
	b, err := json.Marshal(c)
	require.NoError(t, err)
	var back Comparison
	require.NoError(t, json.Unmarshal(b, &back))
	require.Equal(t, c.Lines, back.Lines)
}
