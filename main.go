// Httpdlab is the laboratory for small HTTP servers: it serves, loads and
// reports. See the README for a first run, and each package for what it does.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/httpdlab/httpdlab/boards"
	"github.com/httpdlab/httpdlab/conformance"
	"github.com/httpdlab/httpdlab/reports"
)

// commandLine is what the program understands; one field a command.
type commandLine struct {
	Serve   serveCommand           `cmd:"" help:"Serve the board contract with httpdlab's own server."`
	Conform conformCommand         `cmd:"" help:"Check a server against RFC 9110, 9112, 6455 and 7692, with the bytes to reproduce what fails."`
	Bench   benchCommand           `cmd:"" help:"Load a server, record how it does, and write a report."`
	Report  reports.Command        `cmd:"" help:"Write the report of a run again."`
	Compare reports.CompareCommand `cmd:"" help:"Say whether one set of runs is worse than another by more than chance."`
	Boards  boardsCommand          `cmd:"" help:"Show the boards that httpdlab knows."`
}

// Exit codes. All else that goes wrong is wrong usage or a target that cannot be reached.
const (
	exitFailed = 1 // a run was cut short, nothing in it was answered, a check failed, or there is a regression
	exitUsage  = 2
)

// errFailed marks an error that came of what a bench run measured.
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
	if errors.Is(err, errFailed) || errors.Is(err, conformance.ErrFailed) || errors.Is(err, reports.ErrRegression) {
		os.Exit(exitFailed)
	}
	os.Exit(exitUsage)
}

// open starts the board called name, or finds it at addr; no name is our own server.
func open(ctx context.Context, name, addr string) (*boards.Target, error) {
	if name == "" {
		name = "host"
	}
	board, err := boards.Load(name)
	if err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find this program to start its server: %w", err)
	}
	return board.Open(ctx, addr, []string{self, "serve", "--board", board.Ref, "--listen", "127.0.0.1:0", "--until-stdin"})
}

// conformCommand checks a board if no URL is given.
type conformCommand struct {
	conformance.Command `embed:""`

	Board string `help:"Board to check; \"host\", httpdlab's own server, if no URL is given."`
	Addr  string `placeholder:"ADDR" help:"Where the board is: host, host:port or URL."`
}

func (c *conformCommand) Run(ctx context.Context) (err error) {
	if !c.List && len(c.Targets()) == 0 {
		target, err := open(ctx, c.Board, c.Addr)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, target.Close()) }()
		c.What = append(c.What, target.URL)
	} else if c.Board != "" || c.Addr != "" {
		return errors.New("check a server: give either its URL or --board and --addr, not both")
	}
	return c.Command.Run(ctx)
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

// version is the revision that the Go toolchain built this program from.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	return info.Main.Version
}
