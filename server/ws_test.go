package server

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	gorilla "github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"

	"github.com/httpdlab/httpdlab/server/websocket"
)

// endpoint makes the registration of a WebSocket.
func endpoint(w WebSocket) URI { return URI{Path: "/ws", Method: "GET", WebSocket: &w} }

// wsEcho sends messages back.
func wsEcho(f *Frame) error { return f.Reply(f.Type, f.Payload) }

const handshakeFields = "Host: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
	"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"

const handshake = "GET /ws HTTP/1.1\r\n" + handshakeFields + "\r\n"

const accepted = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
	"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"

// open connects and shakes hands.
func open(t testing.TB, s *Server) *peer {
	t.Helper()
	p := dial(t, s)
	p.send(handshake)
	p.want("the handshake is accepted", accepted+"\r\n")
	return p
}

// want reads exactly text.
func (p *peer) want(reason, text string) {
	p.t.Helper()
	b := make([]byte, len(text))
	n, err := io.ReadFull(p.Reader, b)
	require.NoError(p.t, err, "%s: got %q", reason, b[:n])
	require.Equal(p.t, text, string(b), reason)
}

// masked is a client's frame.
func masked(t FrameType, payload string) string { return fragment(t, true, payload) }

func fragment(t FrameType, final bool, payload string) string {
	h := websocket.Header{Final: final, Masked: true, Opcode: t, Key: 0x3d21fa37, Length: int64(len(payload))}
	b := append(websocket.AppendHeader(nil, h), payload...)
	websocket.Mask(b[len(b)-len(payload):], h.Key)
	return string(b)
}

// frame is a server's frame.
func frame(t FrameType, payload string) string {
	return string(websocket.AppendFrame(nil, t, []byte(payload)))
}

// wantClose reads a Close with this code, and then the server's FIN within a second.
func (p *peer) wantClose(reason string, code int) {
	p.t.Helper()
	var head [2]byte
	_, err := io.ReadFull(p.Reader, head[:])
	require.NoError(p.t, err, reason)
	require.Equal(p.t, byte(0x88), head[0], reason)
	payload := make([]byte, head[1])
	_, err = io.ReadFull(p.Reader, payload)
	require.NoError(p.t, err, reason)
	got, _, e := websocket.ParseClose(payload)
	require.Zero(p.t, e, reason)
	require.Equal(p.t, code, got, "%s: %q", reason, payload)
	p.SetReadDeadline(time.Now().Add(time.Second))
	rest, err := io.ReadAll(p.Reader)
	require.NoError(p.t, err, "%s: FIN and no RST", reason)
	require.Empty(p.t, rest, reason)
}

func dialGorilla(t testing.TB, s *Server, d gorilla.Dialer) *gorilla.Conn {
	t.Helper()
	c, resp, err := d.Dial("ws://"+s.Addr().String()+"/ws", nil)
	require.NoError(t, err)
	require.Equal(t, 101, resp.StatusCode)
	require.NoError(t, c.SetReadDeadline(time.Now().Add(10*time.Second)))
	t.Cleanup(func() { c.Close() })
	return c
}

// wantEcho sends a message and reads it back.
func wantEcho(t testing.TB, c *gorilla.Conn, kind int, message []byte) {
	t.Helper()
	require.NoError(t, c.WriteMessage(kind, message))
	got, back, err := c.ReadMessage()
	require.NoError(t, err)
	require.Equal(t, kind, got)
	require.True(t, bytes.Equal(message, back), "%d bytes came back as %d", len(message), len(back))
}

var echoSizes = []int{0, 1, 124, 125, 126, 127, 128, 254, 255, 256, 257, 1023, 1024, 1025, 4095, 4096, 4097, 65534, 65535, 65536, 65537, 300_000}

func TestWebSocketEcho(t *testing.T) {
	for _, blocking := range []bool{false, true} {
		engines(t, func(t *testing.T, cfg Config) {
			u := endpoint(WebSocket{Handler: wsEcho, Subprotocols: []string{"echo"}})
			u.Blocking = blocking
			s := start(t, cfg, u)
			c := dialGorilla(t, s, gorilla.Dialer{Subprotocols: []string{"chat", "echo"}})
			require.Equal(t, "echo", c.Subprotocol())
			for _, n := range echoSizes {
				wantEcho(t, c, gorilla.BinaryMessage, bytes.Repeat([]byte{0xfe}, n))
				wantEcho(t, c, gorilla.TextMessage, bytes.Repeat([]byte("x"), n))
			}
		})
	}
}

