// Httpdlab is the laboratory for small HTTP servers: it serves, loads and
// reports. See the README for a first run, and each package for what it does.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"github.com/httpdlab/httpdlab/bench"
	"github.com/httpdlab/httpdlab/bench/measure"
	"github.com/httpdlab/httpdlab/boards"
	"github.com/httpdlab/httpdlab/reports"
)

// commandLine is what the program understands; one field a command.
type commandLine struct {
	Serve  serveCommand  `cmd:"" help:"Serve the board contract with httpdlab's own server."`
	Bench  benchCommand  `cmd:"" help:"Load a server, record how it does, and write a report."`
	Report reportCommand `cmd:"" help:"Write the report of a run again."`
	Boards boardsCommand `cmd:"" help:"Show the boards that httpdlab knows."`
}

// Exit codes. All else that goes wrong is wrong usage or a target that cannot be reached.
const (
	exitFailed = 1 // a run was cut short, or nothing in it was answered
	exitUsage  = 2
)

// errFailed marks an error that came of what was measured.
var errFailed = errors.New("the run is not whole")

func main() {
	var cl commandLine
	parser := kong.Must(&cl, kong.Name("httpdlab"),
		kong.Description("The laboratory for small HTTP servers."),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}))
	call, err := parser.Parse(os.Args[1:])
	if err == nil {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
		call.BindTo(ctx, (*context.Context)(nil))
		context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program at once
		err = call.Run()
	}
	if err == nil {
		return
	}
	fmt.Fprintln(os.Stderr, "httpdlab:", strings.ReplaceAll(err.Error(), "\n", "; "))
	if errors.Is(err, errFailed) {
		os.Exit(exitFailed)
	}
	os.Exit(exitUsage)
}

type serveCommand struct {
	Listen     string `default:"127.0.0.1:8080" placeholder:"HOST:PORT" help:"Where to listen; port 0 takes a free one. Default: ${default}."`
	Board      string `default:"host" help:"Which board to be."`
	Loops      int    `help:"Event loops; 0 is one a processor."`
	UntilStdin bool   `hidden:"" help:"End when stdin closes."`
}

func (c *serveCommand) Run(ctx context.Context) error {
	board, err := boards.Load(c.Board)
	if err != nil {
		return err
	}
	if c.UntilStdin {
		var cancel context.CancelFunc
		ctx, cancel = boards.Lifetime(ctx, os.Stdin)
		defer cancel()
	}
	return board.Serve(ctx, os.Stdout, c.Listen, c.Loops, version())
}

type benchCommand struct {
	URL         string        `arg:"" optional:"" help:"Server to load: http://HOST[:PORT]/PATH. Without it, a board is loaded."`
	Board       string        `help:"Board to load; \"host\", httpdlab's own server, if no URL is given. See: httpdlab boards list."`
	Addr        string        `placeholder:"ADDR" help:"Where the board is: host, host:port or URL."`
	Engine      string        `default:"vegeta" enum:"vegeta" help:"What makes the load: ${enum}."`
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
		Insecure: c.Insecure, Command: os.Args, Tool: version(), Progress: os.Stderr,
	}
	if c.URL == "" {
		target, err := c.open(ctx)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, target.Close()) }()
		o.URL, o.Board, o.Simulated, o.PID = target.URL, target.Board.Name, target.Board.Simulated, target.PID
		o.Ladder, o.Share = target.Board.Plan.Connections, target.Board.Plan.RateShare
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

// open starts the board, or finds it.
func (c *benchCommand) open(ctx context.Context) (*boards.Target, error) {
	if c.Board == "" {
		c.Board = "host"
	}
	board, err := boards.Load(c.Board)
	if err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find this program to start its server: %w", err)
	}
	return board.Open(ctx, c.Addr, []string{self, "serve", "--board", board.Name, "--listen", "127.0.0.1:0", "--until-stdin"})
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

type reportCommand struct {
	Runs []string `arg:"" name:"run" help:"Folders of runs."`
	Out  string   `placeholder:"FILE" help:"File to write, for one run. Default: report.html in its folder."`

	Picture bool `help:"Write a picture of throughput and latency (SVG) instead of the page."`
}

func (c *reportCommand) Run() error {
	if c.Out != "" && len(c.Runs) > 1 {
		return fmt.Errorf("write %d reports to %s: give one run with --out", len(c.Runs), c.Out)
	}
	write, name := reports.Write, reports.ReportFile
	if c.Picture {
		write, name = reports.WritePicture, "picture.svg"
	}
	for _, run := range c.Runs {
		out := c.Out
		if out == "" {
			out = filepath.Join(run, name)
		}
		if err := write(run, out); err != nil {
			return err
		}
		fmt.Println("report:", out)
	}
	return nil
}

type boardsCommand struct {
	List boardsListCommand `cmd:"" default:"1" help:"List the boards."`
}

type boardsListCommand struct{}

func (boardsListCommand) Run() error { return boards.List(os.Stdout) }

// version is the revision that the Go toolchain built this program from.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	return info.Main.Version
}
