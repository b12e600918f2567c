package server

import (
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"

	gorilla "github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"
)

// A million empty continuations take time only, and the message is whole behind them.
func TestWebSocketEmptyContinuations(t *testing.T) {
	count := 1_000_000
	if racing || testing.Short() {
		count = 50_000
	}
	engines(t, func(t *testing.T, cfg Config) {
		s := start(t, cfg, endpoint(WebSocket{Handler: wsEcho, MaxMessage: 100}))
		p := open(t, s)
		p.SetDeadline(time.Now().Add(30 * time.Second))
		p.send(fragment(TextFrame, false, "a"))
		thousand := strings.Repeat(fragment(ContinuationFrame, false, ""), 1000)
		for range count / 1000 {
			p.send(thousand)
		}
		p.send(masked(ContinuationFrame, "b"))
		p.want("the message", frame(TextFrame, "ab"))
	})
}

// randomStream is what a client might send: mostly valid frames, now and then one that is not.
func randomStream(r *rand.Rand) string {
	var s strings.Builder
	text := func() string { return strings.Repeat("aä€😀"[:r.IntN(10)], r.IntN(100)) }
	for range r.IntN(8) {
		switch r.IntN(12) {
		case 0, 1, 2:
			s.WriteString(masked(TextFrame, text()))
		case 3, 4:
			s.WriteString(masked(BinaryFrame, text()))
		case 5:
			s.WriteString(masked(PingFrame, text()[:0]+"ping"))
		case 6, 7:
			s.WriteString(fragment(TextFrame, false, "b") + masked(PingFrame, "") + fragment(ContinuationFrame, r.IntN(5) > 0, "e"))
		case 8:
			s.WriteString(fragment(FrameType(r.IntN(16)), r.IntN(2) == 0, "x"))
		case 9:
			s.WriteString(masked(PongFrame, "pong"))
		case 10:
			b := []byte(masked(TextFrame, "hello"))
			b[r.IntN(len(b))] ^= 1 << r.IntN(8)
			s.Write(b)
		case 11:
			s.WriteString(masked(BinaryFrame, strings.Repeat("z", r.IntN(3000))))
		}
	}
	return s.String() + masked(CloseFrame, "\x03\xe8")
}

// conversation sends stream in pieces and returns all that comes back until the server's FIN.
func conversation(t *testing.T, s *Server, stream string, cuts ...int) string {
	p := dial(t, s)
	defer p.Close()
	stream = handshake + stream
	at := 0
	for _, end := range append(cuts, len(stream)) {
		if end = min(end, len(stream)); end <= at {
			continue
		}
		if _, err := io.WriteString(p.Conn, stream[at:end]); err != nil {
			break // the server has seen enough
		}
		at = end
	}
	p.Conn.(*net.TCPConn).CloseWrite() // what the server still waits for will not come
	back, err := io.ReadAll(p.Reader)
	require.NoError(t, err, "FIN and no RST")
	return string(back)
}

// The same stream gives the same answer on both engines, whole and in pieces.
func TestWebSocketEnginesAgree(t *testing.T) {
	rounds := 300
	if racing || testing.Short() {
		rounds = 60
	}
	var servers []*Server
	for _, e := range []Engine{EngineEpoll, EnginePortable} {
		for _, blocking := range []bool{false, true} {
			cfg := DefaultConfig()
			cfg.Addr, cfg.Engine, cfg.Loops = "127.0.0.1:0", e, 1
			u := endpoint(WebSocket{Handler: wsEcho, MaxMessage: 2000})
			u.Blocking = blocking
			servers = append(servers, start(t, cfg, u))
		}
	}
	r := rand.New(rand.NewPCG(6455, 7692))
	for i := range rounds {
		stream := randomStream(r)
		want := conversation(t, servers[0], stream)
		require.True(t, strings.HasPrefix(want, accepted), "%q", want)
		for n, s := range servers {
			cut := r.IntN(len(stream)) + len(handshake)
			require.Equal(t, want, conversation(t, s, stream, cut, cut+r.IntN(10)), "round %d, server %d, cut at %d: %q", i, n, cut, stream)
		}
	}
}

// Connections that end in every way leave no goroutine and no session behind.
func TestWebSocketLeavesNothing(t *testing.T) {
	count := 2000
	if racing || testing.Short() {
		count = 300
	}
	engines(t, func(t *testing.T, cfg Config) {
		u := endpoint(WebSocket{Handler: wsEcho})
		s := start(t, cfg, u)
		before := runtime.NumGoroutine()
		endings := []func(c net.Conn){
			func(net.Conn) {},
			func(c net.Conn) { c.(*net.TCPConn).SetLinger(0) },
			func(c net.Conn) { io.WriteString(c, masked(TextFrame, "hello")[:4]) },
			func(c net.Conn) { io.WriteString(c, masked(TextFrame, "hello")); c.(*net.TCPConn).SetLinger(0) },
			func(c net.Conn) { io.WriteString(c, masked(CloseFrame, "\x03\xe8")) },
			func(c net.Conn) { io.WriteString(c, fragment(BinaryFrame, false, "x")) },
		}
		for i := range count {
			c, err := net.Dial("tcp", s.Addr().String())
			require.NoError(t, err)
			io.WriteString(c, handshake)
			if i%3 > 0 {
				c.SetReadDeadline(time.Now().Add(5 * time.Second))
				c.Read(make([]byte, 300))
			}
			endings[i%len(endings)](c)
			c.Close()
		}
		within(t, 10*time.Second, "sessions or goroutines are left", func() bool {
			return s.OpenSockets() == 0 && runtime.NumGoroutine() <= before
		})
	})
}

