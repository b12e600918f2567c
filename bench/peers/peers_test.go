package main

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The servers and the load are this program itself, so in tests they are the
// tests' program.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && (os.Args[1] == "serve" || os.Args[1] == "load" || os.Args[1] == "generate") {
		if err := run(context.Background(), os.Args[1:]); err != nil {
			os.Stderr.WriteString(err.Error())
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func shortPlan() *plan {
	return &plan{options: &options{rounds: 1, seconds: 0.2}}
}

func rivalNamed(t *testing.T, name string) *rival {
	t.Helper()
	i := slices.IndexFunc(rivals, func(v rival) bool { return v.name == name })
	require.NotEqual(t, -1, i)
	return &rivals[i]
}

// Every server that this machine has answers every row that it is said to.
func TestEveryRivalAnswers(t *testing.T) {
	for i := range rivals {
		v := &rivals[i]
		if err := v.startable(); err != nil {
			t.Logf("%s: %v", v.name, err)
			continue
		}
		require.NotEmpty(t, v.version(), v.name)
		for j := range rows {
			if r := &rows[j]; v.answers(r.path()) {
				answered := false
				err := shortPlan().with(context.Background(), r, v, func(int, string) error { answered = true; return nil })
				require.NoError(t, err, "%s, %s", v.name, r.name)
				require.True(t, answered)
			}
		}
	}
}

// Every row is measured, and the load finds no fault with our server.
func TestEveryRow(t *testing.T) {
	for i := range rows {
		r := &rows[i]
		x, err := shortPlan().once(context.Background(), r, rivalNamed(t, ours))
		require.NoError(t, err, r.name)
		require.Positive(t, x.Rate)
		require.Positive(t, x.CPU)
		require.Positive(t, x.Latency.P99)
		require.Greater(t, x.RSS, 0.5)
		if r.open() {
			require.InEpsilon(t, x.Offered, x.Rate, 0.3)
		}
	}
}

// A server that answers something else is not measured.
func TestVerify(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{
		"that are not those expected": func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("Hello, world!")) },
		"it answers 404":              http.NotFound,
	} {
		s := httptest.NewServer(answer)
		defer s.Close()
		require.ErrorContains(t, rows[0].verify(context.Background(), s.Listener.Addr().String()), name)
	}
}

// A server that does not come up says why, and leaves nothing behind.
func TestServersThatDoNotStart(t *testing.T) {
	for said, command := range map[string][]string{
		"no such server":        {os.Args[0], "serve", "nothing", "1"},
		"is a directory":        {"/"},
		"takes no connection":   {"sleep", "60"},
		"it ended: out of luck": {"sh", "-c", "echo out of luck; exit 3"},
	} {
		v := rival{name: "x", command: func(string, int) ([]string, error) { return command, nil }}
		began := time.Now()
		_, err := shortPlan().once(context.Background(), &rows[0], &v)
		require.ErrorContains(t, err, said)
		require.Less(t, time.Since(began), 20*time.Second)
	}
}

// Whatever ends the run ends the server, and those that it started.
func TestNothingIsLeftRunning(t *testing.T) {
	p, err := start(0, []string{"sh", "-c", "trap '' TERM; sleep 60 & sleep 60; sleep 60"}, nil, nil)
	require.NoError(t, err)
	group := p.cmd.Process.Pid
	p.end()
	require.Eventually(t, func() bool { return errors.Is(syscall.Kill(-group, 0), syscall.ESRCH) }, 5*time.Second, time.Millisecond)
	_, err = usageOf(group)
	require.ErrorContains(t, err, "it has no process")

	ctx, cancel := context.WithCancel(context.Background())
	defer time.AfterFunc(300*time.Millisecond, cancel).Stop()
	long := &plan{options: &options{rounds: 1, seconds: 600}}
	began := time.Now()
	_, err = long.once(ctx, &rows[0], rivalNamed(t, "net/http"))
	require.ErrorIs(t, err, context.Canceled)
	require.Less(t, time.Since(began), 10*time.Second)
}

// CPU and memory are those of the kernel's, whatever the program's name.
func TestParseStat(t *testing.T) {
	line := "4711 (a) b (c) S 1 4242 1 0 -1 0 10 0 0 0 150 50 9 9 20 0 4 0 100 1000000 250 18446744073709551615"
	group, u, err := parseStat(line)
	require.NoError(t, err)
	require.Equal(t, 4242, group)
	require.Equal(t, 2*time.Second, u.cpu)
	require.Equal(t, int64(250*os.Getpagesize()), u.rss)
	_, _, err = parseStat("4711 (a) S 1")
	require.Error(t, err)
	own, err := usageOf(syscall.Getpgrp())
	require.NoError(t, err)
	require.Positive(t, own.rss)
	require.Positive(t, busy(0))
}

