package main

import (
	"context"
	"errors"
	"os"

	"github.com/httpdlab/httpdlab/boards"
)

// boardsCommand is what can be done with boards besides checking and loading them.
type boardsCommand struct {
	List     listCommand     `cmd:"" default:"1" help:"List the boards that httpdlab knows."`
	Discover discoverCommand `cmd:"" help:"Look for boards in this network."`
	Info     infoCommand     `cmd:"" help:"Ask a board what it is."`
	Monitor  monitorCommand  `cmd:"" help:"Show a board's console, and explain its crashes."`
	Flash    flashCommand    `cmd:"" help:"Build the firmware and write it to a board."`
}

type listCommand struct{}

func (listCommand) Run() error { return boards.List(os.Stdout) }

type discoverCommand struct{}

func (discoverCommand) Run(ctx context.Context) error { return boards.Discover(ctx, os.Stdout) }

type infoCommand struct {
	Board string `help:"Which board; \"host\" if not given."`
	Addr  string `placeholder:"ADDR" help:"Where it is: host, host:port or URL."`
}

func (c *infoCommand) Run(ctx context.Context) error {
	target, err := open(ctx, c.Board, c.Addr)
	if err != nil {
		return err
	}
	return errors.Join(boards.ShowInfo(ctx, os.Stdout, target), target.Close())
}

type monitorCommand struct {
	Port string `placeholder:"DEVICE" help:"Serial port. Default: the only one on USB."`
	Baud int    `help:"Default: 115200."`
	ELF  string `name:"elf" placeholder:"FILE" help:"What runs on the board, to put backtraces into words."`
}

func (c *monitorCommand) Run(ctx context.Context) error {
	return boards.Monitor(ctx, os.Stdout, boards.MonitorOptions{Port: c.Port, Baud: c.Baud, ELF: c.ELF})
}

type flashCommand struct {
	Board   string `required:"" help:"Which board: esp32c3, …"`
	Port    string `placeholder:"DEVICE" help:"Serial port. Default: the only one on USB."`
	Baud    int    `help:"Of the transfer. Default: 460800."`
	Project string `placeholder:"DIR" help:"ESP-IDF project. Default: boards/firmware."`
	Image   string `placeholder:"FILE" help:"Merged image to write instead of building the project."`
}

func (c *flashCommand) Run(ctx context.Context) error {
	board, err := boards.Load(c.Board)
	if err != nil {
		return err
	}
	return boards.Flash(ctx, os.Stdout, boards.FlashOptions{Board: board, Port: c.Port, Baud: c.Baud, Project: c.Project, Image: c.Image})
}
