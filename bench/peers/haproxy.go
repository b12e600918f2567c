package main

import (
	"fmt"
	"path/filepath"
)

// haproxy answers by itself, without a server behind it. What it sends must fit
// one of its buffers, so it has no /bytes.
func haproxy(dir string, port int) ([]string, error) {
	program, err := installed("haproxy")
	if err != nil {
		return nil, err
	}
	config := fmt.Sprintf(`global
	nbthread 1
	maxconn 4096
	tune.bufsize 147456
defaults
	mode http
	timeout client 1h
	timeout connect 1h
	timeout server 1h
frontend f
	bind 127.0.0.1:%d backlog 4096
	option http-buffer-request
	http-request return status 200 content-type text/plain string "%s" if { path /plaintext }
	http-request return status 200 content-type application/octet-stream lf-string "%%[req.body]" if { path /echo }
`, port, helloWorld)
	file := filepath.Join(dir, "haproxy.cfg")
	return []string{program, "-db", "-q", "-f", file}, writeFiles(dir, map[string]string{"haproxy.cfg": config})
}
