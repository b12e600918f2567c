package server

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

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
			{"an option names Upgrade", plainGet[:4] + "/ws" + plainGet[5:], 426, "Connection", "Upgrade"}, // RFC 9110, 7.8
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
