package check

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// Selected is a case on its way to be run, with the suite that it comes from.
type Selected struct {
	Suite  Suite
	Case   Case
	Spared string // why a chip with few sockets is not asked, "" if it is
}

// ID is the id of the case in its suite.
func (s Selected) ID() string { return s.Suite.ID(s.Case) }

// Result is what one case said about the target.
type Result struct {
	ID         string        `json:"id"`
	Alias      string        `json:"alias,omitempty"`
	Section    string        `json:"section"`
	Source     string        `json:"source"`
	Rule       string        `json:"rule"`
	Level      Level         `json:"level"`
	Verdict    Verdict       `json:"verdict"`
	Reason     string        `json:"reason,omitempty"`
	Expected   string        `json:"expected,omitempty"`
	Actual     string        `json:"actual,omitempty"`
	Repro      string        `json:"repro,omitempty"`
	Took       float64       `json:"ms"`
	Transcript []*Transcript `json:"transcript,omitempty"` // one a connection
	away       bool
	fleeting   bool // the verdict is unfavourable and may have come by chance
}

// Score counts verdicts.
type Score struct {
	Pass int `json:"pass"`
	Weak int `json:"weak"`
	Fail int `json:"fail"`
	Skip int `json:"skip"`
	Info int `json:"info"`
}

// Report is a whole run against one target.
type Report struct {
	Target  string          `json:"target"`
	Began   time.Time       `json:"began"`
	Took    float64         `json:"seconds"`
	Answer  float64         `json:"answer_ms"`         // the wait for an answer that was due
	Quiet   float64         `json:"quiet_ms"`          // the wait for silence
	Profile string          `json:"profile,omitempty"` // "mcu": few connections at once, small messages, no clock needed
	Outages []string        `json:"outages,omitempty"`
	Summary map[Level]Score `json:"summary"`
	Cases   []Result        `json:"cases"`
}

// Runner runs cases against one target.
type Runner struct {
	Target *Target
	Jobs   int          // cases at once; at least 1
	Done   func(Result) // called as each case ends, one at a time; may be nil

	mu         sync.Mutex
	report     Report
	lint       *linter
	baseline   map[string]error // why the target does not accept the plainest exchange, by suite
	credulous  bool             // the target accepts noise
	gone       bool             // the target went away and did not come back
	inProgress []string
}

// Run runs the cases and returns what they said, in the order given. It ends early with ctx.
func (r *Runner) Run(ctx context.Context, cases []Selected) Report {
	r.report = Report{Target: r.Target.URL, Began: time.Now(), Summary: map[Level]Score{}}
	r.report.Answer, r.report.Quiet = ms(r.Target.Answer), ms(r.Target.Quiet)
	r.lint = newLinter(cases)
	r.baseline = map[string]error{}
	for _, s := range cases {
		if _, known := r.baseline[s.Suite.Name]; !known {
			r.baseline[s.Suite.Name] = r.serves(ctx, s.Suite)
		}
	}
	if r.Target.Serves(ctx, nil) == nil {
		r.credulous = r.Target.credulous(ctx)
		r.lint.read(r.alsoRead(ctx))
	}
	results := map[string]Result{}
	var crowd, alone []Selected
	for _, s := range cases {
		switch {
		case s.Case.Lint != nil:
		case s.Case.Alone || r.Jobs < 2:
			alone = append(alone, s)
		default:
			crowd = append(crowd, s)
		}
	}
	r.together(ctx, crowd, results)
	for _, s := range alone {
		r.one(ctx, s, results)
	}
	r.again(ctx, cases, results)
	for _, s := range cases {
		if s.Case.Lint != nil {
			result := r.settle(s, r.lint.result(s))
			results[s.ID()] = result
			r.tell(result)
		}
		if result, ran := results[s.ID()]; ran {
			r.add(result)
		}
	}
	r.report.Took = time.Since(r.report.Began).Seconds()
	return r.report
}

func (r *Runner) together(ctx context.Context, cases []Selected, results map[string]Result) {
	var wg sync.WaitGroup
	queue := make(chan Selected)
	for range r.Jobs {
		wg.Go(func() {
			for s := range queue {
				r.one(ctx, s, results)
			}
		})
	}
	for _, s := range cases {
		queue <- s
	}
	close(queue)
	wg.Wait()
}

// one runs a case, unless the run is over, and keeps its result.
func (r *Runner) one(ctx context.Context, s Selected, results map[string]Result) {
	if ctx.Err() != nil {
		return
	}
	r.mu.Lock()
	r.inProgress = append(r.inProgress, s.ID())
	r.mu.Unlock()
	result := r.settle(s, r.verdict(ctx, s))
	if result.away && ctx.Err() == nil {
		r.outage(ctx, s.Suite.Alive)
	}
	whole := ctx.Err() == nil // what was cut short says nothing of the target
	r.mu.Lock()
	r.inProgress = slices.DeleteFunc(r.inProgress, func(id string) bool { return id == s.ID() })
	if whole {
		results[s.ID()] = result
	}
	r.mu.Unlock()
	if whole && !result.away {
		r.tell(result)
	}
}

