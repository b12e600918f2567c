package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A session's context lives over its requests and is freed exactly once, at the end of the connection.
func TestSessionContext(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		var freed atomic.Int32
		free := func(any) { freed.Add(1) }
		s := start(t, cfg, get("/", func(r *Request) error {
			sum, _ := r.Context().(*int)
			if sum == nil {
				sum = new(int)
				r.SetContext(sum, free)
			}
			*sum++
			return r.SendString(fmt.Sprint(*sum))
		}), get("/swap", func(r *Request) error {
			r.SetContext(new(int), free)
			return r.SendString("swapped")
		}), get("/ignore", func(r *Request) error {
			old := r.Session().ReplaceContext(new(int), free)
			require.NotNil(t, old)
			return r.SendString("taken over")
		}))
		ask := func(p *peer, path, want string) {
			p.send("GET " + path + " HTTP/1.1\r\nHost: h\r\n\r\n")
			_, body := p.wantStatus(path, 200)
			require.Equal(t, want, body)
		}
		p, other := dial(t, s), dial(t, s)
		for _, want := range []string{"1", "2", "3"} {
			ask(p, "/", want)
		}
		ask(other, "/", "1")
		require.Zero(t, freed.Load(), "nothing is freed while the sessions live")
		ask(p, "/swap", "swapped")
		require.EqualValues(t, 1, freed.Load(), "the context that was replaced")
		ask(p, "/ignore", "taken over")
		require.EqualValues(t, 1, freed.Load(), "a context that was taken over is not freed")
		p.Close()
		other.Close()
		within(t, 5*time.Second, "contexts are freed", func() bool { return freed.Load() == 3 && s.OpenSockets() == 0 })
	})
}

// Stop frees every session's context and the server's own, once, and waits for every handler.
func TestStopFreesEverything(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		var freed, globals atomic.Int32
		inHandler, finished := make(chan struct{}), atomic.Bool{}
		cfg.UserContext, cfg.FreeUserContext = "global", func(any) { globals.Add(1) }
		cfg.TransportContext, cfg.FreeTransportContext = "transport", func(any) { globals.Add(1) }
		s, err := New(cfg)
		require.NoError(t, err)
		require.NoError(t, s.Handle("GET", "/", func(r *Request) error {
			require.Equal(t, "global", r.GlobalContext())
			r.SetContext(new(int), func(any) { freed.Add(1) })
			return r.SendString("x")
		}))
		require.NoError(t, s.Register(URI{Path: "/slow", Method: "GET", Blocking: true, Handler: func(r *Request) error {
			close(inHandler)
			within(t, 5*time.Second, "Stop has begun", func() bool { return s.State() != StateServing })
			finished.Store(true)
			return r.SendString("done")
		}}))
		require.NoError(t, s.Start())
		for range 10 {
			p := dial(t, s)
			p.send(plainGet)
			p.wantStatus("a session with context", 200)
		}
		slow := dial(t, s)
		slow.send("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n")
		<-inHandler
		require.NoError(t, s.Stop(context.Background()))
		require.True(t, finished.Load(), "Stop waits for the handler")
		resp, _ := slow.wantStatus("the request that was being answered", 200)
		require.True(t, resp.Close)
		require.EqualValues(t, 10, freed.Load())
		require.EqualValues(t, 2, globals.Load())
		require.Zero(t, s.OpenSockets())
		require.NoError(t, s.Stop(context.Background()), "a second Stop")
		require.EqualValues(t, 2, globals.Load())
		require.ErrorIs(t, s.Start(), ErrServerClosed)
	})
}

// Stop is bounded: when its context ends, what is still busy is cut.
func TestStopIsBounded(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		s, err := New(cfg)
		require.NoError(t, err)
		waiting := make(chan struct{})
		require.NoError(t, s.Handle("POST", "/", func(r *Request) error {
			close(waiting)
			_, err := r.Body()
			return err
		}))
		require.NoError(t, s.Start())
		p := dial(t, s)
		p.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\nx")
		<-waiting
		ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
		defer cancel()
		began := time.Now()
		require.ErrorIs(t, s.Stop(ctx), context.DeadlineExceeded)
		require.Less(t, time.Since(began), 2*time.Second)
		s.Wait()
		require.Zero(t, s.OpenSockets())
	})
}

// A full server closes the session that was idle for longest; Touch moves a session to the safe end.
func TestLRUPurge(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		cfg.MaxOpenSockets, cfg.Loops, cfg.LRUPurge = 3, 1, true
		s := start(t, cfg, get("/", says("x")))
		connect := func() *peer {
			p := dial(t, s)
			p.send(plainGet)
			p.wantStatus("a new session", 200)
			return p
		}
		a, b, c := connect(), connect(), connect()
		a.send(plainGet)
		a.wantStatus("use makes recent", 200)
		for _, session := range s.Sessions() {
			if session.RemoteAddr().String() == b.LocalAddr().String() {
				session.Touch()
			}
		}
		touched := make(chan struct{})
		require.NoError(t, s.QueueWork(func() { close(touched) }))
		<-touched
		d := connect()
		c.wantClosed("the least recently used one")
		for _, p := range []*peer{a, b, d} {
			p.send(plainGet)
			p.wantStatus("the others stay", 200)
		}
		require.Equal(t, 3, s.OpenSockets())
	})
}

