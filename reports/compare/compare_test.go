package compare

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/httpdlab/httpdlab/bench/measure"
)

// lab makes runs whose figures differ from run to run as those of a real
// target do: all of a run together, and each line besides.
type lab struct {
	rand   *rand.Rand
	run    float64 // spread of what a whole run has in common
	line   float64 // spread of one figure besides
	phases int
}

func newLab(seed uint64) *lab {
	return &lab{rand.New(rand.NewPCG(seed, 7)), 0.02, 0.015, 7}
}

// side is n runs that are slower by a factor.
func (l *lab) side(name string, n int, slower float64) *Side {
	s := &Side{Name: name}
	for i := range n {
		s.Runs = append(s.Runs, l.one(slower))
		s.Dirs = append(s.Dirs, fmt.Sprintf("%s/%d", name, i))
	}
	return s
}

func (l *lab) one(slower float64) *measure.Run {
	finished := time.Unix(1_790_000_000, 0)
	r := &measure.Run{
		Schema: measure.Schema, Finished: &finished,
		Target:      measure.Target{URL: "http://192.168.4.1/hello", Board: "esp32", Info: []byte(`{"chip":"ESP32","mhz":240,"rssi":-50,"power_save":"none","app_size":812304}`)},
		Environment: measure.Environment{OS: "linux", Kernel: "6.12", Arch: "amd64", CPU: "some", Cores: 8, Tool: "v1"},
	}
	common := math.Exp(l.run * l.rand.NormFloat64())
	near := func(x float64) float64 { return x * common * math.Exp(l.line*l.rand.NormFloat64()) }
	for c := range l.phases {
		mean := near(10*float64(c+1)) * slower
		r.Phases = append(r.Phases, measure.Phase{
			Name: fmt.Sprintf("%d connections", c+1), Engine: "loop", OfferedConnections: c + 1, Requests: 20_000,
			Rate:      1000 * float64(c+1) / mean,
			ServiceMS: measure.Latency{P50: near(mean), P90: near(1.5 * mean), P99: near(3 * mean), P999: near(5 * mean)},
			Trust:     measure.Trust{OK: true},
			Memory:    &measure.Memory{Source: "heap", Min: int64(near(150_000))},
		})
	}
	return r
}

// Equal sides rarely differ, and a slowdown of a tenth hardly ever hides.
func TestCompareTellsChangeFromChance(t *testing.T) {
	const pairs = 50
	for _, n := range []int{6, 10} {
		alarms, found := 0, 0
		for i := range uint64(pairs) {
			l := newLab(i)
			base := l.side("base", n, 1)
			c, err := Compare(base, l.side("equal", n, 1), Options{})
			require.NoError(t, err)
			if len(c.Regressions()) > 0 {
				alarms++
			}
			c, err = Compare(base, l.side("slower", n, 1.1), Options{})
			require.NoError(t, err)
			if len(c.Regressions()) > 0 {
				found++
			}
		}
		t.Logf("%d runs a side: %d of %d equal pairs raise an alarm, a slowdown of 10 %% is found in %d of %d", n, alarms, pairs, found, pairs)
		require.LessOrEqual(t, alarms, pairs*5/100)
		require.GreaterOrEqual(t, found, pairs*95/100)
	}
}

// What got quicker is no regression.
func TestCompareBetter(t *testing.T) {
	l := newLab(1)
	c, err := Compare(l.side("base", 6, 1), l.side("new", 6, 0.8), Options{})
	require.NoError(t, err)
	require.Empty(t, c.Regressions())
	better := 0
	for _, line := range c.Lines {
		if line.Verdict == Better {
			better++
			require.NotContains(t, line.Metric, "heap")
		}
	}
	require.GreaterOrEqual(t, better, 7, "the rate at least rose in each phase")
}

// A change that is certain but small is no regression.
func TestCompareSmallEffect(t *testing.T) {
	l := newLab(1)
	l.run, l.line = 0.001, 0.001
	base, new := l.side("base", 6, 1), l.side("new", 6, 1.03)
	c, err := Compare(base, new, Options{})
	require.NoError(t, err)
	require.Less(t, c.Lines[0].P, 0.05)
	require.Empty(t, c.Regressions())
	c, err = Compare(base, new, Options{Effect: 0.02})
	require.NoError(t, err)
	require.NotEmpty(t, c.Regressions())
}

