package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/httpdlab/httpdlab/bench"
	"github.com/httpdlab/httpdlab/bench/measure"
	"github.com/httpdlab/httpdlab/reports"
)

// benchCommand joins three rooms: a board is opened, loaded, and reported on.
type benchCommand struct {
	URL         string        `arg:"" optional:"" help:"Server to load: http://HOST[:PORT]/PATH. Without it, a board is loaded."`
	Board       string        `help:"Board to load; \"host\", httpdlab's own server, if no URL is given. See: httpdlab boards list."`
	Addr        string        `placeholder:"ADDR" help:"Where the board is: host, host:port or URL."`
	Engine      string        `default:"vegeta" enum:"vegeta,raw" help:"What makes the load: ${enum}. raw is quicker and needs Linux."`
	Depth       int           `placeholder:"N" help:"With raw: requests under way on a connection (pipelining)."`
	Loops       int           `placeholder:"N" help:"With raw: event loops."`
	Fresh       bool          `help:"With raw: a new connection for each request."`
	Rate        float64       `placeholder:"R" help:"Open loop: requests a second, whatever the answers do."`
	Connections int           `placeholder:"N" help:"Closed loop with N connections; with --rate the most it may open."`
	Duration    time.Duration `placeholder:"D" help:"Length of the whole default plan, or of the one load that --rate or --connections ask for."`
	Timeout     time.Duration `default:"10s" help:"How long a request may take. Default: ${default}."`
	Insecure    bool          `help:"Accept any TLS certificate."`
	Out         string        `default:"reports/out" type:"path" placeholder:"DIR" help:"Folder that gets a folder a run, and an index. Default: ${default}."`
}

func (c *benchCommand) Run(ctx context.Context) (err error) {
	if info, err := os.Stat(c.Out); err == nil && !info.IsDir() {
		return fmt.Errorf("write runs to %s: it is a file; give a folder with --out", c.Out)
	}
	o := bench.Options{
		URL: c.URL, Connections: c.Connections, Rate: c.Rate, Duration: c.Duration, Timeout: c.Timeout,
		Engine: c.Engine, Depth: c.Depth, Loops: c.Loops, Fresh: c.Fresh, Insecure: c.Insecure, Command: os.Args, Tool: version(), Progress: os.Stderr,
	}
	if c.URL == "" {
		target, err := open(ctx, c.Board, c.Addr)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, target.Close()) }()
		o.URL, o.Board, o.Simulated, o.PID = target.URL, target.Board.Name, target.Board.Simulated, target.PID
		plan := target.Board.Plan
		o.Ladder, o.Share, o.Sockets = plan.Connections, plan.RateShare, target.Board.Limits.Sockets
		if o.Duration == 0 && o.Rate == 0 && o.Connections == 0 {
			o.Duration = plan.Duration
		}
	} else if c.Board != "" || c.Addr != "" {
		return errors.New("load a server: give either its URL or --board and --addr, not both")
	}
	o.Dir = c.folder(o.Board)
	run, err := bench.Run(ctx, o)
	if run == nil {
		return err
	}
	return errors.Join(c.report(run, o.Dir), err, whole(run))
}

// folder names a new run folder after the time and the board.
func (c *benchCommand) folder(board string) string {
	if board == "" {
		board = "url"
	}
	name := filepath.Join(c.Out, time.Now().Format("20060102-150405")+"-"+board)
	dir := name
	for n := 2; ; n++ {
		if _, err := os.Lstat(dir); err != nil {
			return dir
		}
		dir = fmt.Sprintf("%s-%d", name, n)
	}
}

// report writes the table for the terminal, the page and the index.
func (c *benchCommand) report(run *measure.Run, dir string) error {
	if err := bench.Table(os.Stdout, run); err != nil {
		return fmt.Errorf("print the table: %w", err)
	}
	page := filepath.Join(dir, reports.ReportFile)
	if err := errors.Join(reports.Write(dir, page), reports.WriteIndex(c.Out)); err != nil {
		return fmt.Errorf("%w; the run is safe, write its report elsewhere: httpdlab report %s --out FILE", err, dir)
	}
	fmt.Printf("\nreport: %s\n", page)
	return nil
}

// whole says what keeps a run from being good: exit code 1.
func whole(run *measure.Run) error {
	if run.Interrupted != "" {
		return fmt.Errorf("%w: %s", errFailed, run.Interrupted)
	}
	for i := range run.Phases {
		if p := &run.Phases[i]; p.Requests == p.ErrorCount() {
			return fmt.Errorf("%w: nothing was answered well in phase %s", errFailed, p.Name)
		}
	}
	return nil
}
