package http1

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the results of the tables in testdata anew; read the difference before you commit it")

// rewrite replaces the results in a table by what result makes of each entry.
func rewrite(t *testing.T, file string, result func(string) string) {
	if !*update {
		t.Skip("only with -update")
	}
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	preamble, _, _ := strings.Cut(string(text), "\n-- ")
	var s strings.Builder
	s.WriteString(preamble + "\n")
	for _, h := range heads(t, file) {
		fmt.Fprintf(&s, "-- %s\n%s\n%s\n", h.name, quote(h.bytes), result(h.bytes))
	}
	require.NoError(t, os.WriteFile(file, []byte(s.String()), 0o644))
}

// quote is a Go string with every byte beyond ASCII as \x, so that it is bytes
// and not characters that one sees.
func quote(s string) string {
	var q strings.Builder
	for i := range len(s) {
		switch c := s[i]; c {
		case '\r':
			q.WriteString(`\r`)
		case '\n':
			q.WriteString(`\n`)
		case '\t':
			q.WriteString(`\t`)
		case '"', '\\':
			q.WriteByte('\\')
			q.WriteByte(c)
		default:
			if c < ' ' || c > '~' {
				fmt.Fprintf(&q, `\x%02x`, c)
			} else {
				q.WriteByte(c)
			}
		}
	}
	return `"` + q.String() + `"`
}

func TestUpdateRequests(t *testing.T) {
	rewrite(t, "testdata/requests.txt", func(s string) string {
		r := newRequest()
		n, e := r.Parse([]byte(s))
		return describe(r, []byte(s), n, e)
	})
}
