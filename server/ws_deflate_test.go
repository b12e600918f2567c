package server

import (
	"bytes"
	"io"
	"strings"
	"testing"

	gorilla "github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"

	"github.com/httpdlab/httpdlab/server/websocket"
)

// All four parameters of permessage-deflate that gorilla knows, and texts that do and do not shrink.
func TestWebSocketDeflate(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		s := start(t, cfg, endpoint(WebSocket{Handler: wsEcho, Deflate: &websocket.Deflate{}, MinDeflate: 20}))
		c := dialGorilla(t, s, gorilla.Dialer{EnableCompression: true})
		for _, n := range echoSizes {
			wantEcho(t, c, gorilla.TextMessage, bytes.Repeat([]byte("temperature "), n)[:n])
		}
	})
}

// With context takeover in both directions, our own codec as the client.
func TestWebSocketDeflateTakeover(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		s := start(t, cfg, endpoint(WebSocket{Handler: wsEcho, Deflate: &websocket.Deflate{}}))
		p := dial(t, s)
		p.send("GET /ws HTTP/1.1\r\n" + handshakeFields + "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=10; server_max_window_bits=9\r\n\r\n")
		p.want("the handshake", accepted+"Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=9; client_max_window_bits=10\r\n\r\n")
		z, i := websocket.Deflater{Bits: 10}, websocket.Inflater{Bits: 9}
		sizes := make([]int64, 0, 3)
		for range 3 {
			text := []byte(strings.Repeat(`{"sensor":17,"value":21.5}`, 15))
			payload := z.Deflate(nil, text)
			h := websocket.Header{Final: true, RSV1: true, Masked: true, Opcode: TextFrame, Length: int64(len(payload))}
			p.send(string(append(websocket.AppendHeader(nil, h), payload...)))
			var got websocket.Header
			head, err := p.Peek(2)
			require.NoError(t, err)
			head, err = p.Peek(2 + 2*btoi(head[1] == 126))
			require.NoError(t, err)
			n, e := got.Parse(head)
			require.Zero(t, e)
			require.True(t, got.RSV1)
			p.Discard(n)
			back := make([]byte, got.Length)
			_, err = io.ReadFull(p.Reader, back)
			require.NoError(t, err)
			echoed, e := i.Inflate(nil, back, 1000)
			require.Zero(t, e)
			require.Equal(t, string(text), string(echoed))
			sizes = append(sizes, got.Length)
		}
		require.Less(t, sizes[1], sizes[0], "the context is kept")
	})
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// A bomb ends with 1009, garbage with 1007, and the server goes on.
func TestWebSocketDeflateHostile(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		s := start(t, cfg, endpoint(WebSocket{Handler: wsEcho, Deflate: &websocket.Deflate{}}))
		z := websocket.Deflater{NoTakeover: true}
		for _, c := range []struct {
			name    string
			payload []byte
			code    int
		}{
			{"bomb", z.Deflate(nil, make([]byte, 16<<20)), 1009},
			{"garbage", []byte("\xff\xff\xff"), 1007},
			{"reserved block", []byte("\x06"), 1007},
			{"not UTF-8", z.Deflate(nil, []byte("\xff")), 1007},
			{"before the start", []byte("\xf2\x00\x11\x00\x00"), 1007},
		} {
			p := dial(t, s)
			p.send("GET /ws HTTP/1.1\r\n" + handshakeFields + "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n")
			p.want(c.name, accepted+"Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n")
			h := websocket.Header{Final: true, RSV1: true, Masked: true, Opcode: TextFrame, Length: int64(len(c.payload))}
			p.send(string(append(websocket.AppendHeader(nil, h), c.payload...)))
			p.wantClose(c.name, c.code)
		}
	})
}
