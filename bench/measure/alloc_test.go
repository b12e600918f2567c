package measure

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// What every request passes through does not allocate.
func TestAllocations(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	r := NewRecorder(2, 0)
	for _, c := range []struct {
		name string
		call func()
	}{
		{"a good response", func() {
			r.Begin(0, time.Millisecond)
			r.End(Exchange{Sent: time.Millisecond, Ended: 2 * time.Millisecond})
		}},
		{"a failure", func() { r.Begin(0, 0); r.End(Exchange{Failed: "ttfb/reset"}) }},
		{"a request that is cut", func() { r.Begin(0, 0); r.Drop(0) }},
		{"a status", func() { StatusKey(200) }},
	} {
		require.Zero(t, testing.AllocsPerRun(100, c.call), c.name)
	}
}
