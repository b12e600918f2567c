package conformance

import (
	"encoding/xml"
	"io"
	"strings"

	"github.com/httpdlab/httpdlab/conformance/check"
)

type junitSuites struct {
	XMLName xml.Name     `xml:"testsuites"`
	Suites  []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Hostname string      `xml:"hostname,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Time     float64     `xml:"time,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Class   string     `xml:"classname,attr"`
	Name    string     `xml:"name,attr"`
	Time    float64    `xml:"time,attr"`
	Failure *junitText `xml:"failure"`
	Skipped *junitText `xml:"skipped"`
	Out     string     `xml:"system-out,omitempty"`
}

type junitText struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// WriteJUnit writes one test suite a target and section. WEAK is a failure only if the result is strict.
func WriteJUnit(w io.Writer, r Result) error {
	var all junitSuites
	for _, report := range r.Reports {
		for _, c := range report.Cases {
			section := c.ID[:strings.LastIndex(c.ID, "/")]
			n := len(all.Suites)
			if n == 0 || all.Suites[n-1].Name != section || all.Suites[n-1].Hostname != report.Target {
				all.Suites = append(all.Suites, junitSuite{Name: section, Hostname: report.Target})
				n++
			}
			all.Suites[n-1].add(c, r.Strict)
		}
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	encoder := xml.NewEncoder(w)
	encoder.Indent("", " ")
	return encoder.Encode(all)
}

func (s *junitSuite) add(c check.Result, strict bool) {
	j := junitCase{Class: s.Name, Name: c.ID[strings.LastIndex(c.ID, "/")+1:], Time: c.Took / 1e3}
	text := &junitText{Message: printable(c.Reason), Text: printable(c.Rule + " (" + c.Source + ")\n" + c.Repro)}
	switch {
	case c.Verdict == check.Fail || strict && c.Verdict == check.Weak:
		j.Failure = text
		s.Failures++
	case c.Verdict == check.Skip:
		j.Skipped = text
		s.Skipped++
	default:
		j.Out = printable(c.Reason)
	}
	s.Tests++
	s.Time += j.Time
	s.Cases = append(s.Cases, j)
}

// printable replaces what XML cannot hold.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0xfffe || r == 0xffff {
			return '�'
		}
		return r
	}, strings.ToValidUTF8(s, "�"))
}
