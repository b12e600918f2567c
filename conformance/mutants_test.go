package conformance

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
	"github.com/httpdlab/httpdlab/conformance/mutant"
)

// fast is how the mutants are checked: they answer within a millisecond or never.
var fast = check.Config{
	Timeout: 500 * time.Millisecond, Patience: 150 * time.Millisecond, Outage: 200 * time.Millisecond,
	Also: []string{"/fields", "/status/300", "/status/401", "/status/407", "/status/413", "/status/415", "/status/503", "/ws", "/redirect"},
}

func start(t *testing.T, f mutant.Fault) *mutant.Server {
	s, err := mutant.Start(f)
	require.NoError(t, err)
	t.Cleanup(s.Close)
	return s
}

// patient is how servers are checked that never keep the checker waiting.
var patient = check.Config{Patience: fast.Patience, Also: fast.Also}

func runOn(t *testing.T, s *mutant.Server, o Options) check.Report {
	o.Targets = []string{s.URL}
	if o.Config.Timeout == 0 {
		o.Config = patient
	}
	if o.Jobs == 0 {
		o.Jobs = 16
	}
	result, err := Run(context.Background(), o)
	if !assert.NoError(t, err, s.Name) { // not require: this may run beside the test's own goroutine
		return check.Report{}
	}
	return result.Reports[0]
}

// The checker finds nothing in the honest server, and skips nothing but what a plain connection must not have.
func TestHonestServer(t *testing.T) {
	t.Parallel()
	report := runOn(t, start(t, mutant.Fault{}), Options{Select: []string{"rfc9110", "rfc9112"}})
	for _, c := range report.Cases {
		if strings.HasPrefix(c.ID, "rfc9110/2.2/strict-transport-security") && c.Verdict == check.Skip {
			continue // see TestHonestPromise
		}
		assert.Contains(t, []check.Verdict{check.Pass, check.Info}, c.Verdict, "%s: %s\n%s", c.ID, c.Reason, c.Repro)
	}
	require.Empty(t, report.Outages)
}

// Strict-Transport-Security is wrong over a plain connection, so only a server that sends it lets its grammar be judged.
func TestHonestPromise(t *testing.T) {
	t.Parallel()
	s := start(t, mutant.Fault{})
	s.Promises = true
	for _, c := range runOn(t, s, Options{Select: []string{"rfc9110/2.2/strict-transport-security*", "rfc9112/2.2/plain-get"}}).Cases {
		want := check.Pass
		if c.ID == "rfc9110/2.2/strict-transport-security-without-tls" {
			want = check.Fail
		}
		assert.Equal(t, want, c.Verdict, c.ID)
	}
}

// contract is a server with the limits of a chip.
func contract(t *testing.T, f mutant.Fault) *mutant.Server {
	s := &mutant.Server{Fault: f, Sockets: 7, Timeout: 5 * time.Second, MaxHead: 1024, MaxURI: 512}
	require.NoError(t, s.Listen())
	t.Cleanup(s.Close)
	return s
}

func TestHonestBoard(t *testing.T) {
	t.Parallel()
	report := runOn(t, contract(t, mutant.Fault{}), Options{Profile: "mcu", Select: []string{"esp", "rfc9110/9", "rfc9110/13", "rfc9112/2", "rfc9112/3.2", "rfc9112/9.5"}})
	for _, c := range report.Cases {
		if strings.HasPrefix(c.ID, "esp/") {
			assert.Equal(t, check.Pass, c.Verdict, "%s: %s\n%s", c.ID, c.Reason, c.Repro)
		}
		assert.NotContains(t, []check.Verdict{check.Fail, check.Weak}, c.Verdict, "%s: %s\n%s", c.ID, c.Reason, c.Repro)
	}
}

