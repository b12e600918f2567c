package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"time"

	"github.com/httpdlab/httpdlab/bench"
	"github.com/httpdlab/httpdlab/bench/load"
	"github.com/httpdlab/httpdlab/bench/measure"
	"github.com/httpdlab/httpdlab/reports"
)

// benchCommand joins three rooms: a board is opened, loaded, and reported on.
type benchCommand struct {
	URL         string        `arg:"" optional:"" help:"Server to load: http://HOST[:PORT]/PATH. Without it, a board is loaded."`
	Boards      []string      `name:"board" placeholder:"NAME" help:"Board to load; \"host\", httpdlab's own server, if no URL is given. Several, each with its own --board, are loaded in turn. See: httpdlab boards list."`
	Addrs       []string      `name:"addr" placeholder:"ADDR" help:"Where the board is: host, host:port or URL; one a --board, in the same order."`
	Engine      string        `default:"" enum:",vegeta,raw,websocket,sse" placeholder:"NAME" help:"What makes the load: vegeta, raw (quicker, needs Linux), websocket or sse. Default: what the scenario needs."`
	Scenarios   []string      `name:"scenario" placeholder:"NAME" help:"What is sent: hello, plaintext, empty, echo, upload, download, sink, slow, mixed, events, ws, or a TOML file; several are sent one after the other. Default: GET of the URL."`
	Size        int64         `placeholder:"BYTES" help:"Of what a scenario sends up, down or to and fro."`
	Depth       int           `placeholder:"N" help:"With raw and websocket: requests under way on a connection (pipelining)."`
	Loops       int           `placeholder:"N" help:"With raw and websocket: event loops."`
	Fresh       bool          `help:"A new connection for each request (churn)."`
	Rate        load.Arrivals `placeholder:"R" help:"Open loop: requests a second, whatever the answers do: a number, ramp:10..500/60s, steps:100,200/10s, sine:100±50/30s, burst:500/1s every 10s, or poisson: and any of these."`
	Connections int           `placeholder:"N" help:"Closed loop with N connections; with --rate the most it may open."`
	Duration    time.Duration `placeholder:"D" help:"Length of the whole default plan, of the one load that --rate or --connections ask for, of all rounds of a soak, or of a trial of a search."`
	Timeout     time.Duration `default:"10s" help:"How long a request may take. Default: ${default}."`
	Seed        uint64        `placeholder:"N" help:"Of all that is random. Default: drawn, and recorded."`

	Assert      []string `sep:"none" placeholder:"EXPR" help:"Threshold, such as p(99)<200ms, p(99,service){open}<50ms, errors<0.1%, rate>100, heap>50kB, leak<10B, reboots<1 or trusted; exit code 1 if it does not hold. A ! at its end ends the run as soon as it is broken."`
	AbortOnFail bool     `help:"End the run as soon as any assertion is broken."`

	Find   string        `placeholder:"EXPR" help:"Search for the highest load that still meets this, such as p(99)<200ms."`
	Over   string        `default:"" enum:",rate,connections" placeholder:"WHAT" help:"What a search varies: rate or connections. Default: rate."`
	Budget time.Duration `placeholder:"D" help:"How long a search may take. Default: 2m."`

	Soak      bool          `help:"Rounds of load with rests between them, and a verdict on whether memory leaks."`
	Rounds    int           `placeholder:"N" help:"Of a soak. Default: 22, of which two warm up."`
	Settle    time.Duration `placeholder:"D" help:"Rest after each round of a soak. Default: 2s; 130s outlasts TIME_WAIT on a board."`
	LeakLimit float64       `placeholder:"B" help:"Bytes a request that a soak tells from nothing. Default: 16."`

	Hostile []string `placeholder:"KIND" help:"Measure a bystander while hostile clients are at the server: slow-head, slow-body, slow-read, half-open, reset, surplus or squat; several with commas."`
	Clients int      `placeholder:"N" help:"Hostile clients at once, up to 64. Default: 8."`

	Together bool `help:"With several boards: load them at the same time. They share the air and this machine."`

	Count   int    `default:"1" placeholder:"N" help:"Runs of each target, for: httpdlab compare."`
	Against string `placeholder:"URL" help:"Second server, which takes turns with the first."`
	Replay  string `placeholder:"RUN" help:"Repeat a recorded run: its folder or run.json."`

	Console  string `placeholder:"DEVICE" help:"Serial port of the board's console, to tell of crashes."`
	Baud     int    `help:"Of the console. Default: 115200."`
	Insecure bool   `help:"Accept any TLS certificate."`
	JSON     bool   `name:"json" help:"Write run.json to stdout, a line a run, and nothing else."`
	Out      string `default:"reports/out" type:"path" placeholder:"DIR" help:"Folder that gets a folder a run, and an index. Default: ${default}."`

	// One of each, when they have been told apart.
	Board    string   `kong:"-"`
	Addr     string   `kong:"-"`
	Scenario string   `kong:"-"`
	printer  *printer // nil: nobody else prints
}