// All four parameters of permessage-deflate that gorilla knows, and texts that do and do not shrink.
func TestWebSocketDeflate(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		s := start(t, cfg, endpoint(WebSocket{Handler: wsEcho, Deflate: &websocket.Deflate{}, MinDeflate: 20}))
		c := dialGorilla(t, s, gorilla.Dialer{EnableCompression: true})
		for _, n := range echoSizes {
			wantEcho(t, c, gorilla.TextMessage, bytes.Repeat([]byte("temperature "), n)[:n])
		}
	})
}

// With context takeover in both directions, our own codec as the client.
func TestWebSocketDeflateTakeover(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		s := start(t, cfg, endpoint(WebSocket{Handler: wsEcho, Deflate: &websocket.Deflate{}}))
		p := dial(t, s)
		p.send("GET /ws HTTP/1.1\r\n" + handshakeFields + "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=10; server_max_window_bits=9\r\n\r\n")
		p.want("the handshake", accepted+"Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=9; client_max_window_bits=10\r\n\r\n")
		z, i := websocket.Deflater{Bits: 10}, websocket.Inflater{Bits: 9}
		sizes := make([]int64, 0, 3)
		for range 3 {
			text := []byte(strings.Repeat(`{"sensor":17,"value":21.5}`, 15))
			payload := z.Deflate(nil, text)
			h := websocket.Header{Final: true, RSV1: true, Masked: true, Opcode: TextFrame, Length: int64(len(payload))}
			p.send(string(append(websocket.AppendHeader(nil, h), payload...)))
			var got websocket.Header
			head, err := p.Peek(2)
			require.NoError(t, err)
			head, err = p.Peek(2 + 2*btoi(head[1] == 126))
			require.NoError(t, err)
			n, e := got.Parse(head)
			require.Zero(t, e)
			require.True(t, got.RSV1)
			p.Discard(n)
			back := make([]byte, got.Length)
			_, err = io.ReadFull(p.Reader, back)
			require.NoError(t, err)
			echoed, e := i.Inflate(nil, back, 1000)
			require.Zero(t, e)
			require.Equal(t, string(text), string(echoed))
			sizes = append(sizes, got.Length)
		}
		require.Less(t, sizes[1], sizes[0], "the context is kept")
	})
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Frames that arrive in the handshake's own segment are not lost, wherever the segment ends.
func TestWebSocketFramesBehindTheHandshake(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		s := start(t, cfg, endpoint(WebSocket{Handler: wsEcho}))
		stream := handshake + masked(TextFrame, "first") + masked(PingFrame, "p") + masked(TextFrame, "second")
		want := accepted + "\r\n" + frame(TextFrame, "first") + frame(PongFrame, "p") + frame(TextFrame, "second")
		p := dial(t, s)
		p.send(stream)
		p.want("all at once", want)
		for cut := len(handshake) - 3; cut < len(stream); cut++ {
			p := dial(t, s)
			p.send(stream[:cut])
			p.send(stream[cut:])
			p.want(fmt.Sprintf("cut at %d", cut), want)
			p.Close()
		}
	})
}

