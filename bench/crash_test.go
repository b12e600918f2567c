package bench

import (
	"bytes"
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/httpdlab/httpdlab/bench/measure"
	"github.com/httpdlab/httpdlab/bench/watch"
)

// A crash that the console tells of stands in the record with when, after how
// many requests, and what the console said; the restart that the heap shows
// after it comes with the same words.
func TestCrash(t *testing.T) {
	b := newBoard(t, nil)
	console := make(chan watch.Told, 4)
	o := options(t, b.URL+"/hello")
	o.Rate, o.Duration, o.Console = 100, 2300*time.Millisecond, console
	o.Assert = []*measure.Assertion{assertion(t, "reboots<1")}
	said := []string{"Guru Meditation Error: Core 0 panic'ed (LoadProhibited)", "Backtrace: 0x400d1f2c:0x3ffb0000"}
	timer := time.AfterFunc(700*time.Millisecond, func() {
		console <- watch.Told{At: time.Now(), Kind: watch.Crash, Text: "the console told of a crash (panic): " + said[0], Log: said}
		b.boot.Add(1)
	})
	defer timer.Stop()
	r, err := Run(context.Background(), o)
	require.NoError(t, err)
	require.Len(t, r.Events, 2, "%+v", r.Events)
	crash, reboot := r.Events[0], r.Events[1]
	require.Equal(t, watch.Crash, crash.Kind)
	require.InDelta(t, 700, crash.MS, 300)
	require.Equal(t, "open-100", crash.Phase)
	require.Positive(t, crash.After)
	require.Equal(t, said, crash.Log)
	require.Equal(t, watch.Reboot, reboot.Kind)
	require.Contains(t, reboot.Text, "boot count went from 0 to 1")
	require.Equal(t, said, reboot.Log)
	require.Greater(t, reboot.MS, crash.MS)
	require.Equal(t, 1, r.Reboots(), "a crash and its restart are one")
	require.False(t, r.Assertions[0].OK)

	back, err := measure.Load(o.Dir)
	require.NoError(t, err)
	require.Equal(t, r.Events, back.Events)
	require.Contains(t, kinds(t, o.Dir), watch.Crash)
	var out bytes.Buffer
	require.NoError(t, Table(&out, r))
	require.Contains(t, out.String(), "    Backtrace: 0x400d1f2c")
	require.Contains(t, out.String(), "FAIL  reboots<1: 1")
}

// A restart that both the console and the heap tell of is one.
func TestRebootSeenTwice(t *testing.T) {
	b := newBoard(t, nil)
	console := make(chan watch.Told, 4)
	o := options(t, b.URL+"/hello")
	o.Rate, o.Duration, o.Console = 100, 1300*time.Millisecond, console
	timer := time.AfterFunc(600*time.Millisecond, func() {
		console <- watch.Told{At: time.Now(), Kind: watch.Reboot, Text: "the console told of a reset: brownout"}
		b.boot.Add(1)
	})
	defer timer.Stop()
	r, err := Run(context.Background(), o)
	require.NoError(t, err)
	require.Equal(t, 1, r.Reboots(), "%+v", r.Events)
	require.Len(t, r.Events, 2)
}

// A target that is lost says after which request: the failures came later.
func TestLostAfterWhichRequest(t *testing.T) {
	b := newBoard(t, func(b *board) { b.noHeap = true })
	o := options(t, b.URL+"/hello")
	o.Rate, o.Duration = 100, 2500*time.Millisecond
	timer := time.AfterFunc(1200*time.Millisecond, func() { b.CloseClientConnections(); b.Listener.Close() })
	defer timer.Stop()
	r, err := Run(context.Background(), o)
	require.NoError(t, err)
	require.NotEmpty(t, r.Events)
	require.Equal(t, watch.Lost, r.Events[0].Kind)
	require.InDelta(t, 100, r.Events[0].After, 60)
	failed := int64(0)
	for _, p := range r.Phases {
		failed += p.ErrorCount()
	}
	require.Greater(t, failed, r.Events[0].After/4)
}
