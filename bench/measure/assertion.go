package measure

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Assertion is a threshold for what a phase measures, written like k6's:
//
//	p(99)<200ms            99th percentile of the response time, from the intended start
//	p(99.9,service)<1s     of the service time, from the send; or of the lag, from the one to the other
//	mean<20ms med<20ms max<2s   these take a clock too: mean(service)<20ms
//	errors<0.1%            share of the requests that failed
//	errors<=5              number of them
//	rate>100               good responses a second
//	requests>1000          requests that ended
//	late<1%                share that was sent over 1 ms late
//	throughput>1MB/s       response content
//	heap>50kB              least free heap that the target told
//	rss<20MB               most resident memory of a process that we started
//	reboots<1              restarts and crashes of the target, in the whole run
//	leak<10B               upper end of the interval of a soak, per request
//	best>100               what a search found to be the highest load
//	trusted                the audit found nothing
//
// A number without a unit is in milliseconds, bytes, or what the metric counts.
// The name of a phase in braces keeps an assertion to that phase, as in
// p(99){open}<200ms; else it is for every phase. A ! at the end ends the run as
// soon as the assertion is broken for good.
type Assertion struct {
	Text  string // as given
	Phase string // "": each
	Abort bool   // as soon as it is broken

	metric    metric
	clock     Clock
	quantile  float64 // per cent
	operator  string
	limit     float64
	isPercent bool
}

// metric is what an assertion is about.
type metric string

const (
	percentile metric = "p"
	mean       metric = "mean"
	med        metric = "med"
	largest    metric = "max"
	errorsOf   metric = "errors"
	rate       metric = "rate"
	requests   metric = "requests"
	late       metric = "late"
	throughput metric = "throughput"
	heap       metric = "heap"
	rss        metric = "rss"
	reboots    metric = "reboots"
	leak       metric = "leak"
	best       metric = "best"
	trusted    metric = "trusted"
)

// aliases are k6's names and ours.
var aliases = map[string]metric{
	"p": percentile, "mean": mean, "avg": mean, "med": med, "max": largest, "errors": errorsOf, "rate": rate, "requests": requests,
	"count": requests, "late": late, "throughput": throughput, "heap": heap, "rss": rss, "reboots": reboots, "leak": leak, "best": best, "trusted": trusted,
}

const metrics = "p(N), mean, med, max, errors, rate, requests, late, throughput, heap, rss, reboots, leak, best and trusted"

// units by which a metric's numbers may be followed, and what they are worth.
var (
	durations = map[string]float64{"": 1, "ns": 1e-6, "us": 1e-3, "µs": 1e-3, "ms": 1, "s": 1e3, "m": 6e4}
	sizes     = map[string]float64{"": 1, "B": 1, "kB": 1e3, "KB": 1e3, "MB": 1e6, "GB": 1e9, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}
	shares    = map[string]float64{"": 1, "%": 1}
	counts    = map[string]float64{"": 1}
	rates     = map[string]float64{"": 1, "/s": 1, "rps": 1, "req/s": 1}
)

func (m metric) units() map[string]float64 {
	switch m {
	case percentile, mean, med, largest:
		return durations
	case heap, rss, leak, throughput:
		return sizes
	case errorsOf, late:
		return shares
	case rate:
		return rates
	}
	return counts
}

// unit is what values of the metric are told in.
func (a *Assertion) unit() string {
	switch a.metric {
	case percentile, mean, med, largest:
		return "ms"
	case heap, rss:
		return "B"
	case leak:
		return "B/request"
	case throughput:
		return "B/s"
	case rate:
		return "requests/s"
	case late:
		return "%"
	case errorsOf:
		if a.isPercent {
			return "%"
		}
		return "requests"
	case requests:
		return "requests"
	}
	return ""
}

// ParseAssertion reads an assertion. Its errors say where it broke and what is
// allowed there.
func ParseAssertion(text string) (*Assertion, error) {
	a := &Assertion{Text: strings.TrimSpace(text)}
	p := assertionParser{a: a, rest: a.Text}
	if err := p.parse(); err != nil {
		return nil, fmt.Errorf("assertion %q: %w", text, err)
	}
	return a, nil
}

// assertionParser takes an assertion from the left.
type assertionParser struct {
	a    *Assertion
	rest string
}

func (p *assertionParser) parse() error {
	if strings.HasSuffix(p.rest, "!") {
		p.a.Abort = true
		p.rest = strings.TrimSuffix(p.rest, "!")
	}
	for _, part := range []func() error{p.metric, p.arguments, p.phase, p.operator, p.limit} {
		if err := part(); err != nil {
			return err
		}
		if p.a.metric == trusted && p.rest == "" {
			return nil
		}
	}
	return nil
}

// word takes what stands before the first character of stop.
func (p *assertionParser) word(stop string) string {
	end := strings.IndexAny(p.rest, stop)
	if end < 0 {
		end = len(p.rest)
	}
	w := strings.TrimSpace(p.rest[:end])
	p.rest = strings.TrimSpace(p.rest[end:])
	return w
}

func (p *assertionParser) metric() error {
	name := p.word("({<>=! ")
	m, known := aliases[name]
	switch {
	case name == "":
		return fmt.Errorf("it must begin with what is measured: %s", metrics)
	case !known:
		return fmt.Errorf("there is no %q; there are %s", name, metrics)
	}
	p.a.metric, p.a.clock = m, Response
	if m == percentile && !strings.HasPrefix(p.rest, "(") {
		return fmt.Errorf("which percentile? give one like p(99)")
	}
	return nil
}

