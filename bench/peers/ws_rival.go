package main

import "net/http"

const (
	maxMessage = 16 << 20 // bytes that every WebSocket server takes
	minDeflate = 64       // bytes from which on those compress that have such a bound
)

// serveSockets serves /ws and nothing else: WebSocket echo with the subprotocol
// echo and permessage-deflate.
func serveSockets(addr string, handle http.HandlerFunc) error {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+socketPath, handle)
	return http.ListenAndServe(addr, mux)
}
