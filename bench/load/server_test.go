package load

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/httpdlab/httpdlab/bench/measure"
)

// hello is a whole response of five bytes.
const hello = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"

// server is a peer whose every byte the test decides.
type server struct {
	net.Listener
	accepted atomic.Int64
	open     atomic.Int64
	most     atomic.Int64 // connections open at once
}

// serve calls each for every connection, in a goroutine, and closes the
// connection after it.
func serve(t *testing.T, each func(*peer)) *server {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s := &server{Listener: l}
	var all sync.WaitGroup
	ctx, cancel := context.WithCancel(context.Background())
	all.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			s.accepted.Add(1)
			open := s.open.Add(1)
			for m := s.most.Load(); open > m && !s.most.CompareAndSwap(m, open); m = s.most.Load() {
			}
			all.Go(func() {
				defer s.open.Add(-1)
				defer c.Close()
				defer context.AfterFunc(ctx, func() { c.Close() })()
				each(&peer{Conn: c, r: bufio.NewReader(c)})
			})
		}
	})
	t.Cleanup(func() { l.Close(); cancel(); all.Wait() })
	return s
}

func (s *server) url() string { return "http://" + s.Addr().String() + "/" }

// peer is the server's end of a connection.
type peer struct {
	net.Conn
	r *bufio.Reader
}

// request reads one request and reports whether there was one.
func (p *peer) request() bool {
	_, err := http.ReadRequest(p.r)
	return err == nil
}

func (p *peer) say(format string, args ...any) { fmt.Fprintf(p, format, args...) }

// reset closes the connection with RST.
func (p *peer) reset() {
	p.Conn.(*net.TCPConn).SetLinger(0)
	p.Close()
}

// take is the server's own time for a request.
func (p *peer) take(d time.Duration) { <-time.After(d) }

// answer answers every request alike until the peer goes.
func answer(response string) func(*peer) {
	return func(p *peer) {
		for p.request() {
			p.say("%s", response)
		}
	}
}

func get(t testing.TB, address string) *Request {
	t.Helper()
	u, err := url.Parse(address)
	require.NoError(t, err)
	q, err := NewRequest(http.MethodGet, u, nil, nil)
	require.NoError(t, err)
	return q
}

// result is what an attack brought.
type result struct {
	*measure.Tally
	tried, served int
	took          time.Duration
}

// attackWith runs a schedule against the server at address.
func attackWith(t testing.TB, address string, connections int, timeout time.Duration, s Schedule) result {
	t.Helper()
	u, err := url.Parse(address)
	require.NoError(t, err)
	pool := NewPool(u.Host, nil, connections)
	return attackOn(pool, Attack{Request: get(t, address), Timeout: timeout}, s)
}

// attackMix runs a schedule of several requests on four connections.
func attackMix(t testing.TB, address string, m *Mix, s Schedule) result {
	t.Helper()
	return attackOn(NewPool(address, nil, 4), Attack{Mix: m, Timeout: time.Second}, s)
}

func attackOn(pool *Pool, a Attack, s Schedule) result {
	defer pool.Close()
	began := time.Now()
	a.Pool, a.Clock = pool, func() time.Duration { return time.Since(began) }
	a.Recorder = measure.NewRecorder(pool.Size(), 0)
	a.Run(context.Background(), s)
	return result{a.Recorder.Cut(a.Clock()), pool.Tried(), pool.Served(), a.Clock()}
}

func TestMain(m *testing.M) {
	code := m.Run()
	// Every pool and every attack of the tests is over, so nothing of them runs.
	if code == 0 && !settles(func() bool { return runtime.NumGoroutine() <= 3 }) {
		fmt.Println("goroutines are left behind:")
		buf := make([]byte, 1<<16)
		os.Stdout.Write(buf[:runtime.Stack(buf, true)])
		code = 1
	}
	os.Exit(code)
}

// settles waits up to five seconds for what other goroutines bring about.
func settles(ok func() bool) bool {
	limit := time.After(5 * time.Second)
	for tick := time.NewTicker(time.Millisecond); ; {
		if ok() {
			tick.Stop()
			return true
		}
		select {
		case <-limit:
			return false
		case <-tick.C:
		}
	}
}