// The wrong handshakes and their answers; HTTP goes on behind those that the framing allows.
func TestWebSocketRefusals(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		s := start(t, cfg,
			endpoint(WebSocket{Handler: wsEcho, Origin: func(_ *Request, origin []byte) bool { return string(origin) != "http://evil" }}),
			URI{Path: "/both", Method: "GET", Handler: says("a page"), WebSocket: &WebSocket{Handler: wsEcho}},
			URI{Path: "/auth", Method: "GET", WebSocket: &WebSocket{Handler: wsEcho, PreHandshake: func(r *Request) error {
				if string(r.Field("Authorization")) != "yes" {
					return r.SendError(401, "who are you?")
				}
				return r.SetField("Set-Cookie", "a=b")
			}}},
			URI{Path: "/silent", Method: "GET", WebSocket: &WebSocket{Handler: wsEcho, PreHandshake: func(*Request) error { return ErrClose }}},
		)
		replace := func(old, new string) string { return strings.Replace(handshake, old, new, 1) }
		for _, c := range []struct {
			name, request string
			status        int
			field, value  string
		}{
			{"no upgrade", plainGet[:4] + "/ws" + plainGet[5:], 426, "Upgrade", "websocket"},
			{"version 8", replace("Version: 13", "Version: 8"), 426, "Sec-WebSocket-Version", "13"},
			{"no key", replace("Sec-WebSocket-Key", "X-Key"), 400, "", ""},
			{"post", replace("GET", "POST"), 405, "Allow", "GET, HEAD, OPTIONS"},
			{"HTTP/1.0", replace("HTTP/1.1", "HTTP/1.0"), 400, "", ""},
			{"foreign origin", replace("Host", "Origin: http://evil\r\nHost"), 403, "", ""},
			{"content", replace("Host", "Content-Length: 4\r\nHost") + "body", 400, "", ""},
			{"unknown path", replace("/ws", "/nothing"), 404, "", ""},
			{"a page", "GET /both HTTP/1.1\r\nHost: h\r\n\r\n", 200, "", ""},
			{"not allowed", replace("/ws", "/auth"), 401, "", ""},
		} {
			p := dial(t, s)
			p.send(c.request)
			resp, _ := p.wantStatus(c.name, c.status)
			if c.field != "" {
				require.Equal(t, c.value, resp.Header.Get(c.field), c.name)
			}
			if !resp.Close {
				p.send(replace("/ws", "/both"))
				p.want(c.name, accepted+"\r\n")
			}
		}
		p := dial(t, s)
		p.send(replace("/ws", "/silent"))
		p.wantClosed("refused without a word")
		p = dial(t, s)
		p.send(strings.Replace(replace("/ws", "/auth"), "Host", "Authorization: yes\r\nHost", 1))
		p.want("allowed, with a field of its own", accepted+"Set-Cookie: a=b\r\n\r\n")
	})
}

// RFC 6455, 5 to 8: the first bad byte ends the connection with the right code; what was good before is answered.
func TestWebSocketFailures(t *testing.T) {
	good := masked(TextFrame, "good")
	cases := []struct {
		name, stream string
		code         int
	}{
		{"unmasked", "\x81\x02hi", 1002},
		{"rsv", "\xc1\x80mask", 1002},
		{"reserved opcode", "\x83\x80mask", 1002},
		{"long ping", "\x89\xfe", 1002},
		{"fragmented ping", fragment(PingFrame, false, "a"), 1002},
		{"continuation of nothing", masked(ContinuationFrame, "a"), 1002},
		{"message inside a message", fragment(TextFrame, false, "a") + masked(TextFrame, "b"), 1002},
		{"length not minimal", "\x81\xfe\x00\x05", 1002},
		{"top bit of the length", "\x82\xff\x80\x00\x00\x00\x00\x00\x00\x00mask", 1002},
		{"2^63-1 bytes", "\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xffmask", 1009},
		{"2^32+5 bytes", "\x82\xff\x00\x00\x00\x01\x00\x00\x00\x05maskHELLO", 1009},
		{"one byte too many", "\x82\xfe\x10\x01mask", 1009},
		{"sum of fragments", fragment(TextFrame, false, strings.Repeat("x", 4000)) + fragment(ContinuationFrame, false, strings.Repeat("x", 97)), 1009},
		{"not UTF-8", masked(TextFrame, "a\xff"), 1007},
		{"not UTF-8 at the first bad byte", fragment(TextFrame, false, "\xf4\x90"), 1007},
		{"UTF-8 cut off", masked(TextFrame, "\xe2\x82"), 1007},
		{"close of one byte", masked(CloseFrame, "a"), 1002},
		{"close code 1005", masked(CloseFrame, "\x03\xed"), 1002},
		{"close reason not UTF-8", masked(CloseFrame, "\x03\xe8\xff"), 1007},
		{"close", masked(CloseFrame, "\x03\xe9bye"), 1001},
		{"close without code", masked(CloseFrame, ""), 1005},
		{"close, then more", masked(CloseFrame, "\x0f\xa0") + masked(TextFrame, "late") + masked(PingFrame, "late"), 4000},
		{"close inside a message", fragment(TextFrame, false, "a") + masked(CloseFrame, "\x03\xe8") + masked(ContinuationFrame, "b"), 1000},
	}
	engines(t, func(t *testing.T, cfg Config) {
		s := start(t, cfg, endpoint(WebSocket{Handler: wsEcho, MaxMessage: 4096}))
		for _, c := range cases {
			p := open(t, s)
			p.send(good + c.stream)
			p.want(c.name, frame(TextFrame, "good"))
			p.wantClose(c.name, c.code)
			p.Close()
			p = open(t, s) // byte by byte
			for i := range len(c.stream) {
				p.send(c.stream[i : i+1])
				if i > 20 {
					p.send(c.stream[i+1:])
					break
				}
			}
			p.wantClose(c.name, c.code)
			p.Close()
		}
		within(t, 3*time.Second, "sessions are left", func() bool { return s.OpenSockets() == 0 })
	})
}

