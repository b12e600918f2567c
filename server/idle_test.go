package server

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// An idle connection costs little memory and no time. HTTPDLAB_FULL=1 takes 20 000 of them.
func TestIdleConnections(t *testing.T) {
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
	warm := make([]net.Conn, 200) // what the first connections cost once
	open := func(conns []net.Conn) {
		buf := make([]byte, 1000)
		for i := range conns {
			conn, err := net.Dial("tcp", c.addr)
			require.NoError(t, err)
			conns[i] = conn
			conn.SetDeadline(time.Now().Add(20 * time.Second))
			conn.Write([]byte(plainGet))
			_, err = conn.Read(buf)
			require.NoError(t, err)
		}
	}
	open(warm)
	settled(t, c)
	before := c.memory()
	conns := make([]net.Conn, count)
	defer func() {
		for _, conn := range append(conns, warm...) {
			if conn != nil {
				conn.Close()
			}
		}
	}()
	open(conns)
	settled(t, c)
	each := (c.memory() - before) / count
	t.Logf("%d idle connections: %d bytes each", count, each)
	require.LessOrEqual(t, each, 700)
	ticks := c.cpu()
	time.Sleep(500 * time.Millisecond) // the time over which the time used is measured
	require.LessOrEqual(t, c.cpu()-ticks, 1, "idle connections take no time")
}

// settled has the child collect its garbage, and returns its sessions and goroutines.
func settled(t *testing.T, c *child) (sessions, goroutines int) {
	conn, err := net.Dial("tcp", c.addr)
	require.NoError(t, err)
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(20 * time.Second))
	for range 3 {
		fmt.Fprint(conn, "GET /settled HTTP/1.1\r\nHost: h\r\n\r\n")
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		require.NoError(t, err)
		_, err = fmt.Fscan(resp.Body, &sessions, &goroutines)
		require.NoError(t, err)
	}
	return sessions, goroutines
}
