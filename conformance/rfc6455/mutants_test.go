package rfc6455_test

import (
	"context"
	"flag"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/httpdlab/httpdlab/conformance/check"
	"github.com/httpdlab/httpdlab/conformance/mutant/echoing"
	"github.com/httpdlab/httpdlab/conformance/rfc6455"
)

// run runs the cases with these ids against a target; all if there are none.
func run(t *testing.T, cfg check.Config, jobs int, ids ...string) check.Report {
	target, err := check.Open(context.Background(), cfg)
	if !assert.NoError(t, err) { // not require: this may run beside the test's own goroutine
		return check.Report{}
	}
	var cases []check.Selected
	for _, c := range rfc6455.Suite.Cases {
		s := check.Selected{Suite: rfc6455.Suite, Case: c}
		if len(ids) == 0 || slices.Contains(ids, s.ID()) {
			cases = append(cases, s)
		}
	}
	runner := check.Runner{Target: target, Jobs: jobs}
	return runner.Run(context.Background(), cases)
}

func start(t *testing.T, f echoing.Fault) *echoing.Server {
	s, err := echoing.Start(f)
	require.NoError(t, err)
	t.Cleanup(s.Close)
	return s
}

// patient is how servers are checked that never keep the checker waiting.
func patient(url string) check.Config {
	return check.Config{URL: url, Subprotocol: echoing.Protocol, Paths: map[string]string{"heap": "/heap"}, Outage: 200 * time.Millisecond}
}

// fast is how mutants are checked: they answer within a millisecond or never.
func fast(url string) check.Config {
	cfg := patient(url)
	cfg.Timeout = 500 * time.Millisecond
	return cfg
}

// The checker finds nothing in the honest server and skips nothing.
func TestHonestServer(t *testing.T) {
	t.Parallel()
	report := run(t, patient(start(t, echoing.Fault{}).URL), 4)
	for _, c := range report.Cases {
		assert.Contains(t, []check.Verdict{check.Pass, check.Info}, c.Verdict, "%s: %s\n%.300s", c.ID, c.Reason, c.Repro)
	}
	require.Empty(t, report.Outages)
	t.Logf("%d cases in %.1f s", len(report.Cases), report.Took)
}

var update = flag.Bool("update", false, "run every case against every mutant and write testdata/matrix.txt anew")

const matrixFile = "testdata/matrix.txt"

// The matrix is lines of a mutant's name, a tab and the ids of cases that must notice it.
func readMatrix(t *testing.T) map[string][]string {
	text, err := os.ReadFile(matrixFile)
	require.NoError(t, err)
	matrix := map[string][]string{}
	for line := range strings.Lines(string(text)) {
		name, ids, ok := strings.Cut(strings.TrimSpace(line), "\t")
		require.True(t, ok, line)
		matrix[name] = strings.Fields(ids)
	}
	return matrix
}

// Every case fails on at least one mutant: a case that nothing can trip proves nothing.
func TestEveryCaseCatchesAMutant(t *testing.T) {
	t.Parallel()
	if *update {
		writeMatrix(t)
	}
	matrix, caught := readMatrix(t), map[string]bool{}
	for _, f := range echoing.Faults {
		if f.Trips != nil {
			matrix[f.Name] = f.Trips
		}
	}
	noticed := onEach(t, func(f echoing.Fault) []string { return matrix[f.Name] })
	for _, f := range echoing.Faults {
		assert.NotEmpty(t, matrix[f.Name], "%s: a mutant that no case needs to notice", f.Name)
		for _, id := range matrix[f.Name] {
			assert.Contains(t, noticed[f.Name], id, "%s is not noticed", f.Name)
			caught[id] = true
		}
	}
	for _, c := range rfc6455.Suite.Cases {
		assert.True(t, caught[rfc6455.Suite.ID(c)], "%s catches no mutant", rfc6455.Suite.ID(c))
	}
}

// onEach runs the chosen cases against every mutant, several mutants at a time, and returns who was noticed by what.
func onEach(t *testing.T, choose func(echoing.Fault) []string) map[string][]string {
	var mu sync.Mutex
	var all sync.WaitGroup
	noticed, room := map[string][]string{}, make(chan bool, 8)
	for _, f := range echoing.Faults {
		if f.Trips != nil { // it measures memory or time, so that it has the machine for itself
			all.Wait()
			noticed[f.Name] = noticing(t, f, choose(f))
			continue
		}
		room <- true
		all.Go(func() {
			defer func() { <-room }()
			ids := noticing(t, f, choose(f))
			mu.Lock()
			defer mu.Unlock()
			noticed[f.Name] = ids
		})
	}
	all.Wait()
	return noticed
}

// noticing returns the cases among ids that do not like a mutant.
func noticing(t *testing.T, f echoing.Fault, ids []string) (noticed []string) {
	if len(ids) == 0 {
		return nil
	}
	s, err := echoing.Start(f)
	if !assert.NoError(t, err) { // not require: this may run beside the test's own goroutine
		return nil
	}
	defer s.Close()
	report := run(t, fast(s.URL), 16, ids...)
	for _, c := range report.Failures(true) {
		noticed = append(noticed, c.ID)
	}
	for _, c := range report.Cases {
		if f.Trips != nil && !slices.Contains(noticed, c.ID) {
			t.Logf("%s: %s %s %s", f.Name, c.Verdict, c.ID, c.Reason)
		}
	}
	if *update {
		t.Logf("%s: %d of %d in %.1f s", f.Name, len(noticed), len(ids), report.Took)
	}
	return noticed
}

// plausible is all cases; but the loads only for mutants that change messages or refuse frames.
func plausible(f echoing.Fault) (ids []string) {
	for _, c := range rfc6455.Suite.Cases {
		if !strings.HasPrefix(c.Alias, "autobahn/9.") || f.Echo != nil || f.Refuse != nil {
			ids = append(ids, rfc6455.Suite.ID(c))
		}
	}
	return ids
}

// writeMatrix finds out who notices the mutants that the matrix does not have yet, and keeps, for each case, the two that
// fewest others notice, and for each mutant at least one case. To begin anew, empty the file.
func writeMatrix(t *testing.T) {
	matrix, byCase := readMatrix(t), map[string][]string{}
	all := onEach(t, func(f echoing.Fault) []string {
		if f.Trips != nil || matrix[f.Name] != nil {
			return nil
		}
		return plausible(f)
	})
	confirmed := onEach(t, func(f echoing.Fault) []string { return all[f.Name] })
	for name, ids := range confirmed {
		for _, id := range ids {
			if !strings.Contains(name, "segment") || !strings.HasSuffix(id, "-octet-by-octet") { // segments may meet again on the way
				byCase[id] = append(byCase[id], name)
			}
		}
	}
	for id, names := range byCase {
		slices.Sort(names)
		slices.SortStableFunc(names, func(a, b string) int { return len(confirmed[a]) - len(confirmed[b]) })
		for _, name := range names[:min(2, len(names))] {
			matrix[name] = append(matrix[name], id)
		}
	}
	for name, ids := range confirmed {
		if len(matrix[name]) == 0 && len(ids) > 0 {
			matrix[name] = ids[:1]
		}
	}
	var out strings.Builder
	for _, f := range echoing.Faults {
		slices.Sort(matrix[f.Name])
		if len(matrix[f.Name]) > 0 && f.Trips == nil {
			out.WriteString(f.Name + "\t" + strings.Join(matrix[f.Name], " ") + "\n")
		}
	}
	require.NoError(t, os.WriteFile(matrixFile, []byte(out.String()), 0o644))
}