// unmet says what a run did not come up to: exit code 1.
type unmet string

func (u unmet) Error() string      { return string(u) }
func (unmet) Is(target error) bool { return target == errFailed }

func (c *benchCommand) Run(ctx context.Context) (err error) {
	if info, err := os.Stat(c.Out); err == nil && !info.IsDir() {
		return fmt.Errorf("write runs to %s: it is a file; give a folder with --out", c.Out)
	}
	if len(c.Boards) > 1 || len(c.Scenarios) > 1 {
		return c.farm(ctx)
	}
	if c.Together {
		return errors.New("one board cannot be loaded together with itself; name several with --board")
	}
	return c.one(ctx, first(c.Boards), first(c.Addrs), first(c.Scenarios))
}

// first is the only one of a flag that was given once.
func first(given []string) string {
	if len(given) == 0 {
		return ""
	}
	return given[0]
}

// one loads one board, or a URL, with one scenario.
func (c *benchCommand) one(ctx context.Context, board, addr, scenario string) (err error) {
	c.Board, c.Addr, c.Scenario = board, addr, scenario
	o, recorded, err := c.options()
	if err != nil {
		return err
	}
	console, err := c.listen(ctx)
	if err != nil {
		return err
	}
	defer console.stop()
	o.Console = console.told
	closeTarget, err := c.target(ctx, &o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeTarget()) }()
	return c.runs(ctx, o, recorded)
}

// runs makes as many runs as are asked for, of two targets in turn.
func (c *benchCommand) runs(ctx context.Context, o bench.Options, recorded *measure.Run) (err error) {
	if c.Count < 1 || c.Count > 1000 {
		return fmt.Errorf("%d runs; give 1 to 1000 with --count", c.Count)
	}
	targets := []bench.Options{o}
	if c.Against != "" {
		other := o
		other.URL, other.Board, other.Simulated, other.PID, other.Sockets, other.Console = c.Against, "", false, 0, 0, nil
		targets[0].Against, other.Against = c.Against, o.URL
		targets = append(targets, other)
	}
	series := time.Now().Format("20060102-150405")
	sides := make([]string, len(targets))
	for n := range c.Count {
		for i := range targets {
			x := targets[i]
			x.Dir = c.folder(&x)
			if len(targets)*c.Count > 1 {
				x.Repetition = &measure.Repetition{Series: series, Index: n + 1, Of: c.Count, Target: string(rune('a' + i))}
				if sides[i] == "" {
					sides[i] = x.Dir + "-" + x.Repetition.Target
				}
				x.Dir = filepath.Join(sides[i], fmt.Sprintf("%03d", n+1))
			}
			run, failure := bench.Run(ctx, x)
			if run == nil {
				return errors.Join(err, failure)
			}
			if failure == nil {
				failure = whole(run)
			}
			failure = errors.Join(c.report(run, x.Dir, recorded), failure)
			err = worst(err, failure)
			if ctx.Err() != nil {
				return err
			}
		}
	}
	if len(sides) == 2 && !c.JSON {
		fmt.Printf("compare: httpdlab compare %s %s\n", sides[0], sides[1])
	}
	return err
}