// A bomb ends with 1009, garbage with 1007, and the server goes on.
func TestWebSocketDeflateHostile(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		s := start(t, cfg, endpoint(WebSocket{Handler: wsEcho, Deflate: &websocket.Deflate{}}))
		z := websocket.Deflater{NoTakeover: true}
		for _, c := range []struct {
			name    string
			payload []byte
			code    int
		}{
			{"bomb", z.Deflate(nil, make([]byte, 16<<20)), 1009},
			{"garbage", []byte("\xff\xff\xff"), 1007},
			{"reserved block", []byte("\x06"), 1007},
			{"not UTF-8", z.Deflate(nil, []byte("\xff")), 1007},
			{"before the start", []byte("\xf2\x00\x11\x00\x00"), 1007},
		} {
			p := dial(t, s)
			p.send("GET /ws HTTP/1.1\r\n" + handshakeFields + "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n")
			p.want(c.name, accepted+"Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n")
			h := websocket.Header{Final: true, RSV1: true, Masked: true, Opcode: TextFrame, Length: int64(len(c.payload))}
			p.send(string(append(websocket.AppendHeader(nil, h), c.payload...)))
			p.wantClose(c.name, c.code)
		}
	})
}

// Parts come as they arrive, long before the message ends; their sum is the message.
func TestWebSocketParts(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		var parts atomic.Int32
		s := start(t, cfg, endpoint(WebSocket{Delivery: Parts, MaxMessage: 1 << 30, Handler: func(f *Frame) error {
			parts.Add(1)
			return f.ReplyPart(f.Type, f.Payload, f.Final)
		}}))
		p := open(t, s)
		p.send(fragment(TextFrame, false, "be") + masked(PingFrame, "x"))
		p.want("the first part, and the ping between", string(websocket.AppendFrame(nil, TextFrame, []byte("be")))[:0]+"\x01\x02be"+frame(PongFrame, "x"))
		p.send(masked(ContinuationFrame, "gun"))
		p.want("the last part", "\x80\x03gun")
		require.EqualValues(t, 2, parts.Load())

		c := dialGorilla(t, s, gorilla.Dialer{})
		big := bytes.Repeat([]byte("0123456789abcdef"), 1<<16)
		done := make(chan error, 1)
		go func() { done <- c.WriteMessage(gorilla.BinaryMessage, big) }()
		_, back, err := c.ReadMessage()
		require.NoError(t, err)
		require.True(t, bytes.Equal(big, back))
		require.NoError(t, <-done)
	})
}

// Raw frames, control frames included, as handle_ws_control_frames has it.
func TestWebSocketRawFrames(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		var mu sync.Mutex
		var seen []string
		s := start(t, cfg, endpoint(WebSocket{Delivery: Frames, ControlFrames: true, Handler: func(f *Frame) error {
			mu.Lock()
			defer mu.Unlock()
			seen = append(seen, fmt.Sprintf("%v %v %s", f.Type, f.Final, f.Payload))
			if f.Type == PingFrame {
				return f.Reply(PongFrame, []byte("mine"))
			}
			return nil
		}}))
		p := open(t, s)
		p.send(fragment(TextFrame, false, "a") + masked(PingFrame, "b") + masked(ContinuationFrame, "c") + masked(PongFrame, "d") + masked(CloseFrame, "\x0f\xa1"))
		p.want("the handler answers pings", frame(PongFrame, "mine"))
		p.wantClose("the handler left the close to the server", 4001)
		mu.Lock()
		defer mu.Unlock()
		require.Equal(t, []string{"text false a", "ping true b", "continuation true c", "pong true d", "close true \x0f\xa1"}, seen)
	})
}