// arguments are the percentile and the clock.
func (p *assertionParser) arguments() error {
	if !strings.HasPrefix(p.rest, "(") {
		return nil
	}
	inside, after, closed := strings.Cut(p.rest[1:], ")")
	if !closed {
		return fmt.Errorf("the parenthesis at %q is not closed", p.rest)
	}
	p.rest = strings.TrimSpace(after)
	arguments := strings.Split(inside, ",")
	if p.a.metric == percentile {
		q, err := strconv.ParseFloat(strings.TrimSpace(arguments[0]), 64)
		if err != nil || !(q > 0 && q < 100) {
			return fmt.Errorf("%q is no percentile; give one above 0 and below 100, as in p(99)", arguments[0])
		}
		p.a.quantile, arguments = q, arguments[1:]
	}
	switch p.a.metric {
	case percentile, mean, med, largest:
	default:
		return fmt.Errorf("%s takes no (%s)", p.a.metric, inside)
	}
	if len(arguments) > 1 {
		return fmt.Errorf("(%s) is too much; give a clock: response, service or lag", inside)
	}
	if len(arguments) == 1 {
		p.a.clock = Clock(strings.TrimSpace(arguments[0]))
	}
	if p.a.clock != Response && p.a.clock != Service && p.a.clock != Lag {
		return fmt.Errorf("there is no clock %q; there are response (from the intended start), service (from the send) and lag (between the two)", p.a.clock)
	}
	return nil
}

func (p *assertionParser) phase() error {
	if !strings.HasPrefix(p.rest, "{") {
		return nil
	}
	name, after, closed := strings.Cut(p.rest[1:], "}")
	name = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(name), "phase:"))
	switch {
	case !closed:
		return fmt.Errorf("the brace at %q is not closed", p.rest)
	case name == "":
		return fmt.Errorf("{} names no phase; give one like {open}")
	case p.a.OfRun():
		return fmt.Errorf("%s is of the whole run and not of a phase; leave out {%s}", p.a.metric, name)
	}
	p.a.Phase, p.rest = name, strings.TrimSpace(after)
	return nil
}

func (p *assertionParser) operator() error {
	for _, op := range []string{"<=", ">=", "==", "<", ">"} {
		if after, ok := strings.CutPrefix(p.rest, op); ok {
			if p.a.metric == trusted {
				return fmt.Errorf("%s stands alone; leave out %q", trusted, p.rest)
			}
			p.a.operator, p.rest = op, strings.TrimSpace(after)
			return nil
		}
	}
	if p.rest == "" {
		return fmt.Errorf("a limit is missing; add one, as in %s", p.a.example())
	}
	return fmt.Errorf("at %q there should be <, <=, >, >= or ==", p.rest)
}

// example is an assertion about the same.
func (a *Assertion) example() string {
	switch a.metric {
	case percentile:
		return "p(99)<200ms"
	case errorsOf, late:
		return string(a.metric) + "<0.1%"
	case rate, requests, best:
		return string(a.metric) + ">100"
	case heap:
		return "heap>50kB"
	case throughput:
		return "throughput>1MB/s"
	case rss:
		return "rss<20MB"
	case reboots:
		return "reboots<1"
	case leak:
		return "leak<10B"
	}
	return string(a.metric) + "<200ms"
}

// limit is a number and its unit, such as 200ms.
func (p *assertionParser) limit() error {
	text, a := p.rest, p.a
	if a.metric == throughput {
		text = strings.TrimSuffix(text, "/s")
	}
	digits := len(text)
	for digits > 0 && (text[digits-1] < '0' || text[digits-1] > '9') {
		digits--
	}
	v, err := strconv.ParseFloat(text[:digits], 64)
	unit := strings.TrimSpace(text[digits:])
	worth, known := a.metric.units()[unit]
	switch {
	case err != nil || math.IsNaN(v) || math.IsInf(v, 0):
		return fmt.Errorf("%q is no limit; give one like %s", p.rest, a.example())
	case v < 0:
		return fmt.Errorf("the limit %s is negative; nothing measured ever is", p.rest)
	case !known:
		return fmt.Errorf("%q is no unit of %s; give one like %s", unit, a.metric, a.example())
	case a.metric == errorsOf && unit == "" && v != math.Trunc(v):
		return fmt.Errorf("%s is no number of requests; a share is written like errors<0.1%%", p.rest)
	}
	a.limit, a.isPercent = v*worth, unit == "%" || a.metric == late
	if a.isPercent && a.limit > 100 {
		return fmt.Errorf("%s is more than all; give a share up to 100%%", p.rest)
	}
	return nil
}

// OfRun reports whether the assertion is about the run and not about a phase.
func (a *Assertion) OfRun() bool { return a.metric == leak || a.metric == reboots || a.metric == best }

// Below reports whether the assertion bounds a latency or a share of errors from
// above, as the objective of a search does.
func (a *Assertion) Below() bool {
	return (a.unit() == "ms" || a.metric == errorsOf) && a.operator[0] == '<'
}

// NeedsSoak and NeedsSearch report whether only a soak, or a search, can tell.
func (a *Assertion) NeedsSoak() bool   { return a.metric == leak }
func (a *Assertion) NeedsSearch() bool { return a.metric == best }

// AboutErrors reports whether the assertion bounds how many requests fail.
func (a *Assertion) AboutErrors() bool { return a.metric == errorsOf }
