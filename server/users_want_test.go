package server

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// What users of esp_http_server suffer from must not happen here: one test for each complaint, numbered as in the
// collection of threads that they come from. 10, 13, 15 and 16 are about WebSocket frames only.

// 1: "error in accept (23)", and the server is unreachable until reset.
func TestUsersWant01ServerSurvivesDescriptorExhaustion(t *testing.T) {
	for _, purge := range []bool{true, false} {
		t.Run(fmt.Sprint("purge ", purge), func(t *testing.T) {
			c := startChildWith(t, EngineEpoll, "nofile=40", fmt.Sprint("purge=", purge))
			var conns []net.Conn
			for range 100 {
				conn, err := net.Dial("tcp", c.addr)
				require.NoError(t, err)
				defer conn.Close()
				conns = append(conns, conn)
			}
			ticks := c.cpu()
			time.Sleep(300 * time.Millisecond) // the time over which the time used is measured
			require.LessOrEqual(t, c.cpu()-ticks, 5, "the server spins")
			if !purge {
				for _, conn := range conns {
					conn.Close()
				}
			}
			settled(t, c)
		})
	}
}

// 2: accept fails although LRU purge is on.
func TestUsersWant02PurgeFreesSockets(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		cfg.MaxOpenSockets, cfg.Loops = 4, 1
		s := start(t, cfg, get("/", says("x")))
		for range 50 { // none of them closes its connection
			p := dial(t, s)
			p.send(plainGet)
			p.wantStatus("a new client", 200)
			require.LessOrEqual(t, s.OpenSockets(), 5)
		}
	})
}

// 3: by default seven keep-alive connections lock every new client out.
func TestUsersWant03PurgeByDefault(t *testing.T) {
	require.True(t, DefaultConfig().LRUPurge)
}

// 4: closing a stale session waits behind the work that the session delays.
func TestUsersWant04CloseJumpsTheQueue(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		cfg.Loops = 1
		s := start(t, cfg, get("/", says("x")))
		p := dial(t, s)
		p.send(plainGet)
		p.wantStatus("a session", 200)
		session := s.Sessions()[0]
		gate, running, closed := make(chan struct{}), make(chan struct{}), make(chan bool, 1)
		require.NoError(t, s.QueueWork(func() { close(running); <-gate }))
		<-running
		require.NoError(t, s.QueueWork(func() {
			within(t, 2*time.Second, "the close comes first", func() bool { return session.Closed() })
			closed <- session.Closed()
		}))
		session.Close()
		close(gate)
		require.True(t, <-closed)
	})
}

// 5: the server stops working after a while, because connections stay open and long requests hold it.
func TestUsersWant05IdleConnectionsEnd(t *testing.T) {
	require.NotZero(t, DefaultConfig().IdleTimeout)
	engines(t, func(t *testing.T, cfg Config) {
		cfg.IdleTimeout = 100 * time.Millisecond
		s := start(t, cfg, get("/", says("x")))
		p := dial(t, s)
		p.send(plainGet)
		p.wantStatus("a session", 200)
		p.wantClosed("an idle session")
	})
}

// 6: the request's "Connection: close" is ignored.
func TestUsersWant06ConnectionCloseIsHonoured(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		s := start(t, cfg, get("/", says("x")))
		p := dial(t, s)
		p.send("GET / HTTP/1.1\r\nHost: h\r\nConnection: foo, Close\r\n\r\n")
		resp, _ := p.wantStatus("a last request", 200)
		require.True(t, resp.Close)
		p.wantClosed("after the last request")
	})
}

