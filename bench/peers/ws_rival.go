package main

import "net/http"

const (
	maxMessage = 16 << 20 // bytes that every WebSocket server takes
	minDeflate = 64       // bytes from which on those compress that have such a bound
)

// socketRivals are the servers that echo WebSocket messages on /ws, with the
// subprotocol echo and permessage-deflate.
var socketRivals = []rival{
	{name: ours, command: goServer(ours), version: epollVersion},
	{name: "gorilla", command: goServer("gorilla"), version: moduleVersion("github.com/gorilla/websocket")},
	{name: "gws", command: goServer("gws"), version: moduleVersion("github.com/lxzan/gws")},
	{name: "gobwas", command: goServer("gobwas"), version: moduleVersion("github.com/gobwas/ws")},
	{name: "coder", command: goServer("coder"), version: moduleVersion("github.com/coder/websocket")},
}

// serveSockets serves /ws and nothing else.
func serveSockets(addr string, handle http.HandlerFunc) error {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /ws", handle)
	return http.ListenAndServe(addr, mux)
}
