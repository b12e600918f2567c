package measure

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// What was appended comes back, with the same clock and the same times.
func TestLatencyLogRoundTrip(t *testing.T) {
	dir := t.TempDir()
	log, err := CreateLatencyLog(dir, time.Unix(1790000000, 123e6))
	require.NoError(t, err)
	h := NewHistogram()
	for i := range 1000 {
		require.NoError(t, h.RecordValue(int64(i+1)*int64(time.Millisecond)))
	}
	require.NoError(t, log.Append(Interval{Phase: "closed-4", Clock: Service, StartMS: 1000, EndMS: 2000, Hist: h}))
	require.NoError(t, log.Append(Interval{Phase: "open", Clock: Response, StartMS: 2000, EndMS: 2750, Hist: NewHistogram()}))
	require.NoError(t, log.Close())

	got, err := ReadLatencies(dir)
	require.NoError(t, err)
	require.Len(t, got, 2)
	require.Equal(t, "closed-4", got[0].Phase)
	require.Equal(t, Service, got[0].Clock)
	require.Equal(t, 1000.0, got[0].StartMS)
	require.Equal(t, 2000.0, got[0].EndMS)
	require.Equal(t, int64(1000), got[0].Hist.TotalCount())
	require.InEpsilon(t, 990, Summarize(got[0].Hist).P99, 0.002)
	require.Equal(t, Response, got[1].Clock)
	require.Equal(t, 2750.0, got[1].EndMS)
	require.Equal(t, Latency{}, Summarize(got[1].Hist))
}

// A kill in the middle of a write costs that line and no other.
func TestReadLatenciesCutShort(t *testing.T) {
	dir := t.TempDir()
	log, err := CreateLatencyLog(dir, time.Now())
	require.NoError(t, err)
	h := NewHistogram()
	require.NoError(t, h.RecordValue(5e6))
	for i := range 3 {
		require.NoError(t, log.Append(Interval{Phase: "p", Clock: Service, StartMS: float64(i) * 1000, EndMS: float64(i+1) * 1000, Hist: h}))
	}
	require.NoError(t, log.Close())
	name := filepath.Join(dir, LatencyFile)
	whole, err := os.ReadFile(name)
	require.NoError(t, err)
	for cut := 1; cut < 60; cut++ {
		require.NoError(t, os.WriteFile(name, whole[:len(whole)-cut], 0o644))
		got, err := ReadLatencies(dir)
		require.NoError(t, err)
		require.Len(t, got, 2, "cut %d", cut)
	}
}
