package server_test

import (
	"context"
	"fmt"

	"github.com/gorilla/websocket"

	"github.com/httpdlab/httpdlab/server"
)

// The WebSocket echo program of the original's documentation: text comes back, "Trigger async" is answered from
// elsewhere. Pings and the closing handshake need no word.
func Example_webSocketEcho() {
	s := startExample()
	defer s.Stop(context.Background())

	s.HandleWebSocket("/ws", server.WebSocket{
		Subprotocols: []string{"echo"},
		Handler: func(f *server.Frame) error {
			if string(f.Payload) == "Trigger async" {
				socket := f.Socket() // outlives the frame
				return s.QueueWork(func() { socket.Send(server.TextFrame, []byte("Async data")) })
			}
			return f.Reply(f.Type, f.Payload)
		},
	})

	d := websocket.Dialer{Subprotocols: []string{"echo"}}
	c, _, err := d.Dial("ws://"+s.Addr().String()+"/ws", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()
	for _, text := range []string{"hello", "Trigger async"} {
		c.WriteMessage(websocket.TextMessage, []byte(text))
		_, message, _ := c.ReadMessage()
		fmt.Printf("%s: %s\n", c.Subprotocol(), message)
	}
	n, _ := s.Broadcast("/ws", server.TextFrame, []byte("to all"))
	_, message, _ := c.ReadMessage()
	fmt.Println(n, string(message))
	// Output:
	// echo: hello
	// echo: Async data
	// 1 to all
}
