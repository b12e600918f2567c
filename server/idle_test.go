package server

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"os"
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
	limit := allowDescriptors(t, count+300) // of the server; the clients' process has the same
	if most := limit - 300; count > most {
		t.Logf("%d descriptors a process allow no more than %d connections", limit, most)
		count = most
	}
	c := startChild(t, EngineEpoll)
	startClients(t, "idle", c.addr, 200) // what the first connections cost once
	settled(t, c)
	before := c.memory()
	each := 0
	for _, part := range []int{count / 2, count - count/2} { // it grows with their number, and with nothing else
		startClients(t, "idle", c.addr, part)
		sessions, _ := settled(t, c)
		each = (c.memory() - before) / (sessions - 201)
		t.Logf("%d idle connections: %d bytes each; a million would take %d MB", sessions-201, each, each)
	}
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
