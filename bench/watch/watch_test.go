package watch

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/httpdlab/httpdlab/bench/measure"
)

// says is a target that answers GET /heap with each of these in turn.
func says(t *testing.T, asked *int, answers ...string) Get {
	return func(_ context.Context, path string) (int, []byte, error) {
		require.Equal(t, "/heap", path)
		*asked++
		switch a := answers[*asked-1]; a {
		case "silence":
			return 0, nil, errors.New("timeout")
		case "404":
			return 404, []byte("not found"), nil
		default:
			return 200, []byte(a), nil
		}
	}
}

func TestHeap(t *testing.T) {
	const up1, up2 = `{"uptime_ms":1000,"boot_count":3,"free":200000}`, `{"uptime_ms":2000,"boot_count":3,"free":199000}`
	for _, c := range []struct {
		name    string
		answers []string
		asked   int
		free    int64  // last told
		reboot  string // last told
		absent  bool
	}{
		{"tells", []string{up1, up2}, 2, 199000, "", false},
		{"has no such route", []string{"404", up1}, 1, 0, "", true},
		{"answers everything with a page", []string{"<html>", up1}, 1, 0, "", true},
		{"answers JSON of something else", []string{`{"ok":true}`, up1}, 1, 0, "", true},
		{"is silent at first", []string{"silence", up1}, 2, 200000, "", false},
		{"is always silent", []string{"silence", "silence", "silence", up1}, 3, 0, "", true},
		{"falls silent", []string{up1, "silence", "silence", "silence", up2}, 5, 199000, "", false},
		{"refuses once under load", []string{up1, "404", up2}, 3, 199000, "", false},
		{"restarts", []string{up2, up1}, 2, 200000, "the target restarted: its uptime went from 2.0 s back to 1.0 s", false},
		{"restarts unseen", []string{up1, `{"uptime_ms":5000,"boot_count":4,"free":1}`}, 2, 1, "the target restarted: its boot count went from 3 to 4", false},
		{"loses its power", []string{up1, `{"uptime_ms":5000,"boot_count":1,"free":1}`}, 2, 1, "the target restarted: its boot count went from 3 to 1", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			var h Heap
			var last measure.Heap
			asked, reboot := 0, ""
			get := says(t, &asked, c.answers...)
			for range c.answers {
				now, r := h.Sample(context.Background(), get)
				if now != nil {
					last, reboot = *now, r
				}
			}
			require.Equal(t, c.asked, asked)
			require.Equal(t, c.free, last.Free)
			require.Equal(t, c.reboot, reboot)
			require.Equal(t, c.absent, h.Absent())
		})
	}
}

func TestProcess(t *testing.T) {
	if _, err := os.Stat("/proc/self/stat"); err != nil {
		t.Skip("this system has no /proc")
	}
	own := Process{PID: os.Getpid()}
	first := own.Sample(time.Second)
	require.Greater(t, first.RSS, int64(1<<20))
	require.Zero(t, first.CPU, "no interval yet")
	spin(t, &own, 50*time.Millisecond)
	next := own.Sample(2 * time.Second)
	require.GreaterOrEqual(t, next.CPU, 0.05, "cores in that second")
	require.Less(t, next.CPU, 1.0)
	require.False(t, own.Gone())

	child := exec.Command("cat")
	in, err := child.StdinPipe()
	require.NoError(t, err)
	require.NoError(t, child.Start())
	p := Process{PID: child.Process.Pid}
	require.NotNil(t, p.Sample(time.Second))
	in.Close()
	require.Eventually(t, func() bool { return p.Sample(2*time.Second) == nil }, 5*time.Second, time.Millisecond,
		"a process that nobody waited for is gone too")
	require.True(t, p.Gone())
	require.NoError(t, child.Wait())

	none := Process{}
	require.Nil(t, none.Sample(0))
	require.False(t, none.Gone())
	never := Process{PID: 1 << 30}
	require.Nil(t, never.Sample(0))
	require.False(t, never.Gone(), "what never was cannot end")
}

// spin uses CPU time, at least so much more than the last sample saw.
func spin(t *testing.T, p *Process, d time.Duration) {
	t.Helper()
	for limit := time.Now().Add(30 * time.Second); time.Now().Before(limit); {
		if _, cpu, ok := p.read(); ok && cpu-p.cpu >= d {
			return
		}
	}
	t.Fatal("no CPU time was counted")
}

// second is a second of the run: so many errors of each kind, after one good
// response or none.
func second(n int, good bool, errors map[string]int64) *measure.Tally {
	at := time.Duration(n) * time.Second
	t := &measure.Tally{Start: at, End: at + time.Second, Errors: errors}
	for _, e := range errors {
		t.Requests += e
		t.BadRun += e
		t.FirstBad = at + 300*time.Millisecond
	}
	if good {
		t.Requests++
		t.FirstGood, t.LastGood = at+200*time.Millisecond, at+200*time.Millisecond
	}
	return t
}

func TestPresence(t *testing.T) {
	var p Presence
	refused := map[string]int64{"connect/refused": 5}
	require.Empty(t, p.See(second(0, true, nil)))
	require.Empty(t, p.See(second(1, true, map[string]int64{"ttfb/reset": 1})), "one failure is no loss")
	lost := p.See(second(2, false, refused))
	require.Len(t, lost, 1)
	require.Equal(t, Lost, lost[0].Kind)
	require.Equal(t, 1300.0, lost[0].MS, "since the first failure after the last good response")
	require.Contains(t, lost[0].Text, "connect/refused")
	require.Empty(t, p.See(second(3, false, refused)), "told once")
	require.Equal(t, 2*time.Second, p.Dark(4*time.Second))
	back := p.See(second(4, true, nil))
	require.Len(t, back, 1)
	require.Equal(t, Regained, back[0].Kind)
	require.Equal(t, 4200.0, back[0].MS)
	require.Contains(t, back[0].Text, "after 2.9 s")
	require.Zero(t, p.Dark(5*time.Second))
	require.Empty(t, p.See(second(5, false, map[string]int64{"status/503": 9})), "a status is an answer")
	require.Empty(t, p.See(second(6, false, nil)), "no news is no loss")
}

// Only failures to connect make a target dark; one that hangs is there.
func TestDark(t *testing.T) {
	var p Presence
	p.See(second(1, false, map[string]int64{"connect/timeout": 1}))
	p.See(second(2, false, nil))
	require.Equal(t, 2*time.Second, p.Dark(3*time.Second))
	p.See(second(3, false, map[string]int64{"connect/timeout": 1, "ttfb/timeout": 1}))
	require.Zero(t, p.Dark(4*time.Second))
}
