package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"time"

	"github.com/httpdlab/httpdlab/bench/load"
	"github.com/httpdlab/httpdlab/bench/measure"
)

// job is what a load child is to do.
type job struct {
	Row     string
	Address string
	Group   int   // of the server's processes
	Cores   []int // the server's and the load's
	Warmup  time.Duration
	Length  time.Duration
	Share   float64 // of the best rate, which is measured first; 0: closed loop
}

// outcome is what it measured.
type outcome struct {
	Offered  float64 // requests a second, of an open loop
	Rate     float64 // good responses a second
	Latency  measure.Latency
	LagP99   float64          // ms
	Little   float64          // rate times mean latency as a share of the requests in flight; 1 unless some hang
	Errors   map[string]int64 // any spoils the outcome
	CPU      float64          // the server's, in µs a request
	RSS      float64          // the server's at the end, in MB
	LoadBusy float64          // the share of its core that the load generator used
	Foreign  float64          // the share of both cores that others used
}

// runLoad measures a server in a process of its own, on the load's core.
func runLoad(ctx context.Context, core int, j job) (x outcome, err error) {
	self, err := os.Executable()
	if err != nil {
		return x, err
	}
	in, err := json.Marshal(j)
	if err != nil {
		return x, err
	}
	var out bytes.Buffer
	limit, cancel := context.WithTimeoutCause(ctx, 3*(j.Warmup+j.Length)+20*time.Second, fmt.Errorf("the load took far too long"))
	defer cancel()
	p, err := start(core, []string{self, "load"}, bytes.NewReader(in), &out)
	if err != nil {
		return x, err
	}
	if err := p.wait(limit); err != nil {
		return x, fmt.Errorf("measure %s: %w", j.Row, err)
	}
	if err := json.Unmarshal(out.Bytes(), &x); err != nil {
		return x, fmt.Errorf("measure %s: read the outcome: %w", j.Row, err)
	}
	return x, nil
}

// loadChild is the child's side of runLoad.
func loadChild(ctx context.Context, in io.Reader, out io.Writer) error {
	var j job
	if err := json.NewDecoder(in).Decode(&j); err != nil {
		return fmt.Errorf("read what to do: %w", err)
	}
	r, err := findRow(j.Row)
	if err != nil {
		return err
	}
	x, err := j.measure(ctx, r, r.rate)
	if err == nil && j.Share > 0 {
		x, err = j.measure(ctx, r, j.Share*x.Rate)
	}
	if err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(x)
}

func findRow(name string) (*row, error) {
	for i := range rows {
		if rows[i].name == name {
			return &rows[i], nil
		}
	}
	return nil, fmt.Errorf("there is no row %q", name)
}

func (r *row) request(address string) (*load.Request, error) {
	u, err := url.Parse("http://" + address + r.target)
	if err != nil {
		return nil, err
	}
	fields := http.Header{}
	if r.body != "" {
		fields.Set("Content-Type", "application/octet-stream")
	}
	return load.NewRequest(r.method, u, fields, []byte(r.body))
}

// largeContent is from what length on a load checks the length of each response
// and not every byte, so that the load is not what limits the server.
const largeContent = 4 << 10

func (r *row) expect() load.Expect {
	if len(r.content) >= largeContent {
		return load.Expect{Status: 200, Content: &load.Content{Length: int64(len(r.content))}}
	}
	return load.Expect{Status: 200, Content: load.ContentOf([]byte(r.content))}
}

// measure loads the server for a while that does not count and one that does;
// rate 0 is a closed loop.
func (j *job) measure(ctx context.Context, r *row, rate float64) (x outcome, err error) {
	if r.socket {
		return j.measureSocket(ctx, r)
	}
	q, err := r.request(j.Address)
	if err != nil {
		return x, err
	}
	began := time.Now()
	clock := func() time.Duration { return time.Since(began) }
	engine, err := load.NewRaw(load.RawConfig{
		Address: j.Address, Request: q, Connections: r.connections, Depth: r.depth, Expect: r.expect(), Timeout: 5 * time.Second, Clock: clock,
	})
	if err != nil {
		return x, err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	over := make(chan error, 1)
	go func() { over <- engine.Run(ctx, load.Schedule{Rate: rate}) }()
	if err := pause(ctx, over, j.Warmup); err != nil {
		return x, err
	}
	before := j.look()
	engine.Cut(clock())
	if err := pause(ctx, over, j.Length); err != nil {
		return x, err
	}
	t := engine.Cut(clock())
	after := j.look()
	cancel()
	if err := <-over; err != nil {
		return x, err
	}
	return j.summary(t, rate, before, after), nil
}

// moment is what the machine had done by then.
type moment struct {
	server usage
	load   time.Duration // CPU of the load
	cores  time.Duration // CPU of everybody on the two cores
}

func (j *job) look() moment {
	return moment{server: serverUsage(j.Group), load: ownCPU(), cores: busy(j.Cores...)}
}

// pause waits, unless the load ends before.
func pause(ctx context.Context, over <-chan error, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	case err := <-over:
		return fmt.Errorf("the load ended early: %w", err)
	}
}

func (j *job) summary(t *measure.Tally, rate float64, before, after moment) outcome {
	failed := int64(0)
	for _, n := range t.Errors {
		failed += n
	}
	window := (t.End - t.Start).Seconds()
	latency := t.Service
	if rate > 0 {
		latency = t.Response
	}
	little := 1.0
	if t.MeanInFlight > 0 {
		little = float64(t.Service.TotalCount()) / window * t.Service.Mean() / 1e9 / t.MeanInFlight
	}
	server, load := after.server.cpu-before.server.cpu, after.load-before.load
	foreign := after.cores - before.cores - server - load
	return outcome{
		Offered: rate, Rate: float64(t.Requests-failed) / window, Errors: t.Errors,
		Latency: measure.Summarize(latency), LagP99: measure.Summarize(t.Lag).P99, Little: little,
		CPU:      server.Seconds() * 1e6 / float64(max(t.Requests, 1)),
		RSS:      float64(after.server.rss) / 1e6,
		LoadBusy: load.Seconds() / window,
		Foreign:  max(0, foreign.Seconds()) / window / float64(len(j.Cores)),
	}
}
