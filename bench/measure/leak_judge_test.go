package measure

import (
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// soak is a target whose memory is looked at after each round.
type soak struct {
	rounds, warmup, requests int     // a round's
	seconds                  float64 // a round's
	leak                     float64 // B/request
	noise                    float64 // standard deviation of a look, B
	jitter                   float64 // share of the requests by which rounds differ
	// caches fill with the requests and are emptied when they hold so much.
	caches []cache
	steps  []step
	closed float64 // connections closed each round, each in TIME_WAIT for 120 s
	pcbs   float64 // most of them at once, 0: no bound
	limit  float64 // B/request, 0: the default
}

type cache struct{ size, period, phase float64 }

type step struct{ at, size float64 }

// series simulates the soak.
func (s soak) series(random *rand.Rand) *LeakSeries {
	l := &LeakSeries{Source: "heap", Seed: random.Uint64(), Limit: s.limit, Closed: int64(s.closed) * int64(s.rounds)}
	requests := 0.0
	for r := range s.rounds + s.warmup {
		now := float64(r) * s.seconds
		if r > 0 {
			requests += math.Round(float64(s.requests) * (1 + s.jitter*(2*random.Float64()-1)))
		}
		free := 200_000 - s.leak*requests
		for _, c := range s.caches {
			_, share := math.Modf(requests/c.period + c.phase)
			free -= share * c.size
		}
		for _, x := range s.steps {
			if requests >= x.at {
				free -= x.size
			}
		}
		waiting := s.closed * math.Min(float64(r), math.Floor(120/s.seconds)+1)
		if s.pcbs > 0 {
			waiting = math.Min(waiting, s.pcbs)
		}
		looks := make([]float64, 5)
		for i := range looks {
			looks[i] = math.Round((free-200*waiting+s.noise*random.NormFloat64())/4) * 4
		}
		l.Plateaus = append(l.Plateaus, Plateau{
			MS: now * 1000, Requests: int64(requests), Bytes: median(looks), Warmup: r < s.warmup,
		})
	}
	return l
}

// usual is a soak of 2000 requests on a board, as the command line does it.
func usual() soak {
	return soak{rounds: 20, warmup: 2, requests: 91, seconds: 3, noise: 400, jitter: 0.1}
}

// disturbances are what must not be taken for a leak. Their sizes are drawn.
var disturbances = []struct {
	name     string
	answered float64 // at least this share gets an answer
	add      func(*soak, *rand.Rand)
}{
	{"sampling noise", 0.99, func(s *soak, random *rand.Rand) { s.noise = 50 + 1950*random.Float64() }},
	{"a cache that fills and empties", 0.99, func(s *soak, random *rand.Rand) {
		s.caches = []cache{{1000 + 15_000*random.Float64(), 20 + 430*random.Float64(), random.Float64()}}
	}},
	{"two caches", 0.99, func(s *soak, random *rand.Rand) {
		for range 2 {
			s.caches = append(s.caches, cache{500 + 8000*random.Float64(), 20 + 430*random.Float64(), random.Float64()})
		}
	}},
	{"first uses", 0.9, func(s *soak, random *rand.Rand) {
		for range 1 + random.IntN(3) {
			s.steps = append(s.steps, step{2000 * random.Float64(), 200 + 8000*random.Float64()})
		}
	}},
	{"connections in TIME_WAIT", 0.3, func(s *soak, random *rand.Rand) {
		s.closed, s.seconds = float64(1+random.IntN(20)), 1+14*random.Float64()
	}},
	{"as many in TIME_WAIT as lwIP has", 0.9, func(s *soak, random *rand.Rand) {
		s.closed, s.pcbs, s.seconds = float64(1+random.IntN(7)), 16, 1+60*random.Float64()
	}},
	{"all of it", 0.9, func(s *soak, random *rand.Rand) {
		s.noise = 50 + 900*random.Float64()
		s.caches = []cache{{1000 + 4000*random.Float64(), 20 + 430*random.Float64(), random.Float64()}}
		s.steps = []step{{2000 * random.Float64(), 3000 * random.Float64()}}
		s.closed, s.pcbs, s.seconds = 7, 16, 1+20*random.Float64()
	}},
}

// verdicts counts those over many simulated soaks, which depend on nothing but
// the disturbance.
func verdicts(t *testing.T, make func(*rand.Rand) soak) map[string]int {
	t.Helper()
	var mu sync.Mutex
	counts := map[string]int{}
	var all sync.WaitGroup
	workers := runtime.GOMAXPROCS(0)
	for w := range workers {
		all.Go(func() {
			for i := w; i < simulations; i += workers {
				random := rand.New(rand.NewPCG(1, uint64(i)))
				s := make(random)
				l := s.series(random).Judge()
				mu.Lock()
				counts[l.Verdict]++
				mu.Unlock()
			}
		})
	}
	all.Wait()
	return counts
}

// simulations of each kind. Under the race detector arithmetic takes ten times
// as long and has nothing to race with.
var simulations = map[bool]int{false: 1000, true: 10}[raceEnabled]

// What is no leak is called one at most once in a hundred times, and mostly
// there is an answer.
func TestNoFalseAlarm(t *testing.T) {
	for _, d := range disturbances {
		t.Run(d.name, func(t *testing.T) {
			counts := verdicts(t, func(random *rand.Rand) soak {
				s := usual()
				d.add(&s, random)
				return s
			})
			t.Logf("of %d: %v", simulations, counts)
			require.LessOrEqual(t, counts[Leaks], simulations/100)
			require.GreaterOrEqual(t, float64(counts[NoLeak]), d.answered*float64(simulations))
		})
	}
}

// The same with so low a limit that no interval lies below it, so that only what
// speaks against a leak keeps the alarm silent.
func TestNoFalseAlarmWithoutLimit(t *testing.T) {
	for _, d := range disturbances {
		t.Run(d.name, func(t *testing.T) {
			counts := verdicts(t, func(random *rand.Rand) soak {
				s := usual()
				d.add(&s, random)
				s.limit = 1e-9
				return s
			})
			t.Logf("of %d: %v", simulations, counts)
			require.LessOrEqual(t, counts[Leaks], simulations/100)
		})
	}
}

// A leak of 100 B/request is found within 2000 requests, whatever else goes on.
func TestLeakFound(t *testing.T) {
	for _, d := range disturbances {
		t.Run(d.name, func(t *testing.T) {
			counts := verdicts(t, func(random *rand.Rand) soak {
				s := usual()
				d.add(&s, random)
				s.leak = 100
				return s
			})
			t.Logf("of %d: %v", simulations, counts)
			require.GreaterOrEqual(t, counts[Leaks], simulations*99/100)
		})
	}
}

// The interval holds the true leak as often as it says.
func TestLeakInterval(t *testing.T) {
	held := 0
	for i := range simulations {
		random := rand.New(rand.NewPCG(2, uint64(i)))
		s := usual()
		s.leak = 40
		if l := s.series(random).Judge(); l.Low <= s.leak && s.leak <= l.High {
			held++
		}
	}
	if raceEnabled {
		t.Skip("too few simulations")
	}
	t.Logf("%d of %d intervals hold the true leak", held, simulations)
	require.InDelta(t, leakConfidence, float64(held)/float64(simulations), 0.04)
}

// Readings that users of ESPAsyncWebServer and AsyncTCP published.
func TestPublishedSeries(t *testing.T) {
	readings := func(seconds float64, free ...float64) *LeakSeries {
		s := &LeakSeries{Source: "heap"}
		for i, b := range free {
			s.Plateaus = append(s.Plateaus, Plateau{MS: float64(i) * seconds * 1000, Requests: int64(i), Bytes: b, Warmup: i == 0})
		}
		return s
	}
	// A fetch, and then 130 s for TIME_WAIT, six times.
	fetches := readings(130, 37020, 36804, 36344, 35876, 35648, 35172, 34744)
	fetches.Closed = 6
	l := fetches.Judge()
	require.Equal(t, Leaks, l.Verdict, l.Text)
	require.Less(t, l.Low, 379.0)
	require.Greater(t, l.High, 379.0)
	t.Log(l.Text)
	// Idle, under 32 connections, and idle again.
	transient := readings(130, 236148, 135992, 235844)
	transient.Closed = 32
	l = transient.Judge()
	require.Equal(t, CannotTell, l.Verdict, l.Text)
	require.Positive(t, l.MoreRequests)
	// The same, looked at as the soak does: at rest only, round after round.
	rests := readings(130, 236148, 235844, 235844, 235840, 235844, 235844, 235848, 235844)
	for i := range rests.Plateaus {
		rests.Plateaus[i].Requests *= 300
	}
	l = rests.Judge()
	require.Equal(t, NoLeak, l.Verdict, l.Text)
	t.Log(l.Text)
}

// Who cannot tell says how much longer it takes, and that is about enough.
func TestHowMuchLonger(t *testing.T) {
	answered, asked := 0, 0
	for i := range min(200, 2*simulations) {
		random := rand.New(rand.NewPCG(3, uint64(i)))
		s := usual()
		s.rounds, s.requests, s.noise = 10, 20, 4000
		l := s.series(random).Judge()
		if l.Verdict != CannotTell {
			continue
		}
		asked++
		require.Positive(t, l.MoreRequests)
		require.Positive(t, l.MoreMS)
		// As many more requests, in rounds of the same length.
		s.rounds += int(l.MoreRequests)/s.requests + 1
		if s.series(random).Judge().Verdict != CannotTell {
			answered++
		}
	}
	t.Logf("%d of %d had their answer after as many more requests as said", answered, asked)
	if raceEnabled {
		t.Skip("too few simulations")
	}
	require.Greater(t, asked, 50)
	require.Greater(t, float64(answered), 0.6*float64(asked))
}

// Resident memory grows where free memory shrinks.
func TestLeakOfResidentMemory(t *testing.T) {
	random := rand.New(rand.NewPCG(4, 4))
	s := usual()
	s.leak = 100
	series := s.series(random)
	series.Source = "rss"
	require.NotEqual(t, Leaks, series.Judge().Verdict, "memory that is given back is no leak")
	for i := range series.Plateaus {
		series.Plateaus[i].Bytes = 400_000 - series.Plateaus[i].Bytes
	}
	require.Equal(t, Leaks, series.Judge().Verdict)
}

// Equal series and seeds give equal answers, and many plateaus do not cost more.
func TestLeakRepeatable(t *testing.T) {
	s := usual()
	s.rounds = 2000
	series := s.series(rand.New(rand.NewPCG(5, 5)))
	require.Equal(t, series.Judge(), series.Judge())
	require.Equal(t, NoLeak, series.Judge().Verdict)
	empty := (&LeakSeries{Source: "heap"}).Judge()
	require.Equal(t, CannotTell, empty.Verdict)
}

func TestMedian(t *testing.T) {
	random := rand.New(rand.NewPCG(6, 6))
	for range 2000 {
		v := make([]float64, 1+random.IntN(30))
		for i := range v {
			v[i] = float64(random.IntN(10))
		}
		sorted := slices.Sorted(slices.Values(v))
		want := (sorted[(len(v)-1)/2] + sorted[len(v)/2]) / 2
		require.Equal(t, want, median(v))
	}
	require.True(t, math.IsNaN(median(nil)))
}
