package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// generator is a load generator to be compared with ours.
type generator struct {
	name    string
	version func() string
	// command loads a URL for so many seconds; no command: it cannot do that depth.
	command func(r *row, seconds int, url, dir string) ([]string, error)
	rate    *regexp.Regexp // finds requests a second in what it prints
	p99     *regexp.Regexp // finds the 99th percentile, a number and its unit; nil: it has none
}

var generators = []generator{
	{
		name: "wrk", version: says("wrk", "-v"), command: wrk,
		rate: regexp.MustCompile(`Requests/sec:\s+([\d.]+)`), p99: regexp.MustCompile(`99%\s+([\d.]+)(\w+)`),
	},
	{
		name: "h2load", version: says("h2load", "--version"), command: h2load,
		rate: regexp.MustCompile(`finished in [\d.]+\w+, ([\d.]+) req/s`),
	},
	{
		name: "hey", version: func() string { return "" }, command: hey,
		rate: regexp.MustCompile(`Requests/sec:\s+([\d.]+)`), p99: regexp.MustCompile(`99%+ in ([\d.]+) (\w+)`),
	},
}

func init() {
	for _, name := range []string{"vegeta", "fasthttp", "net/http"} {
		generators = append(generators, library(name))
	}
}

// library is a generator that this program brings along, run as its child.
func library(name string) generator {
	module := map[string]string{"vegeta": "github.com/tsenart/vegeta/v12", "fasthttp": "github.com/valyala/fasthttp"}[name]
	g := generator{
		name: name, version: moduleVersion(module),
		rate: regexp.MustCompile(`Requests/sec:\s+([\d.]+)`), p99: regexp.MustCompile(`99%+ in ([\d.]+) (\w+)`),
	}
	g.command = func(r *row, seconds int, url, _ string) ([]string, error) {
		if r.depth > 1 {
			return nil, errors.New("it does not pipeline")
		}
		self, err := os.Executable()
		return []string{self, "generate", name, url, strconv.Itoa(r.connections), strconv.Itoa(seconds)}, err
	}
	return g
}

// wrk pipelines by a script.
func wrk(r *row, seconds int, url, dir string) ([]string, error) {
	program, err := installed("wrk")
	if err != nil {
		return nil, err
	}
	args := []string{program, "-t1", "-c", strconv.Itoa(r.connections), "-d", strconv.Itoa(seconds), "--latency"}
	if r.depth > 1 {
		script := fmt.Sprintf("init = function()\n  all = string.rep(wrk.format(nil, %q), %d)\nend\nrequest = function() return all end\n", r.target, r.depth)
		if err := writeFiles(dir, map[string]string{"depth.lua": script}); err != nil {
			return nil, err
		}
		args = append(args, "-s", dir+"/depth.lua")
	}
	return append(args, url), nil
}

func h2load(r *row, seconds int, url, _ string) ([]string, error) {
	program, err := installed("h2load")
	if err != nil {
		return nil, errors.New("h2load is not installed (Debian: apt-get install nghttp2-client)")
	}
	return []string{program, "--h1", "-t1", "-c", strconv.Itoa(r.connections), "-m", strconv.Itoa(r.depth), "-D", strconv.Itoa(seconds), url}, nil
}

func hey(r *row, seconds int, url, _ string) ([]string, error) {
	program, err := installed("hey")
	switch {
	case err != nil:
		return nil, errors.New("hey is not installed (go install github.com/rakyll/hey@latest)")
	case r.depth > 1:
		return nil, errors.New("it does not pipeline")
	}
	return []string{program, "-c", strconv.Itoa(r.connections), "-z", strconv.Itoa(seconds) + "s", url}, nil
}

// read finds the rate and the 99th percentile in what the generator printed.
func (g *generator) read(printed string) (rate, p99 float64, err error) {
	found := g.rate.FindStringSubmatch(printed)
	if found == nil {
		return 0, 0, fmt.Errorf("find the rate in what %s printed: %q", g.name, printed)
	}
	if rate, err = strconv.ParseFloat(found[1], 64); err != nil || g.p99 == nil {
		return rate, 0, err
	}
	if found = g.p99.FindStringSubmatch(printed); found == nil {
		return rate, 0, nil
	}
	d, err := time.ParseDuration(found[1] + strings.TrimSuffix(found[2], "ecs"))
	return rate, d.Seconds() * 1000, err
}

// once loads a server for a while; the outcome's CPU is the generator's.
func (g *generator) once(ctx context.Context, p *plan, r *row, dir, address string) (x outcome, err error) {
	seconds := max(1, int(p.seconds+0.5))
	command, err := g.command(r, seconds, "http://"+address+r.target, dir)
	if err != nil {
		return x, err
	}
	limit, cancel := context.WithTimeoutCause(ctx, time.Duration(seconds)*3*time.Second+20*time.Second, errors.New("it took far too long"))
	defer cancel()
	var printed bytes.Buffer
	child, err := start(p.loadCore, command, nil, &printed)
	if err != nil {
		return x, err
	}
	if err := child.wait(limit); err != nil {
		return x, fmt.Errorf("run %s: %w", g.name, err)
	}
	x.Rate, x.Latency.P99, err = g.read(printed.String())
	used := child.cmd.ProcessState.UserTime() + child.cmd.ProcessState.SystemTime()
	x.CPU = used.Seconds() * 1e6 / max(x.Rate*float64(seconds), 1)
	return x, err
}
