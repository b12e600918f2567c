package main

import (
	"fmt"
	"strings"
)

// socketPath is where WebSocket servers echo.
const socketPath = "/ws"

// socketRows are tables of their own: one message is a request there.
var socketRows = []row{
	socketRow("ws-20", "WebSocket, 20 bytes", strings.Repeat("x", 20), 1, false),
	socketRow("ws-20x16", "WebSocket, 20 bytes, 16 messages under way on each connection", strings.Repeat("x", 20), 16, false),
	socketRow("ws-4k", "WebSocket, 4 KB", string(alphabet(4<<10)), 1, false),
	socketRow("ws-deflate", "WebSocket, 1 KB of JSON with permessage-deflate, level 1, without context takeover", jsonText(1<<10), 1, true),
}

func socketRow(name, title, message string, depth int, deflate bool) row {
	return row{
		name: name, title: title + ", 64 connections", target: socketPath, content: message,
		connections: 64, depth: depth, shorter: 2, socket: true, deflate: deflate,
	}
}

// unit is what the row counts.
func (r *row) unit() string {
	if r.socket {
		return "message"
	}
	return "request"
}

// jsonText is what sensors report, n bytes of it.
func jsonText(n int) string {
	var b strings.Builder
	for i := 0; b.Len() < n; i++ {
		fmt.Fprintf(&b, `{"id":%d,"sensor":"room-%d","temperature":%d.%d,"humidity":%d,"ok":%v},`, 1000+i*37, i*7%10, 18+i*5%9, i*3%10, 40+i*13%30, i%3 != 0)
	}
	return b.String()[:n]
}
