package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Several boards and scenarios make one folder, whose index has their matrix.
func TestFarm(t *testing.T) {
	for _, together := range []bool{false, true} {
		dir := t.TempDir()
		args := []string{"bench", "--board", "host", "--board", "esp32-twin", "--scenario", "hello", "--scenario", "plaintext", "--connections", "1", "--duration", "1s", "--out", dir}
		if together {
			args = append(args, "--together")
		}
		c := httpdlab(t, args...)
		require.Zero(t, c.code(t), &c.err)
		require.Contains(t, c.out.String(), "report of all: ")
		indexes, err := filepath.Glob(filepath.Join(dir, "*-farm", "index.html"))
		require.NoError(t, err)
		require.Len(t, indexes, 1)
		page, err := os.ReadFile(indexes[0])
		require.NoError(t, err)
		require.Contains(t, string(page), "Boards by scenario")
		for _, cell := range []string{"host", "esp32-twin", "hello", "plaintext"} {
			require.Contains(t, string(page), cell+"</th>")
		}
		runs, err := filepath.Glob(filepath.Join(dir, "*-farm", "*", "report.html"))
		require.NoError(t, err)
		require.Len(t, runs, 4)
	}
}

func TestFarmWrongInput(t *testing.T) {
	for says, args := range map[string][]string{
		"give one --addr a --board": {"--board", "a", "--board", "b", "--addr", "127.0.0.1:1"},
		"one console":               {"--board", "a", "--board", "b", "--console", "/dev/null"},
		"together with itself":      {"--board", "host", "--together"},
		"not both":                  {"--board", "a", "--board", "b", "http://127.0.0.1:1/"},
		"there are: ":               {"--board", "host99", "--board", "host98", "--out", t.TempDir()},
	} {
		c := httpdlab(t, append([]string{"bench"}, args...)...)
		require.Equal(t, exitUsage, c.code(t))
		require.Contains(t, c.err.String(), says)
		require.Equal(t, 1, strings.Count(c.err.String(), "\n"), "one line")
	}
}
