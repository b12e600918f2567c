package server

import (
	"context"
	"net"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A server bound to an interface is reached through it; TCP keep-alive and the size of the kernel's send buffer are set
// on accepted connections.
func TestSocketOptions(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		cfg.TCPKeepAlive = net.KeepAliveConfig{Enable: true, Idle: 5 * time.Second, Interval: 6 * time.Second, Count: 3}
		cfg.SendBuffer = 20000
		options := make(chan [5]int, 1)
		s := start(t, cfg, get("/", func(r *Request) error {
			fd := r.Session().Descriptor()
			option := func(level, name int) int {
				v, err := syscall.GetsockoptInt(fd, level, name)
				require.NoError(t, err)
				return v
			}
			options <- [5]int{option(syscall.SOL_SOCKET, syscall.SO_KEEPALIVE), option(syscall.IPPROTO_TCP, syscall.TCP_KEEPIDLE),
				option(syscall.IPPROTO_TCP, syscall.TCP_KEEPINTVL), option(syscall.IPPROTO_TCP, syscall.TCP_KEEPCNT),
				option(syscall.SOL_SOCKET, syscall.SO_SNDBUF)}
			return r.SendString("x")
		}))
		p := dial(t, s)
		p.send(plainGet)
		p.wantStatus("a connection with options", 200)
		require.Equal(t, [5]int{1, 5, 6, 3, 2 * cfg.SendBuffer}, <-options, "the kernel doubles the last, see socket(7)")

		cfg.Interface = "no such interface"
		wrong, err := New(cfg)
		require.NoError(t, err)
		require.ErrorContains(t, wrong.Start(), "no such interface")
		cfg.Interface = "lo"
		bound, err := New(cfg)
		require.NoError(t, err)
		if err := bound.Start(); err != nil {
			t.Skip("binding to an interface is not allowed here: ", err)
		}
		defer bound.Stop(context.Background())
		require.NoError(t, bound.Handle("GET", "/", says("x")))
		p = dial(t, bound)
		p.send(plainGet)
		p.wantStatus("through the interface", 200)
	})
}
