package bench

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/httpdlab/httpdlab/bench/load"
	"github.com/httpdlab/httpdlab/bench/measure"
)

// fabricated is an engine that loads nothing and has steady results, so that a
// day of a run takes no time.
type fabricated struct {
	*measure.Recorder
	at time.Duration
}

func (e *fabricated) Run(ctx context.Context, s load.Schedule) error {
	t := time.NewTimer(s.Duration)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
	return nil
}

// Cut makes up 20 requests for each second, of which one fails.
func (e *fabricated) Cut(now time.Duration) *measure.Tally {
	for ; e.at < now; e.at += time.Second {
		for i := range 20 {
			sent := e.at + time.Duration(i)*time.Millisecond
			x := measure.Exchange{Intended: sent, Sent: sent, Ended: sent + time.Duration(1+i)*time.Millisecond, Bytes: 12}
			if i == 19 {
				x.Failed = "ttfb/timeout"
			}
			e.Begin(sent, sent)
			e.End(x)
		}
	}
	return e.Recorder.Cut(now)
}

func (e *fabricated) Tried() int  { return 7 }
func (e *fabricated) Served() int { return 7 }
func (e *fabricated) Close()      {}

// unprobed is a runner whose target was never asked for anything.
func unprobed(t *testing.T, o *Options) *runner {
	t.Helper()
	require.NoError(t, o.validate())
	remote := &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1}
	r, err := newRunner(context.Background(), o, &target{
		url: &url.URL{Scheme: "http", Host: remote.String()}, address: remote.String(), remote: remote, fields: http.Header{},
		answer: &load.Answer{Status: 200, Header: http.Header{}},
	})
	require.NoError(t, err)
	return r
}

// A day takes no more memory than its first hour, and leaves a folder that can
// still be read.
func TestDay(t *testing.T) {
	if raceEnabled {
		t.Skip("memory is another under the race detector, and a day takes minutes")
	}
	const day = 24 * time.Hour
	dir := t.TempDir() + "/run"
	var early, late uint64
	var log bytes.Buffer
	synctest.Test(t, func(t *testing.T) {
		o := &Options{URL: "http://127.0.0.1:1", Dir: dir, Rate: 20, Duration: day, Progress: &log}
		o.Assert = []*measure.Assertion{assertion(t, "errors<50%!")}
		o.makeEngine = func(r *runner, s Step) (engine, error) {
			return &fabricated{measure.NewRecorder(7, r.clock()), r.clock()}, nil
		}
		r := unprobed(t, o)
		require.Equal(t, 15*time.Second, r.every)
		time.AfterFunc(time.Hour, func() { early = heapInUse() })
		time.AfterFunc(day-time.Minute, func() { late = heapInUse() })
		require.NoError(t, r.carryOut(context.Background()))
		r.judgeRun()
		require.NoError(t, r.finish())
	})
	t.Logf("heap after an hour %d kB, after a day %d kB; %d bytes of log", early/1000, late/1000, log.Len())
	require.Positive(t, early)
	require.Less(t, late, early+4<<20, "memory grows with the length of the run")
	r, err := measure.Load(dir)
	require.NoError(t, err)
	require.InDelta(t, 20*day.Seconds(), float64(r.Phases[0].Requests), 200)
	require.InDelta(t, 19, r.Phases[0].Rate, 0.01)
	require.True(t, r.Assertions[0].OK)
	series, err := measure.ReadSeries(dir)
	require.NoError(t, err)
	require.Less(t, len(series), 8000)
	size := int64(0)
	files, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, f := range files {
		info, err := f.Info()
		require.NoError(t, err)
		size += info.Size()
	}
	t.Logf("the folder has %d kB in %d files", size/1000, len(files))
	require.Less(t, size, int64(40<<20))
	require.NoFileExists(t, filepath.Join(dir, reserveFile))
	require.Less(t, bytes.Count(log.Bytes(), []byte("\n")), 9000, "a log is not flooded")
}

func heapInUse() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// A series gets a line a second for two hours, and fewer lines after that.
func TestSampling(t *testing.T) {
	for length, every := range map[time.Duration]time.Duration{
		0: time.Second, time.Minute: time.Second, 2 * time.Hour: time.Second, 3 * time.Hour: 2 * time.Second,
		24 * time.Hour: 15 * time.Second, 30 * 24 * time.Hour: time.Minute,
	} {
		require.Equal(t, every, sampling(length), length)
	}
}

// What a process does that was stopped for a while shows in the series.
func TestStalled(t *testing.T) {
	if raceEnabled {
		t.Skip("this test moves the run's clock behind its back")
	}
	synctest.Test(t, func(t *testing.T) {
		o := &Options{URL: "http://127.0.0.1:1", Dir: t.TempDir() + "/run", Connections: 1, Duration: 5 * time.Second}
		o.makeEngine = func(r *runner, s Step) (engine, error) {
			return &fabricated{measure.NewRecorder(1, r.clock()), r.clock()}, nil
		}
		r := unprobed(t, o)
		// The run's clock jumps, as seen by who was not running.
		time.AfterFunc(2500*time.Millisecond, func() { r.run.Started = r.run.Started.Add(-3 * time.Second) })
		require.NoError(t, r.carryOut(context.Background()))
		require.NoError(t, r.finish())
		require.NotEmpty(t, r.run.Events)
		require.Equal(t, "stalled", r.run.Events[0].Kind)
		require.Equal(t, "closed-1", r.run.Events[0].Phase)
		require.Positive(t, r.run.Events[0].After)
	})
}