func TestTables(t *testing.T) {
	outcomes := func(rates ...float64) (all []outcome) {
		for _, v := range rates {
			x := outcome{Rate: v, CPU: 3.456, RSS: 12.3, LoadBusy: 0.9, Little: 1}
			x.Latency.P99 = 0.25
			all = append(all, x)
		}
		return all
	}
	results := []*result{
		{rival: "slow", version: "1.2", outcomes: outcomes(100000, 50000, 90000)},
		{rival: ours, outcomes: outcomes(180000, 190000)},
		{rival: "broken", failure: errors.New("ask it for /x: it answers 404")},
	}
	text := table(&rows[0], results)
	require.Contains(t, text, "| httpdlab | 185 000 | 180 000 – 190 000 | 1.00 | 1.00 | 0.25 | 3.46 | 12.3 | 90 % |\n| slow 1.2 | 90 000 | 50 000 – 100 000 | 0.49 | 0.49 |")
	require.Contains(t, text, "broken was not measured: ask it for /x: it answers 404.")
	require.NotContains(t, text, "not to be trusted")
	results[0].outcomes[0].Foreign, results[0].outcomes[1].Foreign = 0.4, 0.4
	require.Contains(t, table(&rows[0], results), "up to 40 % of the two cores")
	require.NotContains(t, text, "no more to give")
	results[1].outcomes[0].LoadBusy, results[1].outcomes[0].Little = 1.1, 0.2
	text = table(&rows[0], results)
	require.Contains(t, text, "no more to give to httpdlab:")
	require.Contains(t, text, "does not hold for httpdlab, as rate times mean latency makes only 60 %")
	half, err := findRow("half-rate")
	require.NoError(t, err)
	require.Contains(t, table(half, results), "p99.9 ms")
	require.NotContains(t, table(&rows[0], results[2:]), "NaN")
}

func TestOptions(t *testing.T) {
	o, err := parseOptions(strings.Fields("--rounds 3 --only nginx,h2o --rows echo-1k --seconds 1.5"))
	require.NoError(t, err)
	require.Equal(t, []string{"nginx", "h2o"}, o.only)
	require.Equal(t, 1500*time.Millisecond, o.duration())
	for said, args := range map[string]string{
		"give 1 to 1000": "--rounds 0", "give 0.2 to 600": "--seconds 0", "there are flags only": "nginx",
	} {
		_, err := parseOptions(strings.Fields(args))
		require.ErrorContains(t, err, said)
	}
	for said, o := range map[string]*options{
		`no "apache"`: {only: []string{"apache"}}, `no "echo"`: {rows: []string{"echo"}}, "none is left": {only: []string{"limit"}},
	} {
		_, err := newPlan(o)
		require.ErrorContains(t, err, said)
	}
}

// What load generators print is understood.
func TestGeneratorOutput(t *testing.T) {
	for i, printed := range []string{
		"Running 1s test\n  Latency Distribution\n     50%  200.00us\n     99%    1.25ms\nRequests/sec: 221000.50\n",
		"finished in 1.00s, 221000.50 req/s, 30.1MB/s\nrequests: 221000 total\n",
		"Summary:\n  Requests/sec:\t221000.50\n\nLatency distribution:\n  99%% in 0.00125 secs\n",
	} {
		g := &generators[i]
		rate, p99, err := g.read(printed)
		require.NoError(t, err, g.name)
		require.Equal(t, 221000.5, rate, g.name)
		if g.p99 != nil {
			require.Equal(t, 1.25, p99, g.name)
		}
		_, _, err = g.read("something else")
		require.ErrorContains(t, err, g.name)
	}
}

// Each generator that this machine has loads our server.
func TestEveryGenerator(t *testing.T) {
	p := shortPlan()
	for _, name := range generatorRows {
		r, err := findRow(name)
		require.NoError(t, err)
		results, err := p.measureGenerators(context.Background(), r, rivalNamed(t, ours))
		require.NoError(t, err)
		for _, x := range results {
			if x.failure != nil {
				require.Regexp(t, "is not installed|does not pipeline", x.failure.Error())
				continue
			}
			require.Greater(t, x.median(rate), 1000.0, x.rival)
			require.Positive(t, x.median(cpu), x.rival)
		}
		require.Contains(t, generatorTable(r, results), "| httpdlab raw |")
	}
}

// A program of the user's gets its port where the command says, or last.
func TestLimitServer(t *testing.T) {
	for command, want := range map[string]string{"sleep": "sleep 80", "sleep {port} 1": "sleep 80 1", "sleep -p={port}": "sleep -p=80"} {
		v := limitServer(command, "/plaintext")
		got, err := v.command("", 80)
		require.NoError(t, err)
		require.Equal(t, want, strings.Join(got, " "))
	}
	v := limitServer("no-such-program", "/plaintext")
	require.ErrorContains(t, v.startable(), "not installed")
}
