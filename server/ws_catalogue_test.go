package server

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Each row of the catalogue names tests that there are.
func TestWebSocketCatalogue(t *testing.T) {
	text, err := os.ReadFile("testdata/websocket_catalogue.txt")
	require.NoError(t, err)
	tests := sources(t, "*_test.go", "websocket/*_test.go", "../fuzz/*_test.go")
	cases := sources(t, "../conformance/rfc6455/*.go", "../conformance/rfc6455/testdata/matrix.txt")
	rows, chapters := map[string]bool{}, map[string]bool{}
	row := regexp.MustCompile(`^(HS|FR|PI|UT|CL|PM|LM)-\d\d`)
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		fields := strings.Fields(line)
		require.Greater(t, len(fields), 1, line)
		seen := chapters
		if row.MatchString(fields[0]) {
			seen = rows
		}
		require.False(t, seen[fields[0]], "%s is there twice", fields[0])
		seen[fields[0]] = true
		for _, name := range fields[1:] {
			if strings.HasPrefix(name, "Test") {
				require.Contains(t, tests, "func "+name+"(t *testing.T)", fields[0])
				continue
			}
			require.Contains(t, cases, filepath.Base(name), fields[0])
		}
	}
	require.Len(t, rows, 106)
	require.Len(t, chapters, 11)
}

// sources is the text of all files with such names.
func sources(t *testing.T, patterns ...string) string {
	var all strings.Builder
	for _, p := range patterns {
		names, err := filepath.Glob(p)
		require.NoError(t, err)
		require.NotEmpty(t, names, p)
		for _, name := range names {
			b, err := os.ReadFile(name)
			require.NoError(t, err)
			all.Write(b)
		}
	}
	return all.String()
}
