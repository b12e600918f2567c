package load

import (
	"context"
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"

	"github.com/httpdlab/httpdlab/bench/measure"
)

// echoServer upgrades every connection and gives it to each.
func echoServer(t testing.TB, u websocket.Upgrader, each func(*websocket.Conn)) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := u.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		defer c.Close()
		each(c)
	}))
	t.Cleanup(s.Close)
	return s
}

// echo sends every message back as change makes it.
func echo(change func(kind int, b []byte) (int, []byte)) func(*websocket.Conn) {
	return func(c *websocket.Conn) {
		for {
			kind, b, err := c.ReadMessage()
			if err != nil {
				return
			}
			if change != nil {
				kind, b = change(kind, b)
			}
			if c.WriteMessage(kind, b) != nil {
				return
			}
		}
	}
}

// socketClients are whether the plain client is taken: both, where there are both.
var socketClients = []bool{true}

// socketResult is what a WebSocket load brought.
type socketResult struct {
	result
	links *Links
}

func socketWith(t testing.TB, url string, c WebSocketConfig, s Schedule) socketResult {
	t.Helper()
	began := time.Now()
	c.URL = mustURL(t, url)
	c.Clock = func() time.Duration { return time.Since(began) }
	c.Connections = max(c.Connections, 1)
	if c.Timeout == 0 {
		c.Timeout = time.Second
	}
	e, err := NewWebSocket(c)
	require.NoError(t, err)
	defer e.Close()
	require.NoError(t, e.Run(context.Background(), s))
	tally := e.Cut(c.Clock())
	require.Zero(t, tally.InFlight)
	return socketResult{result{tally, e.Tried(), e.Served(), c.Clock()}, e.Links()}
}

// Messages of every size and kind come back, and Little's law holds.
func TestSocketEcho(t *testing.T) {
	s := echoServer(t, websocket.Upgrader{EnableCompression: true, Subprotocols: []string{"echo"}}, echo(nil))
	for _, plain := range socketClients {
		for _, c := range []WebSocketConfig{
			{}, {Connections: 5, Depth: 4, Loops: 2}, {Message: Message{Size: 1}}, {Message: Message{Size: 125, Text: true}},
			{Message: Message{Size: 126}, Depth: 16}, {Message: Message{Size: 70000, Text: true}, Connections: 2, Depth: 3},
			{Message: Message{Size: 3 << 20}, Depth: 2}, {Message: Message{Size: 20, Subprotocol: "echo"}},
			{Message: Message{Size: 5000, Deflate: true}, Depth: 2}, {Message: Message{Size: 0, Text: true}},
		} {
			c.Plain = plain
			name := fmt.Sprintf("plain %v, %d connections of %d, %+v", plain, c.Connections, c.Depth, c.Message)
			r := socketWith(t, s.URL+"/ws", c, Schedule{Duration: 100 * time.Millisecond})
			require.Empty(t, r.Errors, name)
			require.Positive(t, r.Requests, name)
			require.Equal(t, r.Requests*int64(c.Message.Size), r.BytesIn, name)
			require.Equal(t, max(c.Connections, 1), r.served, name)
			require.Equal(t, int64(max(c.Connections, 1)), r.links.Opened, name)
			require.Equal(t, r.links.Opened, r.links.Secure.TotalCount(), name)
			require.Equal(t, r.Requests, r.links.Reused+r.links.Opened, name)
			require.True(t, r.Service.Equals(r.Response), name)
		}
	}
}

// An open loop sends what its schedule says, and when; the handshakes are over
// before.
func TestSocketOpenLoop(t *testing.T) {
	for _, plain := range socketClients {
		undisturbed(t, func(calm require.TestingT) {
			s := echoServer(t, websocket.Upgrader{}, echo(nil))
			r := socketWith(t, s.URL, WebSocketConfig{Connections: 3, Message: Message{Size: 32}, Plain: plain},
				Schedule{Rate: 500, Duration: 400 * time.Millisecond})
			require.Empty(calm, r.Errors)
			require.Equal(calm, int64(200), r.Requests)
			require.Equal(calm, 3, r.served)
			require.Less(calm, p(50, r.result, measure.Lag), 2*time.Millisecond)
		})
	}
}

