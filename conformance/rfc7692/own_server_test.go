package rfc7692_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/httpdlab/httpdlab/boards"
	"github.com/httpdlab/httpdlab/conformance/check"
	"github.com/httpdlab/httpdlab/server"
)

// ownServer serves the board contract with this project's server.
func ownServer(t *testing.T, engine server.Engine) string {
	cfg := server.DefaultConfig()
	cfg.Addr, cfg.Engine = "127.0.0.1:0", engine
	s, err := server.New(cfg)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	require.NoError(t, boards.Contract(ctx, s, boards.Info{Board: "host"}))
	require.NoError(t, s.Start())
	t.Cleanup(func() {
		cancel()
		end, stop := context.WithTimeout(context.Background(), 5*time.Second)
		defer stop()
		assert.NoError(t, s.Stop(end))
	})
	return "http://" + s.Addr().String() + "/"
}

// The checker finds nothing in the project's own server, with either engine, and skips only what it cannot tell.
func TestOwnServer(t *testing.T) {
	for _, engine := range []server.Engine{server.EngineEpoll, server.EnginePortable} {
		t.Run(engine.String(), func(t *testing.T) {
			report := run(t, ownServer(t, engine), check.Config{})
			for _, c := range report.Cases {
				if c.Verdict == check.Info {
					t.Logf("%s: %s", c.ID, c.Reason)
				}
				assert.NotEqual(t, check.Skip, c.Verdict, "%s: %s", c.ID, c.Reason)
			}
			for _, c := range report.Failures(true) {
				t.Errorf("%s %s: %s", c.Verdict, c.ID, c.Reason)
			}
			assert.Empty(t, report.Outages)
			t.Logf("%d cases in %.1f s", len(report.Cases), report.Took)
		})
	}
}
