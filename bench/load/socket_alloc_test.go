//go:build linux && !386 && !s390x

package load

import (
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/httpdlab/httpdlab/server/websocket"
)

// cannedEcho sends frames of up to 125 bytes back, and allocates nothing.
func cannedEcho(p *peer) {
	cannedHandshake(p)
	in, out := make([]byte, 64<<10), make([]byte, 0, 64<<10)
	have := 0
	for {
		n, err := p.Conn.Read(in[have:])
		if err != nil {
			return
		}
		have += n
		b := in[:have]
		out = out[:0]
		for h := (websocket.Header{}); ; {
			n, _ := h.Parse(b)
			if n == 0 || len(b) < n+int(h.Length) {
				break
			}
			payload := b[n : n+int(h.Length)]
			websocket.Mask(payload, h.Key)
			out = websocket.AppendFrame(out, h.Opcode, payload)
			b = b[n+len(payload):]
		}
		have = copy(in, b)
		if _, err := p.Write(out); err != nil {
			return
		}
	}
}

// The fast WebSocket client allocates for its connections, and for no message.
func TestSocketAllocations(t *testing.T) {
	if rawRacing {
		t.Skip("the race detector allocates")
	}
	for _, c := range []struct {
		WebSocketConfig
		rate float64
	}{
		{WebSocketConfig{Connections: 4, Message: Message{Size: 32}}, 0},
		{WebSocketConfig{Connections: 4, Depth: 16, Message: Message{Size: 100, Text: true}}, 0},
		{WebSocketConfig{Connections: 4, Message: Message{Size: 32}}, 20000},
	} {
		s := serve(t, cannedEcho)
		run := func(d time.Duration) (messages int64, mallocs uint64) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			r := socketWith(t, s.url(), c.WebSocketConfig, Schedule{Rate: c.rate, Duration: d})
			runtime.ReadMemStats(&after)
			require.Empty(t, r.Errors)
			return r.Requests, after.Mallocs - before.Mallocs
		}
		undisturbed(t, func(calm require.TestingT) {
			_, start := run(20 * time.Millisecond)
			messages, mallocs := run(220 * time.Millisecond)
			require.Greater(calm, messages, int64(1000), "%+v", c)
			require.Less(calm, float64(mallocs)-float64(start), float64(messages)/20, "%+v: %d messages", c, messages)
		})
	}
}