// A stall shows in the times from the intended start.
func TestSocketStall(t *testing.T) {
	for _, plain := range socketClients {
		undisturbed(t, func(calm require.TestingT) {
			var n atomic.Int64
			s := echoServer(t, websocket.Upgrader{}, echo(func(kind int, b []byte) (int, []byte) {
				if n.Add(1) == 50 {
					<-time.After(200 * time.Millisecond)
				}
				return kind, b
			}))
			r := socketWith(t, s.URL, WebSocketConfig{Message: Message{Size: 8}, Plain: plain}, Schedule{Rate: 1000, Duration: 500 * time.Millisecond})
			require.Empty(calm, r.Errors)
			require.Less(calm, p(99, r.result, measure.Service), 50*time.Millisecond)
			require.Greater(calm, p(90, r.result, measure.Response), 100*time.Millisecond)
		})
	}
}

// Whatever goes wrong has its own name.
func TestSocketFailures(t *testing.T) {
	flip := func(kind int, b []byte) (int, []byte) { b[len(b)-1] ^= 1; return kind, b }
	closing := func(code int) func(*websocket.Conn) {
		return func(c *websocket.Conn) {
			c.ReadMessage()
			c.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, ""), time.Now().Add(time.Second))
			c.ReadMessage()
		}
	}
	for _, x := range []struct {
		name  string
		each  func(*websocket.Conn)
		error string
	}{
		{"another byte", echo(flip), "message/content"},
		{"a shorter message", echo(func(kind int, b []byte) (int, []byte) { return kind, b[1:] }), "message/content"},
		{"a longer message", echo(func(kind int, b []byte) (int, []byte) { return kind, append(b, 0) }), "message/content"},
		{"another kind", echo(func(_ int, b []byte) (int, []byte) { return websocket.TextMessage, []byte(strings.Repeat("x", len(b))) }), "message/content"},
		{"going away", closing(websocket.CloseGoingAway), "message/close-1001"},
		{"no code", closing(websocket.CloseNoStatusReceived), "message/close-1005"},
		{"the end", func(c *websocket.Conn) { c.ReadMessage() }, "message/eof"},
		{"silence", func(c *websocket.Conn) { c.ReadMessage(); c.ReadMessage(); c.ReadMessage() }, "message/timeout"},
		{"no frame", func(c *websocket.Conn) {
			c.ReadMessage()
			c.NetConn().Write([]byte{0xf3, 0, 0, 0})
			c.ReadMessage()
		}, "message/protocol"},
		{"a masked frame", func(c *websocket.Conn) {
			c.ReadMessage()
			c.NetConn().Write([]byte{0x82, 0x81, 1, 2, 3, 4, 5})
			c.ReadMessage()
		}, "message/protocol"},
	} {
		s := echoServer(t, websocket.Upgrader{}, x.each)
		for _, plain := range socketClients {
			undisturbed(t, func(calm require.TestingT) {
				r := socketWith(t, s.URL, WebSocketConfig{Message: Message{Size: 16}, Timeout: 80 * time.Millisecond, Plain: plain},
					Schedule{Duration: 120 * time.Millisecond})
				require.Equal(calm, map[string]int64{x.error: r.Requests}, r.Errors, "%s, plain %v", x.name, plain)
				require.Positive(calm, r.Requests)
			})
		}
	}
}

