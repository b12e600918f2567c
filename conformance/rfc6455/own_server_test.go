package rfc6455_test

import (
	"context"
	"crypto/tls"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/httpdlab/httpdlab/boards"
	"github.com/httpdlab/httpdlab/conformance/check"
	"github.com/httpdlab/httpdlab/server"
)

// serve starts the project's own server with the routes that install adds.
func serve(t *testing.T, cfg server.Config, install func(context.Context, *server.Server) error) string {
	cfg.Addr = "127.0.0.1:0"
	s, err := server.New(cfg)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	require.NoError(t, install(ctx, s))
	require.NoError(t, s.Start())
	t.Cleanup(func() {
		cancel()
		end, stop := context.WithTimeout(context.Background(), 5*time.Second)
		defer stop()
		assert.NoError(t, s.Stop(end))
	})
	return s.Addr().String()
}

func board(ctx context.Context, s *server.Server) error {
	return boards.Contract(ctx, s, boards.Info{Board: "host"})
}

// The project's own server has nothing to mend, with either engine. With 16 MiB it takes every size that is tried.
func TestOwnServer(t *testing.T) {
	beyond := []string{"rfc6455/10.4/too-large-is-told", "rfc6455/10.4/limit-is-of-the-sum", "rfc6455/10.4/too-large-by-its-header"}
	for _, engine := range []server.Engine{server.EngineEpoll, server.EnginePortable} {
		t.Run(engine.String(), func(t *testing.T) {
			cfg := server.DefaultConfig()
			cfg.Engine = engine
			report := run(t, check.Config{URL: "ws://" + serve(t, cfg, board) + "/ws", Subprotocol: "echo"}, 16)
			spotless(t, report, beyond...)
			assert.Less(t, report.Took, 20.0)
		})
	}
}

// spotless asks for PASS or INFO in every case, or for SKIP in those named.
func spotless(t *testing.T, report check.Report, skipped ...string) {
	for _, c := range report.Cases {
		want := []check.Verdict{check.Pass, check.Info}
		for _, id := range skipped {
			if c.ID == id {
				want = []check.Verdict{check.Skip}
			}
		}
		assert.Contains(t, want, c.Verdict, "%s: %s\n%.400s", c.ID, c.Reason, c.Repro)
	}
	assert.Empty(t, report.Outages)
	t.Logf("%d cases in %.1f s: %v", len(report.Cases), report.Took, report.Summary)
}

// A server with small limits is told from one that fails: what is too large ends with 1009 at its header.
func TestOwnServerWithSmallMessages(t *testing.T) {
	for _, engine := range []server.Engine{server.EngineEpoll, server.EnginePortable} {
		t.Run(engine.String(), func(t *testing.T) {
			cfg := server.DefaultConfig()
			cfg.Engine = engine
			address := serve(t, cfg, func(_ context.Context, s *server.Server) error {
				return s.Register(server.URI{Method: "GET", Path: "/ws", WebSocket: &server.WebSocket{
					MaxMessage: 4000, Handler: func(f *server.Frame) error { return f.Reply(f.Type, f.Payload) },
				}})
			})
			report := run(t, check.Config{URL: "ws://" + address + "/ws"}, 16,
				"rfc6455/10.4/largest-message", "rfc6455/10.4/largest-fragmented-message", "rfc6455/10.4/too-large-is-told",
				"rfc6455/10.4/limit-is-of-the-sum", "rfc6455/10.4/too-large-by-its-header", "rfc6455/5.2/text-of-65536-octets")
			spotless(t, report, "rfc6455/5.2/text-of-65536-octets")
			for _, c := range report.Cases[1:3] {
				assert.Contains(t, c.Reason, "4000 octets in ", c.ID)
				assert.Contains(t, c.Reason, "refused by Close 1009", c.ID)
			}
		})
	}
}

// wss is the same over TLS: an untrusted certificate is refused unless Insecure.
func TestOwnServerOverTLS(t *testing.T) {
	pair := httptest.NewUnstartedServer(nil)
	pair.StartTLS() // it brings a certificate
	defer pair.Close()
	cfg := server.DefaultConfig()
	cfg.TLS = &tls.Config{Certificates: pair.TLS.Certificates}
	url := "wss://" + serve(t, cfg, board) + "/ws"
	_, err := check.Open(context.Background(), check.Config{URL: url})
	require.ErrorContains(t, err, "certificate")
	report := run(t, check.Config{URL: url, Insecure: true}, 16,
		"rfc6455/4.2/plain-echo", "rfc6455/4.2.2/accept-of-the-key", "rfc6455/5.2/octet-by-octet", "rfc6455/5.2/text-of-65536-octets-in-pieces",
		"rfc6455/5.5/ping-of-126-octets", "rfc6455/7.1.1/server-ends-tcp", "rfc6455/7.1.5/half-a-frame-and-rst", "rfc6455/10.4/text-of-16-mib",
		"rfc6455/10.4/pings-that-nobody-reads", "rfc6455/10.4/thousand-text-of-1-kib")
	require.Len(t, report.Cases, 10)
	spotless(t, report)
}
