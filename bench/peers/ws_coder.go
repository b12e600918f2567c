package main

import (
	"context"
	"io"
	"net/http"

	"github.com/coder/websocket"
)

// serveCoder echoes with coder/websocket.
func serveCoder(_ context.Context, addr string) error {
	options := &websocket.AcceptOptions{
		Subprotocols:         []string{"echo"},
		InsecureSkipVerify:   true, // any Origin
		CompressionMode:      websocket.CompressionNoContextTakeover,
		CompressionThreshold: minDeflate,
	}
	return serveSockets(addr, func(w http.ResponseWriter, r *http.Request) {
		c, err := websocket.Accept(w, r, options)
		if err != nil {
			return // Accept has answered
		}
		defer c.CloseNow()
		c.SetReadLimit(maxMessage)
		for err == nil {
			err = echoCoder(r.Context(), c)
		}
	})
}

// echoCoder sends one message back.
func echoCoder(ctx context.Context, c *websocket.Conn) error {
	kind, from, err := c.Reader(ctx)
	if err != nil {
		return err
	}
	to, err := c.Writer(ctx, kind)
	if err != nil {
		return err
	}
	if _, err := io.Copy(to, from); err != nil {
		return err
	}
	return to.Close()
}