// Handshakes fail by names of their own, and are not tried a thousand times a second.
func TestSocketHandshakeFailures(t *testing.T) {
	for _, x := range []struct{ name, answer, error string }{
		{"not found", "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "handshake/status-404"},
		{"no upgrade", "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n\r\n", "handshake/protocol"},
		{"no HTTP", "SSH-2.0-OpenSSH\r\n\r\n", "handshake/protocol"},
		{"nothing", "", "handshake/eof"},
		{"half", "HTTP/1.1 101 Swi", "handshake/truncated"},
	} {
		s := serve(t, func(p *peer) { p.request(); p.say("%s", x.answer) })
		for _, plain := range socketClients {
			r := socketWith(t, s.url(), WebSocketConfig{Connections: 2, Plain: plain}, Schedule{Duration: 250 * time.Millisecond})
			require.Equal(t, map[string]int64{x.error: r.Requests}, r.Errors, "%s, plain %v", x.name, plain)
			require.GreaterOrEqual(t, r.Requests, int64(2))
			require.LessOrEqual(t, r.Requests, int64(8))
			require.Zero(t, r.served)
		}
	}
	mute := serve(t, func(p *peer) { p.request(); p.request() })
	none := serve(t, func(*peer) {})
	none.Close()
	for _, plain := range socketClients {
		r := socketWith(t, mute.url(), WebSocketConfig{Plain: plain, Timeout: 50 * time.Millisecond}, Schedule{Duration: 60 * time.Millisecond})
		require.Equal(t, map[string]int64{"handshake/timeout": r.Requests}, r.Errors)
		r = socketWith(t, none.url(), WebSocketConfig{Plain: plain}, Schedule{Duration: 60 * time.Millisecond})
		require.Equal(t, map[string]int64{"connect/refused": r.Requests}, r.Errors)
		s := echoServer(t, websocket.Upgrader{}, echo(nil))
		r = socketWith(t, s.URL, WebSocketConfig{Plain: plain, Message: Message{Deflate: true}}, Schedule{Duration: 60 * time.Millisecond})
		require.Equal(t, map[string]int64{"handshake/no-deflate": r.Requests}, r.Errors)
		r = socketWith(t, s.URL, WebSocketConfig{Plain: plain, Message: Message{Subprotocol: "chat"}}, Schedule{Duration: 60 * time.Millisecond})
		require.Equal(t, map[string]int64{"handshake/no-subprotocol": r.Requests}, r.Errors)
	}
}

// Frames in pieces, and pings between them, are what a server may send.
func TestSocketOtherFrames(t *testing.T) {
	var pongs atomic.Int64
	s := echoServer(t, websocket.Upgrader{}, func(c *websocket.Conn) {
		c.SetPongHandler(func(text string) error {
			if text == "are you there" {
				pongs.Add(1)
			}
			return nil
		})
		for n := 0; ; n++ {
			_, b, err := c.ReadMessage()
			if err != nil {
				return
			}
			half := len(b) / 2
			out := append([]byte{0x02, byte(half)}, b[:half]...) // a fragment
			if n%3 == 0 {
				out = append(append(out, 0x89, 13), "are you there"...)
			}
			out = append(append(out, 0x80, byte(len(b)-half)), b[half:]...)
			if n%2 == 0 { // and whole ones between
				out = append([]byte{0x82, byte(len(b))}, b...)
			}
			for len(out) > 0 { // in writes that respect nothing
				k := min(len(out), 7)
				if _, err := c.NetConn().Write(out[:k]); err != nil {
					return
				}
				out = out[k:]
			}
		}
	})
	for _, plain := range socketClients {
		pongs.Store(0)
		r := socketWith(t, s.URL, WebSocketConfig{Message: Message{Size: 41}, Depth: 3, Plain: plain}, Schedule{Duration: 100 * time.Millisecond})
		require.Empty(t, r.Errors)
		require.Greater(t, r.Requests, int64(50))
		require.Positive(t, pongs.Load())
	}
}

// A server that closes is connected to again.
func TestSocketReconnects(t *testing.T) {
	s := echoServer(t, websocket.Upgrader{}, func(c *websocket.Conn) {
		for range 3 {
			kind, b, err := c.ReadMessage()
			if err != nil {
				return
			}
			c.WriteMessage(kind, b)
		}
	})
	for _, plain := range socketClients {
		for _, rate := range []float64{0, 400} {
			r := socketWith(t, s.URL, WebSocketConfig{Message: Message{Size: 9}, Plain: plain, Connections: 2}, Schedule{Rate: rate, Duration: 300 * time.Millisecond})
			failed := r.Errors["message/eof"] + r.Errors["message/reset"] + r.Errors["write/reset"]
			require.Positive(t, failed)
			require.Equal(t, r.Requests-failed, r.Service.TotalCount(), "%v", r.Errors)
			require.Greater(t, r.Service.TotalCount(), int64(20))
			require.Greater(t, r.links.Opened, int64(5))
			require.Equal(t, 2, r.tried)
		}
	}
}

func TestSocketRefusesWhatItCannotDo(t *testing.T) {
	clock := func() time.Duration { return 0 }
	for says, c := range map[string]WebSocketConfig{
		"no URL":            {Clock: clock},
		"no clock":          {URL: mustURL(t, "ws://h/")},
		"messages of":       {URL: mustURL(t, "ws://h/"), Clock: clock, Message: Message{Size: -1}},
		"not an IP address": {URL: mustURL(t, "ws://h/"), Clock: clock, Connections: 1},
		"0 connections":     {URL: mustURL(t, "ws://127.0.0.1/"), Clock: clock},
	} {
		_, err := NewWebSocket(c)
		require.ErrorContains(t, err, says)
		require.ErrorContains(t, err, "make a WebSocket engine")
	}
}

// The plain client speaks TLS, and both send what fields they are given.
func TestSocketFieldsAndTLS(t *testing.T) {
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, password, _ := r.BasicAuth(); user != "u" || password != "p" || r.URL.Path != "/ws" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		if c, err := (&websocket.Upgrader{}).Upgrade(w, r, nil); err == nil {
			defer c.Close()
			echo(nil)(c)
		}
	})
	plain, secure := httptest.NewServer(handler), httptest.NewUnstartedServer(handler)
	secure.Config.ErrorLog = log.New(io.Discard, "", 0) // that a client does not trust it is what we want
	secure.StartTLS()
	defer plain.Close()
	defer secure.Close()
	fields := http.Header{"Authorization": {"Basic dTpw"}}
	for _, c := range socketClients {
		r := socketWith(t, plain.URL+"/ws", WebSocketConfig{Plain: c, Fields: fields}, Schedule{Duration: 50 * time.Millisecond})
		require.Empty(t, r.Errors)
		require.Positive(t, r.Requests)
		r = socketWith(t, plain.URL+"/ws", WebSocketConfig{Plain: c}, Schedule{Duration: 50 * time.Millisecond})
		require.Equal(t, map[string]int64{"handshake/status-401": r.Requests}, r.Errors)
	}
	trust := secure.Client().Transport.(*http.Transport).TLSClientConfig
	r := socketWith(t, secure.URL+"/ws", WebSocketConfig{Plain: true, Fields: fields, TLS: trust}, Schedule{Duration: 50 * time.Millisecond})
	require.Empty(t, r.Errors)
	require.Positive(t, r.Requests)
	r = socketWith(t, secure.URL+"/ws", WebSocketConfig{Plain: true, Fields: fields}, Schedule{Duration: 50 * time.Millisecond})
	require.Equal(t, map[string]int64{"tls/certificate": r.Requests}, r.Errors)
}

