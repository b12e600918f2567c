package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

const warmup = 400 * time.Millisecond

// plan is what will be measured.
type plan struct {
	*options
	rows    []*row
	rivals  []rival
	skipped []string // sentences
}

// result is what one server did in one row; several rounds of it.
type result struct {
	server   *rival // nil: it is a load generator's
	rival    string
	version  string
	outcomes []outcome
	failure  error // nothing was measured
}

const about = "The load is httpdlab's raw engine, and for WebSocket a loop around its codec; both validate every answer. " +
	"The Go servers are one program, so the memory of each holds all of their packages.\n"

// compare measures and prints.
func compare(ctx context.Context, o *options) error {
	p, err := newPlan(o)
	if err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "%d servers, %d rows, %d rounds: about %v\n", len(p.rivals), len(p.rows), p.rounds, p.estimate().Round(time.Second))
	fmt.Print(p.heading(), about)
	for _, r := range p.rows {
		results, err := p.measure(ctx, r)
		if err != nil {
			return err
		}
		fmt.Print(table(r, results))
	}
	for _, s := range p.skipped {
		fmt.Printf("\n%s\n", s)
	}
	return nil
}

// newPlan chooses the rows and the servers that can be started here.
func newPlan(o *options) (*plan, error) {
	p := &plan{options: o}
	if err := known("server", o.only, append(rivalNames(), "limit")); err != nil {
		return nil, err
	}
	if err := known("row", o.rows, rowNames()); err != nil {
		return nil, err
	}
	for i := range rows {
		if len(o.rows) == 0 || slices.Contains(o.rows, rows[i].name) {
			p.rows = append(p.rows, &rows[i])
		}
	}
	all := slices.Clip(rivals)
	if o.limit != "" {
		all = append(all, limitServer(o.limit, "/plaintext"))
	}
	if o.limitWS != "" {
		all = append(all, limitServer(o.limitWS, socketPath))
	}
	for _, v := range all {
		if len(o.only) > 0 && !slices.Contains(o.only, v.name) {
			continue
		}
		if err := v.startable(); err != nil {
			p.skipped = append(p.skipped, fmt.Sprintf("%s was left out: %v.", v.name, err))
			continue
		}
		p.rivals = append(p.rivals, v)
	}
	if len(p.rivals) == 0 {
		return nil, errors.New("choose servers: none is left")
	}
	return p, nil
}

// known refuses names that do not exist.
func known(what string, given, all []string) error {
	for _, name := range given {
		if !slices.Contains(all, name) {
			return fmt.Errorf("choose a %s: there is no %q; take from %s", what, name, strings.Join(all, ", "))
		}
	}
	return nil
}

// startable reports whether this machine has the server.
func (v *rival) startable() error {
	dir, err := os.MkdirTemp("", "peers-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	_, err = v.command(dir, 1)
	return err
}

// cores are those of the server and of the load, each once.
func (p *plan) cores() []int {
	return slices.Compact([]int{p.serverCore, p.loadCore})
}

func (p *plan) estimate() time.Duration {
	total := time.Duration(0)
	for _, r := range p.rows {
		once := warmup + p.length(r) + 500*time.Millisecond
		if r.share > 0 {
			once += warmup + p.length(r)
		}
		for i := range p.rivals {
			if p.rivals[i].answers(r.path()) {
				total += once * time.Duration(p.rounds)
			}
		}
	}
	return total
}

// length is for how long a row is measured each time.
func (p *plan) length(r *row) time.Duration { return p.duration() / time.Duration(max(r.shorter, 1)) }

// measure fills one table: in each round every server once.
func (p *plan) measure(ctx context.Context, r *row) ([]*result, error) {
	var results []*result
	for i := range p.rivals {
		if v := &p.rivals[i]; v.answers(r.path()) {
			results = append(results, &result{server: v, rival: v.name, version: v.version()})
		}
	}
	for round := range p.rounds {
		for _, x := range results {
			progress("%s, round %d of %d: %s", r.name, round+1, p.rounds, x.rival)
			x.add(func() (outcome, error) { return p.once(ctx, r, x.server) })
			if ctx.Err() != nil {
				return nil, context.Cause(ctx)
			}
		}
	}
	progress("")
	return results, nil
}

// add measures once more, unless that failed before.
func (x *result) add(measure func() (outcome, error)) {
	if x.failure != nil {
		return
	}
	one, err := measure()
	if x.failure = err; err == nil {
		x.outcomes = append(x.outcomes, one)
	}
}

// progress rewrites a terminal's line; into a file it says nothing.
func progress(format string, args ...any) {
	if info, err := os.Stderr.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
		fmt.Fprintf(os.Stderr, "\r\x1b[K"+format, args...)
	}
}

// once starts a server, sees that it answers as it should, measures and ends it.
func (p *plan) once(ctx context.Context, r *row, v *rival) (x outcome, err error) {
	err = p.with(ctx, r, v, func(group int, address string) error {
		x, err = runLoad(ctx, p.loadCore, job{
			Row: r.name, Address: address, Group: group, Cores: p.cores(), Warmup: warmup, Length: p.length(r), Share: r.share,
		})
		if err == nil && len(x.Errors) > 0 {
			err = fmt.Errorf("requests failed: %v", x.Errors)
		}
		return err
	})
	return x, err
}

// with calls f while a server runs that answers the row.
func (p *plan) with(ctx context.Context, r *row, v *rival, f func(group int, address string) error) error {
	dir, err := os.MkdirTemp("", "peers-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	port, err := freePort()
	if err != nil {
		return err
	}
	command, err := v.command(dir, port)
	if err != nil {
		return err
	}
	s, err := start(p.serverCore, command, nil, nil)
	if err != nil {
		return err
	}
	defer s.end()
	address := "127.0.0.1:" + strconv.Itoa(port)
	if err := s.listening(ctx, address); err != nil {
		return err
	}
	if err := r.verify(ctx, address); err != nil {
		return err
	}
	return f(s.cmd.Process.Pid, address)
}
