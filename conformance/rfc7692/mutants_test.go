package rfc7692_test

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
	"github.com/httpdlab/httpdlab/conformance/mutant/deflating"
	"github.com/httpdlab/httpdlab/conformance/rfc7692"
)

// run runs the cases with these ids against a target; all if there are none.
func run(t *testing.T, url string, cfg check.Config, ids ...string) check.Report {
	cfg.URL = url
	target, err := check.Open(context.Background(), cfg)
	if !assert.NoError(t, err) { // not require: this may run beside the test's own goroutine
		return check.Report{}
	}
	var cases []check.Selected
	for _, c := range rfc7692.Suite.Cases {
		s := check.Selected{Suite: rfc7692.Suite, Case: c}
		if (len(ids) == 0 || slices.Contains(ids, s.ID())) && (!c.Slow || cfg.Slow) {
			cases = append(cases, s)
		}
	}
	runner := check.Runner{Target: target, Jobs: 4}
	return runner.Run(context.Background(), cases)
}

func start(t *testing.T, f deflating.Fault) *deflating.Server {
	s, err := deflating.Start(f)
	require.NoError(t, err)
	t.Cleanup(s.Close)
	return s
}

// The checker finds nothing in the honest server, and skips what it gives no occasion to judge.
func TestHonestServer(t *testing.T) {
	skipped := []string{"rfc7692/7.1.2.2/beyond-the-window"}
	report := run(t, start(t, deflating.Fault{}).URL, check.Config{})
	for _, c := range report.Cases {
		if c.Verdict == check.Skip {
			assert.Contains(t, skipped, c.ID, c.Reason)
			continue
		}
		assert.Contains(t, []check.Verdict{check.Pass, check.Info}, c.Verdict, "%s: %s", c.ID, c.Reason)
	}
	require.Empty(t, report.Outages)
	t.Logf("%d cases in %.1f s", len(report.Cases), report.Took)
}

var update = flag.Bool("update", false, "run every case against every mutant and write testdata/matrix.txt anew")

const matrixFile = "testdata/matrix.txt"

// fast is how the mutants are checked: they answer within milliseconds or never.
var fast = check.Config{Timeout: 700 * time.Millisecond, Outage: 100 * time.Millisecond}

// The matrix is lines of a mutant's name, a tab and the ids of cases that must notice it.
func readMatrix(t *testing.T) map[string][]string {
	octets, err := os.ReadFile(matrixFile)
	require.NoError(t, err)
	matrix := map[string][]string{}
	for line := range strings.Lines(string(octets)) {
		name, ids, ok := strings.Cut(strings.TrimSpace(line), "\t")
		require.True(t, ok, line)
		matrix[name] = strings.Fields(ids)
	}
	return matrix
}

// What a server need not do is not held against it: one that never compresses is skipped where that is measured.
func TestServerThatNeverCompresses(t *testing.T) {
	for _, c := range run(t, start(t, deflating.Fault{Name: "never compresses"}).URL, check.Config{}).Cases {
		assert.NotContains(t, []check.Verdict{check.Weak, check.Fail}, c.Verdict, "%s: %s", c.ID, c.Reason)
	}
}

// A server without the extension is skipped, but for the rules that bind it all the same.
func TestServerWithoutDeflate(t *testing.T) {
	judged := 0
	for _, c := range run(t, start(t, deflating.Fault{Name: "declines every offer"}).URL, check.Config{}).Cases {
		if c.Verdict == check.Skip {
			assert.Regexp(t, "does not negotiate|declines", c.Reason, c.ID)
			continue
		}
		assert.Equal(t, check.Pass, c.Verdict, "%s: %s", c.ID, c.Reason)
		judged++
	}
	assert.Equal(t, 5, judged)
}

// Every case fails on at least one mutant, and every mutant on at least one case.
func TestEveryCaseCatchesAMutant(t *testing.T) {
	if *update {
		writeMatrix(t)
	}
	matrix, caught := readMatrix(t), map[string]bool{}
	noticed := onEach(t, func(f deflating.Fault) []string { return matrix[f.Name] })
	for _, f := range deflating.Faults {
		assert.NotEmpty(t, matrix[f.Name], "%s: a mutant that no case needs to notice", f.Name)
		for _, id := range matrix[f.Name] {
			assert.Contains(t, noticed[f.Name], id, "%s is not noticed", f.Name)
			caught[id] = true
		}
	}
	for _, c := range rfc7692.Suite.Cases {
		assert.True(t, caught[rfc7692.Suite.ID(c)], "%s catches no mutant", rfc7692.Suite.ID(c))
	}
}

// onEach runs the chosen cases against every mutant, several mutants at a time, and returns who was noticed by what.
func onEach(t *testing.T, choose func(deflating.Fault) []string) map[string][]string {
	var mu sync.Mutex
	var all sync.WaitGroup
	noticed, room := map[string][]string{}, make(chan bool, 8)
	for _, f := range deflating.Faults {
		ids := choose(f)
		s := start(t, f)
		room <- true
		all.Go(func() {
			defer func() { <-room }()
			ids := onMutant(t, s.URL, ids)
			mu.Lock()
			defer mu.Unlock()
			noticed[f.Name] = ids
		})
	}
	all.Wait()
	return noticed
}

// onMutant returns which of the cases do not like a server. Slow cases run by themselves, because the loads of the
// others grow with them.
func onMutant(t *testing.T, url string, ids []string) (noticed []string) {
	var long, rest []string
	for _, id := range ids {
		if slow(id) {
			long = append(long, id)
		} else {
			rest = append(rest, id)
		}
	}
	for _, ids := range [][]string{rest, long} {
		if len(ids) == 0 {
			continue
		}
		cfg := fast
		cfg.Slow = slow(ids[0])
		report := run(t, url, cfg, ids...)
		for _, c := range report.Failures(true) {
			noticed = append(noticed, c.ID)
		}
	}
	return noticed
}

// slow tells a case that is run only if slow ones are asked for.
func slow(id string) bool {
	return slices.ContainsFunc(rfc7692.Suite.Cases, func(c check.Case) bool { return c.Slow && rfc7692.Suite.ID(c) == id })
}

// plausible spares most mutants the slow cases.
func plausible(f deflating.Fault) (ids []string) {
	for _, c := range rfc7692.Suite.Cases {
		if !c.Slow || f.Name == "forgets the context of the client" || f.Name == "closes with 1011 whatever it was" {
			ids = append(ids, rfc7692.Suite.ID(c))
		}
	}
	return ids
}

// writeMatrix finds out who notices whom and keeps, for each case, the two mutants that fewest others notice, and for
// each mutant without such a case one that notices it.
func writeMatrix(t *testing.T) {
	all := onEach(t, plausible)
	byCase := map[string][]string{}
	for name, ids := range all {
		for _, id := range ids {
			byCase[id] = append(byCase[id], name)
		}
	}
	confirmed := onEach(t, func(f deflating.Fault) []string { return all[f.Name] })
	matrix := map[string][]string{}
	for id, names := range byCase {
		names = slices.DeleteFunc(names, func(name string) bool { return !slices.Contains(confirmed[name], id) })
		slices.SortFunc(names, func(a, b string) int { return len(all[a]) - len(all[b]) })
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
	for _, f := range deflating.Faults {
		slices.Sort(matrix[f.Name])
		if len(matrix[f.Name]) > 0 {
			out.WriteString(f.Name + "\t" + strings.Join(matrix[f.Name], " ") + "\n")
		}
	}
	require.NoError(t, os.MkdirAll("testdata", 0o755))
	require.NoError(t, os.WriteFile(matrixFile, []byte(out.String()), 0o644))
}