// Resets are one kind of error.
func TestSocketResets(t *testing.T) {
	s := echoServer(t, websocket.Upgrader{}, func(c *websocket.Conn) {
		c.ReadMessage()
		c.NetConn().(*net.TCPConn).SetLinger(0)
	})
	for _, plain := range socketClients {
		r := socketWith(t, s.URL, WebSocketConfig{Plain: plain, Message: Message{Size: 8}, Connections: 2}, Schedule{Duration: 100 * time.Millisecond})
		require.Equal(t, map[string]int64{"message/reset": r.Requests}, r.Errors)
		require.Positive(t, r.Requests)
	}
}

// The end of the context ends everything at once and blames nobody; what hangs at
// the end of the schedule is unfinished.
func TestSocketEnds(t *testing.T) {
	for name, each := range map[string]func(*peer){
		"message": func(p *peer) {
			cannedHandshake(p)
			p.Conn.Read(make([]byte, 1))
			p.Conn.Read(make([]byte, 1000))
			p.request()
		},
		"handshake": func(p *peer) { p.request(); p.request() },
	} {
		s := serve(t, each)
		for _, plain := range socketClients {
			for _, rate := range []float64{0, 100} {
				began := time.Now()
				clock := func() time.Duration { return time.Since(began) }
				e, err := NewWebSocket(WebSocketConfig{URL: mustURL(t, s.url()), Plain: plain, Connections: 2, Timeout: time.Minute, Clock: clock})
				require.NoError(t, err)
				ctx, cancel := context.WithCancel(t.Context())
				time.AfterFunc(30*time.Millisecond, cancel)
				require.NoError(t, e.Run(ctx, Schedule{Rate: rate}))
				require.Less(t, clock(), 3*time.Second)
				r := e.Cut(clock())
				require.Zero(t, r.Requests, "%s, plain %v: %v", name, plain, r.Errors)
				require.Zero(t, r.InFlight)
			}
			r := socketWith(t, s.url(), WebSocketConfig{Plain: plain, Connections: 2, Timeout: time.Minute}, Schedule{Duration: 30 * time.Millisecond})
			require.Equal(t, map[string]int64{name + "/unfinished": 2}, r.Errors, "plain %v", plain)
			require.GreaterOrEqual(t, r.took, leastGrace)
		}
	}
}

// cannedHandshake accepts a WebSocket.
func cannedHandshake(p *peer) {
	if r, err := http.ReadRequest(p.r); err == nil {
		sum := sha1.Sum([]byte(r.Header.Get("Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
		p.say("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n",
			base64.StdEncoding.EncodeToString(sum[:]))
	}
}
