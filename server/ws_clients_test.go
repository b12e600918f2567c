package server

import (
	"context"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	coder "github.com/coder/websocket"
	"github.com/gobwas/httphead"
	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsflate"
	gorilla "github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"

	"github.com/httpdlab/httpdlab/server/websocket"
)

// A dialogue is a connection of somebody else's client library.
type dialogue struct {
	protocol string
	deflated bool
	send     func(t FrameType, parts ...string) error // one message, each part in frames of its own
	receive  func() (FrameType, string, error)
	ping     func(data string, read func()) error // returns when the pong is there; read reads a message
	close    func(code int, reason string) error  // and waits for the same code
}

// Clients that people use talk to the server, plain and compressed.
func TestWebSocketClients(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	for name, dial := range map[string]func(context.Context, *testing.T, string, bool) *dialogue{
		"gorilla": gorillaDialogue, "coder": coderDialogue, "gobwas": gobwasDialogue,
	} {
		t.Run(name, func(t *testing.T) {
			engines(t, func(t *testing.T, cfg Config) {
				s := start(t, cfg, endpoint(WebSocket{Handler: wsEcho, Subprotocols: []string{"echo"}, Deflate: &websocket.Deflate{}, MinDeflate: 20}))
				for _, deflate := range []bool{false, true} {
					d := dial(ctx, t, "ws://"+s.Addr().String()+"/ws", deflate)
					require.Equal(t, "echo", d.protocol)
					require.Equal(t, deflate, d.deflated)
					d.converse(t)
				}
			})
		})
	}
}

func (d *dialogue) converse(t *testing.T) {
	for _, parts := range [][]string{
		{""}, {"hello"}, {strings.Repeat("häßlich ", 20)}, {strings.Repeat("x", 126)}, {strings.Repeat("0123456789", 50_000)},
		{"one, ", "two, ", "three"}, {"", "after an empty part"}, {strings.Repeat("a", 70_000), strings.Repeat("b", 70_000)},
	} {
		for _, kind := range []FrameType{TextFrame, BinaryFrame} {
			require.NoError(t, d.send(kind, parts...))
			d.wantEcho(t, kind, strings.Join(parts, ""))
		}
	}
	require.NoError(t, d.send(BinaryFrame, "\xff\xfe\x00"))
	d.wantEcho(t, BinaryFrame, "\xff\xfe\x00")
	require.NoError(t, d.ping("are you there?", func() {
		require.NoError(t, d.send(TextFrame, "behind the ping"))
		d.wantEcho(t, TextFrame, "behind the ping")
	}))
	require.NoError(t, d.close(4321, "enough"))
}

func (d *dialogue) wantEcho(t *testing.T, kind FrameType, want string) {
	got, message, err := d.receive()
	require.NoError(t, err)
	require.Equal(t, kind, got)
	require.True(t, want == message, "%d bytes came back as %d", len(want), len(message))
}

func gorillaDialogue(ctx context.Context, t *testing.T, url string, deflate bool) *dialogue {
	dialer := gorilla.Dialer{Subprotocols: []string{"chat", "echo"}, EnableCompression: deflate, WriteBufferSize: 1024}
	c, response, err := dialer.DialContext(ctx, url, nil)
	require.NoError(t, err)
	t.Cleanup(func() { c.Close() })
	require.NoError(t, c.SetReadDeadline(time.Now().Add(20*time.Second)))
	d := &dialogue{protocol: c.Subprotocol(), deflated: response.Header.Get("Sec-WebSocket-Extensions") != ""}
	d.send = func(kind FrameType, parts ...string) error {
		w, err := c.NextWriter(int(kind)) // its frames are as long as its buffer
		for _, p := range parts {
			if err == nil {
				_, err = io.WriteString(w, p)
			}
		}
		require.NoError(t, err)
		return w.Close()
	}
	d.receive = func() (FrameType, string, error) {
		kind, b, err := c.ReadMessage()
		return FrameType(kind), string(b), err
	}
	d.ping = func(data string, read func()) error {
		got := ""
		c.SetPongHandler(func(s string) error { got = s; return nil })
		err := c.WriteControl(gorilla.PingMessage, []byte(data), time.Now().Add(time.Second))
		read()
		require.Equal(t, data, got)
		return err
	}
	d.close = func(code int, reason string) error {
		err := c.WriteControl(gorilla.CloseMessage, gorilla.FormatCloseMessage(code, reason), time.Now().Add(time.Second))
		_, _, e := c.ReadMessage()
		require.True(t, gorilla.IsCloseError(e, code), e)
		return err
	}
	return d
}

