package conformance

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/httpdlab/httpdlab/conformance/check"
)

// WriteText writes each target's cases by section, then its failures once more with what reproduces them, then its score.
func WriteText(w io.Writer, r Result) error {
	var b strings.Builder
	for _, report := range r.Reports {
		fmt.Fprintf(&b, "%s\n", report.Target)
		section := ""
		for _, c := range report.Cases {
			if s := c.ID[:strings.LastIndex(c.ID, "/")]; s != section {
				section = s
				fmt.Fprintf(&b, "\n%s\n", section)
			}
			line(&b, c)
		}
		failures(&b, report.Failures(r.Strict))
		for _, outage := range report.Outages {
			fmt.Fprintf(&b, "\nThe target %s.\n", outage)
		}
		score(&b, report)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func line(b *strings.Builder, c check.Result) {
	fmt.Fprintf(b, "  %-4s %-6s %s", c.Verdict, c.Level, c.ID[strings.LastIndex(c.ID, "/")+1:])
	if c.Verdict != check.Pass && c.Reason != "" {
		fmt.Fprintf(b, ": %s", brief(c.Reason))
	}
	b.WriteString("\n")
}

func failures(b *strings.Builder, failed []check.Result) {
	if len(failed) == 0 {
		return
	}
	fmt.Fprintf(b, "\n%d to mend:\n", len(failed))
	for _, c := range failed {
		fmt.Fprintf(b, "\n  %s %s (%s)\n    %s\n", c.Verdict, c.ID, c.Source, c.Rule)
		if c.Expected != "" {
			fmt.Fprintf(b, "    expected  %s\n    actual    %s\n", c.Expected, brief(c.Actual))
		}
		fmt.Fprintf(b, "    because   %s\n", brief(c.Reason))
		if c.Repro != "" {
			fmt.Fprintf(b, "    again     %s\n", brief(c.Repro))
		}
	}
}

func score(b *strings.Builder, report check.Report) {
	fmt.Fprintf(b, "\n  %-8s %6s %6s %6s %6s %6s\n", "", "pass", "weak", "fail", "skip", "info")
	for _, level := range check.Levels {
		s := report.Summary[level]
		fmt.Fprintf(b, "  %-8s %6d %6d %6d %6d %6d\n", level, s.Pass, s.Weak, s.Fail, s.Skip, s.Info)
	}
	fmt.Fprintf(b, "  %.1f s; an answer was waited for up to %.0f ms, silence had to last %.0f ms\n", report.Took, report.Answer, report.Quiet)
	if report.Profile != "" {
		fmt.Fprintf(b, "  profile %s: one case after another, few connections, and no clock is asked of the target\n", report.Profile)
	}
	b.WriteString("\n")
}

// brief keeps a line of text readable; the JSON has the whole.
func brief(s string) string {
	const most = 400
	if len(s) > most {
		return s[:most] + fmt.Sprintf("… (%d octets, whole in the JSON)", len(s))
	}
	return s
}

// WriteList writes the selected cases with their levels and rules, and runs nothing.
func WriteList(w io.Writer, cases []check.Selected) error {
	var b strings.Builder
	for _, s := range cases {
		fmt.Fprintf(&b, "%-52s %-6s %-28s %s\n", s.ID(), s.Case.Level(), s.Suite.Source(s.Case), s.Case.Rule)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// WriteJSON writes one report as an object, several as a list. Transcripts are whole.
func WriteJSON(w io.Writer, r Result) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", " ")
	if len(r.Reports) == 1 {
		return encoder.Encode(r.Reports[0])
	}
	return encoder.Encode(r.Reports)
}
