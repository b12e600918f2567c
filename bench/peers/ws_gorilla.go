package main

import (
	"context"
	"net/http"

	"github.com/gorilla/websocket"
)

// serveGorilla echoes with gorilla/websocket, as its README does.
func serveGorilla(_ context.Context, addr string) error {
	upgrader := websocket.Upgrader{
		Subprotocols:      []string{"echo"},
		EnableCompression: true,
		CheckOrigin:       func(*http.Request) bool { return true },
	}
	return serveSockets(addr, func(w http.ResponseWriter, r *http.Request) {
		c, err := upgrader.Upgrade(w, r, nil)
		if err != nil {
			return // Upgrade has answered
		}
		defer c.Close()
		c.SetReadLimit(maxMessage)
		for {
			kind, message, err := c.ReadMessage()
			if err != nil || c.WriteMessage(kind, message) != nil {
				return
			}
		}
	})
}
