package bench

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/httpdlab/httpdlab/bench/load"
	"github.com/httpdlab/httpdlab/bench/watch"
)

// A target gets its pause before each phase: what was before the first, another
// run perhaps, nobody knows.
func TestPause(t *testing.T) {
	b := newBoard(t, nil)
	o := options(t, b.URL+"/hello")
	o.Ladder, o.Duration, o.Pause = []int{1, 2}, 1200*time.Millisecond, 400*time.Millisecond
	r, err := Run(context.Background(), o)
	require.NoError(t, err)
	require.Len(t, r.Phases, 3)
	require.GreaterOrEqual(t, r.Phases[0].StartMS-r.Phases[0].WarmupMS, 400.0)
	for i := 1; i < 3; i++ {
		gap := r.Phases[i].StartMS - r.Phases[i].WarmupMS - r.Phases[i-1].EndMS
		require.GreaterOrEqual(t, gap, 400.0, r.Phases[i].Name)
	}
	require.Less(t, time.Since(r.Started), 1200*time.Millisecond+3*o.Pause+1200*time.Millisecond)
	require.Equal(t, 1200*time.Millisecond+3*o.Pause, o.plannedLength())
}

// A run that is ended in a pause begins no other phase.
func TestPauseEnds(t *testing.T) {
	b := newBoard(t, nil)
	o := options(t, b.URL+"/hello")
	o.Ladder, o.Duration, o.Pause = []int{1, 2}, 600*time.Millisecond, time.Minute
	ctx, cancel := context.WithTimeout(context.Background(), 1500*time.Millisecond)
	defer cancel()
	r, err := Run(ctx, o)
	require.NoError(t, err)
	require.Empty(t, r.Phases)
	require.NotEmpty(t, r.Interrupted)
}

// After each kind of hostile clients the target is left alone, and its heap is
// looked at then.
func TestRecovery(t *testing.T) {
	var mu sync.Mutex
	var last, longest time.Time
	var silence time.Duration
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		now := time.Now()
		if gap := now.Sub(last); !last.IsZero() && gap > silence {
			silence, longest = gap, now
		}
		last = now
		fmt.Fprint(w, `{"free":1}`)
	}))
	defer s.Close()
	o := options(t, s.URL)
	o.Hostile, o.Count, o.Recovery = []load.HostileKind{load.HalfOpen}, 1, 1500*time.Millisecond
	o.Probes = []string{HeapProbe}
	r, err := Run(context.Background(), o)
	require.NoError(t, err)
	require.Len(t, r.Sieges, 1)
	mu.Lock()
	defer mu.Unlock()
	require.Equal(t, last, longest, "the last that the target is asked is after the rest")
	require.GreaterOrEqual(t, silence, 1400*time.Millisecond)
}

// A target that restarts again and again is loaded no more, whether under load
// or between loads.
func TestReboots(t *testing.T) {
	b := newBoard(t, nil)
	console := make(chan watch.Told, 4)
	o := options(t, b.URL+"/hello")
	o.Rate, o.Duration, o.Console, o.Reboots = 100, time.Minute, console, 3
	for range 3 {
		console <- watch.Told{At: time.Now(), Kind: watch.Reboot, Text: "the console told of a reset: panic"}
	}
	r, err := Run(context.Background(), o)
	require.NoError(t, err)
	require.Less(t, time.Since(r.Started), 10*time.Second)
	require.Equal(t, 3, r.Reboots())
	require.Contains(t, r.Interrupted, "the target restarted 3 times, and is loaded no more")

	for n := 2; n <= 3; n++ {
		b, told := newBoard(t, nil), make(chan watch.Told, 4)
		o := options(t, b.URL+"/hello")
		o.Ladder, o.Duration, o.Reboots, o.Console = []int{1, 2}, time.Second, 3, told
		for range n {
			told <- watch.Told{At: time.Now(), Kind: watch.Crash, Text: "the console told of a crash (panic)"}
		}
		r, err := Run(context.Background(), o)
		require.NoError(t, err)
		require.Equal(t, n == 3, r.Interrupted != "", r.Interrupted)
		require.Equal(t, n == 3, len(r.Phases) == 0, "the console told before the first phase")
	}
}

// What the target is to be spared is not asked.
func TestProbes(t *testing.T) {
	for _, probes := range [][]string{nil, {}, {HeapProbe}, {InfoProbe}} {
		b := newBoard(t, nil)
		o := options(t, b.URL+"/hello")
		o.Connections, o.Duration, o.Probes = 1, 300*time.Millisecond, probes
		r, err := Run(context.Background(), o)
		require.NoError(t, err)
		require.Equal(t, o.probes(HeapProbe), b.heaps.Load() > 0, "%v", probes)
		require.Equal(t, o.probes(InfoProbe), r.Target.Info != nil, "%v", probes)
	}
}

func TestTreatmentIsBounded(t *testing.T) {
	for want, change := range map[string]func(*Options){
		"settle":   func(o *Options) { o.Pause = -1 },
		"2h":       func(o *Options) { o.Recovery = 2 * time.Hour },
		"restarts": func(o *Options) { o.Reboots = -1 },
		`"serial"`: func(o *Options) { o.Probes = []string{"serial"} },
	} {
		o := options(t, "http://127.0.0.1:1/")
		change(&o)
		_, err := Run(context.Background(), o)
		require.ErrorContains(t, err, want)
	}
}
