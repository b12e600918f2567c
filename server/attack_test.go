package server

import (
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// An attack says how many clients of each kind want to stop the server.
type attack struct {
	SlowHeads, SlowBodies, NonReaders, Sleepers, Churners int

	lasts  time.Duration
	memory int // bytes that the server may take for it
}

// Nobody is stopped: while slow clients, clients that do not read, handlers that sleep, and connections that come
// and go by RST are there all at once, a well-behaved client's p99 stays below twice its quiet value plus 5 ms, memory
// stays bounded, and 10 s after the attack everything is freed. HTTPDLAB_FULL=1 runs the attack in full size.
func TestNobodyIsStopped(t *testing.T) {
	if racing {
		t.Skip("the race detector takes time")
	}
	a := attack{SlowHeads: 500, SlowBodies: 50, NonReaders: 20, Sleepers: 20, Churners: 2, lasts: 2 * time.Second, memory: 64 << 20}
	if os.Getenv("HTTPDLAB_FULL") != "" {
		a = attack{SlowHeads: 5000, SlowBodies: 200, NonReaders: 200, Sleepers: 100, Churners: 4, lasts: 20 * time.Second, memory: 128 << 20}
	}
	c := startChild(t, EngineEpoll)
	quiet := behave(t, c.addr, 2*time.Second)
	settled(t, c)
	before := c.memory()
	end := startClients(t, "attack", c.addr, a)
	within(t, 20*time.Second, "the attackers are connected", func() bool {
		sessions, _ := settled(t, c)
		return sessions >= (a.SlowHeads+a.SlowBodies+a.NonReaders+a.Sleepers)*9/10
	})
	attacked := behave(t, c.addr, a.lasts)
	memory := c.memory() - before
	end()
	quiet = max(quiet, behave(t, c.addr, time.Second)) // the machine may have got busier
	t.Logf("quiet p99 %v, attacked p99 %v, memory %.1f MiB more", quiet, attacked, float64(memory)/(1<<20))
	require.Less(t, attacked, 2*quiet+5*time.Millisecond)
	require.Less(t, memory, a.memory)
	within(t, 10*time.Second, "the attack is over and freed", func() bool {
		sessions, goroutines := settled(t, c)
		return sessions <= 1 && goroutines < 20
	})
}

// behave sends requests one after the other, a millisecond apart, and returns the 99th percentile of their times.
func behave(t *testing.T, addr string, d time.Duration) time.Duration {
	c, err := net.Dial("tcp", addr)
	require.NoError(t, err)
	defer c.Close()
	var times []time.Duration
	buf := make([]byte, 1000)
	for end := time.Now().Add(d); time.Now().Before(end); time.Sleep(time.Millisecond) {
		require.NoError(t, c.SetDeadline(time.Now().Add(5*time.Second)))
		began := time.Now()
		_, err := io.WriteString(c, plainGet)
		require.NoError(t, err)
		_, err = c.Read(buf)
		require.NoError(t, err)
		times = append(times, time.Since(began))
	}
	slices.Sort(times)
	return times[len(times)*99/100]
}

// begin starts the attackers, which go on until stop is closed.
func (a attack) begin(addr string, stop chan struct{}, done *sync.WaitGroup) {
	many := func(n int, attack func(c net.Conn)) {
		for range n {
			done.Go(func() { persist(addr, stop, attack) })
		}
	}
	many(a.SlowHeads, func(c net.Conn) { trickle(c, "GET / HTTP/1.1\r\nHost: h\r\nX-Slow: ", stop) })
	many(a.SlowBodies, func(c net.Conn) {
		trickle(c, "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\n", stop)
	})
	many(a.NonReaders, func(c net.Conn) {
		c.(*net.TCPConn).SetReadBuffer(4096)
		fmt.Fprint(c, "GET /huge HTTP/1.1\r\nHost: h\r\n\r\n")
		wait(stop, 5*time.Second)
	})
	many(a.Sleepers, func(c net.Conn) {
		fmt.Fprint(c, "GET /sleep HTTP/1.1\r\nHost: h\r\n\r\n")
		wait(stop, 5*time.Second)
	})
	var storms atomic.Int64
	many(a.Churners, func(c net.Conn) {
		fmt.Fprint(c, plainGet)
		if storms.Add(1)%2 == 0 {
			c.(*net.TCPConn).SetLinger(0) // RST
		}
		wait(stop, 2*time.Millisecond)
	})
}

// persist attacks with one connection after the other until stop is closed.
func persist(addr string, stop chan struct{}, attack func(net.Conn)) {
	for {
		select {
		case <-stop:
			return
		default:
		}
		c, err := net.DialTimeout("tcp", addr, time.Second)
		if err != nil {
			wait(stop, 10*time.Millisecond)
			continue
		}
		attack(c)
		c.Close()
	}
}

// trickle sends a beginning and then a byte a second, until the server or stop ends it.
func trickle(c net.Conn, beginning string, stop chan struct{}) {
	io.WriteString(c, beginning)
	for {
		if wait(stop, time.Second) {
			return
		}
		if _, err := io.WriteString(c, "x"); err != nil {
			return
		}
	}
}

// wait returns after d, or with true as soon as stop is closed.
func wait(stop chan struct{}, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-stop:
		return true
	case <-timer.C:
		return false
	}
}

// The buffers of all sessions together are bounded: who needs more beyond that is closed, the others are served.
func TestHeldMemoryIsBounded(t *testing.T) {
	cfg := DefaultConfig()
	cfg.Addr, cfg.Engine, cfg.Loops, cfg.MaxHeld = "127.0.0.1:0", EngineEpoll, 1, 1<<20
	s := start(t, cfg, get("/", says("x")), post("/echo", echo))
	half := "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 60000\r\n\r\n" + strings.Repeat("x", 30000)
	for range 50 {
		c, err := net.Dial("tcp", s.Addr().String())
		require.NoError(t, err)
		defer c.Close()
		io.WriteString(c, half)
	}
	p := dial(t, s)
	p.send(plainGet)
	p.wantStatus("a small request", 200)
	within(t, 5*time.Second, "most are closed", func() bool { return s.OpenSockets() < 20 })
	require.LessOrEqual(t, s.held.Load(), cfg.MaxHeld)
	require.Greater(t, s.held.Load(), cfg.MaxHeld/2, "up to the bound they may stay")
}
