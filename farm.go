package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/httpdlab/httpdlab/reports"
)

// farm loads several boards, each with all scenarios, in turn or together. The
// runs go into one folder, and its index is their report.
func (c *benchCommand) farm(ctx context.Context) error {
	if err := c.farmable(); err != nil {
		return err
	}
	out := filepath.Join(c.Out, time.Now().Format("20060102-150405")+"-farm")
	names := c.Boards
	if len(names) == 0 {
		names = []string{""}
	}
	failures := make([]error, len(names))
	var screen sync.Mutex
	var running sync.WaitGroup
	for i, name := range names {
		member := *c
		member.Out = out
		if c.Together {
			member.printer = &printer{screen: &screen, name: name}
			running.Go(func() { failures[i] = member.scenarios(ctx, name, nth(c.Addrs, i)) })
		} else if failures[i] = member.scenarios(ctx, name, nth(c.Addrs, i)); ctx.Err() != nil {
			break
		}
	}
	running.Wait()
	err := errors.Join(failures...)
	if _, none := os.Stat(out); none != nil {
		return err // not one run was made
	}
	err = errors.Join(err, reports.WriteIndex(out), reports.WriteIndex(c.Out))
	if !c.JSON {
		fmt.Printf("\nreport of all: %s\n", filepath.Join(out, reports.IndexFile))
	}
	return err
}

// farmable says what cannot be asked of several boards or scenarios at once.
func (c *benchCommand) farmable() error {
	switch {
	case c.Replay != "":
		return errors.New("a replay is of one board and scenario; leave out the others")
	case c.Console != "" && len(c.Boards) > 1:
		return errors.New("one console cannot tell of several boards; leave out --console, or load one board")
	case c.URL != "" && len(c.Boards) > 0:
		return errors.New("load a server: give either its URL or --board and --addr, not both")
	case len(c.Addrs) > 0 && len(c.Addrs) != len(c.Boards):
		return fmt.Errorf("%d boards have %d addresses; give one --addr a --board, in the same order, or none to look for all", len(c.Boards), len(c.Addrs))
	case c.Together && len(c.Boards) < 2:
		return errors.New("one board cannot be loaded together with itself; name several with --board")
	}
	return nil
}

func nth(all []string, i int) string {
	if i < len(all) {
		return all[i]
	}
	return ""
}

// scenarios loads one board with one scenario after the other. A board that
// fails in one is asked for the next all the same.
func (c *benchCommand) scenarios(ctx context.Context, board, addr string) (err error) {
	all := c.Scenarios
	if len(all) == 0 {
		all = []string{""}
	}
	for _, scenario := range all {
		if failure := c.one(ctx, board, addr, scenario); failure != nil {
			err = errors.Join(err, fmt.Errorf("%s: %w", named(board, scenario), failure))
		}
		if ctx.Err() != nil {
			break
		}
	}
	return err
}

func named(board, scenario string) string {
	switch {
	case scenario == "":
		return "board " + board
	case board == "":
		return "scenario " + scenario
	}
	return "board " + board + ", scenario " + scenario
}

// printer shares the screen among boards that are loaded together: each says
// whole lines, with its name before them. A nil printer has the screen alone.
type printer struct {
	screen *sync.Mutex
	name   string
	line   bytes.Buffer // what of a line has been written so far
}

func (p *printer) lock() {
	if p != nil {
		p.screen.Lock()
	}
}

func (p *printer) unlock() {
	if p != nil {
		p.screen.Unlock()
	}
}

func (p *printer) progress() io.Writer {
	if p == nil {
		return os.Stderr
	}
	return p
}

// Write writes the lines that are whole.
func (p *printer) Write(b []byte) (int, error) {
	p.line.Write(b)
	end := bytes.LastIndexByte(p.line.Bytes(), '\n') + 1
	p.lock()
	defer p.unlock()
	for line := range bytes.Lines(p.line.Next(end)) {
		if _, err := fmt.Fprintf(os.Stderr, "%s: %s", p.name, line); err != nil {
			return 0, err
		}
	}
	return len(b), nil
}
