package server

import (
	"bytes"
	"compress/flate"
	"errors"
	"io"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/httpdlab/httpdlab/server/websocket"
)

// While a message goes out in parts nothing but Ping and Pong comes between them, whatever the handler asks for
// (RFC 6455, 5.4).
func TestWebSocketRepliesDoNotInterleave(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		wrong := make(chan error, 4)
		s := start(t, cfg, endpoint(WebSocket{Handler: func(f *Frame) error {
			wrong <- f.ReplyPart(ContinuationFrame, []byte("of what?"), true)
			err := f.ReplyPart(TextFrame, []byte("a"), false)
			wrong <- f.Reply(TextFrame, []byte("inside"))
			err = errors.Join(err, f.ReplyPart(PingFrame, []byte("p"), false), f.Reply(PongFrame, nil))
			err = errors.Join(err, f.ReplyPart(ContinuationFrame, []byte("b"), false), f.ReplyPart(TextFrame, []byte("c"), true))
			wrong <- f.Reply(ContinuationFrame, []byte("of what?"))
			wrong <- f.Socket().Send(ContinuationFrame, []byte("of what?"))
			return errors.Join(err, f.Reply(TextFrame, []byte("next")))
		}}))
		p := open(t, s)
		p.send(masked(TextFrame, "go"))
		p.want("the parts", "\x01\x01a\x89\x01p\x8a\x00\x00\x01b\x80\x01c\x81\x04next")
		for range cap(wrong) {
			require.ErrorIs(t, <-wrong, ErrInvalid)
		}
	})
}

// Who closes in the middle of a message ends what others have queued behind it, and they are told.
func TestWebSocketCloseInsideAMessage(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		told, pending := make(chan error, 1), make(chan int, 1)
		s := start(t, cfg, endpoint(WebSocket{Handler: func(f *Frame) error {
			c := f.Socket()
			err := errors.Join(f.ReplyPart(TextFrame, []byte("a"), false),
				c.SendNotify(TextFrame, []byte("behind"), func(err error) { told <- err }))
			c.Close(websocket.GoingAway, "")
			pending <- c.Pending()
			return err
		}}))
		p := open(t, s)
		p.send(masked(TextFrame, "go"))
		p.want("a part and the Close", "\x01\x01a\x88\x02\x03\xe9")
		p.send(masked(CloseFrame, "\x03\xe9"))
		require.ErrorIs(t, <-told, ErrClosed)
		require.LessOrEqual(t, <-pending, 4, "the Close alone waits")
		p.wantClosed("the answer was all it waited for")
	})
}

// What a handler has replied arrives before what is sent later by the Socket, and before its Close, however the handler
// is run.
func TestWebSocketRepliesComeFirst(t *testing.T) {
	for _, blocking := range []bool{false, true} {
		engines(t, func(t *testing.T, cfg Config) {
			u := endpoint(WebSocket{Handler: func(f *Frame) error {
				err := errors.Join(f.Reply(TextFrame, []byte("1")), f.Socket().Send(TextFrame, []byte("2")))
				switch string(f.Payload) {
				case "close":
					f.Socket().Close(websocket.NormalClosure, "")
				case "error":
					return ErrClose
				case "block":
					err = errors.Join(f.Reply(TextFrame, []byte("3")), f.Block(), f.Reply(TextFrame, []byte("4")),
						f.Socket().Send(TextFrame, []byte("5")), err)
				}
				return err
			}})
			u.Blocking = blocking
			s := start(t, cfg, u)
			for range 20 {
				for _, word := range []string{"close", "error"} {
					p := open(t, s)
					p.send(masked(TextFrame, word))
					p.want(word, frame(TextFrame, "1")+frame(TextFrame, "2")+"\x88\x02\x03\xe8")
					p.send(masked(CloseFrame, "\x03\xe8"))
					p.wantClosed(word)
					p.Close()
				}
				p := open(t, s)
				p.send(masked(TextFrame, "block"))
				got := make([]byte, 15)
				_, err := io.ReadFull(p.Reader, got)
				require.NoError(t, err)
				order := bytes.ReplaceAll(got, []byte("\x81\x01"), nil)
				require.Less(t, bytes.IndexByte(order, '1'), bytes.IndexByte(order, '2'), "%s", order)
				require.Less(t, bytes.IndexByte(order, '4'), bytes.IndexByte(order, '5'), "%s", order)
				require.Less(t, bytes.IndexByte(order, '3'), bytes.IndexByte(order, '4'), "%s", order)
				require.Less(t, bytes.IndexByte(order, '2'), bytes.IndexByte(order, '5'), "%s", order)
				p.Close()
			}
		})
	}
}

// What does not shrink is longer compressed; the limit is that of the message.
func TestWebSocketDeflateOfTheLimit(t *testing.T) {
	const limit = 20_000
	r := rand.New(rand.NewPCG(1, 1))
	random := make([]byte, limit+1)
	for i := range random {
		random[i] = byte(r.Uint32())
	}
	compressed := func(message []byte) string {
		var b bytes.Buffer
		z, err := flate.NewWriter(&b, flate.BestSpeed)
		require.NoError(t, err)
		z.Write(message)
		require.NoError(t, z.Flush())
		payload := b.Bytes()[:b.Len()-4]
		require.Greater(t, len(payload), len(message))
		h := websocket.Header{Final: true, RSV1: true, Masked: true, Opcode: BinaryFrame, Length: int64(len(payload))}
		return string(append(websocket.AppendHeader(nil, h), payload...))
	}
	engines(t, func(t *testing.T, cfg Config) {
		s := start(t, cfg, endpoint(WebSocket{Handler: wsEcho, MaxMessage: limit, MinDeflate: limit + 1, Deflate: &websocket.Deflate{}}))
		p := dial(t, s)
		p.send("GET /ws HTTP/1.1\r\n" + handshakeFields + "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n")
		p.want("the handshake", accepted+"Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n")
		p.SetReadDeadline(time.Now().Add(5 * time.Second))
		p.send(compressed(random[:limit]))
		p.want("all of it", frame(BinaryFrame, string(random[:limit])))
		p.send(compressed(random))
		p.wantClose("a byte more", 1009)
	})
}