func coderDialogue(ctx context.Context, t *testing.T, url string, deflate bool) *dialogue {
	options := &coder.DialOptions{Subprotocols: []string{"chat", "echo"}, CompressionThreshold: 16}
	if deflate {
		options.CompressionMode = coder.CompressionContextTakeover
	}
	c, response, err := coder.Dial(ctx, url, options)
	require.NoError(t, err)
	t.Cleanup(func() { c.CloseNow() })
	c.SetReadLimit(1 << 20)
	d := &dialogue{protocol: c.Subprotocol(), deflated: response.Header.Get("Sec-WebSocket-Extensions") != ""}
	d.send = func(kind FrameType, parts ...string) error {
		w, err := c.Writer(ctx, coder.MessageType(kind)) // a frame a Write
		for _, p := range parts {
			if err == nil {
				_, err = io.WriteString(w, p)
			}
		}
		require.NoError(t, err)
		return w.Close()
	}
	d.receive = func() (FrameType, string, error) {
		kind, b, err := c.Read(ctx)
		return FrameType(kind), string(b), err
	}
	d.ping = func(_ string, read func()) error {
		pong := make(chan error, 1)
		go func() { pong <- c.Ping(ctx) }() // it returns once somebody has read the pong
		for {
			select {
			case err := <-pong:
				return err
			default:
				read()
			}
		}
	}
	d.close = func(code int, reason string) error { return c.Close(coder.StatusCode(code), reason) }
	return d
}

func gobwasDialogue(ctx context.Context, t *testing.T, url string, deflate bool) *dialogue {
	dialer := ws.Dialer{Protocols: []string{"chat", "echo"}}
	if deflate {
		dialer.Extensions = []httphead.Option{wsflate.Parameters{ServerNoContextTakeover: true, ClientNoContextTakeover: true}.Option()}
	}
	c, ahead, agreed, err := dialer.Dial(ctx, url)
	require.NoError(t, err)
	require.Nil(t, ahead, "nothing was sent that was not asked for")
	t.Cleanup(func() { c.Close() })
	require.NoError(t, c.SetReadDeadline(time.Now().Add(20*time.Second)))
	d := &dialogue{protocol: agreed.Protocol, deflated: len(agreed.Extensions) > 0}
	d.send = func(kind FrameType, parts ...string) error { return gobwasSend(c, d.deflated, kind, parts) }
	receive := func() (FrameType, string, error) {
		f, err := ws.ReadFrame(c)
		if err == nil && f.Header.Rsv1() {
			f, err = wsflate.DecompressFrame(f)
		}
		return FrameType(f.Header.OpCode), string(f.Payload), err
	}
	d.receive = receive
	d.ping = func(data string, read func()) error {
		err := ws.WriteFrame(c, ws.MaskFrame(ws.NewPingFrame([]byte(data))))
		d.wantEcho(t, PongFrame, data)
		read()
		return err
	}
	d.close = func(code int, reason string) error {
		body := ws.NewCloseFrameBody(ws.StatusCode(code), reason)
		err := ws.WriteFrame(c, ws.MaskFrame(ws.NewCloseFrame(body)))
		d.wantEcho(t, CloseFrame, string(body[:2]))
		rest, e := io.ReadAll(c)
		require.NoError(t, e, "the server closes first, with FIN")
		require.Empty(t, rest)
		return err
	}
	return d
}

// gobwasSend sends each part as a frame, or all of them compressed as one: that is what gobwas/ws has.
func gobwasSend(c net.Conn, deflated bool, kind FrameType, parts []string) error {
	if deflated {
		f, err := wsflate.CompressFrame(ws.NewFrame(ws.OpCode(kind), true, []byte(strings.Join(parts, ""))))
		if err != nil {
			return err
		}
		return ws.WriteFrame(c, ws.MaskFrame(f))
	}
	for i, p := range parts {
		if i > 0 {
			kind = ContinuationFrame
		}
		f := ws.NewFrame(ws.OpCode(kind), i == len(parts)-1, []byte(p))
		if err := ws.WriteFrame(c, ws.MaskFrame(f)); err != nil {
			return err
		}
	}
	return nil
}
