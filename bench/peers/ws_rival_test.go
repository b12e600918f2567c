package main

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"
)

// Every WebSocket server echoes, plain and compressed, answers pings, and closes as it was asked to.
func TestEverySocketRivalEchoes(t *testing.T) {
	for i := range rivals {
		v := &rivals[i]
		if !v.answers(socketPath) {
			continue
		}
		t.Run(v.name, func(t *testing.T) {
			require.NotEmpty(t, v.version())
			port, err := freePort()
			require.NoError(t, err)
			command, err := v.command(t.TempDir(), port)
			require.NoError(t, err)
			p, err := start(0, command, nil, nil)
			require.NoError(t, err)
			defer p.end()
			address := command[len(command)-1]
			require.NoError(t, p.listening(context.Background(), "127.0.0.1:"+address))
			for _, compressed := range []bool{false, true} {
				converse(t, "ws://127.0.0.1:"+address+"/ws", compressed)
			}
		})
	}
}

// A server that echoes something else is not measured, nor is one that does so later, or stops.
func TestSocketLoadJudges(t *testing.T) {
	limit, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	count := 0
	for name, c := range map[string]struct {
		row  string
		echo func([]byte) []byte // nil closes
	}{
		"that are not those sent": {"ws-20", bytes.ToUpper},
		"not the echo of what was sent": {"ws-20x16", func(b []byte) []byte {
			if count++; count > 100 {
				return bytes.ToUpper(b)
			}
			return b
		}},
		"permessage-deflate": {"ws-deflate", func(b []byte) []byte { return b }},
		"closed": {"ws-4k", func(b []byte) []byte {
			if count++; count > 100 {
				return nil
			}
			return b
		}},
	} {
		count = 0
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			c2, err := (&websocket.Upgrader{}).Upgrade(w, r, nil)
			if err != nil {
				return
			}
			defer c2.Close()
			for {
				kind, b, err := c2.ReadMessage()
				if b = c.echo(b); err != nil || b == nil || c2.WriteMessage(kind, b) != nil {
					return
				}
			}
		}))
		r, err := findRow(c.row)
		require.NoError(t, err)
		one := *r
		one.connections = 1
		_, err = (&job{Address: s.Listener.Addr().String(), Warmup: 5 * time.Second, Length: 5 * time.Second}).measureSocket(limit, &one)
		require.ErrorContains(t, err, name)
		s.Close()
	}
}

func converse(t *testing.T, url string, compressed bool) {
	d := websocket.Dialer{Subprotocols: []string{"echo"}, EnableCompression: compressed}
	c, response, err := d.Dial(url, nil)
	require.NoError(t, err)
	defer c.Close()
	require.NoError(t, c.SetReadDeadline(time.Now().Add(20*time.Second)))
	require.Equal(t, "echo", c.Subprotocol())
	require.Equal(t, compressed, response.Header.Get("Sec-WebSocket-Extensions") != "")
	for _, message := range []string{"", "hello", strings.Repeat("ä", 2000), strings.Repeat("{} ", 1<<20)} {
		for _, kind := range []int{websocket.TextMessage, websocket.BinaryMessage} {
			require.NoError(t, c.WriteMessage(kind, []byte(message)))
			k, got, err := c.ReadMessage()
			require.NoError(t, err)
			require.Equal(t, kind, k)
			require.True(t, message == string(got))
		}
	}
	pong := ""
	c.SetPongHandler(func(data string) error { pong = data; return nil })
	require.NoError(t, c.WriteControl(websocket.PingMessage, []byte("p"), time.Now().Add(time.Second)))
	require.NoError(t, c.WriteMessage(websocket.TextMessage, []byte("x")))
	_, _, err = c.ReadMessage()
	require.NoError(t, err)
	require.Equal(t, "p", pong)
	require.NoError(t, c.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(1000, ""), time.Now().Add(time.Second)))
	_, _, err = c.ReadMessage()
	require.True(t, websocket.IsCloseError(err, 1000), err)
}
