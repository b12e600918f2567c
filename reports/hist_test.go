package reports

import (
	"os"
	"testing"

	"github.com/HdrHistogram/hdrhistogram-go"
	"github.com/stretchr/testify/require"

	"github.com/httpdlab/httpdlab/bench/measure"
)

type hist struct{ *hdrhistogram.Histogram }

func newHist() *hist { return &hist{measure.NewHistogram()} }

func (h *hist) add(t testing.TB, ms float64, times int64) {
	t.Helper()
	require.NoError(t, h.RecordValues(int64(min(max(ms*1e6, 1e3), 99e9)), times))
}

func mkdir(dir string) error { return os.MkdirAll(dir, 0o755) }