// A chip that tells nothing of itself has the same limits, which are found and kept within.
func TestHonestBoardThatTellsNothing(t *testing.T) {
	t.Parallel()
	silent := mutant.Fault{Answer: func(q *mutant.Request, a *mutant.Response) {
		if q.Path == "/info" {
			a.Status = 404
		}
	}}
	report := runOn(t, contract(t, silent), Options{Profile: "mcu", Select: []string{"rfc9110/5", "rfc9112/3"}})
	for _, c := range report.Cases {
		assert.NotContains(t, []check.Verdict{check.Fail, check.Weak}, c.Verdict, "%s: %s\n%s", c.ID, c.Reason, c.Repro)
	}
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

// trips returns the ids that did not like a server.
func trips(report check.Report) (ids []string) {
	for _, c := range report.Failures(true) {
		ids = append(ids, c.ID)
	}
	return ids
}

// onMutant runs cases against a mutant: those of the contract one by one, against the limits of a chip. If one case would
// notice what another did, each has a mutant of its own.
func onMutant(t *testing.T, f mutant.Fault, ids []string) (noticed []string) {
	if f.Lasting && len(ids) > 1 {
		for _, id := range ids {
			noticed = append(noticed, onMutant(t, f, []string{id})...)
		}
		return noticed
	}
	var board, rest []string
	for _, id := range ids {
		if strings.HasPrefix(id, "esp") {
			board = append(board, id)
		} else {
			rest = append(rest, id)
		}
	}
	if len(board) > 0 {
		noticed = trips(runOn(t, contract(t, f), Options{Select: board, Jobs: 1, Config: fast}))
	}
	if len(rest) > 0 {
		s := start(t, f)
		noticed = append(noticed, trips(runOn(t, s, Options{Select: rest, Config: fast}))...)
	}
	return noticed
}

// Every case fails on at least one mutant: a case that nothing can trip proves nothing.
func TestEveryCaseCatchesAMutant(t *testing.T) {
	if *update {
		writeMatrix(t)
	}
	matrix, caught := readMatrix(t), map[string]bool{}
	noticed := onEach(t, func(f mutant.Fault) []string { return append(matrix[f.Name], companions(matrix[f.Name])...) })
	for _, f := range mutant.Faults {
		assert.NotEmpty(t, matrix[f.Name], "%s: a mutant that no case needs to notice", f.Name)
		for _, id := range matrix[f.Name] {
			assert.Contains(t, noticed[f.Name], id, "%s is not noticed", f.Name)
			caught[id] = true
		}
	}
	for _, suite := range requestSuites() {
		for _, c := range suite.Cases {
			assert.True(t, caught[suite.ID(c)], "%s catches no mutant", suite.ID(c))
		}
	}
}

// requestSuites are the suites about HTTP itself; those about WebSocket have mutants of their own.
func requestSuites() []check.Suite {
	return slices.DeleteFunc(slices.Clone(Suites), func(s check.Suite) bool { return s.Alive != nil })
}

// onEach runs the chosen cases against every mutant, several mutants at a time, and returns who was noticed by what.
func onEach(t *testing.T, choose func(mutant.Fault) []string) map[string][]string {
	var mu sync.Mutex
	var all sync.WaitGroup
	noticed, room := map[string][]string{}, make(chan bool, 8)
	for _, f := range mutant.Faults {
		room <- true
		all.Go(func() {
			defer func() { <-room }()
			ids := onMutant(t, f, choose(f))
			mu.Lock()
			defer mu.Unlock()
			noticed[f.Name] = ids
		})
	}
	all.Wait()
	return noticed
}

// companions are cases whose responses the linter needs, beside those to the paths of fast.Also.
func companions(ids []string) []string {
	for _, id := range ids {
		if cases, _ := Cases(id); cases[0].Case.Lint != nil {
			return []string{
				"rfc9112/2.2/plain-get", "rfc9112/6.3/response-length-exact", "rfc9112/3.2/no-host-in-http-1.0", "rfc9112/3.2/missing-host", "rfc9112/9.3/keep-alive-by-default",
				"rfc9112/7.1/response-chunks", "rfc9110/15.3.5/204-ends-at-its-head", "rfc9110/10.1.1/interim-is-only-a-head",
				"rfc9110/13.1.2/if-none-match", "rfc9110/13.1.3/date-on-post", "rfc9110/9.3.7/options-without-content", "rfc9110/15.5.6/405-has-allow",
			}
		}
	}
	return nil
}

// plausible spares a mutant of fields or answers the cases that take long because they look for the limits of parsing,
// and a lasting one those that have only one connection.
func plausible(f mutant.Fault) (ids []string) {
	all, _ := Cases()
	for _, s := range all {
		if s.Suite.Alive != nil {
			continue
		}
		parsing := f.Tolerate != "" || f.Forbid != nil || f.Stumble == nil && f.Answer == nil
		if f.Lasting && !s.Case.Alone && !strings.HasPrefix(s.Case.Section, "9.") && s.Suite.Name != "esp" {
			continue
		}
		if parsing || !s.Case.Alone || s.Suite.Name == "esp" {
			ids = append(ids, s.ID())
		}
	}
	return ids
}

// writeMatrix finds out who notices whom, and writes down what of it the test asks for.
func writeMatrix(t *testing.T) {
	all := onEach(t, plausible)
	confirmed := all
	for range 2 { // what is noticed only now and then is no proof
		before := confirmed
		now := onEach(t, func(f mutant.Fault) []string { return append(before[f.Name], companions(before[f.Name])...) })
		confirmed = map[string][]string{}
		for name, ids := range before {
			confirmed[name] = slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return !slices.Contains(now[name], id) })
		}
	}
	matrix := chooseMutants(all, confirmed)
	var out strings.Builder
	for _, f := range mutant.Faults {
		if ids := matrix[f.Name]; len(ids) > 0 {
			slices.Sort(ids)
			out.WriteString(f.Name + "\t" + strings.Join(ids, " ") + "\n")
		}
	}
	require.NoError(t, os.WriteFile(matrixFile, []byte(out.String()), 0o644))
}

// chooseMutants keeps, for each case, the two mutants that fewest cases notice; but only what is noticed without the
// company of all other cases too. A mutant that is left over keeps the two cases that fewest mutants trip.
func chooseMutants(all, confirmed map[string][]string) map[string][]string {
	byCase, matrix := map[string][]string{}, map[string][]string{}
	for _, f := range mutant.Faults {
		for _, id := range all[f.Name] {
			if slices.Contains(confirmed[f.Name], id) {
				byCase[id] = append(byCase[id], f.Name)
			}
		}
	}
	for id, names := range byCase {
		names = slices.SortedStableFunc(slices.Values(names), func(a, b string) int { return len(all[a]) - len(all[b]) })
		for _, name := range names[:min(2, len(names))] {
			matrix[name] = append(matrix[name], id)
		}
	}
	for _, f := range mutant.Faults {
		ids := slices.DeleteFunc(slices.Clone(all[f.Name]), func(id string) bool { return !slices.Contains(byCase[id], f.Name) })
		slices.SortStableFunc(ids, func(a, b string) int { return len(byCase[a]) - len(byCase[b]) })
		if len(matrix[f.Name]) == 0 {
			matrix[f.Name] = ids[:min(2, len(ids))]
		}
	}
	return matrix
}
