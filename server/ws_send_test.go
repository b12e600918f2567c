package server

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	gorilla "github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"

	"github.com/httpdlab/httpdlab/server/websocket"
)

// Many goroutines send at once, by all ways; every frame arrives whole, each sender's in order.
func TestWebSocketSendFromAnywhere(t *testing.T) {
	for _, blocking := range []bool{false, true} {
		engines(t, func(t *testing.T, cfg Config) {
			u := endpoint(WebSocket{Handler: wsEcho})
			u.Blocking = blocking
			s := start(t, cfg, u)
			c := dialGorilla(t, s, gorilla.Dialer{})
			wantEcho(t, c, gorilla.TextMessage, []byte("hello"))
			sockets := s.Sockets("/ws")
			require.Len(t, sockets, 1)
			const senders, each = 8, 300
			ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
			defer cancel()
			var sending sync.WaitGroup
			var notified atomic.Int32
			for n := range senders {
				sending.Go(func() {
					for i := range each {
						text := fmt.Appendf(nil, "%d %d %s", n, i, strings.Repeat("x", (n*i)%900))
						err := sockets[0].SendWait(ctx, TextFrame, text)
						if err == nil && i == each-1 {
							err = sockets[0].SendNotify(PongFrame, nil, func(err error) {
								if err == nil {
									notified.Add(1)
								}
							})
							for errors.Is(err, ErrBacklog) {
								err = sockets[0].Ping(nil)
								notified.Add(1)
							}
						}
						if err != nil {
							t.Error(err)
							return
						}
					}
				})
			}
			go func() {
				for range 200 {
					if c.WriteMessage(gorilla.BinaryMessage, []byte("echo")) != nil {
						return
					}
				}
			}()
			next, echoes := [senders]int{}, 0
			for range senders*each + 200 {
				kind, message, err := c.ReadMessage()
				require.NoError(t, err)
				if kind == gorilla.BinaryMessage {
					require.Equal(t, "echo", string(message))
					echoes++
					continue
				}
				var n, i int
				var rest string
				fmt.Sscan(string(message), &n, &i, &rest)
				require.Equal(t, next[n], i)
				require.Equal(t, strings.Repeat("x", (n*i)%900), rest)
				next[n]++
			}
			require.Equal(t, 200, echoes)
			sending.Wait()
			within(t, 3*time.Second, "notices are missing", func() bool { return notified.Load() == senders })
			within(t, 3*time.Second, "something waits", func() bool { return sockets[0].Pending() == 0 })
		})
	}
}

// A client that does not read fills its own backlog and nobody else's; its sockets' senders are told.
func TestWebSocketBackpressure(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		cfg.SendTimeout = 2 * time.Second
		s := start(t, cfg, endpoint(WebSocket{Handler: wsEcho}))
		p := open(t, s)
		var c *Socket
		within(t, time.Second, "no socket", func() bool {
			if list := s.Sockets("/ws"); len(list) == 1 {
				c = list[0]
			}
			return c != nil
		})
		message, results := make([]byte, 16<<10), make(chan error, 100_000)
		sent, last := 0, time.Now()
		within(t, 5*time.Second, "no backpressure", func() bool {
			err := c.SendNotify(BinaryFrame, message, func(err error) { results <- err })
			for ; err == nil; sent, last = sent+1, time.Now() {
				err = c.SendNotify(BinaryFrame, message, func(err error) { results <- err })
			}
			require.ErrorIs(t, err, ErrBacklog)
			return time.Since(last) > 300*time.Millisecond // the kernel has no room any more either
		})
		require.LessOrEqual(t, c.Pending(), cfg.MaxPending)
		ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
		defer cancel()
		require.ErrorIs(t, c.SendWait(ctx, BinaryFrame, message), context.DeadlineExceeded)
		other := dialGorilla(t, s, gorilla.Dialer{})
		wantEcho(t, other, gorilla.TextMessage, []byte("still here"))
		within(t, 5*time.Second, "the client that does not read is cut", c.Session().Closed)
		p.Close()
		failed := 0
		for range sent {
			if err := <-results; err != nil {
				require.ErrorIs(t, err, ErrClosed)
				failed++
			}
		}
		require.Positive(t, failed, "what was not sent is reported")
		require.ErrorIs(t, c.Send(TextFrame, nil), ErrClosed)
	})
}

// What went out together with the Close of a broken connection was sent, at once or when the client had read enough.
func TestWebSocketNotifiedBeforeClose(t *testing.T) {
	for _, size := range []int{10, 4 << 20} {
		engines(t, func(t *testing.T, cfg Config) {
			cfg.MaxPending = 16 << 20
			results := make(chan error, 2)
			s := start(t, cfg, endpoint(WebSocket{Handler: func(f *Frame) error {
				notify := func(err error) { results <- err }
				return errors.Join(f.Socket().SendNotify(BinaryFrame, make([]byte, size), notify), f.Socket().SendNotify(PongFrame, nil, notify))
			}}))
			p := open(t, s)
			p.send(masked(TextFrame, "send") + "\xff\xff")
			p.want("the message", frame(BinaryFrame, string(make([]byte, size)))+frame(PongFrame, ""))
			p.wantClose("then the Close", 1002)
			p.Close()
			within(t, 5*time.Second, "notices are missing", func() bool { return len(results) == 2 })
			require.NoError(t, errors.Join(<-results, <-results))
		})
	}
}

func TestWebSocketBroadcast(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		s := start(t, cfg, endpoint(WebSocket{Handler: wsEcho, Deflate: &websocket.Deflate{ServerNoTakeover: true}}))
		var clients []*gorilla.Conn
		for i := range 20 {
			clients = append(clients, dialGorilla(t, s, gorilla.Dialer{EnableCompression: i%2 == 0}))
		}
		within(t, time.Second, "sockets are missing", func() bool { return len(s.Sockets("/ws")) == 20 })
		text := strings.Repeat("to all of you, ", 30)
		n, err := s.Broadcast("/ws", TextFrame, []byte(text))
		require.NoError(t, err)
		require.Equal(t, 20, n)
		for _, c := range clients {
			_, message, err := c.ReadMessage()
			require.NoError(t, err)
			require.Equal(t, text, string(message))
		}
		n, err = s.Broadcast("/other", TextFrame, nil)
		require.NoError(t, err)
		require.Zero(t, n)
	})
}