// 7: chunked request bodies are not supported; neither is streaming in both directions.
func TestUsersWant07ChunkedUploadsBothWays(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		s := start(t, cfg, post("/", func(r *Request) error {
			buf := make([]byte, 100)
			for {
				n, err := r.Read(buf)
				if err == io.EOF {
					return nil
				}
				if err != nil {
					return err
				}
				if err := r.SendChunk(bytes.ToUpper(buf[:n])); err != nil {
					return err
				}
			}
		}))
		p := dial(t, s)
		p.send("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n")
		var resp *http.Response
		for _, word := range []string{"one", "two", "six"} {
			p.send("3\r\n" + word + "\r\n")
			if resp == nil {
				var err error
				resp, err = http.ReadResponse(p.Reader, nil)
				require.NoError(t, err)
			}
			answer := make([]byte, 3)
			_, err := io.ReadFull(resp.Body, answer)
			require.NoError(t, err, "the answer to a chunk comes before the next chunk")
			require.Equal(t, strings.ToUpper(word), string(answer))
		}
		p.send("0\r\n\r\n")
		rest, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		require.Empty(t, rest)
	})
}

// 8: one slow handler blocks everyone.
func TestUsersWant08SlowHandlersBlockNobody(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		cfg.Loops = 1
		gate := make(chan struct{})
		s := start(t, cfg, get("/", says("x")), get("/slow", func(r *Request) error {
			if err := r.Block(); err != nil { // the handler itself says that it will wait
				return err
			}
			<-gate
			return r.SendString("slow")
		}))
		var slow []*peer
		for range 20 {
			p := dial(t, s)
			p.send("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n")
			slow = append(slow, p)
		}
		p := dial(t, s)
		p.send(plainGet)
		p.wantStatus("a quick request", 200)
		close(gate)
		for _, p := range slow {
			p.wantStatus("a slow request", 200)
		}
	})
}

// 9: asynchronous handlers send on closed descriptors, and the main loop reads their sockets.
func TestUsersWant09AsyncSurvivesDisconnect(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		cfg.SendTimeout = 500 * time.Millisecond
		pending := make(chan *Request, 1)
		s := start(t, cfg, get("/", says("x")), get("/long", func(r *Request) error {
			if err := r.Async(); err != nil {
				return err
			}
			pending <- r
			return nil
		}))
		p := dial(t, s)
		p.send("GET /long HTTP/1.1\r\nHost: h\r\n\r\n")
		r := <-pending
		fd := r.Session().Descriptor()
		require.NoError(t, p.Conn.(*net.TCPConn).SetLinger(0))
		p.Close()
		gone := r.Gone()
		other := dial(t, s) // must not get the descriptor
		other.send(plainGet)
		other.wantStatus("another client meanwhile", 200)
		for _, session := range s.Sessions() {
			require.True(t, session == r.Session() || session.Descriptor() != fd)
		}
		<-gone
		within(t, 5*time.Second, "sending fails", func() bool {
			_, err := r.Write(make([]byte, 100000))
			return errors.Join(err, r.Flush()) != nil
		})
		r.Complete(nil)
		within(t, 5*time.Second, "the session ends", func() bool { return s.OpenSockets() == 1 })
	})
}

// 11: "error in send : 11" ends healthy connections that read slowly.
func TestUsersWant11SlowReadersGetEverything(t *testing.T) {
	content := bytes.Repeat([]byte("0123456789abcdef"), 1<<20) // more than the kernel's buffers hold
	engines(t, func(t *testing.T, cfg Config) {
		s := start(t, cfg, get("/", func(r *Request) error { return r.Send(content) }))
		p := dial(t, s)
		require.NoError(t, p.Conn.(*net.TCPConn).SetReadBuffer(128<<10))
		p.send(plainGet)
		within(t, 5*time.Second, "the server waits for the reader", func() bool {
			return s.aside.Load() > 0 || cfg.Engine == EnginePortable
		})
		_, body := p.wantStatus("everything", 200)
		require.True(t, body == string(content))
	})
}

// 12: a full control queue leaks; queueing must fail at once.
func TestUsersWant12FullQueueFailsFast(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		cfg.MaxWork = 2
		s := start(t, cfg)
		gate, running := make(chan struct{}), make(chan struct{})
		require.NoError(t, s.QueueWork(func() { close(running); <-gate }))
		<-running
		require.NoError(t, s.QueueWork(func() {}))
		began := time.Now()
		require.ErrorIs(t, s.QueueWork(func() {}), ErrWorkFull)
		require.Less(t, time.Since(began), time.Second)
		close(gate)
	})
}

