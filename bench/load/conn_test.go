package load

import (
	"context"
	"errors"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/httpdlab/httpdlab/bench/measure"
)

// Each way a server can fail has one name, with the stage it failed in.
func TestFailures(t *testing.T) {
	for _, c := range []struct {
		name string
		each func(*peer)
		want string
	}{
		{"reset at once", func(p *peer) { p.request(); p.reset() }, "ttfb/reset"},
		{"closed without an answer", func(p *peer) { p.request() }, "ttfb/eof"},
		{"closed within the head", func(p *peer) { p.request(); p.say("HTTP/1.1 200 OK\r\nConte") }, "ttfb/truncated"},
		{"closed within the content", func(p *peer) { p.request(); p.say("%s", hello[:len(hello)-2]) }, "body/truncated"},
		{"closed within a chunk", func(p *peer) { p.request(); p.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel") }, "body/truncated"},
		{"no last chunk", func(p *peer) {
			p.request()
			p.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
		}, "body/truncated"},
		{"malformed chunk", func(p *peer) {
			p.request()
			p.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nhello\r\n")
		}, "body/protocol"},
		{"reset within the content", func(p *peer) { p.request(); p.say("%s", hello[:len(hello)-2]); p.take(5 * time.Millisecond); p.reset() }, "body/reset"},
		{"not HTTP", func(p *peer) { p.request(); p.say("SSH-2.0-OpenSSH_9.2\r\n\r\n") }, "ttfb/protocol"},
		{"malformed length", func(p *peer) { p.request(); p.say("HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n") }, "ttfb/protocol"},
		{"silence", func(p *peer) { p.request(); p.request() }, "ttfb/timeout"},
		{"silence within the content", func(p *peer) { p.request(); p.say("%s", hello[:len(hello)-2]); p.request() }, "body/timeout"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, c.each)
			pool := NewPool(s.Addr().String(), nil, 1)
			defer pool.Close()
			ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
			defer cancel()
			_, err := pool.Do(ctx, get(t, s.url()))
			require.Equal(t, c.want, key(t, err))
			require.Equal(t, 1, pool.Tried())
			require.Zero(t, pool.Served())
		})
	}
}

func key(t *testing.T, err error) string {
	t.Helper()
	var f *measure.Failure
	require.ErrorAs(t, err, &f)
	return f.Key()
}

func TestConnectFailures(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	nobody := l.Addr().String()
	l.Close()
	for address, want := range map[string]string{
		nobody:                "connect/refused",
		"nosuch.invalid:80":   "dns/no-such-host",
		"127.0.0.1:port-name": "dns/lookup",
	} {
		pool := NewPool(address, nil, 1)
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		_, err := pool.Do(ctx, get(t, "http://127.0.0.1/"))
		require.Contains(t, []string{want, "dns/no-such-host"}, key(t, err), address)
		cancel()
		pool.Close()
	}
}

// What a server does within its rights is no failure, and the connection is
// kept exactly when it may be.
func TestGoodResponses(t *testing.T) {
	const chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
	for _, c := range []struct {
		name     string
		each     func(*peer)
		method   string
		length   int64
		accepted int64 // connections for three requests
	}{
		{"kept alive", answer(hello), "GET", 5, 1},
		{"chunked", answer(chunked), "GET", 5, 1},
		{"no content", answer("HTTP/1.1 204 No Content\r\n\r\n"), "GET", 0, 1},
		{"HEAD", answer("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"), "HEAD", 0, 1},
		{"an interim response before", answer("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + hello), "GET", 5, 1},
		{"a redirect is an answer", answer("HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n"), "GET", 0, 1},
		{"close announced", func(p *peer) {
			p.request()
			p.say("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello")
		}, "GET", 5, 3},
		{"length is the end", func(p *peer) { p.request(); p.say("HTTP/1.1 200 OK\r\n\r\nhello") }, "GET", 5, 3},
		{"HTTP/1.0", func(p *peer) { p.request(); p.say("HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello") }, "GET", 5, 3},
		{"more than was asked", func(p *peer) { p.request(); p.say("%s", hello+hello) }, "GET", 5, 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, c.each)
			pool := NewPool(s.Addr().String(), nil, 1)
			defer pool.Close()
			q, err := NewRequest(c.method, mustURL(t, s.url()), nil, nil)
			require.NoError(t, err)
			for range 3 {
				ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
				a, err := pool.Do(ctx, q)
				cancel()
				require.NoError(t, err)
				require.Equal(t, c.length, a.Length)
			}
			require.Equal(t, c.accepted, s.accepted.Load())
			require.Equal(t, 1, pool.Served())
		})
	}
}

