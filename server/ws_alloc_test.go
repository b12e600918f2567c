package server

import (
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/httpdlab/httpdlab/server/websocket"
)

// None of these allocates, from the bytes received to the bytes sent, the engine included.
var allocationFreeSockets = []struct {
	name, frames string
	socket       WebSocket
}{
	{"binary", masked(BinaryFrame, strings.Repeat("x", 20)), WebSocket{Handler: wsEcho}},
	{"text", masked(TextFrame, strings.Repeat("ä", 2000)), WebSocket{Handler: wsEcho}},
	{"many", strings.Repeat(masked(BinaryFrame, strings.Repeat("x", 20)), 16), WebSocket{Handler: wsEcho}},
	{"large", masked(BinaryFrame, strings.Repeat("x", 200_000)), WebSocket{Handler: wsEcho}},
	{"ping", masked(PingFrame, "p"), WebSocket{Handler: wsEcho}},
	{"parts", fragment(TextFrame, false, "a") + masked(ContinuationFrame, "b"), WebSocket{Delivery: Parts, Handler: func(f *Frame) error {
		return f.ReplyPart(f.Type, f.Payload, f.Final)
	}}},
	{"frames", fragment(TextFrame, false, "a") + masked(ContinuationFrame, "b"), WebSocket{Delivery: Frames, Handler: func(f *Frame) error {
		return f.Reply(BinaryFrame, f.Payload)
	}}},
	{"send", masked(TextFrame, "a"), WebSocket{Handler: func(f *Frame) error { return f.Socket().Send(TextFrame, f.Payload) }}},
}

func TestWebSocketAllocations(t *testing.T) {
	if racing {
		t.Skip("the race detector allocates")
	}
	cfg := DefaultConfig()
	cfg.Addr, cfg.Loops, cfg.Engine = "127.0.0.1:0", 1, EngineEpoll
	for _, c := range allocationFreeSockets {
		t.Run(c.name, func(t *testing.T) {
			s := start(t, cfg, endpoint(c.socket))
			require.Less(t, socketAllocations(t, s, c.frames), 0.05, "allocations for %q", c.name)
		})
	}
}

// socketAllocations sends frames many times and returns the allocations for each time, by whomever.
func socketAllocations(t *testing.T, s *Server, frames string) float64 {
	c, err := net.Dial("tcp", s.Addr().String())
	require.NoError(t, err)
	defer c.Close()
	require.NoError(t, c.SetDeadline(time.Now().Add(30*time.Second)))
	buf := make([]byte, 1<<20)
	_, err = io.WriteString(c, handshake)
	require.NoError(t, err)
	_, err = io.ReadFull(c, buf[:len(accepted)+2])
	require.NoError(t, err)
	return allocationsOn(t, c, frames, buf)
}

// A message that is compressed takes its memory from pools.
func TestWebSocketDeflateAllocations(t *testing.T) {
	if racing {
		t.Skip("the race detector allocates")
	}
	for _, noTakeover := range []bool{false, true} {
		z := websocket.Deflater{NoTakeover: noTakeover}
		i := websocket.Inflater{NoTakeover: noTakeover}
		text, room, back := []byte(strings.Repeat("temperature 21.5; ", 200)), []byte(nil), []byte(nil)
		run := func() {
			room = z.Deflate(room[:0], text)
			back, _ = i.Inflate(back[:0], room, 1<<20)
		}
		run()
		require.Less(t, testing.AllocsPerRun(200, run), 0.1)
		require.Equal(t, string(text), string(back))
	}
}
