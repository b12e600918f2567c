package reports

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/httpdlab/httpdlab/bench/measure"
)

type junitSuites struct {
	XMLName xml.Name     `xml:"testsuites"`
	Suites  []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name      string      `xml:"name,attr"`
	Timestamp string      `xml:"timestamp,attr"`
	Tests     int         `xml:"tests,attr"`
	Failures  int         `xml:"failures,attr"`
	Time      float64     `xml:"time,attr"` // seconds
	Cases     []junitCase `xml:"testcase"`
}

type junitCase struct {
	Class   string        `xml:"classname,attr"`
	Name    string        `xml:"name,attr"`
	Time    float64       `xml:"time,attr"`
	Failure *junitFailure `xml:"failure"`
	Out     string        `xml:"system-out,omitempty"`
}

type junitFailure struct {
	Message string `xml:"message,attr"`
}

// writeJUnit writes one suite a run: a case for its course, for each phase, for
// each assertion, and for a soak.
func writeJUnit(w io.Writer, runs []*record) error {
	var all junitSuites
	for _, r := range runs {
		s := junitSuite{Name: xmlText(r.Name), Timestamp: r.Started.UTC().Format("2006-01-02T15:04:05"), Time: r.length() / 1e3}
		course := r.course()
		s.add("run", "runs to its end", s.Time, course.Level != fine, course.Title+". "+strings.Join(append([]string{course.Text}, course.Reasons...), " "))
		for i := range r.Phases {
			p := &r.Phases[i]
			s.add("phase", p.Name, max(0, r.end(p)-p.StartMS)/1e3, p.Requests == p.ErrorCount(), phaseWords(p))
		}
		for i := range r.Assertions {
			o := &r.Assertions[i]
			name := o.Text
			if o.Phase != "" {
				name += " in " + o.Phase
			}
			s.add("assertion", name, 0, !o.OK, outcomeText(o))
		}
		if r.Leak != nil {
			s.add("soak", "no leak", 0, r.Leak.Verdict == measure.Leaks, r.Leak.Verdict+": "+r.Leak.Text)
		}
		all.Suites = append(all.Suites, s)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", " ")
	return e.Encode(all)
}

// phaseWords sums a phase up; what shakes its figures is said, not failed.
func phaseWords(p *measure.Phase) string {
	l := telling(p)
	words := fmt.Sprintf("%s answered, %s failed, p50 %s, p99 %s.", rate(p.Rate), plural(p.ErrorCount(), "request"), span(l.P50), span(l.P99))
	if !p.Trust.OK {
		words += " Not to be trusted: " + strings.Join(p.Trust.Reasons, " ")
	}
	return words
}

func (s *junitSuite) add(class, name string, seconds float64, failed bool, words string) {
	c := junitCase{Class: class, Name: xmlText(name), Time: seconds}
	if failed {
		s.Failures++
		c.Failure = &junitFailure{xmlText(words)}
	} else {
		c.Out = xmlText(words)
	}
	s.Tests++
	s.Cases = append(s.Cases, c)
}

// xmlText replaces what XML cannot hold.
func xmlText(s string) string { return oneLine(s, 2000) }