// A server may close an idle connection at any time; that costs a new
// connection and no error.
func TestIdleConnectionClosed(t *testing.T) {
	gone := make(chan bool, 1)
	s := serve(t, func(p *peer) { p.request(); p.say("%s", hello); p.Close(); gone <- true })
	pool := NewPool(s.Addr().String(), nil, 1)
	defer pool.Close()
	for range 5 {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		_, err := pool.Do(ctx, get(t, s.url()))
		require.NoError(t, err)
		<-gone
		c := <-pool.free
		require.True(t, settles(func() bool { return closedByPeer(c.net) }))
		pool.free <- c
		cancel()
	}
	require.Equal(t, int64(5), s.accepted.Load())
}

// The wire carries the request and nothing of the load generator's own.
func TestWire(t *testing.T) {
	wire := make(chan string, 100)
	s := serve(t, func(p *peer) {
		b := make([]byte, 4096)
		n, _ := p.Read(b)
		wire <- string(b[:n])
		p.say("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
	})
	attackWith(t, s.url(), 1, time.Second, Schedule{Rate: 100, Duration: 50 * time.Millisecond})
	want := "GET / HTTP/1.1\r\nHost: " + s.Addr().String() + "\r\nUser-Agent: httpdlab\r\n\r\n"
	require.Equal(t, want, <-wire)
	require.Equal(t, want, <-wire)
}

func TestRequestWithBody(t *testing.T) {
	u := get(t, "http://h/p?q=1")
	require.Equal(t, "GET /p?q=1 HTTP/1.1\r\nHost: h\r\nUser-Agent: httpdlab\r\n\r\n", string(u.wire))
	address := mustURL(t, "http://h/echo")
	q, err := NewRequest("POST", address, http.Header{"content-type": {"text/plain"}}, []byte("abc"))
	require.NoError(t, err)
	require.Equal(t, "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nContent-Type: text/plain\r\nUser-Agent: httpdlab\r\n\r\nabc", string(q.wire))
	_, err = NewRequest("POST", address, http.Header{"Transfer-Encoding": {"chunked"}}, nil)
	require.Error(t, err)
}

// The pool opens no more sockets than it has places, whoever asks.
func TestPoolBound(t *testing.T) {
	s := serve(t, answer(hello))
	pool := NewPool(s.Addr().String(), nil, 3)
	defer pool.Close()
	done := make(chan error)
	q := get(t, s.url())
	for range 50 {
		go func() {
			ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
			defer cancel()
			_, err := pool.Do(ctx, q)
			done <- err
		}()
	}
	for range 50 {
		require.NoError(t, <-done)
	}
	require.LessOrEqual(t, s.most.Load(), int64(3))
}

// The context ends an exchange at once, and only that one.
func TestDoCanceled(t *testing.T) {
	asked := make(chan bool, 1)
	s := serve(t, func(p *peer) {
		p.request()
		asked <- true
		if !p.request() { // the canceled one hangs up
			return
		}
	})
	pool := NewPool(s.Addr().String(), nil, 1)
	defer pool.Close()
	ctx, cancel := context.WithCancel(context.Background())
	go func() { <-asked; cancel() }()
	began := time.Now()
	_, err := pool.Do(ctx, get(t, s.url()))
	require.Error(t, err)
	require.Less(t, time.Since(began), time.Second)

	// While the only connection is taken, waiting for it ends with the context.
	c := <-pool.free
	ctx, cancel = context.WithTimeout(context.Background(), 10*time.Millisecond)
	defer cancel()
	_, err = pool.Do(ctx, get(t, s.url()))
	require.True(t, errors.Is(err, context.DeadlineExceeded))
	pool.free <- c
}