// Without purge a new connection waits until there is room.
func TestFullWithoutPurge(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		cfg.MaxOpenSockets, cfg.Loops, cfg.LRUPurge = 2, 1, false
		s := start(t, cfg, get("/", says("x")))
		a, b := dial(t, s), dial(t, s)
		for _, p := range []*peer{a, b} {
			p.send(plainGet)
			p.wantStatus("within the limit", 200)
		}
		c := dial(t, s)
		c.send(plainGet)
		require.NoError(t, c.SetReadDeadline(time.Now().Add(150*time.Millisecond)))
		_, err := c.Peek(1)
		require.ErrorContains(t, err, "timeout")
		require.NoError(t, c.SetReadDeadline(time.Now().Add(5*time.Second)))
		c.Reader.Reset(c.Conn)
		a.Close()
		c.wantStatus("room again", 200)
	})
}

// A handler may ask for the sessions, which its own loop has, too.
func TestSessionsInHandler(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		s := start(t, cfg, get("/", func(r *Request) error {
			list := r.Server().Sessions()
			return r.SendString(fmt.Sprint(len(list), slices.Contains(list, r.Session())))
		}))
		for n := range 5 {
			p := dial(t, s)
			p.send(plainGet)
			_, list := p.wantStatus("a list of sessions", 200)
			require.Equal(t, fmt.Sprint(n+1, true), list)
		}
	})
}

func TestTriggerClose(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		reading := make(chan *Session, 1)
		s := start(t, cfg, get("/", says("x")), post("/", func(r *Request) error {
			reading <- r.Session()
			_, err := r.Body()
			return err
		}))
		idle := dial(t, s)
		idle.send(plainGet)
		idle.wantStatus("a session", 200)
		session := s.Sessions()[0]
		session.Close()
		idle.wantClosed("an idle session is closed")
		within(t, 5*time.Second, "the session knows", session.Closed)
		require.Equal(t, -1, session.Descriptor())
		other := dial(t, s) // may get the descriptor of the first
		session.Close()
		session.Touch()
		other.send(plainGet)
		other.wantStatus("a later session is not hit", 200)
		busy := dial(t, s)
		busy.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\nx")
		(<-reading).Close()
		began := time.Now()
		busy.wantClosed("a session that is being read from")
		require.Less(t, time.Since(began), 2*time.Second, "promptly")
	})
}

func TestOpenAndCloseCallbacks(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		var opened, closed atomic.Int32
		refuse := atomic.Bool{}
		cfg.Open = func(s *Session) error {
			opened.Add(1)
			s.SetContext("from open", nil)
			if refuse.Load() {
				return errors.New("no")
			}
			return nil
		}
		cfg.Close = func(*Session) { closed.Add(1) }
		s := start(t, cfg, get("/", func(r *Request) error { return r.SendString(r.Context().(string)) }))
		p := dial(t, s)
		p.send(plainGet)
		_, body := p.wantStatus("an accepted session", 200)
		require.Equal(t, "from open", body)
		refuse.Store(true)
		dial(t, s).wantClosed("a session that Open refuses")
		p.Close()
		within(t, 5*time.Second, "Close sees each session once", func() bool { return closed.Load() == 2 })
		require.EqualValues(t, 2, opened.Load())
	})
}

// Overrides see every byte of a session; a simple cipher proves it, on whole and on split requests.
func TestOverrides(t *testing.T) {
	cipher := func(p []byte) {
		for i := range p {
			p[i] ^= 0x55
		}
	}
	big := strings.Repeat("0123456789", 30000)
	engines(t, func(t *testing.T, cfg Config) {
		var freed atomic.Int32
		cfg.Open = func(s *Session) error {
			s.SetTransportContext("key", func(any) { freed.Add(1) })
			s.OverridePending(func(*Session) int { return 7 })
			s.OverrideRecv(func(_ *Session, p []byte, raw func([]byte) (int, error)) (int, error) {
				n, err := raw(p[:min(len(p), 1000)])
				if n > 0 {
					cipher(p[:n])
				}
				return n, err
			})
			s.OverrideSend(func(s *Session, p []byte, raw func([]byte) (int, error)) (int, error) {
				q := append([]byte{}, p[:min(len(p), 3000)]...)
				cipher(q)
				return raw(q)
			})
			return nil
		}
		s := start(t, cfg, post("/echo", func(r *Request) error {
			require.Equal(t, "key", r.Session().TransportContext())
			require.Equal(t, 7, r.Session().Pending())
			return echo(r)
		}), get("/big", says(big)))
		p := dial(t, s)
		exchange := func(request string, want int) string {
			b := []byte(request)
			cipher(b)
			p.send(string(b))
			answer := make([]byte, want)
			_, err := io.ReadFull(p, answer)
			require.NoError(t, err)
			cipher(answer)
			return string(answer)
		}
		request := fmt.Sprintf("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n%s", len(big), big)
		head := exchange(request, 15)
		require.Equal(t, "HTTP/1.1 200 OK", head)
		rest := exchange("", len(big))
		require.Contains(t, rest, "0123456789")
		p.Close()
		within(t, 5*time.Second, "the transport context is freed", func() bool { return freed.Load() == 1 })
	})
}

