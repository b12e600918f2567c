// Package fuzz states what must hold for the protocol code whatever the bytes
// are, and searches for bytes for which it does not.
//
//	go test ./fuzz                          the seeds and the corpus
//	go test -fuzz=FuzzRequest ./fuzz        search
package fuzz

import (
	"bufio"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// seeds returns the bytes of all entries of a table of server/http1: the lines
// that are Go strings.
func seeds(t testing.TB, table string) (all []string) {
	f, err := os.Open("../server/http1/testdata/" + table)
	require.NoError(t, err)
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if strings.HasPrefix(lines.Text(), `"`) {
			s, err := strconv.Unquote(lines.Text())
			require.NoError(t, err)
			all = append(all, s)
		}
	}
	require.NotEmpty(t, all)
	return all
}
