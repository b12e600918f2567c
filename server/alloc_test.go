package server

import (
	"bytes"
	"io"
	"net"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// None of these allocates, from the bytes received to the bytes sent, the engine included.
var allocationFree = []struct {
	name, request string
	uri           URI
}{
	{"get", "GET /plaintext HTTP/1.1\r\nHost: h\r\nAccept: */*\r\n\r\n", get("/plaintext", func(r *Request) error {
		r.SetType(TypeText)
		return r.Send(helloWorld)
	})},
	{"get string", plainGet, get("/", says("Hello, World!"))},
	{"get with query", "GET /q?a=1&n=20 HTTP/1.1\r\nHost: h\r\n\r\n", get("/q", func(r *Request) error {
		n, ok := r.QueryValue("n")
		if !ok {
			return ErrInvalid
		}
		return r.Send(n)
	})},
	{"get with fields", "GET /f HTTP/1.1\r\nHost: h\r\nUser-Agent: test\r\nCookie: a=b; id=7\r\n\r\n", get("/f", func(r *Request) error {
		r.SetField("ETag", `"1"`)
		r.AddField("X-Agent", "some agent")
		if len(r.Field("user-agent")) != 4 || string(r.Cookie("id")) != "7" {
			return ErrInvalid
		}
		return r.Send(helloWorld)
	})},
	{"get with path values", "GET /user/42/files/a.txt HTTP/1.1\r\nHost: h\r\n\r\n", get("/user/{id}/files/*", func(r *Request) error {
		if string(r.PathValue("id")) != "42" {
			return ErrInvalid
		}
		return r.Send(r.PathTail())
	})},
	{"get with session", "GET /s HTTP/1.1\r\nHost: h\r\n\r\n", get("/s", func(r *Request) error {
		count, _ := r.Context().(*int)
		if count == nil {
			count = new(int)
			r.SetContext(count, nil)
		}
		*count++
		return r.Send(helloWorld)
	})},
	{"get blocking", "GET /b HTTP/1.1\r\nHost: h\r\n\r\n", URI{Path: "/b", Method: "GET", Blocking: true, Handler: says("Hello, World!")}},
	{"post aside", "POST /big HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n" + strings.Repeat("x", 100000), post("/big", readAll)},
	{"head", "HEAD /h HTTP/1.1\r\nHost: h\r\n\r\n", get("/h", says("Hello, World!"))},
	{"not found", "GET /nowhere HTTP/1.1\r\nHost: h\r\n\r\n", URI{}},
	{"get large", "GET /large HTTP/1.1\r\nHost: h\r\n\r\n", get("/large", func(r *Request) error { return r.Send(large) })},
	{"get chunked", "GET /c HTTP/1.1\r\nHost: h\r\n\r\n", get("/c", func(r *Request) error {
		r.SendChunk(helloWorld)
		r.SendChunk(helloWorld)
		return r.SendChunk(nil)
	})},
	{"post", "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n" + strings.Repeat("x", 1000), post("/echo", echo)},
	{"post chunked", "POST /e HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", post("/e", echo)},
	{"post read", "POST /r HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n" + strings.Repeat("x", 1000), post("/r", readAll)},
}

var (
	helloWorld = []byte("Hello, World!")
	large      = bytes.Repeat([]byte("x"), 64<<10)
)

var blocks = sync.Pool{New: func() any { return new([300]byte) }}

// readAll reads the content in pieces.
func readAll(r *Request) error {
	block := blocks.Get().(*[300]byte)
	defer blocks.Put(block)
	for {
		switch _, err := r.Read(block[:]); err {
		case nil:
		case io.EOF:
			return r.Send(helloWorld)
		default:
			return err
		}
	}
}

func TestAllocations(t *testing.T) {
	if racing {
		t.Skip("the race detector allocates")
	}
	cfg := DefaultConfig()
	cfg.Addr, cfg.Loops, cfg.Engine = "127.0.0.1:0", 1, EngineEpoll
	for _, c := range allocationFree {
		t.Run(c.name, func(t *testing.T) {
			var s *Server
			if c.uri.Handler == nil {
				s = start(t, cfg)
			} else {
				s = start(t, cfg, c.uri)
			}
			require.Less(t, allocationsOf(t, s, c.request), 0.01, "allocations a request")
		})
	}
}

// allocationsOf sends a request many times over a real socket and returns the allocations for each, by whomever.
func allocationsOf(t *testing.T, s *Server, request string) float64 {
	c, err := net.Dial("tcp", s.Addr().String())
	require.NoError(t, err)
	defer c.Close()
	require.NoError(t, c.SetDeadline(time.Now().Add(30*time.Second)))
	return allocationsOn(t, c, request, make([]byte, 256<<10))
}

// allocationsOn sends message many times, each time awaits as much as the first one was answered with, and returns
// the allocations for each.
func allocationsOn(t *testing.T, c net.Conn, message string, buf []byte) float64 {
	one := []byte(message)
	_, err := c.Write(one)
	require.NoError(t, err)
	length := responseLength(t, c, buf)
	exchange := func(n int) {
		for range n {
			_, err = c.Write(one)
			require.NoError(t, err)
			_, err = io.ReadFull(c, buf[:length])
			require.NoError(t, err)
		}
	}
	exchange(100)
	const rounds = 2000
	least := 1e9
	for range 3 { // the collector and the runtime allocate now and then
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		exchange(rounds)
		runtime.ReadMemStats(&after)
		least = min(least, float64(after.Mallocs-before.Mallocs)/rounds)
	}
	return least
}

// responseLength reads one response and returns its length: the connection is quiet behind it.
func responseLength(t *testing.T, c net.Conn, buf []byte) (n int) {
	for {
		require.NoError(t, c.SetReadDeadline(time.Now().Add(200*time.Millisecond)))
		k, err := c.Read(buf[n:])
		n += k
		if err != nil {
			require.ErrorContains(t, err, "timeout")
			require.NotZero(t, n)
			require.NoError(t, c.SetDeadline(time.Now().Add(30*time.Second)))
			return n
		}
	}
}
