package server

import (
	"io"
	"net"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// An idle socket costs little memory. HTTPDLAB_FULL=1 takes 20 000 of them.
func TestWebSocketIdleMemory(t *testing.T) {
	if racing {
		t.Skip("the race detector takes memory")
	}
	count := 4000
	if os.Getenv("HTTPDLAB_FULL") != "" {
		count = 20000
	}
	var limit syscall.Rlimit
	require.NoError(t, syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit))
	count = min(count, int(limit.Cur)-500)
	c := startChild(t, EngineEpoll)
	var all []net.Conn
	defer func() {
		for _, conn := range all {
			conn.Close()
		}
	}()
	hello, answer := masked(TextFrame, "hello"), accepted+"\r\n"+frame(TextFrame, "hello")
	open := func(n int) {
		buf := make([]byte, len(answer))
		for range n {
			conn, err := net.Dial("tcp", c.addr)
			require.NoError(t, err)
			all = append(all, conn)
			conn.SetDeadline(time.Now().Add(20 * time.Second))
			_, err = io.WriteString(conn, handshake+hello)
			require.NoError(t, err)
			_, err = io.ReadFull(conn, buf)
			require.NoError(t, err)
			require.Equal(t, answer, string(buf))
		}
	}
	open(200) // what the first ones cost once
	settled(t, c)
	before := c.memory()
	open(count)
	settled(t, c)
	each := (c.memory() - before) / count
	t.Logf("%d idle sockets: %d bytes each", count, each)
	require.LessOrEqual(t, each, 900)
}

// A silent client is pinged; one that answers stays, one that does not goes.
func TestWebSocketKeepAlive(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		cfg.PingInterval, cfg.PongTimeout = 50*time.Millisecond, 100*time.Millisecond
		s := start(t, cfg, endpoint(WebSocket{Handler: wsEcho}))
		p, silent := open(t, s), open(t, s)
		for range 5 {
			p.want("a ping", "\x89\x00")
			p.send(masked(PongFrame, ""))
		}
		silent.want("a ping", "\x89\x00")
		silent.wantClosed("cut")
	})
}