// worst keeps the first error of several runs that fail alike.
func worst(before, now error) error {
	if before == nil || errors.Is(before, errFailed) && now != nil && !errors.Is(now, errFailed) {
		return now
	}
	return before
}

// options are what the flags, or the run to be replayed, ask for. The recorded
// run is nil if none is replayed.
func (c *benchCommand) options() (o bench.Options, recorded *measure.Run, err error) {
	if c.Replay != "" {
		if recorded, err = c.recorded(); err != nil {
			return o, nil, err
		}
		if o, err = bench.Replay(recorded); err != nil {
			return o, nil, err
		}
		o.Replayed, c.Against = filepath.Dir(c.Replay+"/"), o.Against
	} else if o, err = c.asked(); err != nil {
		return o, nil, err
	}
	o.Command, o.Tool, o.Progress = os.Args, version(), c.printer.progress()
	if o.Seed == 0 {
		o.Seed = rand.Uint64N(1<<53-1) + 1 // a number that JSON keeps exactly
	}
	return o, recorded, nil
}

// asked is what the flags say.
func (c *benchCommand) asked() (o bench.Options, err error) {
	o = bench.Options{
		URL: c.URL, Connections: c.Connections, Arrivals: c.Rate, Duration: c.Duration, Timeout: c.Timeout, Seed: c.Seed,
		Engine: c.Engine, Depth: c.Depth, Loops: c.Loops, Fresh: c.Fresh, AbortOnFail: c.AbortOnFail, Over: c.Over, Budget: c.Budget,
		Soak: c.Soak, Rounds: c.Rounds, Settle: c.Settle, LeakLimit: c.LeakLimit, Count: c.Clients, Insecure: c.Insecure,
	}
	if c.Scenario != "" {
		if o.Scenario, err = load.FindScenario(c.Scenario, c.Size); err != nil {
			return o, err
		}
	} else if c.Size != 0 {
		return o, errors.New("--size is that of what a scenario sends; name one with --scenario")
	}
	for _, kind := range c.Hostile {
		o.Hostile = append(o.Hostile, load.HostileKind(kind))
	}
	for _, text := range c.Assert {
		a, err := measure.ParseAssertion(text)
		if err != nil {
			return o, err
		}
		o.Assert = append(o.Assert, a)
	}
	if c.Find != "" {
		if o.Find, err = measure.ParseAssertion(c.Find); err != nil {
			return o, fmt.Errorf("--find: %w", err)
		}
	}
	return o, nil
}

// recorded is the run to be replayed. What shapes its load cannot be given, too.
func (c *benchCommand) recorded() (*measure.Run, error) {
	rest := *c
	rest.URL, rest.Board, rest.Addr, rest.Replay, rest.Console, rest.Baud, rest.JSON, rest.Out = "", "", "", "", "", 0, false, ""
	rest.Boards, rest.Addrs, rest.printer = nil, nil, nil
	if !reflect.DeepEqual(rest, benchCommand{Timeout: 10 * time.Second, Count: 1}) {
		return nil, errors.New("a replay takes its load from the record; leave out the flags that shape it, or leave out --replay")
	}
	return measure.Load(strings.TrimSuffix(filepath.Clean(c.Replay), measure.RunFile))
}

