package server

import (
	"bytes"
	"testing"

	gorilla "github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"
)

var echoSizes = []int{0, 1, 124, 125, 126, 127, 128, 254, 255, 256, 257, 1023, 1024, 1025, 4095, 4096, 4097, 65534, 65535, 65536, 65537, 300_000}

func TestWebSocketEcho(t *testing.T) {
	for _, blocking := range []bool{false, true} {
		engines(t, func(t *testing.T, cfg Config) {
			u := endpoint(WebSocket{Handler: wsEcho, Subprotocols: []string{"echo"}})
			u.Blocking = blocking
			s := start(t, cfg, u)
			c := dialGorilla(t, s, gorilla.Dialer{Subprotocols: []string{"chat", "echo"}})
			require.Equal(t, "echo", c.Subprotocol())
			for _, n := range echoSizes {
				wantEcho(t, c, gorilla.BinaryMessage, bytes.Repeat([]byte{0xfe}, n))
				wantEcho(t, c, gorilla.TextMessage, bytes.Repeat([]byte("x"), n))
			}
		})
	}
}