// 14: healthy event-stream clients are closed because an errno got lost.
func TestUsersWant14EventStreamSurvivesFullBuffers(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		text := strings.Repeat("x", 10000)
		var sent, seen atomic.Int32
		s := start(t, cfg, get("/events", func(r *Request) error {
			stream, err := r.StartEvents()
			for n := 0; n < 1000 && err == nil; n++ {
				err = stream.Send(Message{Data: text})
				sent.Add(1)
			}
			return err
		}))
		p := dial(t, s)
		require.NoError(t, p.Conn.(*net.TCPConn).SetReadBuffer(128<<10))
		p.send("GET /events HTTP/1.1\r\nHost: h\r\n\r\n")
		polls := 0
		within(t, 5*time.Second, "the buffers are full", func() bool {
			if n := sent.Load(); n == 0 || seen.Swap(n) != n {
				polls = 0
			}
			polls++
			return polls > 5
		})
		_, body := p.wantStatus("all events", 200)
		require.Equal(t, 1000, strings.Count(body, "data: "+text+"\n\n"))
	})
}

// 17: browser cookies are answered with 431.
func TestUsersWant17BrowserCookiesFit(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		s := start(t, cfg, get("/", func(r *Request) error { return r.Send(r.Cookie("last")) }))
		p := dial(t, s)
		p.send("GET / HTTP/1.1\r\nHost: h\r\nCookie: a=" + strings.Repeat("x", 4096) + ";b=" + strings.Repeat("y", 4096) +
			";last=here\r\n\r\n")
		_, body := p.wantStatus("two cookies of 4 KB", 200)
		require.Equal(t, "here", body)
	})
}

// 18: file serving is many times slower than the network.
func TestUsersWant18FilesAreFast(t *testing.T) {
	name := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(name, make([]byte, 64<<20), 0o600))
	engines(t, func(t *testing.T, cfg Config) {
		s := start(t, cfg, get("/", func(r *Request) error {
			f, err := os.Open(name)
			if err != nil {
				return err
			}
			defer f.Close()
			return r.SendFile(f, 0, -1)
		}))
		p := dial(t, s)
		began := time.Now()
		p.send(plainGet)
		resp, err := http.ReadResponse(p.Reader, nil)
		require.NoError(t, err)
		n, err := io.Copy(io.Discard, resp.Body)
		require.NoError(t, err)
		require.EqualValues(t, 64<<20, n)
		require.Less(t, time.Since(began), 4*time.Second, "16 MiB a second is far below what loopback does")
	})
}

// 19: a second instance fails to create its control socket.
func TestUsersWant19ManyServersInOneProgram(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		for n := range 4 {
			s := start(t, cfg, get("/", says(fmt.Sprint(n))))
			p := dial(t, s)
			p.send(plainGet)
			_, body := p.wantStatus("an instance", 200)
			require.Equal(t, fmt.Sprint(n), body)
		}
	})
}

// 20: httpd_stop hangs for ever. TestStopIsBounded shows the bound; here it is called under load, from many sides.
func TestUsersWant20StopReturns(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		s := start(t, cfg, get("/", says("x")))
		var clients sync.WaitGroup
		for range 20 {
			clients.Go(func() {
				c, err := net.Dial("tcp", s.Addr().String())
				if err != nil {
					return
				}
				defer c.Close()
				c.SetDeadline(time.Now().Add(10 * time.Second))
				for buf := make([]byte, 1000); err == nil; {
					if _, err = io.WriteString(c, plainGet); err == nil {
						_, err = c.Read(buf)
					}
				}
			})
		}
		within(t, 5*time.Second, "the clients are there", func() bool { return s.OpenSockets() > 10 })
		began := time.Now()
		var stops sync.WaitGroup
		for range 5 {
			stops.Go(func() { s.Stop(t.Context()) })
		}
		stops.Wait()
		require.Less(t, time.Since(began), 5*time.Second)
		require.Equal(t, StateStopped, s.State())
		clients.Wait()
	})
}

