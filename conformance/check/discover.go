package check

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Open finds out how to talk to a target: that it can be reached, how fast it answers, and which resources it
// has for the cases that need one. The error wraps ErrUnreachable when there is nobody.
func Open(ctx context.Context, cfg Config) (*Target, error) {
	t, err := newTarget(cfg)
	if err != nil {
		return nil, err
	}
	reach, cancel := context.WithTimeout(ctx, 4*time.Second)
	defer cancel()
	conn, err := t.dial(reach)
	if err != nil {
		return nil, fmt.Errorf("%w: connect to %s: %w; check address, port and that the server runs", ErrUnreachable, t.Addr, err)
	}
	_ = conn.Close()
	t.findWebSocket(ctx)
	t.find(ctx, "heap", get("{}"), isJSON, "/heap")
	t.findPage(ctx)
	t.measure(ctx)
	if t.Serves(ctx, nil) == nil {
		t.findResources(ctx)
		if t.Sockets > 0 {
			t.findLimits(ctx)
		}
	}
	return t, nil
}

// try sends one request and returns its final response, or an empty one if there is none.
func (t *Target) try(ctx context.Context, text string) *Response {
	c, err := t.open(ctx, "")
	if err != nil {
		return &Response{}
	}
	defer c.close()
	if c.Send(text) == nil {
		if r, _ := c.Final(); r != nil { // also one with a defect, which the cases will find
			return r
		}
	}
	return &Response{}
}

func get(path string) string { return "GET " + path + " HTTP/1.1\r\nHost: {h}\r\n\r\n" }

// findPage settles on the resource for plain requests: the one of the URL, or for "/" the first that exists.
func (t *Target) findPage(ctx context.Context) {
	candidates := []string{t.Vars["p"]}
	if t.Vars["p"] == "/" {
		candidates = append(candidates, "/hello", "/plaintext", "/index.html")
	}
	for _, path := range candidates {
		if r := t.try(ctx, get(path)); r.Status == 200 {
			t.Vars["p"] = path
			return
		}
	}
}

// measure sets the waits from the target's own response time: generous for an answer, short for silence.
func (t *Target) measure(ctx context.Context) {
	var times []time.Duration
	exchange := plainGet
	if path, ok := t.Vars["ws"]; ok && t.Serves(ctx, nil) != nil {
		exchange = Script{Send(strings.Replace(t.handshake(), "{}", path, 1)), Status(101)}
	}
	for range 7 {
		start := time.Now()
		if t.Serves(ctx, exchange) != nil {
			return
		}
		times = append(times, time.Since(start))
	}
	slices.Sort(times)
	slow := times[len(times)-2] // the second slowest: one hiccup says nothing
	t.Answer = min(t.Timeout, max(2*time.Second, 30*slow))
	t.Quiet = min(time.Second, max(40*time.Millisecond, 4*slow))
}

// findResources looks for what cases need beyond {p}. What the configuration names is tried first.
func (t *Target) findResources(ctx context.Context) {
	p := t.Vars["p"]
	t.find(ctx, "echo", "POST {} HTTP/1.1\r\nHost: {h}\r\nContent-Length: 7\r\n\r\nmarker!",
		func(r *Response) bool { return r.Status == 200 && string(r.Body) == "marker!" }, "/echo", p)
	for _, path := range []string{t.Paths["post"], t.Vars["echo"], "/sink", p} {
		if path != "" && t.readsContent(ctx, path) {
			t.Vars["post"] = path
			break
		}
	}
	t.find(ctx, "file", get("{}"), func(r *Response) bool {
		return r.Status == 200 && r.Get("ETag")+r.Get("Last-Modified") != ""
	}, p, "/file")
	t.describeFile(ctx)
	t.find(ctx, "empty", get("{}"), func(r *Response) bool { return r.Status == 204 }, "/empty")
	t.find(ctx, "reset", get("{}"), func(r *Response) bool { return r.Status == 205 }, "/reset")
	t.find(ctx, "chunked", get("{}"), func(r *Response) bool { return r.Coding && r.Status == 200 }, "/bytes?n=4096&chunked=1", p)
	t.find(ctx, "large", get("{}"), func(r *Response) bool {
		length, _ := strconv.Atoi(r.Get("Content-Length"))
		return max(length, len(r.Body)) >= 64<<10
	}, "/bytes?n=131072", p)
	t.find(ctx, "redirect", get("{}"), func(r *Response) bool { return r.Status/100 == 3 && r.Get("Location") != "" }, "/redirect")
	t.find(ctx, "gzip", "GET {} HTTP/1.1\r\nHost: {h}\r\nAccept-Encoding: gzip\r\n\r\n", func(r *Response) bool {
		return r.Has("Content-Encoding", "gzip")
	}, p, "/file")
	t.findBoard(ctx)
}

