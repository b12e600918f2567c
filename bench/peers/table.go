package main

import (
	"fmt"
	"slices"
	"strings"
)

// median and spread of one number over the rounds.
func (x *result) median(of func(*outcome) float64) float64 {
	v := x.sorted(of)
	return (v[(len(v)-1)/2] + v[len(v)/2]) / 2
}

func (x *result) sorted(of func(*outcome) float64) (v []float64) {
	for i := range x.outcomes {
		v = append(v, of(&x.outcomes[i]))
	}
	slices.Sort(v)
	return v
}

func rate(x *outcome) float64     { return x.Rate }
func p50(x *outcome) float64      { return x.Latency.P50 }
func p99(x *outcome) float64      { return x.Latency.P99 }
func p999(x *outcome) float64     { return x.Latency.P999 }
func lag(x *outcome) float64      { return x.LagP99 }
func cpu(x *outcome) float64      { return x.CPU }
func rss(x *outcome) float64      { return x.RSS }
func little(x *outcome) float64   { return x.Little }
func foreign(x *outcome) float64  { return x.Foreign }
func loadBusy(x *outcome) float64 { return x.LoadBusy }

// table is one row's results in Markdown, the best first.
func table(r *row, results []*result) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\n### %s\n\n", r.title)
	measured := slices.DeleteFunc(slices.Clone(results), func(x *result) bool { return x.failure != nil })
	if r.open() {
		openTable(&b, measured)
	} else {
		closedTable(&b, r.unit(), measured)
	}
	disturbed(&b, measured)
	limited(&b, r.open(), measured)
	hanging(&b, measured)
	for _, x := range results {
		if x.failure != nil {
			fmt.Fprintf(&b, "\n%s was not measured: %v.\n", x.rival, x.failure)
		}
	}
	return b.String()
}

// mostForeign is how much of the two cores others may use on the way to a median.
const mostForeign = 0.05

// disturbed says so if the machine was not ours alone.
func disturbed(b *strings.Builder, all []*result) {
	most := 0.0
	for _, x := range all {
		most = max(most, x.median(foreign))
	}
	if most > mostForeign {
		fmt.Fprintf(b, "\nOther programs used up to %.0f %% of the two cores meanwhile: these rates and times are not to be trusted, so measure again on a quiet machine.\n", 100*most)
	}
}

// limited names the servers that were faster than the load: their rates, or in an
// open loop their times, say too little of them.
func limited(b *strings.Builder, open bool, all []*result) {
	var names []string
	for _, x := range all {
		if x.median(loadBusy) > 0.95 {
			names = append(names, x.rival)
		}
	}
	what := "rate"
	if open {
		what = "times"
	}
	if len(names) > 0 {
		fmt.Fprintf(b, "\nThe load had no more to give to %s: compare the CPU a request there, not the %s.\n", strings.Join(names, ", "), what)
	}
}

// hanging names the servers that let some requests wait much longer than those
// which were answered in time to be counted.
func hanging(b *strings.Builder, all []*result) {
	for _, x := range all {
		if v := x.median(little); v < 0.85 {
			fmt.Fprintf(b, "\nLittle's law does not hold for %s, as rate times mean latency makes only %.0f %% of the requests in flight: "+
				"some connections wait while others are served, and its p99 is that of the others.\n", x.rival, 100*v)
		}
	}
}

func closedTable(b *strings.Builder, unit string, all []*result) {
	slices.SortStableFunc(all, func(x, y *result) int { return compareFloat(y.median(rate), x.median(rate)) })
	fmt.Fprintf(b, "| server | %[1]ss/s, median | range | of the best | of httpdlab | p99 ms | server CPU µs/%[1]s | RSS MB | load's core busy |\n", unit)
	b.WriteString("|---|--:|--:|--:|--:|--:|--:|--:|--:|\n")
	for _, x := range all {
		v := x.sorted(rate)
		fmt.Fprintf(b, "| %s | %s | %s – %s | %.2f | %s | %s | %s | %.1f | %.0f %% |\n", x.label(),
			thousands(x.median(rate)), thousands(v[0]), thousands(v[len(v)-1]),
			x.median(rate)/all[0].median(rate), ofOurs(all, x), digits(x.median(p99)), digits(x.median(cpu)), x.median(rss), 100*x.median(loadBusy))
	}
}

func openTable(b *strings.Builder, all []*result) {
	slices.SortStableFunc(all, func(x, y *result) int { return compareFloat(x.median(p999), y.median(p999)) })
	b.WriteString("| server | requests/s, median | p50 ms | p99 ms | p99.9 ms, median | range | p99 of the sending's lag, ms | server CPU µs/request | RSS MB |\n")
	b.WriteString("|---|--:|--:|--:|--:|--:|--:|--:|--:|\n")
	for _, x := range all {
		v := x.sorted(p999)
		fmt.Fprintf(b, "| %s | %s | %s | %s | %s | %s – %s | %s | %s | %.1f |\n", x.label(),
			thousands(x.median(rate)), digits(x.median(p50)), digits(x.median(p99)), digits(x.median(p999)),
			digits(v[0]), digits(v[len(v)-1]), digits(x.median(lag)), digits(x.median(cpu)), x.median(rss))
	}
	b.WriteString("\nTimes count from when a request was due, so they hold the load generator's lag as well.\n")
}

func (x *result) label() string { return strings.TrimSpace(x.rival + " " + x.version) }

// ofOurs is the ratio to our server, if that was measured.
func ofOurs(all []*result, x *result) string {
	for _, o := range all {
		if o.rival == ours {
			return fmt.Sprintf("%.2f", x.median(rate)/o.median(rate))
		}
	}
	return "–"
}

func compareFloat(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// thousands writes a count with thin gaps: 1 234 567.
func thousands(v float64) string {
	s := fmt.Sprintf("%.0f", v)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + " " + s[i:]
	}
	return s
}

// digits writes a number with three digits.
func digits(v float64) string {
	switch {
	case v >= 100:
		return fmt.Sprintf("%.0f", v)
	case v >= 10:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.2f", v)
}
