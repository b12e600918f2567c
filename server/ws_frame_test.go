package server

import (
	"bytes"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	gorilla "github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"

	"github.com/httpdlab/httpdlab/server/websocket"
)

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
