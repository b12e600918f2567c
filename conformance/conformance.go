// Package conformance checks HTTP/1.1 servers against RFC 9110, RFC 9112 and the contract of esp_http_server.
//
//	result, err := conformance.Run(ctx, conformance.Options{Targets: []string{"http://192.168.4.1/"}, Select: []string{"rfc9112/3.2"}})
//	if err != nil {
//		return err // wrong usage, or nobody answers: errors.Is(err, check.ErrUnreachable)
//	}
//	conformance.WriteText(os.Stdout, result)
//	os.Exit(result.Exit())
package conformance

import (
	"cmp"
	"context"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/httpdlab/httpdlab/conformance/check"
	"github.com/httpdlab/httpdlab/conformance/esp"
	"github.com/httpdlab/httpdlab/conformance/rfc6455"
	"github.com/httpdlab/httpdlab/conformance/rfc7692"
	"github.com/httpdlab/httpdlab/conformance/rfc9110"
	"github.com/httpdlab/httpdlab/conformance/rfc9112"
)

// Suites lists everything that can be selected, in the order in which it is run.
var Suites = []check.Suite{rfc9110.Suite, rfc9112.Suite, rfc6455.Suite, rfc7692.Suite, esp.Suite}

// Options says what to check and how.
type Options struct {
	Targets []string // URLs: http://host[:port][/path]; the path is the resource that plain requests use
	Select  []string // suites, sections, case ids or catalogue ids, "*" for any text; empty: all
	Jobs    int      // [>=0] cases at once; 0: 1, which is also all that the profile mcu allows
	Profile string   // "" or "mcu": a chip with few sockets, a small head and no clock
	Strict  bool     // WEAK counts as failure

	Slow bool // also the cases that take minutes

	Config check.Config                             // paths, limits and waits; its URL is set from Targets
	Done   func(target string, result check.Result) // called as each case ends; may be nil
}

// Result is the reports of all targets, in the order given.
type Result struct {
	Reports []check.Report
	Strict  bool
}

// Exit is the code a program ends with: 0 if all is good, 1 if a case failed (or was weak, if strict) or the
// target was lost on the way.
func (r Result) Exit() int {
	for _, report := range r.Reports {
		if len(report.Failures(r.Strict)) > 0 || len(report.Outages) > 0 {
			return 1
		}
	}
	return 0
}

// Run checks every target in turn. The error is wrong usage or a target that cannot be reached.
func Run(ctx context.Context, o Options) (Result, error) {
	cases, err := o.Cases()
	if err != nil {
		return Result{}, err
	}
	if err := o.complete(); err != nil {
		return Result{}, err
	}
	if len(o.Select) == 0 {
		spare(cases)
	}
	result := Result{Strict: o.Strict}
	for _, url := range o.Targets {
		cfg := o.Config
		cfg.URL = url
		target, err := check.Open(ctx, cfg)
		if err != nil {
			return result, fmt.Errorf("check %s: %w", url, err)
		}
		if err := o.echoes(ctx, target, cases); err != nil {
			return result, fmt.Errorf("check %s: %w", url, err)
		}
		runner := check.Runner{Target: target, Jobs: o.Jobs}
		if target.Sockets > 0 {
			runner.Jobs = 1 // a board that has said so itself
		}
		if o.Done != nil {
			runner.Done = func(r check.Result) { o.Done(url, r) }
		}
		report := runner.Run(ctx, cases)
		if target.Sockets > 0 {
			report.Profile = "mcu"
		}
		result.Reports = append(result.Reports, report)
	}
	return result, nil
}

// echoes asks the target to send a message back, if cases were asked for by name that need it. Where WebSocket is one suite
// of many, its cases are skipped instead.
func (o *Options) echoes(ctx context.Context, target *check.Target, cases []check.Selected) error {
	for _, s := range cases {
		if s.Suite.Alive == nil || len(o.Select) == 0 {
			continue
		}
		if err := target.Serves(ctx, s.Suite.Alive); err != nil {
			return fmt.Errorf("%s needs a WebSocket that sends messages back: %w (tried %s); say where it is with --path and --subprotocol",
				s.Suite.Name, err, strings.Join(append(target.Tried, "a text message on "+cmp.Or(target.Vars["ws"], "none of these")), ", "))
		}
		return nil
	}
	return nil
}

func (o *Options) complete() error {
	if len(o.Targets) == 0 {
		return fmt.Errorf("no target given: expected at least one http:// URL")
	}
	if o.Jobs < 0 || o.Config.MaxHead < 0 || o.Config.MaxURI < 0 {
		return fmt.Errorf("a number of jobs or octets is negative: expected 0, which is to find out, or more")
	}
	switch o.Profile {
	case "":
		o.Jobs = max(o.Jobs, 1)
	case "mcu":
		o.Config, o.Jobs = o.Config.MCU(), 1
	default:
		return fmt.Errorf("unknown profile %q: expected none or mcu", o.Profile)
	}
	o.Config.Slow = o.Slow
	if o.Config.Timeout < 0 || o.Config.Timeout > time.Minute {
		return fmt.Errorf("timeout %s out of range: expected at most 1m", o.Config.Timeout)
	}
	return nil
}

// Cases are those that the options select; slow ones only if asked for.
func (o Options) Cases() ([]check.Selected, error) {
	cases, err := Cases(o.Select...)
	return slices.DeleteFunc(cases, func(s check.Selected) bool { return s.Case.Slow && !o.Slow }), err
}

// Cases selects by suite ("rfc9112"), section ("rfc9112/3.2", with its subsections), id ("rfc9112/3.2/missing-host"),
// catalogue id ("TE-CASE-OK") or pattern ("rfc9112/*/chunk*"). It returns them in the order of the documents.
func Cases(selectors ...string) (selected []check.Selected, err error) {
	used := map[string]bool{}
	for _, suite := range Suites {
		for _, c := range suite.Cases {
			s := check.Selected{Suite: suite, Case: c}
			for _, selector := range selectors {
				if matches(selector, s) {
					used[selector] = true
				}
			}
			if len(selectors) == 0 || slices.ContainsFunc(selectors, func(sel string) bool { return matches(sel, s) }) {
				selected = append(selected, s)
			}
		}
	}
	for _, selector := range selectors {
		if !used[selector] {
			return nil, fmt.Errorf("nothing is called %q: %s", selector, instead(selector))
		}
	}
	return selected, nil
}

func matches(selector string, s check.Selected) bool {
	id := s.ID()
	selector = strings.TrimSuffix(selector, "/")
	if selector == id || selector == s.Suite.Name || slices.ContainsFunc(strings.Fields(s.Case.Alias), func(alias string) bool { return strings.EqualFold(selector, alias) }) {
		return true
	}
	if glob, err := path.Match(selector, id); err == nil && glob {
		return true
	}
	suite, section, ok := strings.Cut(selector, "/")
	return ok && suite == s.Suite.Name && (section == s.Case.Section || strings.HasPrefix(s.Case.Section, section+"."))
}
