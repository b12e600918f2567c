package server

import (
	"net"
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// descriptors counts the process's open files; -1 where that cannot be seen.
func descriptors() int {
	list, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return -1
	}
	return len(list)
}

// Ten thousand connections, ended in every way, leave no goroutine, no descriptor and no session behind.
func TestConnectionsLeaveNothing(t *testing.T) {
	count := 10000
	if racing || testing.Short() {
		count = 1000
	}
	engines(t, func(t *testing.T, cfg Config) {
		s := start(t, cfg, get("/", says("hello")), post("/echo", echo),
			URI{Path: "/blocking", Method: "GET", Blocking: true, Handler: says("hello")})
		endings := []func(c net.Conn){
			func(c net.Conn) { c.Write([]byte(plainGet)); c.Read(make([]byte, 1000)) },
			func(c net.Conn) { c.Write([]byte(plainGet)); c.(*net.TCPConn).SetLinger(0) },
			func(c net.Conn) { c.Write([]byte("GET / HT")) },
			func(net.Conn) {},
			func(c net.Conn) { c.Write([]byte("nonsense\r\n\r\n")); c.Read(make([]byte, 1000)) },
			func(c net.Conn) {
				c.Write([]byte("POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel"))
			},
			func(c net.Conn) { c.Write([]byte("GET /blocking HTTP/1.1\r\nHost: h\r\n\r\n")) },
		}
		goroutines, files := runtime.NumGoroutine(), descriptors()
		for i := range count {
			c, err := net.Dial("tcp", s.Addr().String())
			require.NoError(t, err)
			endings[i%len(endings)](c)
			c.Close()
		}
		defer func() {
			t.Logf("left: %d sessions, %d goroutines, %d files", s.OpenSockets(), runtime.NumGoroutine()-goroutines, descriptors()-files)
		}()
		within(t, 10*time.Second, "sessions, goroutines or files are left", func() bool {
			return s.OpenSockets() == 0 && runtime.NumGoroutine() <= goroutines && descriptors() <= files
		})
	})
}