// Queued work runs in order, is bounded, and what was accepted is done even if the server is stopped at once.
func TestQueueWork(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		cfg.MaxWork = 4
		s, err := New(cfg)
		require.NoError(t, err)
		require.ErrorIs(t, s.QueueWork(func() {}), ErrServerClosed, "before Start")
		require.NoError(t, s.Start())
		gate, running := make(chan struct{}), make(chan struct{})
		require.NoError(t, s.QueueWork(func() { close(running); <-gate }))
		<-running
		var mu sync.Mutex
		var order []int
		note := func(n int) func() {
			return func() {
				mu.Lock()
				defer mu.Unlock()
				order = append(order, n)
			}
		}
		for n := range 3 {
			require.NoError(t, s.QueueWork(note(n)))
		}
		require.ErrorIs(t, s.QueueWork(note(99)), ErrWorkFull, "it fails fast")
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
		defer cancel()
		require.ErrorIs(t, s.QueueWorkWait(ctx, note(99)), context.DeadlineExceeded)
		waited := make(chan error, 1)
		go func() { waited <- s.QueueWorkWait(context.Background(), note(3)) }()
		close(gate)
		require.NoError(t, <-waited)
		require.NoError(t, s.QueueWorkWait(context.Background(), func() { panic("work") }), "a panic ends nothing")
		require.NoError(t, s.Stop(context.Background()))
		require.Equal(t, []int{0, 1, 2, 3}, order, "what was accepted is done")
		require.ErrorIs(t, s.QueueWork(func() {}), ErrServerClosed, "after Stop")
	})
}

// An asynchronous request is answered by another goroutine; others are served meanwhile, the requests behind it after it.
func TestAsync(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		cfg.Loops = 1
		pending := make(chan *Request, 10)
		s := start(t, cfg, get("/", says("quick")), get("/long", func(r *Request) error {
			if err := r.Async(); err != nil {
				return err
			}
			pending <- r
			return nil
		}))
		p, other := dial(t, s), dial(t, s)
		p.send("GET /long?name=x HTTP/1.1\r\nHost: h\r\n\r\n" + plainGet)
		r := <-pending
		other.send(plainGet)
		other.wantStatus("another connection", 200)
		name, _ := r.QueryValue("name")
		require.Equal(t, "x", string(name), "the request stays readable")
		require.NoError(t, r.SendString("long"))
		r.Complete(nil)
		_, body := p.wantStatus("the asynchronous answer", 200)
		require.Equal(t, "long", body)
		_, body = p.wantStatus("the request behind it", 200)
		require.Equal(t, "quick", body)
		p.send("GET /long HTTP/1.1\r\nHost: h\r\n\r\n")
		r = <-pending
		r.Complete(ErrClose)
		p.wantClosed("completed with an error")
	})
}

// Who works on an asynchronous request hears of it when the peer leaves.
func TestAsyncPeerLeaves(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		left := make(chan bool, 1)
		s := start(t, cfg, get("/", says("x")), get("/wait", func(r *Request) error {
			if err := r.Async(); err != nil {
				return err
			}
			gone := r.Gone()
			go func() {
				select {
				case <-gone:
					left <- true
				case <-time.After(5 * time.Second):
					left <- false
				}
				r.Complete(ErrClose)
			}()
			return nil
		}), get("/nowait", func(r *Request) error {
			if err := r.Block(); err != nil {
				return err
			}
			r.Gone()
			return r.SendString("x")
		}))
		p := dial(t, s)
		p.send("GET /wait HTTP/1.1\r\nHost: h\r\n\r\n")
		within(t, 5*time.Second, "a session", func() bool { return s.OpenSockets() == 1 })
		p.Close()
		require.True(t, <-left)
		p = dial(t, s)
		for range 3 { // the watch for the peer's end must not eat the next request
			p.send("GET /nowait HTTP/1.1\r\nHost: h\r\n\r\n" + plainGet)
			p.wantStatus("watched", 200)
			p.wantStatus("the request behind it", 200)
		}
	})
}
