package server

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/httpdlab/httpdlab/server/websocket"
)

// The complaints of users_want_test.go that are about WebSocket.

// socketOf waits for the server's only socket.
func socketOf(t *testing.T, s *Server) (c *Socket) {
	within(t, 2*time.Second, "there is not one socket", func() bool {
		if list := s.Sockets(""); len(list) == 1 {
			c = list[0]
		}
		return c != nil
	})
	return c
}

// 10 and 15: sends that come at nearly the same time, or from another task than the server's, mangle frames. Each
// frame here tells its length and its letter.
func TestUsersWant10And15SendsFromAnywhereStayWhole(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		s := start(t, cfg, endpoint(WebSocket{Handler: wsEcho}))
		p := open(t, s)
		c := socketOf(t, s)
		var senders sync.WaitGroup
		for letter := range 20 {
			senders.Go(func() {
				for n := range 20 {
					if err := c.Send(BinaryFrame, []byte(strings.Repeat(string(rune('a'+letter)), n*7))); err != nil {
						t.Error(err)
					}
				}
			})
		}
		d, buf, seen := websocket.Decoder{Server: true}, make([]byte, 0, 1<<20), 0
		var message []byte
		for seen < 400 {
			n, err := p.Read(buf[len(buf):cap(buf)])
			require.NoError(t, err)
			buf = buf[:len(buf)+n]
			for {
				n, e := d.Decode(buf)
				require.Zero(t, e)
				if n == 0 {
					break
				}
				message = append(message, d.Payload...)
				if d.End() {
					seen++
					require.Zero(t, len(message)%7)
					require.Equal(t, len(message), strings.Count(string(message), string(append(message, 'x')[:1])), "torn")
					message = message[:0]
				}
				buf = buf[:copy(buf, buf[n:])]
			}
		}
		senders.Wait()
	})
}

// 13: a pong that nobody asked for stays in the stream and destroys the connection.
func TestUsersWant13PongsDoNoHarm(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		for _, control := range []bool{false, true} {
			s := start(t, cfg, endpoint(WebSocket{ControlFrames: control, Handler: func(f *Frame) error {
				if f.Type == PongFrame {
					return f.Reply(TextFrame, append([]byte("pong "), f.Payload...))
				}
				return wsEcho(f)
			}}))
			p := open(t, s)
			p.send(masked(PongFrame, "") + masked(PongFrame, "x") + masked(TextFrame, "hello"))
			if control {
				p.want("the handler sees pongs", frame(TextFrame, "pong ")+frame(TextFrame, "pong x"))
			}
			p.want("the message behind them", frame(TextFrame, "hello"))
		}
	})
}

// 16: messages from 1433 bytes on, wrong masks, bodies of pings, the second receive of an empty frame.
func TestUsersWant16FramesAreRight(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		s := start(t, cfg, endpoint(WebSocket{Handler: wsEcho}))
		p := open(t, s)
		for _, n := range []int{0, 1, 1400, 1432, 1433, 1434, 1460, 1461, 2900, 5000} {
			text := strings.Repeat("0123456789", n/10+1)[:n]
			p.send(masked(TextFrame, "") + masked(TextFrame, text) + masked(PingFrame, text[:min(n, 125)]))
			p.want("an empty message, a message, a pong", frame(TextFrame, "")+frame(TextFrame, text)+frame(PongFrame, text[:min(n, 125)]))
		}
	})
}
