package compare

import (
	"fmt"
	"io"
	"math"
	"strings"
	"unicode/utf8"
)

// WriteText writes the table for a terminal.
func (c *Comparison) WriteText(w io.Writer) error {
	var b strings.Builder
	c.sides(func(name string, s *Side) {
		fmt.Fprintf(&b, "%-5s %s, %s\n", name, runs(len(s.Runs)), printable(s.Name))
	})
	var rows [][]string
	metric := ""
	for i := range c.Lines {
		l := &c.Lines[i]
		if l.Metric != metric {
			metric = l.Metric
			rows = append(rows, nil, []string{l.Metric + ", " + l.Unit, "base", "new", "change", "interval", "p", "n", ""})
		}
		rows = append(rows, append([]string{"  " + printable(l.Title())}, l.Cells()...))
	}
	align(&b, append(rows, nil))
	c.foot(func(line string) { fmt.Fprintf(&b, "%s\n", line) })
	_, err := io.WriteString(w, b.String())
	return err
}

// align writes rows in columns, the first and the last to the left, the others
// to the right; a row without cells is an empty line.
func align(b *strings.Builder, rows [][]string) {
	var widths [8]int
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	for _, row := range rows {
		var line strings.Builder
		for i, cell := range row {
			room := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
			if i == 0 || i == len(row)-1 {
				room, cell = "", cell+room
			}
			fmt.Fprintf(&line, "%s%s   ", room, cell)
		}
		fmt.Fprintln(b, strings.TrimRight(line.String(), " "))
	}
}

// WriteMarkdown writes the table for a pull request.
func (c *Comparison) WriteMarkdown(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "### %s\n\n", c.Outcome())
	c.sides(func(name string, s *Side) {
		fmt.Fprintf(&b, "- %s: %s, `%s`\n", name, runs(len(s.Runs)), strings.ReplaceAll(printable(s.Name), "`", "'"))
	})
	fmt.Fprint(&b, "\n| figure | phase | base | new | change | interval | p | n | |\n|---|---|--:|--:|--:|--:|--:|--:|---|\n")
	for i := range c.Lines {
		l := &c.Lines[i]
		fmt.Fprintf(&b, "| %s, %s | %s | %s |\n", l.Metric, l.Unit, escape(l.Title()), strings.Join(l.Cells(), " | "))
	}
	c.foot(func(line string) { fmt.Fprintf(&b, "\n%s\n", escape(line)) })
	_, err := io.WriteString(w, b.String())
	return err
}

// Outcome is the comparison in one line.
func (c *Comparison) Outcome() string {
	worse := c.Regressions()
	if len(worse) == 0 {
		if len(c.Lines) > 0 && c.Lines[0].Verdict == Unknown {
			return "No verdict: too few runs"
		}
		return "No regression"
	}
	l := &worse[0]
	for i := range worse {
		if math.Abs(worse[i].Change) > math.Abs(l.Change) && worse[i].Unit == l.Unit {
			l = &worse[i]
		}
	}
	return fmt.Sprintf("Regression: %s of %s changed by %s (p %s)%s", l.Metric, l.Title(), l.change(l.Change), l.probability(), others(len(worse)-1))
}

func others(n int) string {
	switch n {
	case 0:
		return ""
	case 1:
		return ", and 1 other line is worse"
	}
	return fmt.Sprintf(", and %d other lines are worse", n)
}

func (c *Comparison) sides(visit func(string, *Side)) {
	visit("base", c.Base)
	visit("new", c.New)
}

// How says how the table is to be read.
func (c *Comparison) How() string {
	return fmt.Sprintf("± is the 95 %% interval of the median, the range below 6 runs; p is adjusted for the %d lines of the table. "+
		"A line counts if p < %v and it changed by %s or more.", len(c.Lines), c.Alpha, percent(c.Effect))
}

// foot is what a reader needs to read the table, and what it comes to.
func (c *Comparison) foot(line func(string)) {
	line(c.How())
	for _, s := range c.Unlike {
		line("Unlike: " + printable(s) + ".")
	}
	for _, s := range c.Remarks {
		line(printable(s))
	}
	line(c.Outcome())
}

func runs(n int) string {
	if n == 1 {
		return "1 run"
	}
	return fmt.Sprintf("%d runs", n)
}

// Title names the phase.
func (l *Line) Title() string {
	if l.Phase == "" {
		return "whole run"
	}
	return l.Phase
}

// Cells are the line as people read it: base, new, change, interval, p, number of runs and verdict.
func (l *Line) Cells() []string {
	return []string{
		l.Base.cell(), l.New.cell(), l.change(l.Change), l.change(l.Lo) + " … " + l.change(l.Hi),
		l.probability(), fmt.Sprintf("%d+%d", l.Base.N, l.New.N), string(l.Verdict),
	}
}

func (s Summary) cell() string {
	if s.Median == 0 {
		return number(0)
	}
	return fmt.Sprintf("%s ± %.0f %%", number(s.Median), 100*max(s.Hi-s.Median, s.Median-s.Lo)/s.Median)
}

func (l *Line) change(x float64) string {
	if l.Unit == "%" {
		return fmt.Sprintf("%+.2f points", x)
	}
	return fmt.Sprintf("%+.1f %%", 100*x)
}

func percent(x float64) string { return fmt.Sprintf("%.3g %%", 100*x) }

func (l *Line) probability() string {
	if l.Verdict == Unknown {
		return "–"
	}
	return fmt.Sprintf("%.3f", l.P)
}

// number has four digits, or all before the point.
func number(x float64) string {
	if math.Abs(x) >= 1000 {
		return fmt.Sprintf("%.0f", x)
	}
	return fmt.Sprintf("%.4g", x)
}

// printable turns what would steer a terminal into spaces: names come from files.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "?"))
}

// escape keeps Markdown and the HTML in it from being read as such.
func escape(s string) string {
	return markup.Replace(printable(s))
}

var markup = strings.NewReplacer("|", "\\|", "<", "&lt;", ">", "&gt;", "&", "&amp;", "`", "\\`", "*", "\\*", "_", "\\_", "[", "\\[", "]", "\\]", "~", "\\~")
