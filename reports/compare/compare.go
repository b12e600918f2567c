// Package compare says whether one set of runs is worse than another by more
// than chance.
//
//	base, err := compare.Read("runs/before")
//	new, err := compare.Read("runs/after")
//	c, err := compare.Compare(base, new, compare.Options{})
//	c.WriteText(os.Stdout)
//
// A run is one observation, however many requests it counted: what differs
// between two runs of the same thing is what a change has to stand out from.
package compare

import (
	"fmt"
	"math"
	"slices"
)

// Defaults of Options.
const (
	DefaultAlpha  = 0.05
	DefaultEffect = 0.05
)

// least is how many runs a side needs: of the 70 ways to deal eight runs into
// two hands of four, two are as lopsided as can be, and 2/70 is below 0.05.
const least = 4

// Options says what counts as a change.
type Options struct {
	Alpha  float64 // p-value below which a change is more than chance, above 0 and below 1; 0: DefaultAlpha
	Effect float64 // smallest relative change that matters, 0 to 1; 0: DefaultEffect
	Force  bool    // compare unlike runs, and runs too few for a verdict
}

// Verdict is what a line comes to.
type Verdict string

const (
	Same    Verdict = "~"       // nothing beyond chance, or too small to matter
	Better  Verdict = "better"  // beyond chance, and as large as Options.Effect
	Worse   Verdict = "worse"   // the same, in the wrong direction: a regression
	Unknown Verdict = "unknown" // too few runs to tell
)

// Summary is one side of a line.
type Summary struct {
	N      int     `json:"n"`      // runs
	Median float64 `json:"median"` // in the line's unit
	Lo     float64 `json:"lo"`     // 95 % interval of the median; where N is below 6, the least
	Hi     float64 `json:"hi"`     // and the greatest value
}

// Line compares one figure of one phase.
type Line struct {
	Phase  string  `json:"phase"`  // "" for a figure of the whole run
	Metric string  `json:"metric"` // "rate", "p50", …
	Unit   string  `json:"unit"`   // "/s", "ms", "B" or "%"
	Base   Summary `json:"base"`
	New    Summary `json:"new"`
	// Change is relative to Base, or in the line's unit if that is "%".
	Change  float64 `json:"change"`
	Lo      float64 `json:"change_lo"` // interval of Change at confidence 1 - alpha
	Hi      float64 `json:"change_hi"`
	P       float64 `json:"p"` // chance of so large a difference anywhere in the table if nothing changed; 1 if Unknown
	Verdict Verdict `json:"verdict"`
}

// Comparison is the outcome.
type Comparison struct {
	Base    *Side    `json:"base"`
	New     *Side    `json:"new"`
	Alpha   float64  `json:"alpha"`
	Effect  float64  `json:"effect"`
	Lines   []Line   `json:"lines"`   // by metric, then by phase
	Unlike  []string `json:"unlike"`  // sentences: what makes the runs hard to compare
	Remarks []string `json:"remarks"` // sentences: what a reader should know besides
}

// Compare compares two sides. Sides that ran under unlike conditions, or that
// have too few runs for a verdict, are an error unless forced; the comparison
// is there all the same.
func Compare(base, new *Side, o Options) (*Comparison, error) {
	if o.Alpha == 0 {
		o.Alpha = DefaultAlpha
	}
	if o.Effect == 0 {
		o.Effect = DefaultEffect
	}
	if !(o.Alpha > 0 && o.Alpha < 1) || !(o.Effect > 0 && o.Effect < 1) {
		return nil, fmt.Errorf("compare with alpha %v and effect %v: both lie between 0 and 1", o.Alpha, o.Effect)
	}
	c := &Comparison{Base: base, New: new, Alpha: o.Alpha, Effect: o.Effect, Unlike: unlike(base, new)}
	series, remarks := collect(base, new)
	c.Remarks = append(remarks, doubts(base, new)...)
	few := len(base.Runs) < least || len(new.Runs) < least
	c.judge(series, few)
	switch {
	case len(series) == 0:
		return c, fmt.Errorf("compare %s and %s: no phase of the one is in the other", base.Name, new.Name)
	case o.Force:
		return c, nil
	case len(c.Unlike) > 0:
		return c, fmt.Errorf("compare %s and %s: the runs are unlike, %s; compare them all the same with --force", base.Name, new.Name, c.Unlike[0])
	case few:
		return c, fmt.Errorf("compare %s and %s: %d and %d runs are too few to tell a change from chance; make %d or more of each with: httpdlab bench --count %d",
			base.Name, new.Name, len(base.Runs), len(new.Runs), least, least+2)
	}
	return c, nil
}

// judge makes the lines.
func (c *Comparison) judge(all []series, few bool) {
	p := make([]float64, len(all))
	if !few {
		p = adjusted(all)
	}
	for i := range all {
		s := &all[i]
		l := Line{Phase: s.phase, Metric: s.name, Unit: s.unit, Base: summarize(s.base), New: summarize(s.new), P: p[i], Verdict: Unknown}
		l.Change, l.Lo, l.Hi = s.shift(c.Alpha)
		if few {
			l.P = 1
		} else {
			l.Verdict = s.verdict(&l, c.Alpha, c.Effect)
		}
		c.Lines = append(c.Lines, l)
	}
}

// verdict weighs a line whose p-value and change are known.
func (s *series) verdict(l *Line, alpha, effect float64) Verdict {
	switch {
	case l.P >= alpha || math.Abs(l.Change) < s.matters(effect):
		return Same
	case l.Change > 0 == s.moreIsWorse:
		return Worse
	}
	return Better
}

// Regressions are the lines that got worse.
func (c *Comparison) Regressions() []Line {
	return slices.DeleteFunc(slices.Clone(c.Lines), func(l Line) bool { return l.Verdict != Worse })
}
