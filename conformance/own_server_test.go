package conformance

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
func ownServer(t *testing.T, cfg server.Config) string {
	cfg.Addr = "127.0.0.1:0"
	s, err := server.New(cfg)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	require.NoError(t, boards.Contract(ctx, s, boards.Info{
		Board: "host", MaxOpenSockets: cfg.MaxOpenSockets, MaxURILen: cfg.MaxTarget, MaxReqHeaderLen: cfg.MaxHeader,
	}))
	require.NoError(t, s.Start())
	t.Cleanup(func() {
		cancel()
		end, stop := context.WithTimeout(context.Background(), 5*time.Second)
		defer stop()
		assert.NoError(t, s.Stop(end))
	})
	return "http://" + s.Addr().String() + "/"
}

// The project's own server has nothing to mend, with either engine.
func TestOwnServer(t *testing.T) {
	t.Parallel()
	for _, engine := range []server.Engine{server.EngineEpoll, server.EnginePortable} {
		t.Run(engine.String(), func(t *testing.T) {
			cfg := server.DefaultConfig()
			cfg.Engine = engine
			result, err := Run(context.Background(), Options{
				Targets: []string{ownServer(t, cfg)}, Jobs: 16, Config: check.Config{Patience: 300 * time.Millisecond},
			})
			require.NoError(t, err)
			report := result.Reports[0]
			for _, c := range report.Failures(true) {
				t.Errorf("%s %s: %s\n%s", c.Verdict, c.ID, brief(c.Reason), brief(c.Repro))
			}
			assert.Empty(t, report.Outages)
			t.Log(report.Summary)
		})
	}
}

// With the limits of a chip it keeps the contract of esp_http_server, limits and purge included.
func TestOwnServerAsBoard(t *testing.T) {
	t.Parallel()
	cfg := server.DefaultConfig()
	cfg.Loops, cfg.MaxOpenSockets, cfg.LRUPurge, cfg.MaxTarget, cfg.MaxHeader = 1, 7, true, 512, 1024
	result, err := Run(context.Background(), Options{Targets: []string{ownServer(t, cfg)}, Select: []string{"esp"}, Profile: "mcu"})
	require.NoError(t, err)
	for _, c := range result.Reports[0].Cases {
		assert.Equal(t, check.Pass, c.Verdict, "%s: %s\n%s", c.ID, c.Reason, brief(c.Repro))
	}
}
