package measure

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// writeRun leaves in dir what a run leaves that is killed in its second phase,
// after so many whole seconds of it. It returns the run as it was when alive,
// with its second phase summed up.
func writeRun(t *testing.T, dir string, seconds int) *Run {
	t.Helper()
	started := time.Unix(1790000000, 0).UTC()
	r := &Run{
		Schema: Schema, Started: started,
		Environment: Environment{Cores: 2},
		Phases: []Phase{
			{Name: "closed-1", StartMS: 1, EndMS: 2, Requests: 77, Trust: Trust{OK: true, Reasons: []string{}}},
			{Name: "open", StartMS: 1000, OfferedConnections: 2, OfferedRate: 200, Errors: map[string]int64{}, Trust: Trust{Reasons: []string{}}},
		},
	}
	require.NoError(t, r.Save(dir))
	series, err := CreateSeries(dir)
	require.NoError(t, err)
	defer series.Close()
	log, err := CreateLatencyLog(dir, started)
	require.NoError(t, err)
	defer log.Close()
	totals := NewTotals()
	add := func(x *Sample) {
		require.NoError(t, series.Append(x))
		totals.AddSample(x)
	}
	require.NoError(t, series.Append(&Sample{MS: 1, Phase: "closed-1", Heap: &Heap{Free: 1}}))
	add(&Sample{MS: 3, Heap: &Heap{Free: 5000}})
	recorder := NewRecorder(2, 0)
	for second := range seconds + 1 {
		now := time.Duration(second) * time.Second
		for i := range 200 {
			due := now + time.Duration(i)*5*time.Millisecond
			recorder.Begin(due, due+time.Millisecond)
			x := Exchange{Intended: due, Sent: due + time.Millisecond, Ended: due + 4*time.Millisecond, Bytes: 10}
			if i == 17 {
				x.Failed = "ttfb/reset"
			}
			recorder.End(x)
		}
		tally := recorder.Cut(now + time.Second)
		x := tally.Sample("open")
		x.Warmup, x.Tried, x.Served = second == 0, 2, 2
		x.Heap = &Heap{Free: 4000 - int64(second)}
		add(x)
		if x.Warmup {
			continue
		}
		for _, line := range tally.Intervals("open", false) {
			require.NoError(t, log.Append(line))
			totals.AddInterval(line)
		}
	}
	totals.Fill(&r.Phases[1], &r.Environment)
	return r
}

// A killed run comes back with the numbers that it would have had.
func TestLoadKilled(t *testing.T) {
	dir := t.TempDir()
	alive := writeRun(t, dir, 3)
	got, err := Load(dir)
	require.NoError(t, err)
	require.Equal(t, Killed, got.Interrupted)
	require.Nil(t, got.Finished)
	require.Equal(t, alive.Phases[0], got.Phases[0], "a phase that was over stays as it was")
	want, p := alive.Phases[1], got.Phases[1]
	require.Equal(t, int64(600), p.Requests)
	require.Equal(t, map[string]int64{"ttfb/reset": 3}, p.Errors)
	require.InDelta(t, 199, p.Rate, 1e-6)
	require.Equal(t, 4000.0, p.EndMS)
	require.Equal(t, &Memory{Source: "heap", Before: 5000, Min: 3997, Max: 5000, After: 3997}, p.Memory)
	require.False(t, p.Trust.OK)
	require.Contains(t, p.Trust.Reasons[len(p.Trust.Reasons)-1], "killed in this phase, so its numbers cover the first 3 s")
	p.Trust = want.Trust
	require.Equal(t, want, p)
}

// Wherever the last write to the series was cut off, the lines before it count.
func TestLoadSeriesCutShort(t *testing.T) {
	dir := t.TempDir()
	writeRun(t, dir, 3)
	require.NoError(t, os.Remove(filepath.Join(dir, LatencyFile)))
	everyCut(t, filepath.Join(dir, SeriesFile), func(cut int) {
		got, err := Load(dir)
		require.NoError(t, err, "cut at %d", cut)
		require.Equal(t, int64(400), got.Phases[1].Requests)
		require.Equal(t, 3000.0, got.Phases[1].EndMS)
	})
}

