package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
)

// generatorRows are what load generators are compared in.
var generatorRows = []string{"plaintext-64", "plaintext-64x16"}

// compareGenerators loads one server with one generator after the other, in
// alternating rounds.
func compareGenerators(ctx context.Context, o *options) error {
	target := rivals[0]
	if o.limit != "" {
		target = limitServer(o.limit, "/plaintext")
	}
	p := &plan{options: o}
	fmt.Print(p.heading(), "Target: ", strings.TrimSpace(target.name+" "+target.version()), ".\n")
	for _, name := range generatorRows {
		if len(o.rows) > 0 && !slices.Contains(o.rows, name) {
			continue
		}
		r, err := findRow(name)
		if err != nil {
			return err
		}
		results, err := p.measureGenerators(ctx, r, &target)
		if err != nil {
			return err
		}
		fmt.Print(generatorTable(r, results))
	}
	return nil
}

func (p *plan) measureGenerators(ctx context.Context, r *row, target *rival) ([]*result, error) {
	results := []*result{{rival: "httpdlab raw"}}
	for i := range generators {
		results = append(results, &result{rival: generators[i].name, version: generators[i].version()})
	}
	for round := range p.rounds {
		for i, x := range results {
			progress("%s, round %d of %d: %s", r.name, round+1, p.rounds, x.rival)
			x.add(func() (outcome, error) { return p.generate(ctx, r, target, i-1) })
			if ctx.Err() != nil {
				return nil, context.Cause(ctx)
			}
		}
	}
	progress("")
	return results, nil
}

// generate measures with the generator of that index; -1 is ours.
func (p *plan) generate(ctx context.Context, r *row, target *rival, index int) (x outcome, err error) {
	if index < 0 {
		x, err = p.once(ctx, r, target)
		x.CPU = x.LoadBusy * 1e6 / max(x.Rate, 1)
		return x, err
	}
	dir, err := os.MkdirTemp("", "peers-")
	if err != nil {
		return x, err
	}
	defer os.RemoveAll(dir)
	err = p.with(ctx, r, target, func(_ int, address string) error {
		x, err = generators[index].once(ctx, p, r, dir, address)
		return err
	})
	return x, err
}

// generatorTable is one row's results in Markdown, the fastest first.
func generatorTable(r *row, results []*result) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\n### %s\n\n", r.title)
	b.WriteString("| load generator | requests/s, median | range | of httpdlab raw | p99 ms | its CPU µs/request |\n|---|--:|--:|--:|--:|--:|\n")
	measured := slices.DeleteFunc(slices.Clone(results), func(x *result) bool { return x.failure != nil })
	slices.SortStableFunc(measured, func(x, y *result) int { return compareFloat(y.median(rate), x.median(rate)) })
	for _, x := range measured {
		v := x.sorted(rate)
		told := "–"
		if d := x.median(p99); d > 0 {
			told = digits(d)
		}
		of := "–"
		if results[0].failure == nil {
			of = fmt.Sprintf("%.2f", x.median(rate)/results[0].median(rate))
		}
		fmt.Fprintf(&b, "| %s | %s | %s – %s | %s | %s | %s |\n", x.label(), thousands(x.median(rate)), thousands(v[0]), thousands(v[len(v)-1]), of, told, digits(x.median(cpu)))
	}
	disturbed(&b, measured)
	for _, x := range results {
		if x.failure != nil {
			fmt.Fprintf(&b, "\n%s was left out: %v.\n", x.rival, x.failure)
		}
	}
	return b.String()
}
