package load

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/httpdlab/httpdlab/bench/measure"
)

// calibrated are the engines that are held against servers of known behaviour,
// by whether they keep so many connections.
var calibrated = map[string]func(t testing.TB, s *server, connections int, plan Schedule) result{
	"pool": func(t testing.TB, s *server, connections int, plan Schedule) result {
		return attackWith(t, s.url(), connections, 5*time.Second, plan)
	},
}

// takeExactly is a service time to the tenth of a millisecond.
func takeExactly(d time.Duration) { sleep(context.Background(), d) }

// A server that takes 5 ms is reported to take 5 ms.
func TestCalibrationFixed(t *testing.T) {
	for name, run := range calibrated {
		for _, rate := range []float64{0, 100} {
			undisturbed(t, func(calm require.TestingT) {
				s := serve(t, func(p *peer) {
					for p.request() {
						takeExactly(5 * time.Millisecond)
						p.say("%s", hello)
					}
				})
				r := run(t, s, 2, Schedule{Rate: rate, Duration: time.Second})
				require.Empty(calm, r.Errors)
				require.GreaterOrEqual(calm, p(0, r, measure.Service), 5*time.Millisecond, name)
				require.Less(calm, p(50, r, measure.Service), 5500*time.Microsecond, name)
				require.Less(calm, p(50, r, measure.Response), 6*time.Millisecond, name)
			})
		}
	}
}

// A server that takes 20 ms and closes is reported to take 20 to 21 ms, where
// the commonest tool of ESP32 projects reports a quarter of the test's length.
func TestCalibrationClose(t *testing.T) {
	for name, run := range calibrated {
		undisturbed(t, func(calm require.TestingT) {
			s := serve(t, func(p *peer) {
				p.request()
				takeExactly(20 * time.Millisecond)
				p.say("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
			})
			r := run(t, s, 1, Schedule{Duration: time.Second})
			require.Empty(calm, r.Errors)
			require.GreaterOrEqual(calm, p(0, r, measure.Service), 20*time.Millisecond-50*time.Microsecond, name)
			require.Less(calm, p(50, r, measure.Service), 21*time.Millisecond, name)
			require.Less(calm, time.Duration(r.Service.Mean()), 25*time.Millisecond, name)
		})
	}
}

// A server of 5 ms stalls once for 2 s, under 100 requests a second on 4
// connections: of 1000 requests, 4 took long, and 200 had to wait. The first is
// the service time, the second the response time from the intended start, and a
// generator that shows one of them only hides the other.
func TestCalibrationStall(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes 10 seconds")
	}
	var all sync.WaitGroup
	results := map[string]result{}
	undisturbed(t, func(calm require.TestingT) {
		var mu sync.Mutex
		for name, run := range calibrated {
			all.Go(func() {
				r := run(t, stallingOnce(t, 5*time.Millisecond, 2*time.Second), 4, Schedule{Rate: 100, Duration: 10 * time.Second})
				mu.Lock()
				defer mu.Unlock()
				results[name] = r
			})
		}
		all.Wait()
		for name, r := range results {
			require.Empty(calm, r.Errors, name)
			require.InDelta(calm, 1000, r.Requests, 50, name) // the last ones are not sent if they are late
			require.Less(calm, p(99, r, measure.Service), 200*time.Millisecond, name)
			require.InDelta(calm, 1.91, p(99, r, measure.Response).Seconds(), 0.2, name)
			require.InDelta(calm, 1.54, p(95, r, measure.Response).Seconds(), 0.3, name)
		}
	})
}

// stallingOnce is a server of a fixed service time that stops answering for a
// while, 4 s after its first request.
func stallingOnce(t *testing.T, service, stall time.Duration) *server {
	var first atomic.Int64
	var stalled sync.RWMutex
	var once sync.Once
	began := time.Now()
	return serve(t, func(p *peer) {
		for p.request() {
			now := int64(time.Since(began))
			first.CompareAndSwap(0, now)
			if now-first.Load() > int64(4*time.Second) {
				once.Do(func() {
					stalled.Lock()
					defer stalled.Unlock()
					<-time.After(stall)
				})
			}
			stalled.RLock()
			stalled.RUnlock()
			takeExactly(service)
			p.say("%s", hello)
		}
	})
}

// 300 resets are one kind of error, 300 times, by how far the request had come.
func TestCalibrationResets(t *testing.T) {
	for stage, head := range map[string]string{
		"ttfb/reset": "",
		"body/reset": "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhell",
	} {
		for name, run := range calibrated {
			undisturbed(t, func(calm require.TestingT) {
				var n atomic.Int64
				s := serve(t, func(p *peer) {
					if !p.request() {
						return
					}
					if n.Add(1) > 300 {
						p.say("%s", hello)
						answer(hello)(p)
						return
					}
					if p.say("%s", head); head != "" {
						takeExactly(2 * time.Millisecond) // what was said must not be overtaken by the reset
					}
					p.reset()
				})
				r := run(t, s, 4, Schedule{Duration: 800 * time.Millisecond})
				require.Equal(calm, map[string]int64{stage: 300}, r.Errors, name)
				require.Greater(calm, r.Requests, int64(300), name)
			})
		}
	}
}
