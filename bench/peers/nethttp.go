package main

import (
	"context"
	"io"
	"net/http"
	"strconv"
)

func serveNetHTTP(_ context.Context, addr string) error {
	mux := http.NewServeMux()
	reply := func(w http.ResponseWriter, kind string, content []byte) {
		w.Header().Set("Content-Type", kind)
		w.Header().Set("Content-Length", strconv.Itoa(len(content)))
		w.Write(content)
	}
	hello, million := []byte(helloWorld), alphabet(1<<20)
	mux.HandleFunc("GET /plaintext", func(w http.ResponseWriter, r *http.Request) {
		reply(w, "text/plain", hello)
	})
	mux.HandleFunc("POST /echo", func(w http.ResponseWriter, r *http.Request) {
		body := make([]byte, max(r.ContentLength, 0))
		if _, err := io.ReadFull(r.Body, body); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		reply(w, "application/octet-stream", body)
	})
	mux.HandleFunc("GET /bytes", func(w http.ResponseWriter, r *http.Request) {
		n, err := strconv.Atoi(r.URL.Query().Get("n"))
		if err != nil || n < 0 || n > len(million) {
			http.Error(w, "n must be 0 to 1048576", http.StatusBadRequest)
			return
		}
		reply(w, "application/octet-stream", million[:n])
	})
	return http.ListenAndServe(addr, mux)
}