// The same holds for the latency log, whose last line is of the lag.
func TestLoadLatenciesCutShort(t *testing.T) {
	dir := t.TempDir()
	writeRun(t, dir, 1)
	everyCut(t, filepath.Join(dir, LatencyFile), func(cut int) {
		got, err := Load(dir)
		require.NoError(t, err, "cut at %d", cut)
		require.Equal(t, int64(200), got.Phases[1].Requests)
		require.InEpsilon(t, 3, got.Phases[1].ServiceMS.P50, 0.01)
		require.Zero(t, got.Phases[1].LagMS)
	})
}

// everyCut calls check with the file cut off at every byte of its last line.
func everyCut(t *testing.T, name string, check func(cut int)) {
	t.Helper()
	whole, err := os.ReadFile(name)
	require.NoError(t, err)
	last := bytes.LastIndexByte(whole[:len(whole)-1], '\n') + 1
	for cut := last; cut < len(whole); cut++ {
		require.NoError(t, os.WriteFile(name, whole[:cut], 0o644))
		check(cut)
	}
}

// A run that is killed before it wrote anything is a run all the same.
func TestLoadEmpty(t *testing.T) {
	dir := t.TempDir()
	r := Run{Schema: Schema, Phases: []Phase{{Name: "closed-1", StartMS: 500}}}
	require.NoError(t, r.Save(dir))
	got, err := Load(dir)
	require.NoError(t, err)
	require.Equal(t, 500.0, got.Phases[0].EndMS)
	require.False(t, got.Phases[0].Trust.OK)
}

func TestLoadFinished(t *testing.T) {
	dir := t.TempDir()
	now := time.Unix(1790000000, 0).UTC()
	r := Run{Schema: Schema, Finished: &now, Interrupted: "interrupt", Phases: []Phase{{Name: "p", EndMS: 1}}}
	require.NoError(t, r.Save(dir))
	got, err := Load(dir)
	require.NoError(t, err)
	require.Equal(t, "interrupt", got.Interrupted)
}

func TestLoadErrors(t *testing.T) {
	dir := t.TempDir()
	_, err := Load(dir)
	require.ErrorContains(t, err, "is not a run: it has no run.json")
	for content, want := range map[string]string{
		"{":                                    "unexpected end of JSON",
		`{"schema":0}`:                         "schema 0",
		fmt.Sprintf(`{"schema":%d}`, Schema+1): "use the version that wrote it",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, RunFile), []byte(content), 0o644))
		_, err := Load(dir)
		require.ErrorContains(t, err, want)
	}
}

// A full disk is an error that says which file, and no half of run.json.
func TestDiskFull(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("this system has no /dev/full")
	}
	defer full.Close()
	err = (&Series{appendOnly{full, new(int64)}}).Append(&Sample{})
	require.ErrorContains(t, err, "append a sample")
	require.ErrorContains(t, err, "no space left")
	dir := t.TempDir()
	log, err := CreateLatencyLog(dir, time.Now())
	require.NoError(t, err)
	log.Close()
	log.log.f = full
	err = log.Append(Interval{Phase: "p", Clock: Service, Hist: NewHistogram()})
	require.ErrorContains(t, err, LatencyFile)
	require.ErrorContains(t, err, "no space left")
}

// Saving leaves no other file behind.
func TestSaveReplaces(t *testing.T) {
	dir := t.TempDir()
	for range 3 {
		require.NoError(t, (&Run{Schema: Schema}).Save(dir))
	}
	names, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, names, 1)
	err = (&Run{Schema: Schema}).Save(filepath.Join(dir, "missing"))
	require.Error(t, err)
	require.False(t, strings.Contains(err.Error(), "%!"))
}
