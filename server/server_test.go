package server

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// engines runs a test once for each engine.
func engines(t *testing.T, test func(t *testing.T, cfg Config)) {
	for _, e := range []Engine{EngineEpoll, EnginePortable} {
		t.Run(e.String(), func(t *testing.T) {
			cfg := DefaultConfig()
			cfg.Addr, cfg.Engine, cfg.Loops = "127.0.0.1:0", e, 2
			cfg.Log = func(err error) { t.Logf("reported: %.80v", err) }
			test(t, cfg)
		})
	}
}

// start runs a server that ends with the test.
func start(t testing.TB, cfg Config, uris ...URI) *Server {
	t.Helper()
	s, err := New(cfg)
	require.NoError(t, err)
	for _, u := range uris {
		require.NoError(t, s.Register(u))
	}
	require.NoError(t, s.Start())
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		require.NoError(t, s.Stop(ctx))
		require.Zero(t, s.OpenSockets(), "sessions left open by Stop")
	})
	return s
}

// get makes the registration of a GET handler.
func get(path string, h Handler) URI { return URI{Path: path, Method: "GET", Handler: h} }

// post makes the registration of a POST handler.
func post(path string, h Handler) URI { return URI{Path: path, Method: "POST", Handler: h} }

// says answers with a text.
func says(text string) Handler {
	return func(r *Request) error { return r.SendString(text) }
}

// echo sends the content back.
func echo(r *Request) error {
	body, err := r.Body()
	if err != nil {
		return err
	}
	return r.Send(body)
}

// A peer is a test's client connection; everything it does has a deadline.
type peer struct {
	t testing.TB
	net.Conn
	*bufio.Reader
}

// dial connects to s.
func dial(t testing.TB, s *Server) *peer {
	t.Helper()
	c, err := net.Dial("tcp", s.Addr().String())
	require.NoError(t, err)
	require.NoError(t, c.SetDeadline(time.Now().Add(10*time.Second)))
	t.Cleanup(func() { c.Close() })
	return &peer{t, c, bufio.NewReader(c)}
}

func (p *peer) Read(b []byte) (int, error) { return p.Reader.Read(b) }

// send writes text.
func (p *peer) send(text string) {
	p.t.Helper()
	_, err := io.WriteString(p.Conn, text)
	require.NoError(p.t, err)
}

// wantStatus reads one response to a GET and returns its content.
func (p *peer) wantStatus(reason string, status int) (resp *http.Response, body string) {
	p.t.Helper()
	return p.wantReply(reason, "GET", status)
}

// wantReply reads one response to a request of that method.
func (p *peer) wantReply(reason, method string, status int) (resp *http.Response, body string) {
	p.t.Helper()
	resp, err := http.ReadResponse(p.Reader, &http.Request{Method: method})
	require.NoError(p.t, err, reason)
	content, err := io.ReadAll(resp.Body)
	require.NoError(p.t, err, reason)
	require.Equal(p.t, status, resp.StatusCode, "%s: %s", reason, content)
	return resp, string(content)
}

// wantClosed waits for the end of the connection.
func (p *peer) wantClosed(reason string) {
	p.t.Helper()
	rest, err := io.ReadAll(p.Reader)
	if err != nil {
		require.NotContains(p.t, err.Error(), "timeout", reason)
	}
	require.Empty(p.t, string(rest), reason)
}

// within polls until done reports true, for at most d; unlike require.Eventually it starts no goroutine.
func within(t testing.TB, d time.Duration, reason string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(d); !done(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not within %v: %s", d, reason)
		}
	}
}

const plainGet = "GET / HTTP/1.1\r\nHost: h\r\n\r\n"

// A server does not share its address with another one.
func TestAddressInUse(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		s := start(t, cfg, get("/", says("the first")))
		cfg.Addr = s.Addr().String()
		other, err := New(cfg)
		require.NoError(t, err)
		require.ErrorContains(t, other.Start(), "address already in use")
		require.ErrorIs(t, s.Start(), ErrServing)
		p := dial(t, s)
		p.send(plainGet)
		p.wantStatus("the first server goes on", 200)
	})
}

func TestGet(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		s := start(t, cfg, get("/", says("hello")))
		p := dial(t, s)
		p.send(plainGet)
		resp, body := p.wantStatus("a GET", 200)
		require.Equal(t, "hello", body)
		require.EqualValues(t, 5, resp.ContentLength)
		require.NotEmpty(t, resp.Header.Get("Date"))
		p.send(strings.Repeat(plainGet, 3))
		for range 3 {
			p.wantStatus("pipelined GETs", 200)
		}
	})
}
