package main

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/httpdlab/httpdlab/conformance/check"
	"github.com/httpdlab/httpdlab/conformance/rfc7692"
)

var updateRFC7692 = flag.Bool("update-rfc7692", false, "write testdata/conform_ws_rfc7692_*.txt anew")

// What each WebSocket server fails of RFC 7692 is what is written down, each line a deviation that was looked at. What a
// client could use up a server's memory with is left out: a library does not owe a limit to whoever sets none.
func TestSocketRivalsAgainstRFC7692(t *testing.T) {
	for i := range rivals {
		v := &rivals[i]
		if !v.answers(socketPath) {
			continue
		}
		t.Run(v.name, func(t *testing.T) {
			report := conformRFC7692(t, "ws://"+rivalAddress(t, v)+"/ws")
			found := deviations(report)
			file := filepath.Join("testdata", "conform_ws_rfc7692_"+v.name+".txt")
			if *updateRFC7692 {
				require.NoError(t, os.WriteFile(file, []byte(found), 0o644))
			}
			want, err := os.ReadFile(file)
			require.NoError(t, err)
			assert.Equal(t, string(want), found)
			assert.Empty(t, report.Outages)
			t.Logf("%d cases in %.1f s: %v", len(report.Cases), report.Took, report.Summary)
		})
	}
}

func conformRFC7692(t *testing.T, url string) check.Report {
	target, err := check.Open(context.Background(), check.Config{URL: url, Subprotocol: "echo"})
	require.NoError(t, err)
	var cases []check.Selected
	for _, c := range rfc7692.Suite.Cases {
		if !c.Slow {
			cases = append(cases, check.Selected{Suite: rfc7692.Suite, Case: c})
		}
	}
	runner := check.Runner{Target: target, Jobs: 4}
	report := runner.Run(context.Background(), cases)
	report.Cases = slices.DeleteFunc(report.Cases, func(r check.Result) bool { return strings.HasPrefix(r.ID, "rfc7692/8/bomb") })
	return report
}
