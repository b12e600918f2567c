package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

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