// The server closes: the client's answer is awaited, data in between is dropped, the code is reported.
func TestWebSocketServerCloses(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		closed := make(chan string, 10)
		s := start(t, cfg, endpoint(WebSocket{
			Handler: func(f *Frame) error {
				switch string(f.Payload) {
				case "error":
					return errors.New("no")
				case "close":
					return ErrClose
				case "code":
					return &CloseError{4242, "because"}
				case "panic":
					panic("a test")
				}
				return wsEcho(f)
			},
			Closed: func(_ *Socket, code int, reason string) { closed <- fmt.Sprint(code, reason) },
		}))
		for word, code := range map[string]int{"error": 1011, "close": 1000, "code": 4242} {
			p := open(t, s)
			p.send(masked(TextFrame, word) + masked(TextFrame, "dropped") + masked(PingFrame, "dropped"))
			var head [4]byte
			_, err := io.ReadFull(p.Reader, head[:])
			require.NoError(t, err)
			require.Equal(t, code, int(head[2])<<8|int(head[3]))
			p.Discard(int(head[1]) - 2)
			p.send(masked(TextFrame, "dropped") + masked(CloseFrame, "\x0f\xa2done"))
			p.wantClosed("FIN after the answer")
			p.Close()
			require.Equal(t, "4002done", <-closed)
		}
		p := open(t, s)
		p.send(masked(TextFrame, "panic"))
		p.wantClose("a panic", 1011)
		p.Close()
		require.Equal(t, "1006", <-closed)
		p = open(t, s) // who does not answer is cut
		p.send(masked(TextFrame, "close"))
		p.want("a close", "\x88\x02\x03\xe8")
		begun := time.Now()
		p.wantClosed("not answered")
		require.Less(t, time.Since(begun), 2*time.Second)
		require.Equal(t, "1006", <-closed)
	})
}

// Stop says goodbye with 1001 and does not wait for those who do not answer.
func TestWebSocketStop(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		s := start(t, cfg, endpoint(WebSocket{Handler: wsEcho}))
		p, silent := open(t, s), open(t, s)
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		stopped := make(chan error, 1)
		go func() { stopped <- s.Stop(ctx) }()
		p.want("going away", "\x88\x02\x03\xe9")
		p.send(masked(CloseFrame, "\x03\xe9"))
		p.wantClosed("the answer was awaited")
		silent.want("going away", "\x88\x02\x03\xe9")
		require.NoError(t, <-stopped)
	})
}

// A silent client is pinged; one that answers stays, one that does not goes.
func TestWebSocketKeepAlive(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		cfg.PingInterval, cfg.PongTimeout = 50*time.Millisecond, 100*time.Millisecond
		s := start(t, cfg, endpoint(WebSocket{Handler: wsEcho}))
		p, silent := open(t, s), open(t, s)
		for range 5 {
			p.want("a ping", "\x89\x00")
			p.send(masked(PongFrame, ""))
		}
		silent.want("a ping", "\x89\x00")
		silent.wantClosed("cut")
	})
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

// The session context is that of HTTP, set in the handshake, freed at the end.
func TestWebSocketContext(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		freed := make(chan any, 1)
		s := start(t, cfg, endpoint(WebSocket{
			PreHandshake: func(r *Request) error {
				r.SetContext(string(r.Query()), func(v any) { freed <- v })
				return nil
			},
			PostHandshake: func(c *Socket) error { return c.Send(TextFrame, []byte("welcome")) },
			Handler: func(f *Frame) error {
				return f.Reply(TextFrame, []byte(f.Session().Context().(string)))
			},
		}))
		p := dial(t, s)
		p.send(strings.Replace(handshake, "/ws", "/ws?name=x", 1))
		p.want("the greeting", accepted+"\r\n"+frame(TextFrame, "welcome"))
		p.send(masked(TextFrame, ""))
		p.want("the context", frame(TextFrame, "name=x"))
		p.Close()
		require.Equal(t, "name=x", <-freed)
	})
}

func TestWebSocketRegistration(t *testing.T) {
	s, err := New(DefaultConfig())
	require.NoError(t, err)
	for _, w := range []WebSocket{{}, {Handler: wsEcho, Delivery: 7}, {Handler: wsEcho, MaxMessage: -1}, {Handler: wsEcho, MinDeflate: -1}, {Handler: wsEcho, Subprotocols: []string{"a b"}}} {
		require.ErrorIs(t, s.HandleWebSocket("/ws", w), ErrInvalid)
	}
	require.ErrorIs(t, s.Register(URI{Method: "POST", Path: "/ws", WebSocket: &WebSocket{Handler: wsEcho}}), ErrInvalid)
	require.NoError(t, s.HandleWebSocket("/ws", WebSocket{Handler: wsEcho}))
}
