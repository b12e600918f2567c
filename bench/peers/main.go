// Peers measures httpdlab's server against its rivals, all in one run, and
// prints a Markdown table:
//
//	cd bench/peers && go run . [--rounds N] [--seconds S] [--only NAMES] [--rows NAMES] [--limit COMMAND] [--limit-ws COMMAND]
//
// Each server runs as a process of its own on one core, and httpdlab's raw
// engine loads it from another. A round measures every server once, so that
// whatever else the machine does hits all of them alike; the table has medians.
// It needs Linux. With --generators it compares load generators instead of servers.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "peers:", err)
		os.Exit(1)
	}
}

// run is the program. Three commands are for its own children: "serve NAME PORT"
// is a rival written in Go, "load" measures one, and "generate NAME URL
// CONNECTIONS SECONDS" is a load generator written in Go.
func run(ctx context.Context, args []string) error {
	if len(args) == 3 && args[0] == "serve" {
		return serveGo(ctx, args[1], "127.0.0.1:"+args[2])
	}
	if len(args) == 5 && args[0] == "generate" {
		return generateGo(ctx, os.Stdout, args[1], args[2], args[3], args[4])
	}
	if len(args) == 1 && args[0] == "load" {
		return loadChild(ctx, os.Stdin, os.Stdout)
	}
	o, err := parseOptions(args)
	if err != nil {
		return err
	}
	if err := dieWithParent(); err != nil {
		return err
	}
	if o.generators {
		return compareGenerators(ctx, o)
	}
	return compare(ctx, o)
}

// options are the flags.
type options struct {
	rounds     int
	seconds    float64
	only, rows []string // names; empty: all
	limit      string
	limitWS    string
	generators bool
	serverCore int
	loadCore   int
}

func parseOptions(args []string) (*options, error) {
	o := &options{}
	var only, rows string
	f := flag.NewFlagSet("peers", flag.ContinueOnError)
	f.IntVar(&o.rounds, "rounds", 5, "how often each server is measured in each row")
	f.Float64Var(&o.seconds, "seconds", 2, "how long each time")
	f.StringVar(&only, "only", "", "servers to measure, with commas between: "+strings.Join(rivalNames(), ","))
	f.StringVar(&rows, "rows", "", "rows to measure, with commas between: "+strings.Join(rowNames(), ","))
	f.StringVar(&o.limit, "limit", "", "a server that only knows /plaintext, as a mark for what the kernel allows; {port} in the command stands for its port, which else comes last")
	f.StringVar(&o.limitWS, "limit-ws", "", "likewise, a server that only echoes plain WebSocket messages")
	f.BoolVar(&o.generators, "generators", false, "compare load generators instead: on the server of --limit, or on ours")
	f.IntVar(&o.serverCore, "server-core", 0, "the servers' core")
	f.IntVar(&o.loadCore, "load-core", 1, "the load's core")
	if err := f.Parse(args); err != nil {
		return nil, err
	}
	o.only, o.rows = names(only), names(rows)
	switch {
	case f.NArg() > 0:
		return nil, fmt.Errorf("understand %q: there are flags only, see --help", f.Arg(0))
	case o.rounds < 1 || o.rounds > 1000:
		return nil, fmt.Errorf("measure %d rounds: give 1 to 1000", o.rounds)
	case !(o.seconds >= 0.2 && o.seconds <= 600):
		return nil, fmt.Errorf("measure %g seconds: give 0.2 to 600", o.seconds)
	}
	return o, nil
}

func (o *options) duration() time.Duration { return time.Duration(o.seconds * float64(time.Second)) }

// names splits a list.
func names(list string) (all []string) {
	for name := range strings.SplitSeq(list, ",") {
		if name = strings.TrimSpace(name); name != "" {
			all = append(all, name)
		}
	}
	return all
}