// again runs what an outage spoilt, one by one, so that the culprit can be named.
func (r *Runner) again(ctx context.Context, cases []Selected, results map[string]Result) {
	for _, s := range cases {
		if result := results[s.ID()]; result.away {
			if ctx.Err() != nil {
				return
			}
			if !r.gone {
				result = r.settle(s, r.verdict(ctx, s))
			}
			if result.away && !r.gone {
				r.outage(ctx, s.Suite.Alive)
			}
			results[s.ID()] = result
			r.tell(result)
		}
	}
}

// outage waits for a target that went away and remembers what was going on.
func (r *Runner) outage(ctx context.Context, alive Script) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.gone || r.Target.Serves(ctx, alive) == nil {
		return
	}
	start := time.Now()
	during := strings.Join(r.inProgress, ", ")
	for time.Since(start) < r.Target.Outage && ctx.Err() == nil {
		if r.Target.Serves(ctx, alive) == nil {
			r.report.Outages = append(r.report.Outages, fmt.Sprintf("went away for %.1f s during %s", time.Since(start).Seconds(), during))
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	r.gone = true
	r.report.Outages = append(r.report.Outages, "went away during "+during+" and did not come back")
}

func (r *Runner) tell(result Result) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.Done != nil {
		r.Done(result)
	}
}

func (r *Runner) add(result Result) {
	score := r.report.Summary[result.Level]
	switch result.Verdict {
	case Pass:
		score.Pass++
	case Weak:
		score.Weak++
	case Fail:
		score.Fail++
	case Skip:
		score.Skip++
	case Info:
		score.Info++
	}
	r.report.Summary[result.Level] = score
	r.report.Cases = append(r.report.Cases, result)
}

// settle fills in what the case itself says, and withholds credit that the target has not earned.
func (r *Runner) settle(s Selected, result Result) Result {
	result.ID, result.Alias, result.Section = s.ID(), s.Case.Alias, s.Case.Section
	result.Source, result.Rule, result.Level = s.Suite.Source(s.Case), s.Case.Rule, s.Case.Level()
	switch {
	case result.Verdict != Pass:
	case r.baseline[s.Suite.Name] != nil:
		result.Verdict, result.Reason = Skip, r.unusable(s)
	case r.credulous:
		result.Verdict, result.Reason = Skip, "the target answers 2xx to noise as well, so its answers say nothing"
	}
	return result
}

// verdict runs one case with all that makes its verdict fair: twin, every element, life afterwards.
func (r *Runner) verdict(ctx context.Context, s Selected) (result Result) {
	start := time.Now()
	defer func() { result.Took = ms(time.Since(start)) }()
	if s.Spared != "" && r.Target.Sockets > 0 {
		return Result{Verdict: Skip, Reason: s.Spared}
	}
	if r.gone {
		return Result{Verdict: Skip, Reason: "the target went away and did not come back", away: true}
	}
	if r.baseline[s.Suite.Name] != nil && !s.Case.Plain {
		return Result{Verdict: Skip, Reason: r.unusable(s)}
	}
	if s.Suite.Alive != nil {
		time.Sleep(r.Target.Rest)
	}
	if err := r.twin(ctx, s.Case); err != nil {
		return Result{Verdict: Skip, Reason: "twin refused: " + err.Error(), away: errors.Is(err, errAway)}
	}
	result = r.elements(ctx, s)
	if s.Case.hostile() && !result.away {
		if err := r.serves(ctx, s.Suite); err != nil {
			result.Verdict, result.Reason = Fail, "after this case the target no longer serves: "+err.Error()
			result.away = errors.Is(err, errAway)
		}
	}
	return result
}

// serves reports why the target does not serve the suite's plainest exchange.
func (r *Runner) serves(ctx context.Context, s Suite) error {
	return patiently(func() error { return r.Target.Serves(ctx, s.Alive) })
}

// patiently asks again when the answer no may have come by chance.
func patiently(ask func() error) (err error) {
	for range tries {
		if err = ask(); err == nil || !fleeting(err) {
			return err
		}
	}
	return err
}

// twin reports why the target does not accept the valid neighbour of a case.
func (r *Runner) twin(ctx context.Context, c Case) error {
	if c.Twin != "" {
		if err := r.Target.twin(ctx, c.Twin); err != nil {
			return err
		}
	}
	if c.Neighbour != nil {
		return patiently(func() error { return r.Target.Serves(ctx, c.Neighbour) })
	}
	return nil
}

// unusable says why nothing can be judged.
func (r *Runner) unusable(s Selected) string {
	what := "a plain GET " + r.Target.Vars["p"]
	if s.Suite.Alive != nil {
		what = "the plainest exchange"
	}
	return "the target does not accept " + what + ": " + r.baseline[s.Suite.Name].Error()
}

