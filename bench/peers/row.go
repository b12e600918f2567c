package main

import (
	"bytes"
	"strings"
)

// row is one kind of load; it becomes one table.
type row struct {
	name        string
	title       string
	method      string
	target      string
	body        string // sent
	content     string // to be answered
	connections int
	depth       int
	share       float64 // open loop at this share of what the server can do
	rate        float64 // open loop at so many requests a second; without share and rate: closed loop
	shorter     int     // is measured for so many times less; 0: once
	socket      bool    // content goes as WebSocket messages, and comes back
	text        bool    // they are texts
	deflate     bool    // compressed
}

const helloWorld = "Hello, World!"

// alphabet is n bytes of what /bytes sends: at offset i stands 'a'+i%26.
func alphabet(n int) []byte {
	return bytes.Repeat([]byte("abcdefghijklmnopqrstuvwxyz"), n/26+1)[:n]
}

var rows = append([]row{
	{name: "plaintext-64", title: "GET /plaintext, 64 connections", method: "GET", target: "/plaintext", content: helloWorld, connections: 64, depth: 1},
	{name: "plaintext-64x16", title: "GET /plaintext, 64 connections, 16 requests under way on each", method: "GET", target: "/plaintext", content: helloWorld, connections: 64, depth: 16},
	{name: "plaintext-7", title: "GET /plaintext, 7 connections", method: "GET", target: "/plaintext", content: helloWorld, connections: 7, depth: 1},
	echo("echo-1k", "POST /echo, 1 KB, 64 connections", 1<<10),
	echo("echo-64k", "POST /echo, 64 KB, 64 connections", 64<<10),
	{name: "bytes-1m", title: "GET /bytes, 1 MB, 16 connections", method: "GET", target: "/bytes?n=1048576", content: string(alphabet(1 << 20)), connections: 16, depth: 1},
	{name: "half-rate", title: "GET /plaintext, 64 connections, open loop at half of the server's own best rate", method: "GET", target: "/plaintext", content: helloWorld, connections: 64, depth: 1, share: 0.5},
	{name: "same-rate", title: "GET /plaintext, 64 connections, open loop at 40 000 requests a second for every server", method: "GET", target: "/plaintext", content: helloWorld, connections: 64, depth: 1, rate: 40_000},
}, socketRows...)

func echo(name, title string, size int) row {
	body := string(alphabet(size))
	return row{name: name, title: title, method: "POST", target: "/echo", body: body, content: body, connections: 64, depth: 1}
}

// open reports whether requests are sent when they are due, whatever the server does.
func (r *row) open() bool { return r.share > 0 || r.rate > 0 }

func (r *row) path() string {
	path, _, _ := strings.Cut(r.target, "?")
	return path
}

func rowNames() (all []string) {
	for i := range rows {
		all = append(all, rows[i].name)
	}
	return all
}
