package check

import (
	"errors"
	"fmt"
	"sync"
)

// linter puts every response of every case before the cases that only read.
type linter struct {
	mu    sync.Mutex
	cases []Selected
	seen  map[string]*sighting
}

type sighting struct {
	judged int // responses that the rule spoke about
	bad    int
	err    error
	worst  *Response
}

func newLinter(cases []Selected) *linter {
	l := &linter{seen: map[string]*sighting{}}
	for _, s := range cases {
		if s.Case.Lint != nil {
			l.cases = append(l.cases, s)
			l.seen[s.ID()] = &sighting{}
		}
	}
	return l
}

func (l *linter) read(responses []*Response) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, r := range responses {
		for _, s := range l.cases {
			l.seen[s.ID()].judge(s.Case.Lint(r), r)
		}
	}
}

func (s *sighting) judge(err error, r *Response) {
	if errors.Is(err, NotApplicable) {
		return
	}
	s.judged++
	if err == nil {
		return
	}
	if s.bad++; s.err == nil {
		s.err, s.worst = err, r
	}
}

// result is the verdict over all responses, with the first offender as evidence.
func (l *linter) result(s Selected) Result {
	seen := l.seen[s.ID()]
	if seen.judged == 0 {
		return Result{Verdict: Skip, Reason: "no response gave occasion to judge"}
	}
	if seen.err == nil {
		return Result{Verdict: Pass, Reason: fmt.Sprintf("%d responses", seen.judged)}
	}
	result := Result{Verdict: judge(s.Case.Level(), seen.err, nil), Transcript: []*Transcript{seen.worst.evidence}}
	result.Reason = fmt.Sprintf("%s (%d of %d responses, first in %s)", seen.err, seen.bad, seen.judged, seen.worst.Case)
	result.Actual = clip(Escape([]byte(seen.worst.Head)), 200)
	var f *Finding
	if errors.As(seen.err, &f) {
		result.Expected = f.Want
	}
	return result
}