// Errors and flash are compared too.
func TestCompareErrorsAndFlash(t *testing.T) {
	l := newLab(3)
	base, new := l.side("base", 4, 1), l.side("new", 4, 1)
	for _, r := range new.Runs {
		r.Phases[2].Errors = map[string]int64{"connect/refused": 400}
		r.Target.Info = []byte(strings.Replace(string(r.Target.Info), "812304", "912304", 1))
	}
	c, err := Compare(base, new, Options{})
	require.NoError(t, err)
	var named []string
	for _, line := range c.Regressions() {
		named = append(named, line.Phase+" "+line.Metric)
	}
	require.Equal(t, []string{"3 connections errors", " flash"}, named)
}

// The interval of the change covers what was planted about as often as it says.
func TestShiftCovers(t *testing.T) {
	covered := 0
	const rounds = 400
	for i := range uint64(rounds) {
		l := newLab(i)
		c, err := Compare(l.side("base", 6, 1), l.side("new", 6, 1.1), Options{})
		require.NoError(t, err)
		if rate := c.Lines[0]; rate.Lo <= 1/1.1-1 && 1/1.1-1 <= rate.Hi {
			covered++
		}
	}
	require.InDelta(t, 0.95, float64(covered)/rounds, 0.03)
}

// Unlike runs are refused with what differs, and compared when forced.
func TestCompareUnlike(t *testing.T) {
	for name, change := range map[string]func(*measure.Run){
		"board":          func(r *measure.Run) { r.Target.Board = "esp32c3" },
		"kind of target": func(r *measure.Run) { r.Target.Simulated = true },
		"radio signal": func(r *measure.Run) {
			r.Target.Info = []byte(`{"chip":"ESP32","mhz":240,"power_save":"none","rssi":-80}`)
		},
		"power save mode": func(r *measure.Run) {
			r.Target.Info = []byte(`{"chip":"ESP32","mhz":240,"power_save":"modem","rssi":-50}`)
		},
		"client's system": func(r *measure.Run) { r.Environment.Kernel = "5.15" },
		"client's proc":   func(r *measure.Run) { r.Environment.Cores = 2 },
		"place":           func(r *measure.Run) { r.Environment.Local = true },
		"load":            func(r *measure.Run) { r.Phases = r.Phases[:3] },
		"path of the URL": func(r *measure.Run) { r.Target.URL = "http://192.168.4.1/bytes?n=1" },
		"clock of the chip": func(r *measure.Run) {
			r.Target.Info = []byte(`{"chip":"ESP32","mhz":160,"power_save":"none","rssi":-50}`)
		},
	} {
		l := newLab(5)
		base, new := l.side("base", 4, 1), l.side("new", 4, 1)
		for _, r := range new.Runs {
			change(r)
		}
		c, err := Compare(base, new, Options{})
		require.ErrorContains(t, err, "the "+name, name)
		require.ErrorContains(t, err, "--force", name)
		require.NotEmpty(t, c.Lines, name)
		_, err = Compare(base, new, Options{Force: true})
		require.NoError(t, err, name)
	}
}

// Another address or firmware is what is compared, not a reason to refuse.
func TestCompareOtherFirmware(t *testing.T) {
	l := newLab(5)
	base, new := l.side("base", 4, 1), l.side("new", 4, 1)
	for _, r := range new.Runs {
		r.Target.URL = "http://192.168.4.9/hello"
		r.Target.Info = []byte(`{"chip":"ESP32","mhz":240,"rssi":-53,"power_save":"none","app_sha":"ffff"}`)
	}
	_, err := Compare(base, new, Options{})
	require.NoError(t, err)
}

// Too few runs get a table but no verdict.
func TestCompareTooFew(t *testing.T) {
	l := newLab(9)
	c, err := Compare(l.side("base", 1, 1), l.side("new", 3, 2), Options{})
	require.ErrorContains(t, err, "1 and 3 runs are too few")
	require.ErrorContains(t, err, "--count 6")
	require.Empty(t, c.Regressions())
	require.Equal(t, "No verdict: too few runs", c.Outcome())
	_, err = Compare(l.side("base", 1, 1), l.side("new", 1, 2), Options{Force: true})
	require.NoError(t, err)
}

func TestCompareWrongOptions(t *testing.T) {
	l := newLab(9)
	for _, o := range []Options{{Alpha: 1}, {Alpha: -0.1}, {Effect: 1.5}, {Effect: math.NaN()}} {
		_, err := Compare(l.side("base", 4, 1), l.side("new", 4, 1), o)
		require.ErrorContains(t, err, "between 0 and 1")
	}
}

// More runs than all ways to deal them can be tried still give a p-value.
func TestManyRuns(t *testing.T) {
	l := newLab(11)
	l.phases = 2
	c, err := Compare(l.side("base", 20, 1), l.side("new", 20, 1.1), Options{})
	require.NoError(t, err)
	require.NotEmpty(t, c.Regressions())
	require.Greater(t, c.Lines[0].P, 0.0)
}
