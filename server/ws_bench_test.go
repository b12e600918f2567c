package server

import (
	"strings"
	"testing"

	"github.com/httpdlab/httpdlab/server/websocket"
)

// BenchmarkWebSocketServe is the time between what was received and what is to be sent, without the kernel.
func BenchmarkWebSocketServe(b *testing.B) {
	for _, c := range []struct {
		name, frames string
		count        int
	}{
		{"1 binary of 20", masked(BinaryFrame, strings.Repeat("x", 20)), 1},
		{"16 binary of 20", strings.Repeat(masked(BinaryFrame, strings.Repeat("x", 20)), 16), 16},
		{"16 text of 20", strings.Repeat(masked(TextFrame, strings.Repeat("x", 20)), 16), 16},
		{"1 binary of 4096", masked(BinaryFrame, strings.Repeat("x", 4096)), 1},
		{"1 text of 4096", masked(TextFrame, strings.Repeat("x", 4096)), 1},
		{"1 German text of 4096", masked(TextFrame, strings.Repeat("ä", 2048)), 1},
	} {
		b.Run(c.name, func(b *testing.B) {
			s, err := New(DefaultConfig())
			if err != nil {
				b.Fatal(err)
			}
			r := s.takeRequest()
			r.inline, r.session, r.out = true, &Session{server: s}, make([]byte, 0, 80<<10)
			r.route = &route{URI: URI{WebSocket: &WebSocket{Handler: wsEcho, MaxMessage: 1 << 20}}}
			socket := newSocket(r, &websocket.Handshake{})
			data := make([]byte, len(c.frames))
			b.SetBytes(int64(len(c.frames)))
			b.ReportAllocs()
			for b.Loop() {
				copy(data, c.frames)
				r.out = r.out[:0]
				if used, n := socket.serve(r, data); used != len(data) || n != nextMore {
					b.Fatal(used, n)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(c.count), "ns/message")
		})
	}
}