// elements runs the script for each element and keeps the worst that came of it.
func (r *Runner) elements(ctx context.Context, s Selected) Result {
	elements := s.Case.Each
	if len(elements) == 0 {
		elements = []string{""}
	}
	worst := Result{Verdict: Pass}
	bad, start := 0, time.Now()
	for i, element := range elements {
		if bad > 2 && time.Since(start) > 3*r.Target.Answer {
			elements = elements[:i] // a target that never answers would take hours
			break
		}
		result := r.believable(ctx, s, element)
		if len(elements) > 1 && result.Reason != "" {
			result.Reason = fmt.Sprintf("with %q: %s", Escape([]byte(clip(element, 40))), result.Reason)
		}
		if rank[result.Verdict] >= rank[Weak] {
			bad++
		}
		if i == 0 || worse(result.Verdict, worst.Verdict) {
			worst = result
		}
		if result.away || ctx.Err() != nil {
			return worst
		}
	}
	if len(elements) > 1 && bad > 0 {
		worst.Reason += fmt.Sprintf(" (%d of %d like this)", bad, len(elements))
		if left := max(1, len(s.Case.Each)) - len(elements); left > 0 {
			worst.Reason += fmt.Sprintf(", %d more were not tried", left)
		}
	}
	return worst
}

// tries is how often an unfavourable end that chance may have brought about must come to be believed.
const tries = 3

// believable runs the script once more, and again, if it ends badly by something fleeting: a machine under load makes
// answers late, and a server may close an idle connection whenever it likes. What octets prove is believed at once.
func (r *Runner) believable(ctx context.Context, s Selected, element string) Result {
	result := r.script(ctx, s, element)
	for try := 1; try < tries && result.fleeting && !result.away && ctx.Err() == nil; try++ {
		if next := r.script(ctx, s, element); worse(result.Verdict, next.Verdict) || !next.fleeting {
			next.Reason = strings.TrimPrefix(fmt.Sprintf("%s; at first: %s", next.Reason, result.Reason), "; ")
			result = next
		}
	}
	return result
}

// script runs the steps once, on a connection of its own.
func (r *Runner) script(ctx context.Context, s Selected, element string) Result {
	c, err := r.Target.open(ctx, element)
	if err != nil {
		return Result{Verdict: Fail, Reason: err.Error(), away: true}
	}
	for _, step := range s.Case.Script {
		if err = step(c); err != nil {
			break
		}
	}
	c.close()
	if err == nil && c.refuses && !s.Case.hostile() {
		err = Broken("a twin in every case that counts a refusal", "none in this case: a defect of the checker")
	}
	for _, response := range c.responses {
		response.Case = s.ID()
	}
	r.lint.read(c.responses)
	result := Result{Verdict: judge(s.Case.Level(), err, c.weak), Transcript: c.logs, away: errors.Is(err, errAway)}
	result.fleeting = fleeting(err) || err == nil && c.fleeting
	if result.Verdict == Pass && len(c.notes) > 0 && s.Case.Level() == Other {
		result.Verdict = Info
	}
	result.explain(err, c)
	result.Repro = c.log().Repro(r.Target.netcat())
	return result
}

func (result *Result) explain(err error, c *Conn) {
	reasons := slices.Concat(c.weak, c.notes)
	if err != nil {
		reasons = append([]string{err.Error()}, reasons...)
	}
	result.Reason = strings.Join(reasons, "; ")
	var f *Finding
	if errors.As(err, &f) && !f.skip {
		result.Expected, result.Actual = f.Want, f.Got
	}
	if result.Verdict != Pass && result.Verdict != Skip && result.Actual == "" {
		result.Actual = clip(Escape(c.log().received()), 200)
	}
}

// credulous reports a target that answers 2xx to octets that nobody could take for a request.
func (t *Target) credulous(ctx context.Context) bool {
	for _, noise := range []string{"\x01\x02\x03 noise \x7f\r\n\r\n", "?????\r\n\r\n", "GET\r\nHost: {h}\r\n\r\n"} {
		if t.try(ctx, noise).Status/100 != 2 {
			return false
		}
	}
	return true
}

// alsoRead fetches the extra paths, for the linter.
func (r *Runner) alsoRead(ctx context.Context) (responses []*Response) {
	for _, path := range r.Target.Also {
		c, err := r.Target.open(ctx, "")
		if err != nil {
			continue
		}
		if c.Send(get(path)) == nil {
			_, _ = c.Final() // what is wrong with it, the linter says
		}
		c.close()
		for _, response := range c.responses {
			response.Case = "GET " + path
		}
		responses = append(responses, c.responses...)
	}
	return responses
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1e3 }

// Failures are the cases that failed; with strict also those that were weak.
func (r Report) Failures(strict bool) (failed []Result) {
	for _, c := range r.Cases {
		if c.Verdict == Fail || strict && c.Verdict == Weak {
			failed = append(failed, c)
		}
	}
	return failed
}
