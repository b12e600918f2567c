package measure

import (
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const msec = time.Millisecond

// However the time is cut, the stretches make up the whole.
func TestCutsMakeTheWhole(t *testing.T) {
	for seed := range uint64(20) {
		random := rand.New(rand.NewPCG(seed, 0))
		whole, cut := NewRecorder(3, 0), NewRecorder(3, 0)
		totals := NewTotals()
		var busy, now time.Duration
		add := func() {
			tally := cut.Cut(now)
			totals.AddSample(tally.Sample("p"))
			for _, x := range tally.Intervals("p", false) {
				totals.AddInterval(x)
			}
		}
		for range 500 {
			intended := now
			now += time.Duration(random.IntN(1000)) * time.Microsecond
			sent := now
			now += time.Duration(1+random.IntN(20000)) * time.Microsecond
			x := Exchange{Intended: intended, Sent: sent, Ended: now, Bytes: random.Int64N(100)}
			x.Failed = []string{"", "", "ttfb/reset", "status/503"}[random.IntN(4)]
			for _, r := range []*Recorder{whole, cut} {
				r.Begin(x.Intended, x.Sent)
				r.End(x)
			}
			busy += x.Ended - x.Sent
			if random.IntN(10) == 0 {
				add()
			}
		}
		now += msec
		add()
		want := whole.Cut(now)
		p := Phase{OfferedConnections: 3, OfferedRate: 100}
		totals.Fill(&p, &Environment{})
		require.Equal(t, want.Requests, p.Requests)
		require.Equal(t, want.Errors, p.Errors)
		require.Equal(t, want.BytesIn, p.BytesIn)
		require.Equal(t, Summarize(want.Service), p.ServiceMS)
		require.Equal(t, Summarize(want.Response), p.ResponseMS)
		require.Equal(t, Summarize(want.Lag), p.LagMS)
		require.InDelta(t, busy.Seconds()/now.Seconds(), p.InFlight, 1e-9)
		require.InDelta(t, want.MeanInFlight, p.InFlight, 1e-9)
		require.InDelta(t, float64(want.Service.TotalCount())/now.Seconds(), p.Rate, 1e-6)
	}
}

func TestRecorderCounts(t *testing.T) {
	r := NewRecorder(2, 0)
	r.Begin(0, 0)
	r.Begin(0, 0)
	r.End(Exchange{Sent: 0, Ended: 10 * msec, Bytes: 7})
	r.End(Exchange{Sent: 0, Ended: 20 * msec, Failed: "ttfb/reset"})
	r.Begin(20*msec, 20*msec)
	r.Drop(30 * msec)
	r.Begin(30*msec, 30*msec)
	tally := r.Cut(40 * msec)
	require.Equal(t, int64(2), tally.Requests)
	require.Equal(t, int64(1), tally.InFlight)
	require.Equal(t, map[string]int64{"ttfb/reset": 1}, tally.Errors)
	require.Equal(t, 20*msec, tally.FailedTime)
	require.Equal(t, int64(1), tally.Service.TotalCount(), "a failure has no latency")
	require.InDelta(t, (10+20+10+10)/40.0, tally.MeanInFlight, 1e-9)
	require.Equal(t, 10*msec, tally.FirstGood)
	require.Equal(t, 10*msec, tally.LastGood)
	require.Equal(t, 20*msec, tally.FirstBad)
	next := r.Cut(50 * msec)
	require.Zero(t, next.Requests)
	require.InDelta(t, 1, next.MeanInFlight, 1e-9)
}

// A request is late by the load generator's fault only if a connection was free
// for it, and not if the schedule only catches up.
func TestLate(t *testing.T) {
	r := NewRecorder(2, 0)
	at := func(ms float64) time.Duration { return time.Duration(ms * float64(time.Millisecond)) }
	once := func(intended, sent, ended float64) {
		r.Begin(at(intended), at(sent))
		r.End(Exchange{Intended: at(intended), Sent: at(sent), Ended: at(ended)})
	}
	r.Begin(0, 0)
	once(1, 1, 50) // both connections are busy up to here
	once(2, 50, 51)
	once(3, 60, 61)
	require.Zero(t, r.t.Late, "both connections were busy since the last send")
	r.End(Exchange{Ended: at(61)})
	once(12, 62, 63)
	once(22, 64, 65)
	once(32, 66, 67)
	require.Zero(t, r.t.Late, "it catches up")
	once(66, 69, 70)
	require.Zero(t, r.t.Late, "it still does")
	once(67, 74, 74.2)
	require.Equal(t, int64(1), r.t.Late, "it falls back and nothing is in the way")
	once(70, 74.5, 74.7)
	require.Equal(t, int64(2), r.t.Late, "it catches up with its own delay")
	once(75, 75.5, 76)
	once(80, 80, 81)
	require.Equal(t, int64(2), r.t.Late, "it is on time")
	r.Begin(at(82), at(82))
	r.Borrow()
	r.Return(at(90))
	once(84, 90, 91)
	require.Equal(t, int64(2), r.t.Late, "we had the other connection ourselves")
}

// A server that stalls is to blame for what it delays, and the catching up after.
func TestStallIsNotOurs(t *testing.T) {
	r := NewRecorder(4, 0)
	const from, long = 300 * msec, 200 * msec
	one := func(due, sent, took time.Duration) {
		r.Begin(due, sent)
		defer r.End(Exchange{Intended: due, Sent: sent, Ended: sent + took})
		if took == long { // the other connections are caught in it too
			for range 3 {
				r.Begin(sent, sent)
				defer r.End(Exchange{Intended: sent, Sent: sent, Ended: sent + took})
			}
		}
	}
	free := time.Duration(0) // when a connection is
	for i := range 1000 {
		due, took := time.Duration(i)*msec, msec/10
		if due == from {
			took = long
		}
		sent := max(due, free)
		one(due, sent, took)
		free = sent + took
	}
	require.Equal(t, int64(1003), r.t.Requests)
	require.InDelta(t, 200, time.Duration(r.t.Lag.Max()).Milliseconds(), 2)
	require.Zero(t, r.t.Late)
}

// What lies outside the histogram's range is counted at its ends.
func TestRecordOutOfRange(t *testing.T) {
	r := NewRecorder(1, 0)
	for _, d := range []time.Duration{-time.Second, 0, 1, time.Hour} {
		r.Begin(0, 0)
		r.End(Exchange{Ended: d})
	}
	tally := r.Cut(time.Hour)
	require.Equal(t, int64(4), tally.Service.TotalCount())
	require.InEpsilon(t, 100*time.Second, tally.Service.Max(), 0.001)
}

// Many goroutines at once lose nothing; the race detector watches.
func TestRecorderConcurrent(t *testing.T) {
	r := NewRecorder(8, 0)
	began := time.Now()
	clock := func() time.Duration { return time.Since(began) }
	var all sync.WaitGroup
	var requests int64
	for range 8 {
		all.Go(func() {
			for range 1000 {
				sent := clock()
				r.Begin(sent, sent)
				r.End(Exchange{Intended: sent, Sent: sent, Ended: clock()})
			}
		})
	}
	for range 10 {
		requests += r.Cut(clock()).Requests
	}
	all.Wait()
	last := r.Cut(clock())
	require.Equal(t, int64(8000), requests+last.Requests)
	require.Zero(t, last.InFlight)
}
