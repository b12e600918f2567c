package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
)

// rival is a server to be measured.
type rival struct {
	name string
	// command returns what serves on a port of 127.0.0.1, in the foreground, with
	// what it needs in the folder dir. An error says why this machine cannot.
	command func(dir string, port int) ([]string, error)
	version func() string
	paths   []string // that it answers; nil: all
}

// ours is the name of what the others are compared with.
const ours = "httpdlab"

// What servers answer that do not answer everything.
var (
	contents = []string{"/plaintext", "/echo", "/bytes"}
	sockets  = []string{socketPath}
)

var rivals = []rival{
	{name: ours, command: goServer(ours), version: epollVersion},
	{name: "httpdlab-portable", command: goServer("httpdlab-portable"), version: portableVersion, paths: contents},
	{name: "net/http", command: goServer("net/http"), version: goVersion, paths: contents},
	{name: "fasthttp", command: goServer("fasthttp"), version: moduleVersion("github.com/valyala/fasthttp"), paths: contents},
	{name: "hertz", command: goServer("hertz"), version: moduleVersion("github.com/cloudwego/hertz"), paths: contents},
	{name: "nginx", command: nginx, version: says("nginx", "-v"), paths: []string{"/plaintext", "/bytes"}},
	{name: "h2o", command: h2o, version: says("h2o", "-v"), paths: []string{"/plaintext", "/bytes"}},
	{name: "gorilla", command: goServer("gorilla"), version: moduleVersion("github.com/gorilla/websocket"), paths: sockets},
	{name: "gws", command: goServer("gws"), version: moduleVersion("github.com/lxzan/gws"), paths: sockets},
	{name: "gobwas", command: goServer("gobwas"), version: moduleVersion("github.com/gobwas/ws"), paths: sockets},
	{name: "coder", command: goServer("coder"), version: moduleVersion("github.com/coder/websocket"), paths: sockets},
	{name: "haproxy", command: haproxy, version: says("haproxy", "-v"), paths: []string{"/plaintext", "/echo"}},
}

func rivalNames() (all []string) {
	for i := range rivals {
		all = append(all, rivals[i].name)
	}
	return all
}

func (v *rival) answers(path string) bool { return v.paths == nil || slices.Contains(v.paths, path) }

// goServers are the rivals written in Go, by name: this same program serves them.
var goServers = map[string]func(ctx context.Context, addr string) error{
	ours:                serveEpoll,
	"httpdlab-portable": servePortable,
	"net/http":          serveNetHTTP,
	"fasthttp":          serveFasthttp,
	"hertz":             serveHertz,
	"gorilla":           serveGorilla,
	"gws":               serveGws,
	"gobwas":            serveGobwas,
	"coder":             serveCoder,
}

func serveGo(ctx context.Context, name, addr string) error {
	serve := goServers[name]
	if serve == nil {
		return fmt.Errorf("serve %q: there is no such server here", name)
	}
	ended := make(chan error, 1)
	go func() { ended <- serve(ctx, addr) }()
	select {
	case err := <-ended:
		return fmt.Errorf("serve %s on %s: %w", name, addr, err)
	case <-ctx.Done(): // and with the process ends whatever serves
		return nil
	}
}

func goServer(name string) func(string, int) ([]string, error) {
	return func(_ string, port int) ([]string, error) {
		self, err := os.Executable()
		return []string{self, "serve", name, strconv.Itoa(port)}, err
	}
}

// installed finds a program; an error says how to get it.
func installed(program string) (string, error) {
	path, err := exec.LookPath(program)
	if err != nil {
		return "", fmt.Errorf("%s is not installed (Debian: apt-get install %s)", program, program)
	}
	return path, nil
}
