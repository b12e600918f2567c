package main

import (
	"context"

	"github.com/httpdlab/httpdlab/boards"
	"github.com/httpdlab/httpdlab/server"
)

// serveEpoll is our server with one event loop, servePortable our server over
// net.Conn; both with the routes that `httpdlab serve` has.
func serveEpoll(ctx context.Context, addr string) error {
	return serveOurs(ctx, addr, server.EngineEpoll)
}

func servePortable(ctx context.Context, addr string) error {
	return serveOurs(ctx, addr, server.EnginePortable)
}

func serveOurs(ctx context.Context, addr string, engine server.Engine) error {
	cfg := server.DefaultConfig()
	cfg.Addr, cfg.Engine, cfg.Loops = addr, engine, 1
	s, err := server.New(cfg)
	if err != nil {
		return err
	}
	if err := boards.Contract(ctx, s, boards.Info{}); err != nil {
		return err
	}
	if err := s.Start(); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}
