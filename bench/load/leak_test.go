package load

import (
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Whatever the server did, an attack leaves no descriptor and no goroutine.
func TestNothingIsLeft(t *testing.T) {
	const own = "/proc/self/fd"
	count := func() int {
		names, err := os.ReadDir(own)
		if err != nil {
			t.Skip("this system has no " + own)
		}
		return len(names)
	}
	for name, each := range map[string]func(*peer){
		"good":   answer(hello),
		"closes": func(p *peer) { p.request(); p.say("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n") },
		"resets": func(p *peer) { p.request(); p.reset() },
		"hangs":  func(p *peer) { p.request(); p.request() },
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, each)
			attackWith(t, s.url(), 2, 30*time.Millisecond, Schedule{Duration: 20 * time.Millisecond}) // what the runtime opens once
			settles(func() bool { return s.open.Load() == 0 })
			descriptors, goroutines := count(), runtime.NumGoroutine()
			for _, rate := range []float64{0, 300} {
				attackWith(t, s.url(), 20, 30*time.Millisecond, Schedule{Rate: rate, Duration: 100 * time.Millisecond})
			}
			require.True(t, settles(func() bool {
				return s.open.Load() == 0 && count() <= descriptors && runtime.NumGoroutine() <= goroutines
			}), "%d descriptors and %d goroutines became %d and %d", descriptors, goroutines, count(), runtime.NumGoroutine())
		})
	}
}