// readsContent reports whether a resource takes POST and does not answer 2xx before it has the content. One that does,
// as it may, shows nothing of how the server reads content.
func (t *Target) readsContent(ctx context.Context, path string) bool {
	head := "POST " + path + " HTTP/1.1\r\nHost: {h}\r\nContent-Length: 5\r\n\r\n"
	if t.try(ctx, head+"hello").Status/100 != 2 {
		return false
	}
	c, err := t.open(ctx, "")
	if err != nil || c.Send(head) != nil {
		return false
	}
	defer c.close()
	return !strings.HasPrefix(string(c.Quietly(c.Quiet)), "HTTP/1.1 2")
}

// handshake is a valid opening handshake of RFC 6455.
func (t *Target) handshake() string {
	protocol := ""
	if t.Subprotocol != "" {
		protocol = "Sec-WebSocket-Protocol: " + t.Subprotocol + "\r\n"
	}
	return "GET {} HTTP/1.1\r\nHost: {h}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n" + protocol + "\r\n"
}

// findWebSocket settles on the resource that upgrades: the one named, or the first of the likely ones.
func (t *Target) findWebSocket(ctx context.Context) {
	candidates := []string{t.Paths["ws"]}
	if candidates[0] == "" {
		candidates = []string{t.Vars["p"], "/ws", "/"}
		switch {
		case t.Vars["p"] == "/":
			candidates = candidates[1:]
		case strings.HasPrefix(t.URL, "ws"):
			candidates = candidates[:1] // a URL of WebSocket names the resource
		}
	}
	for _, path := range candidates {
		r := t.try(ctx, strings.Replace(t.handshake(), "{}", path, 1))
		if r.Status == 101 {
			t.Vars["ws"] = path
			return
		}
		t.Tried = append(t.Tried, "GET "+path+": "+cmp.Or(r.Line(), "no answer"))
	}
}

// find keeps the first path that does what name stands for.
func (t *Target) find(ctx context.Context, name, request string, does func(*Response) bool, paths ...string) {
	for _, path := range append([]string{t.Paths[name]}, paths...) {
		if path != "" && does(t.try(ctx, strings.Replace(request, "{}", path, 1))) {
			t.Vars[name] = path
			return
		}
	}
}

// describeFile keeps the validators of {file} and finds out about ranges.
func (t *Target) describeFile(ctx context.Context) {
	path, ok := t.Vars["file"]
	if !ok {
		return
	}
	t.File = t.try(ctx, get(path))
	for name, field := range map[string]string{"etag": "ETag", "lm": "Last-Modified"} {
		if value := t.File.Get(field); value != "" {
			t.Vars[name] = value
		}
	}
	t.Vars["size"] = strconv.Itoa(len(t.File.Body))
	ranged := t.try(ctx, "GET "+path+" HTTP/1.1\r\nHost: {h}\r\nRange: bytes=0-0\r\n\r\n")
	if ranged.Status == 206 {
		t.Vars["ranged"] = path
	}
}

// isJSON tells a page of JSON.
func isJSON(r *Response) bool { return r.Status == 200 && json.Valid(r.Body) }

// findBoard looks for the routes of the board contract, and for the limits that a board declares.
func (t *Target) findBoard(ctx context.Context) {
	served := func(r *Response) bool { return r.Status == 200 }
	post := func(body string) string {
		return fmt.Sprintf("POST {} HTTP/1.1\r\nHost: {h}\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
	}
	t.find(ctx, "adder", post("5"), func(r *Response) bool { return served(r) && string(r.Body) == "5" }, "/adder")
	t.find(ctx, "sink", post("12345"), func(r *Response) bool { return served(r) && strings.Contains(string(r.Body), "5") }, "/sink")
	t.find(ctx, "bytes", get("{}?n=10"), func(r *Response) bool { return len(r.Body) == 10 }, "/bytes")
	t.find(ctx, "slow", get("{}?ms=1"), served, "/slow")
	t.find(ctx, "tree", get("{}/a"), func(r *Response) bool { return served(r) && string(r.Body) == "a" }, "/tree")
	t.find(ctx, "events", get("{}?n=1&ms=1"), func(r *Response) bool {
		return served(r) && strings.HasPrefix(r.Get("Content-Type"), "text/event-stream")
	}, "/events")
	t.find(ctx, "info", get("{}"), isJSON, "/info")
	if path, ok := t.Vars["info"]; ok {
		t.declaredLimits(t.try(ctx, get(path)).Body)
	}
}