// target opens the board that is to be loaded, if no URL is, and puts it into o.
// What it returns closes the board again.
func (c *benchCommand) target(ctx context.Context, o *bench.Options) (close func() error, err error) {
	board := c.Board
	switch {
	case c.URL != "" && (c.Board != "" || c.Addr != ""):
		return nil, errors.New("load a server: give either its URL or --board and --addr, not both")
	case c.URL != "":
		o.URL, o.Board, o.Simulated = c.URL, "", false
	case board == "" && c.Addr == "" && o.Board != "" && o.Simulated: // of the run to be replayed
		board = o.Board
	case board == "" && c.Addr == "" && o.URL != "":
	}
	if o.URL != "" && board == "" {
		return func() error { return nil }, nil
	}
	target, err := open(ctx, board, c.Addr)
	if err != nil {
		return nil, err
	}
	o.URL, o.Board, o.Simulated, o.PID = target.URL, target.Board.Name, target.Board.Simulated, target.PID
	plan := target.Board.Plan
	o.Ladder, o.Share, o.Sockets = plan.Connections, plan.RateShare, target.Board.Limits.Sockets
	o.Pause, o.Recovery, o.Reboots, o.Probes = plan.Pause, plan.Recovery, plan.Reboots, target.Board.Asked()
	if o.Duration == 0 && !o.Arrivals.Some() && o.Rate == 0 && o.Connections == 0 && o.Find == nil && !o.Soak {
		o.Duration = plan.Duration
	}
	return target.Close, nil
}

// folder names a new run folder after the time and the board.
func (c *benchCommand) folder(o *bench.Options) string {
	name := o.Board
	if name == "" {
		name = "url"
	}
	name = filepath.Join(c.Out, time.Now().Format("20060102-150405")+"-"+name)
	dir := name
	for n := 2; ; n++ {
		if _, err := os.Lstat(dir); err != nil {
			return dir
		}
		dir = fmt.Sprintf("%s-%d", name, n)
	}
}

// report writes the table for the terminal, or the record for machines, the
// page and the index.
func (c *benchCommand) report(run *measure.Run, dir string, recorded *measure.Run) error {
	c.printer.lock()
	defer c.printer.unlock()
	if c.JSON {
		if err := json.NewEncoder(os.Stdout).Encode(run); err != nil {
			return fmt.Errorf("write run.json to stdout: %w", err)
		}
	} else if err := bench.Table(os.Stdout, run); err != nil {
		return fmt.Errorf("print the table: %w", err)
	}
	if recorded != nil {
		for _, line := range measure.Differences(recorded, run) {
			fmt.Fprintln(os.Stderr, "unlike the recorded run:", line)
		}
	}
	page := filepath.Join(dir, reports.ReportFile)
	err := errors.Join(reports.Write(dir, page), reports.WriteIndex(c.Out))
	if series := filepath.Dir(dir); series != c.Out {
		err = errors.Join(err, reports.WriteIndex(series))
	}
	if err != nil {
		return fmt.Errorf("%w; the run is safe, write its report elsewhere: httpdlab report %s --out FILE", err, dir)
	}
	if !c.JSON {
		fmt.Printf("\nreport: %s\n", page)
	}
	return nil
}

// whole says what keeps a run from being good: exit code 1.
func whole(run *measure.Run) error {
	if run.Interrupted != "" {
		return fmt.Errorf("%w: %s", errFailed, run.Interrupted)
	}
	broken := 0
	for i := range run.Assertions {
		if !run.Assertions[i].OK {
			broken++
		}
	}
	switch {
	case broken > 0:
		return unmet(fmt.Sprintf("%d of %d assertions do not hold", broken, len(run.Assertions)))
	case run.Search != nil && run.Search.Best == 0:
		return unmet(run.Search.Objective + " is met by no load that was tried")
	case run.Leak != nil && run.Leak.Verdict == measure.Leaks:
		return unmet("the target " + run.Leak.Text)
	case run.Search != nil:
		return nil // trials may fail
	}
	for i := range run.Phases {
		if p := &run.Phases[i]; p.Requests == p.ErrorCount() {
			return fmt.Errorf("%w: nothing was answered well in phase %s", errFailed, p.Name)
		}
	}
	return nil
}