// LRU purge takes the socket that has been silent for longest; Session.Close ends one at once.
func TestWebSocketPurgeAndCut(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		cfg.MaxOpenSockets, cfg.Loops = 3, 1
		s := start(t, cfg, endpoint(WebSocket{Handler: wsEcho}))
		first, second, third := open(t, s), open(t, s), open(t, s)
		for _, p := range []*peer{second, first, third} {
			p.send(masked(TextFrame, "x"))
			p.want("an echo", frame(TextFrame, "x"))
		}
		fourth := open(t, s)
		second.wantClosed("the least recently used one")
		for _, p := range []*peer{first, third, fourth} {
			p.send(masked(TextFrame, "x"))
			p.want("an echo", frame(TextFrame, "x"))
		}
		for _, c := range s.Sockets("") {
			c.Session().Close()
		}
		within(t, 2*time.Second, "not cut", func() bool { return s.OpenSockets() == 0 })
		first.wantClosed("cut")
	})
}

// A handler that is not Blocking and finds that it has to wait moves aside; others are served, and sends go on.
func TestWebSocketHandlerWaits(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		cfg.Loops = 1
		proceed := make(chan struct{})
		s := start(t, cfg, endpoint(WebSocket{Handler: func(f *Frame) error {
			if string(f.Payload) == "wait" {
				if err := f.Block(); err != nil {
					return err
				}
				<-proceed
			}
			return wsEcho(f)
		}}))
		p := open(t, s)
		p.send(masked(TextFrame, "one") + masked(TextFrame, "wait") + masked(TextFrame, "two"))
		p.want("what came before", frame(TextFrame, "one"))
		other := open(t, s)
		other.send(masked(TextFrame, "x"))
		other.want("others are served", frame(TextFrame, "x"))
		for _, c := range s.Sockets("/ws") {
			require.NoError(t, c.Send(TextFrame, []byte("meanwhile")))
		}
		p.want("sent while the handler waits", frame(TextFrame, "meanwhile"))
		other.want("sent to all", frame(TextFrame, "meanwhile"))
		close(proceed)
		p.want("the rest", frame(TextFrame, "wait")+frame(TextFrame, "two"))
	})
}

// wss works as ws does.
func TestWebSocketTLS(t *testing.T) {
	cfg := DefaultConfig()
	cfg.Addr = "127.0.0.1:0"
	a := newAuthority(t)
	cfg.TLS = &tls.Config{Certificates: []tls.Certificate{a.issue(t, "server")}}
	s := start(t, cfg, endpoint(WebSocket{Handler: wsEcho}))
	d := gorilla.Dialer{TLSClientConfig: &tls.Config{RootCAs: a.pool()}}
	c, _, err := d.Dial("wss://"+s.Addr().String()+"/ws", nil)
	require.NoError(t, err)
	defer c.Close()
	require.NoError(t, c.SetReadDeadline(time.Now().Add(10*time.Second)))
	for _, n := range []int{0, 1000, 100_000} {
		wantEcho(t, c, gorilla.BinaryMessage, bytes.Repeat([]byte{7}, n))
	}
	list := s.Sockets("")
	require.Len(t, list, 1)
	for i := range 100 {
		require.NoError(t, list[0].Send(TextFrame, fmt.Append(nil, i)))
		_, message, err := c.ReadMessage()
		require.NoError(t, err)
		require.Equal(t, fmt.Sprint(i), string(message))
	}
}

// Pings that are never read do not fill the memory, and others are served.
func TestWebSocketPingFlood(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		s := start(t, cfg, endpoint(WebSocket{Handler: wsEcho}))
		p := open(t, s)
		flood := []byte(strings.Repeat(masked(PingFrame, strings.Repeat("p", 125)), 400))
		p.SetWriteDeadline(time.Now().Add(500 * time.Millisecond))
		total := 0
		for {
			n, err := p.Conn.Write(flood)
			total += n
			if err != nil {
				var e net.Error
				require.True(t, errors.As(err, &e) && e.Timeout(), "%v", err)
				break
			}
			require.Less(t, total, 64<<20, "the server does not stop reading")
		}
		c := dialGorilla(t, s, gorilla.Dialer{})
		wantEcho(t, c, gorilla.TextMessage, []byte("others are served"))
	})
}
