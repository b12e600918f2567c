package server

import (
	"bytes"
	"io"
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
