package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"time"

	"github.com/httpdlab/httpdlab/bench/watch"
	"github.com/httpdlab/httpdlab/boards"
)

// listener follows a board's console while the board is loaded.
type listener struct {
	told <-chan watch.Told // nil: nobody listens
	stop func()
}

// listen opens the console that --console names, if it names one.
func (c *benchCommand) listen(ctx context.Context) (*listener, error) {
	if c.Console == "" {
		return &listener{stop: func() {}}, nil
	}
	baud, err := c.consoleBaud()
	if err != nil {
		return nil, err
	}
	port, err := boards.FindPort(c.Console)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	told, over := make(chan watch.Told, 256), make(chan struct{})
	console := boards.Console{Port: port, Baud: baud, Event: func(e boards.Event) {
		x, tells := toldOf(&e)
		if !tells {
			return
		}
		select {
		case told <- x:
		default: // a board that crashes all the time has been told of often enough
		}
	}}
	var failed error
	go func() {
		defer close(over)
		failed = console.Follow(ctx)
	}()
	select {
	case <-over: // it could not even be opened
		cancel()
		return nil, failed
	case <-time.After(200 * time.Millisecond):
	}
	go func() {
		if <-over; failed != nil {
			fmt.Fprintln(os.Stderr, "httpdlab: the console is followed no more:", failed)
		}
	}()
	return &listener{told: told, stop: func() { cancel(); <-over }}, nil
}

// consoleBaud is the speed that was asked for, or that of the board's profile.
func (c *benchCommand) consoleBaud() (int, error) {
	if c.Board == "" {
		return c.Baud, nil
	}
	board, err := boards.Load(c.Board)
	if err != nil {
		return 0, err
	}
	baud, err := board.Console()
	return cmp.Or(c.Baud, baud), err
}

// toldOf is what a run records of an event, unless it tells of the heap only.
func toldOf(e *boards.Event) (watch.Told, bool) {
	switch {
	case e.Kind == boards.Reset:
		return watch.Told{At: time.Now(), Kind: watch.Reboot, Text: "the console told of a reset: " + e.Reason, Log: []string{e.Text}}, true
	case e.Crash():
		return watch.Told{At: time.Now(), Kind: watch.Crash, Text: fmt.Sprintf("the console told of a crash (%s): %s", e.Kind, e.Text), Log: e.Lines}, true
	}
	return watch.Told{}, false
}
