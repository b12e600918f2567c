package conformance

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/httpdlab/httpdlab/conformance/check"
	"github.com/httpdlab/httpdlab/conformance/mutant"
)

// A server that speaks no HTTP to mention passes no MUST, refusing or other, and is done with in bounded time.
func TestDegenerateServersScoreNothing(t *testing.T) {
	for name, serve := range mutant.Degenerate {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url, stop, err := mutant.StartDegenerate(serve)
			require.NoError(t, err)
			defer stop()
			begin := time.Now()
			result, err := Run(context.Background(), Options{Targets: []string{url}, Jobs: 16, Config: fast})
			require.NoError(t, err)
			report := result.Reports[0]
			for _, c := range report.Cases {
				assert.NotEqual(t, check.Pass, c.Verdict, c.ID)
			}
			assert.NotZero(t, report.Summary[check.Must].Skip)
			assert.NotZero(t, len(report.Failures(false)), "and it fails something")
			assert.Less(t, time.Since(begin), 30*time.Second)
			t.Logf("%v in %.1f s", report.Summary, report.Took)
		})
	}
}
