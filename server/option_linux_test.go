package server

import (
	"context"
	"net"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A server bound to an interface is reached through it; TCP keep-alive is set on accepted connections.
func TestInterfaceAndKeepAlive(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		cfg.TCPKeepAlive = net.KeepAliveConfig{Enable: true, Idle: 5 * time.Second, Interval: 6 * time.Second, Count: 3}
		options := make(chan [4]int, 1)
		s := start(t, cfg, get("/", func(r *Request) error {
			fd := r.Session().Descriptor()
			option := func(level, name int) int {
				v, err := syscall.GetsockoptInt(fd, level, name)
				require.NoError(t, err)
				return v
			}
			options <- [4]int{option(syscall.SOL_SOCKET, syscall.SO_KEEPALIVE), option(syscall.IPPROTO_TCP, syscall.TCP_KEEPIDLE),
				option(syscall.IPPROTO_TCP, syscall.TCP_KEEPINTVL), option(syscall.IPPROTO_TCP, syscall.TCP_KEEPCNT)}
			return r.SendString("x")
		}))
		p := dial(t, s)
		p.send(plainGet)
		p.wantStatus("a connection with keep-alive", 200)
		require.Equal(t, [4]int{1, 5, 6, 3}, <-options)

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
