package bench

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/httpdlab/httpdlab/bench/measure"
)

func TestAssertionsOfARun(t *testing.T) {
	b := newBoard(t, nil)
	o := options(t, b.URL+"/hello")
	o.Connections, o.Duration = 2, 300*time.Millisecond
	for _, text := range []string{"p(99)<5s", "errors<0.1%", "rate>1e6", "heap>100kB", "reboots<1", "p(99){closed-2}<5s"} {
		o.Assert = append(o.Assert, assertion(t, text))
	}
	r, err := Run(context.Background(), o)
	require.NoError(t, err)
	var out bytes.Buffer
	require.NoError(t, Table(&out, r))
	require.Len(t, r.Assertions, 6)
	for _, a := range r.Assertions {
		require.Equal(t, a.Text != "rate>1e6", a.OK, "%+v", a)
	}
	require.Contains(t, out.String(), "FAIL  rate>1e6 in closed-2")
	require.Contains(t, out.String(), "pass  p(99)<5s in closed-2")
	back, err := measure.Load(o.Dir)
	require.NoError(t, err)
	require.Equal(t, r.Assertions, back.Assertions)
	require.Equal(t, []string{"p(99)<5s", "errors<0.1%", "rate>1e6", "heap>100kB", "reboots<1", "p(99){closed-2}<5s"}, back.Configuration.Assert)
}

// A broken assertion ends the run, at once if it can never hold again, and
// after three lines of the series in a row if it could.
func TestAbort(t *testing.T) {
	var served atomic.Int64
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if served.Add(1)%10 == 0 {
			http.Error(w, "no", http.StatusInternalServerError)
		}
	}))
	defer s.Close()
	for _, c := range []struct {
		text string
		all  bool
		most time.Duration
	}{{"errors<5!", false, 3 * time.Second}, {"errors<5%", true, 6 * time.Second}} {
		served.Store(0)
		o := options(t, s.URL)
		o.Connections, o.Duration, o.AbortOnFail = 2, 30*time.Second, c.all
		o.Assert = []*measure.Assertion{assertion(t, "p(99)<10s"), assertion(t, c.text)}
		began := time.Now()
		r, err := Run(context.Background(), o)
		require.NoError(t, err)
		require.Less(t, time.Since(began), c.most+2*time.Second)
		require.Contains(t, r.Interrupted, "aborted: "+c.text+" does not hold in closed-2")
		require.Len(t, r.Assertions, 2)
		require.True(t, r.Assertions[0].OK)
		require.False(t, r.Assertions[0].Aborted)
		require.True(t, r.Assertions[1].Aborted)
	}
}

// Assertions are known to have something to be held against before there is a run.
func TestAssertionsWithoutAPhase(t *testing.T) {
	for want, spoil := range map[string]func(*Options){
		`no phase is called "opne"; there are [closed-1`: func(o *Options) { o.Assert = []*measure.Assertion{assertion(t, "p(99){opne}<1s")} },
		"only a soak tells":   func(o *Options) { o.Assert = []*measure.Assertion{assertion(t, "leak<1B")} },
		"only a search tells": func(o *Options) { o.Assert = []*measure.Assertion{assertion(t, "best>1")} },
		"assert best>100 or reboots<1": func(o *Options) {
			o.Find, o.Assert = assertion(t, "p(99)<1s"), []*measure.Assertion{assertion(t, "rate>1")}
		},
		"not known of a single trial":       func(o *Options) { o.Find = assertion(t, "reboots<1") },
		"rate>5 is not what breaks":         func(o *Options) { o.Find = assertion(t, "rate>5") },
		`a search over "size"`:              func(o *Options) { o.Find, o.Over = assertion(t, "p(99)<1s"), "size" },
		"a search takes 5s at least":        func(o *Options) { o.Find, o.Budget = assertion(t, "p(99)<1s"), time.Second },
		"a search finds the rate":           func(o *Options) { o.Find, o.Rate = assertion(t, "p(99)<1s"), 5 },
		"are for a search":                  func(o *Options) { o.Budget = time.Minute },
		"are runs of their own":             func(o *Options) { o.Find, o.Soak = assertion(t, "p(99)<1s"), true },
		"a soak of 3 rounds; give 8 to 500": func(o *Options) { o.Soak, o.Rounds = true, 3 },
		"are for a soak":                    func(o *Options) { o.Rounds = 8 },
		"no hostile client is called":       func(o *Options) { o.Hostile = append(o.Hostile, "rude") },
		"65 hostile clients":                func(o *Options) { o.Hostile, o.Count = append(o.Hostile, "reset"), 65 },
	} {
		o := options(t, "http://127.0.0.1:1/")
		spoil(&o)
		_, err := Run(context.Background(), o)
		require.ErrorContains(t, err, want)
		require.NotContains(t, fmt.Sprint(err), "\n")
		require.NoDirExists(t, o.Dir)
	}
}
