package watch

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestClock(t *testing.T) {
	const began = 1_800_000_000 * time.Second
	var wall, steady, asleep time.Duration
	known := true
	c := Clock{read: func() (time.Duration, time.Duration, time.Duration, bool) { return wall, steady, asleep, known }}
	see := func(now, set, sleep time.Duration) (slept, stepped time.Duration, kinds []string) {
		wall, steady, asleep = began+now+set+sleep, now, sleep
		slept, stepped, events := c.See(now)
		for _, e := range events {
			kinds = append(kinds, e.Kind)
			require.Equal(t, float64(now/time.Millisecond), e.MS)
		}
		return slept, stepped, kinds
	}
	check := func(now, set, sleep, wantSlept, wantStepped time.Duration, kinds ...string) {
		t.Helper()
		slept, stepped, got := see(now, set, sleep)
		require.Equal(t, wantSlept, slept)
		require.Equal(t, wantStepped, stepped)
		require.Equal(t, kinds, got)
	}
	check(0, 0, 0, 0, 0)
	check(1*time.Second, 0, 0, 0, 0)
	check(2*time.Second, 3*time.Millisecond, 0, 0, 0)
	check(3*time.Second, time.Hour, 0, 0, time.Hour-3*time.Millisecond, ClockStep)
	check(4*time.Second, -time.Minute, 0, 0, -time.Hour-time.Minute, ClockStep)
	check(5*time.Second, -time.Minute, 30*time.Second, 30*time.Second, 0, Slept)
	check(6*time.Second, 0, 40*time.Second, 10*time.Second, time.Minute, Slept, ClockStep)
	known = false
	wall += time.Hour
	_, _, events := c.See(6 * time.Second)
	require.Contains(t, events[0].Text, "slept, or its clock was set")
}

// The real clocks agree with each other.
func TestRealClock(t *testing.T) {
	var c Clock
	for range 1000 {
		_, _, events := c.See(0)
		require.Empty(t, events)
	}
}