// 21: the task's stack overflows in real handlers.
func TestUsersWant21HandlersMayRecurse(t *testing.T) {
	var deep func(n int) int
	deep = func(n int) int {
		var frame [512]byte
		if n == 0 {
			return len(frame)
		}
		frame[n%512] = 1
		return deep(n-1) + int(frame[n%512])
	}
	engines(t, func(t *testing.T, cfg Config) {
		s := start(t, cfg, get("/", func(r *Request) error { return r.SendString(fmt.Sprint(deep(10000))) }))
		p := dial(t, s)
		p.send(plainGet)
		_, body := p.wantStatus("a handler with 5 MB of stack", 200)
		require.Equal(t, fmt.Sprint(10512), body)
	})
}

// 22: wildcards only at the end, no path parameters.
func TestUsersWant22PathParameters(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		s := start(t, cfg, get("/user/{id}/file/{name}", func(r *Request) error {
			return r.SendString(string(r.PathValue("id")) + ":" + string(r.PathValue("name")))
		}), get("/user/me/file/x", says("literal paths win")))
		p := dial(t, s)
		for path, want := range map[string]string{"/user/7/file/a%20b": "7:a b", "/user/me/file/x": "literal paths win",
			"/us%65r/8/file/%62": "8:b", "/%75ser/me/file/x": "literal paths win", "/%75ser/%2F/file/%41": "/:A"} {
			p.send("GET " + path + " HTTP/1.1\r\nHost: h\r\n\r\n")
			_, body := p.wantStatus(path, 200)
			require.Equal(t, want, body)
		}
		p.send("GET /user//file/x HTTP/1.1\r\nHost: h\r\n\r\n")
		p.wantStatus("an empty segment is no value", 404)
	})
}

// 23: an event stream holds the one server task.
func TestUsersWant23EventStreamsHoldNobody(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		cfg.Loops = 1
		s := start(t, cfg, get("/", says("x")), get("/events", func(r *Request) error {
			stream, err := r.StartEvents()
			if err != nil {
				return err
			}
			if err = stream.Send(Message{Data: "hello"}); err == nil {
				<-r.Gone()
			}
			return err
		}))
		for range 20 {
			p := dial(t, s)
			p.send("GET /events HTTP/1.1\r\nHost: h\r\n\r\n")
			_, err := p.Peek(1)
			require.NoError(t, err)
		}
		p := dial(t, s)
		p.send(plainGet)
		p.wantStatus("a request beside twenty streams", 200)
	})
}

// 24: no way to authenticate before an upgrade, no basic auth, no forms; see TestForms for these two.
func TestUsersWant24AuthenticationBeforeUpgrade(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		private := func(next Handler) Handler { // middleware is a function
			return func(r *Request) error {
				if _, password, _ := r.BasicAuth(); password != "secret" {
					return r.DemandAuth("here")
				}
				return next(r)
			}
		}
		s := start(t, cfg, get("/upgrade", private(func(r *Request) error {
			return r.SendRaw([]byte("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n"))
		})))
		p := dial(t, s)
		p.send("GET /upgrade HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n")
		p.wantStatus("nobody", 401)
		p.send("GET /upgrade HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: x\r\nAuthorization: Basic bWU6c2VjcmV0\r\n\r\n")
		p.wantReply("somebody", "GET", 101)
	})
}

// 25: a TLS handshake runs in the accept path and blocks everything.
func TestUsersWant25HandshakesBlockNobody(t *testing.T) {
	a := newAuthority(t)
	cfg := DefaultConfig()
	cfg.Addr, cfg.TLS = "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{a.issue(t, "server")}}
	s := start(t, cfg, get("/", says("x")))
	for range 20 { // they connect and say nothing
		c, err := net.Dial("tcp", s.Addr().String())
		require.NoError(t, err)
		defer c.Close()
	}
	began := time.Now()
	c, err := tls.Dial("tcp", s.Addr().String(), &tls.Config{RootCAs: a.pool()})
	require.NoError(t, err)
	defer c.Close()
	p := &peer{t, c, bufio.NewReader(c)}
	p.send(plainGet)
	p.wantStatus("beside silent clients", 200)
	require.Less(t, time.Since(began), 2*time.Second)
}
