package check

import (
	"errors"
	"fmt"
)

// Verdict is what a case says about a target.
type Verdict string

const (
	Pass Verdict = "PASS"
	Weak Verdict = "WEAK" // allowed, but against a SHOULD or good practice
	Fail Verdict = "FAIL"
	Skip Verdict = "SKIP" // could not be judged; never counts as a pass
	Info Verdict = "INFO" // a measurement, not a judgement
)

// rank orders verdicts from harmless to grave, for the worst of several runs.
var rank = map[Verdict]int{Pass: 0, Info: 1, Skip: 2, Weak: 3, Fail: 4}

func worse(a, b Verdict) bool { return rank[a] > rank[b] }

// NotApplicable is what a Lint returns for a response that its rule does not speak about.
var NotApplicable = errors.New("not applicable")

// Finding is an error that ends a case, with what was due and what came.
type Finding struct {
	Want, Got string
	grave     bool // FAIL whatever the level of the rule
	skip      bool
	hangup    bool // the connection was closed where an answer was awaited
	fleeting  bool // silence or a close, which chance may bring about as well
}

func (f *Finding) Error() string {
	if f.Want == "" {
		return f.Got
	}
	return "expected " + f.Want + ", got " + f.Got
}

// Wrong is a violation of the case's rule: FAIL for a MUST, WEAK for anything less.
func Wrong(want, got string) error { return &Finding{Want: want, Got: got} }

// Broken is a server that hangs, dies or talks gibberish: FAIL at every level.
func Broken(want, got string) error { return &Finding{Want: want, Got: got, grave: true} }

// Late is Wrong by the clock, for which a busy machine may be to blame: it is believed when it comes again.
func Late(want, got string) error { return &Finding{Want: want, Got: got, fleeting: true} }

// silent is Broken by silence.
func silent(want, got string) error {
	return &Finding{Want: want, Got: got, grave: true, fleeting: true}
}

// fleeting reports an end of a case that may have come by chance: an answer was late, or the server closed an idle
// connection, as it may at any time (RFC 9112, 9.5).
func fleeting(err error) bool {
	var f *Finding
	return errors.As(err, &f) && (f.fleeting || f.hangup)
}

// Closed reports whether an error of Final is a close where an answer was awaited.
func Closed(err error) bool {
	var f *Finding
	return errors.As(err, &f) && f.hangup
}

// Skipf gives up on a case without judging it.
func Skipf(format string, args ...any) error {
	return &Finding{Got: fmt.Sprintf(format, args...), skip: true}
}

// Skipped reports whether an error gives up without a judgement.
func Skipped(err error) bool {
	var f *Finding
	return errors.As(err, &f) && f.skip
}

// judge turns the end of a script into a verdict.
func judge(level Level, err error, weak []string) Verdict {
	var f *Finding
	switch {
	case errors.As(err, &f) && f.skip:
		return Skip
	case errors.As(err, &f) && !f.grave && level != Must:
		return Weak
	case err != nil:
		return Fail
	case len(weak) > 0:
		return Weak
	}
	return Pass
}
