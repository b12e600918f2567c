// Command parser measures how long request parsers take: ours in each of its
// variants, the C parsers that are installed, and those of fasthttp and net/http,
// alternating in one run.
//
//	go run . [-reference NAME] [-pico LIBRARY] [-llhttp LIBRARY] [-httparse LIBRARY] [-rounds N] [FILE ...]
//
// Turns are short and many, so that what else the machine does meanwhile falls
// on all alike, and the minimum of each is one that nothing disturbed.
//
// FILE is a request head to measure besides the project's own ones. -pico names
// a shared library with another build of picohttpparser, for one with SSE4.2:
//
//	gcc -O3 -msse4.2 -shared -fPIC -o libpico.so picohttpparser.c
//
// -llhttp names one of llhttp, whose C sources are in those of Node.js, in
// deps/llhttp. This program has to be compiled with its header:
//
//	gcc -O3 -shared -fPIC -Iinclude -o libllhttp.so src/api.c src/http.c src/llhttp.c
//	CGO_CFLAGS=-I.../deps/llhttp/include go run . -llhttp libllhttp.so
//
// -httparse names one of the Rust crate httparse with a function of C around it:
//
//	rustc -C opt-level=3 --edition 2018 --crate-type rlib --crate-name httparse --cfg 'feature="std"' --cfg httparse_simd .../httparse/src/lib.rs
//	rustc -C opt-level=3 --edition 2021 --crate-type cdylib --crate-name wrapper --extern httparse=libhttparse.rlib -o libhttparse.so httparse.rs
package main

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"time"
)

func main() {
	var given libraries
	flag.StringVar(&given.pico, "pico", "", "a shared `library` with picohttpparser to measure too, and to compare with")
	flag.StringVar(&given.llhttp, "llhttp", "", "a shared `library` with llhttp to measure too")
	flag.StringVar(&given.httparse, "httparse", "", "a shared `library` with httparse to measure too")
	reference := flag.String("reference", "", "the `parser` whose time is 1.00 (default: the best picohttpparser there is)")
	rounds := flag.Int("rounds", 200, "how often each parser has its turn, of about 0.4 ms")
	flag.Parse()
	if err := run(given, *reference, *rounds, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "parser:", err)
		os.Exit(1)
	}
}

func run(given libraries, reference string, rounds int, files []string) error {
	ins, err := inputs(files)
	if err != nil {
		return err
	}
	all, skipped := parsers(given)
	for _, line := range skipped {
		fmt.Println("skipped:", line)
	}
	if reference == "" {
		reference = bestReference(all)
	}
	for _, in := range ins {
		if err := measure(in, all, reference, rounds); err != nil {
			return err
		}
	}
	return nil
}

// bestReference prefers what was built with more vector instructions.
func bestReference(all []parser) string {
	for _, name := range []string{picoGiven, picoH2O} {
		if slices.ContainsFunc(all, func(p parser) bool { return p.name == name }) {
			return name
		}
	}
	return all[0].name
}

// measure lets the parsers take turns on one input and prints minimum and median
// of each, and the ratios of both to the reference's.
func measure(in input, all []parser, reference string, rounds int) error {
	fmt.Printf("\n%s, %.0f bytes\n%-28s %9s %7s %9s %7s\n", in.name, in.bytes(), "", "min ns", "ratio", "median ns", "ratio")
	times := make([][]float64, len(all))
	repeat := make([]int, len(all))
	for i, p := range all {
		if err := p.accepts(in); err != nil {
			return err
		}
		repeat[i] = 1 + int(turn/p.time(in, 1+200/len(in.heads))/float64(len(in.heads)))
	}
	for range rounds {
		for i, p := range all {
			times[i] = append(times[i], p.time(in, repeat[i]))
		}
	}
	var base []float64
	for i := range all {
		slices.Sort(times[i])
		if all[i].name == reference {
			base = times[i]
		}
	}
	if base == nil {
		return fmt.Errorf("compare with %q: there is no such parser here", reference)
	}
	for i, p := range all {
		fmt.Printf("%-28s %9.1f %7.2f %9.1f %7.2f\n", p.name,
			times[i][0], times[i][0]/base[0], median(times[i]), median(times[i])/median(base))
	}
	return nil
}

// turn is how many nanoseconds a turn takes, about.
const turn = 4e5

func median(sorted []float64) float64 { return sorted[len(sorted)/2] }

// A parser parses all heads of an input in turn, n times, and returns how many
// bytes of them it took the last time.
type parser struct {
	name  string
	parse func(in input, n int) int
}

// accepts makes sure that no time is measured in which nothing was parsed.
func (p parser) accepts(in input) error {
	want := 0
	for _, h := range in.heads {
		want += len(h)
	}
	if n := p.parse(in, 1); n != want {
		return fmt.Errorf("%s took %d of the %d bytes of %s", p.name, n, want, in.name)
	}
	return nil
}

// time returns the nanoseconds a head, measured over n times the input.
func (p parser) time(in input, n int) float64 {
	start := time.Now()
	p.parse(in, n)
	return float64(time.Since(start).Nanoseconds()) / float64(n*len(in.heads))
}
