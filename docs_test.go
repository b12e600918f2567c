package main

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The page of the original's counterparts is the package comment's, row for
// row: `make readme` writes it.
func TestCounterpartsPageIsCurrent(t *testing.T) {
	source, err := os.ReadFile("server/doc.go")
	require.NoError(t, err)
	page, err := os.ReadFile("docs/esp_http_server.md")
	require.NoError(t, err)
	_, rows, found := strings.Cut(string(source), "// # The original")
	require.True(t, found)
	want, got := tabbed(strings.ReplaceAll(rows, "//", "")), tabbed(string(page))
	require.Greater(t, len(want), 100)
	require.Equal(t, want, got, "run: make readme")
}

// tabbed returns the lines that begin with a tab.
func tabbed(text string) (lines []string) {
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "\t") {
			lines = append(lines, line)
		}
	}
	return lines
}
