package mutant

import (
	"bytes"
	"compress/gzip"
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// changed is when the file was last modified.
var changed = time.Date(2025, 3, 4, 5, 6, 7, 0, time.UTC)

const (
	fileText = "0123456789abcdefghijklmnopqrstuvwxyz\n"
	fileTag  = `"v1"`
)

// route answers a well-formed request.
func (x *session) route(q *Request) *Response {
	if q.Path == "*" {
		return &Response{Status: 204, Fields: [][2]string{{"Allow", "GET, HEAD, POST, OPTIONS"}}}
	}
	path, err := url.PathUnescape(q.Path)
	if err != nil || strings.Contains(path, "\x00") {
		return &Response{Status: 400, Body: "path\n"}
	}
	handler, allowed := x.handler(path)
	switch {
	case handler == nil:
		return &Response{Status: 404, Body: "not found\n"}
	case q.Method == "OPTIONS":
		return options(allowed)
	case !slices.Contains(allowed, q.Method) && !x.is("serves every method alike"):
		return &Response{Status: 405, Body: "no\n", Fields: [][2]string{{"Allow", strings.Join(append(allowed, "OPTIONS"), ", ")}}}
	}
	return handler(q)
}

var (
	read  = []string{"GET", "HEAD"}
	write = []string{"POST"}
	both  = []string{"GET", "HEAD", "POST", "PUT"}
)

// handler finds who answers a path, and for which methods.
func (x *session) handler(path string) (func(*Request) *Response, []string) {
	switch {
	case path == "/":
		return text("Hello World!"), append(read[:2:2], "PATCH")
	case path == "/hello":
		return text("Hello World!"), read
	case path == "/plaintext":
		return text("Hello, World!"), read
	case path == "/file":
		return x.file, read
	case path == "/echo":
		return x.echo, both
	case path == "/adder":
		return x.adder, write
	case path == "/sink":
		return func(q *Request) *Response {
			return json(`{"bytes":%d}`, len(q.Body))
		}, write
	case path == "/bytes":
		return pattern, read
	case path == "/slow":
		return x.slow, read
	case path == "/events":
		return events, read
	case path == "/empty":
		return func(*Request) *Response { return &Response{Status: 204} }, read
	case path == "/reset":
		return func(*Request) *Response { return &Response{Status: 205} }, read
	case path == "/redirect":
		return func(*Request) *Response {
			return &Response{Status: 302, Fields: [][2]string{{"Location", "/hello"}}}
		}, read
	case strings.HasPrefix(path, "/tree/"):
		return text(path[len("/tree/"):]), read
	case path == "/ws":
		return x.websocket, both
	case path == "/info":
		return x.info, read
	case path == "/heap":
		return func(*Request) *Response {
			return json(`{"uptime_ms":%d,"boot_count":1,"free":100000,"min_free":90000,"largest_block":50000,"total":200000}`, time.Since(x.started).Milliseconds())
		}, read
	case path == "/fields":
		return every, read
	case strings.HasPrefix(path, "/status/"):
		return status(path[len("/status/"):]), read
	}
	return nil, nil
}

func text(body string) func(*Request) *Response {
	return func(*Request) *Response { return &Response{Status: 200, Body: body} }
}

func json(format string, args ...any) *Response {
	return &Response{Status: 200, Body: fmt.Sprintf(format, args...), Fields: [][2]string{{"Content-Type", "application/json"}}}
}

func (x *session) echo(q *Request) *Response {
	a := &Response{Status: 200, Body: string(q.Body)}
	if x.is("keeps 6000 octets of a content") {
		a.Body = a.Body[:min(len(a.Body), 6000)]
	}
	if t := q.Get("Content-Type"); t != "" && q.count("Content-Type") == 1 {
		a.add("Content-Type", t)
	}
	if x.is("sends an answer to whoever asked last") {
		x.mu.Lock()
		x.last = a.Body
		x.mu.Unlock()
		time.Sleep(20 * time.Millisecond) // for somebody else to ask
		x.mu.Lock()
		a.Body = x.last
		x.mu.Unlock()
	}
	return a
}

// adder keeps its sum with the connection.
func (x *session) adder(q *Request) *Response {
	n, err := strconv.Atoi(string(q.Body))
	if err != nil {
		return &Response{Status: 400, Body: "a decimal number is needed\n"}
	}
	if x.is("shares session contexts") {
		x.mu.Lock()
		defer x.mu.Unlock()
		x.shared += n
		return &Response{Status: 200, Body: strconv.Itoa(x.shared)}
	}
	if x.is("forgets session contexts") {
		x.sum = 0
	}
	x.sum += n
	return &Response{Status: 200, Body: strconv.Itoa(x.sum)}
}

func options(allowed []string) *Response {
	a := &Response{Status: 204, Fields: [][2]string{{"Allow", strings.Join(append(allowed, "OPTIONS"), ", ")}}}
	if slices.Contains(allowed, "PATCH") {
		a.add("Accept-Patch", "text/plain")
	}
	return a
}

// number reads a query parameter within [0, most].
func number(q *Request, name string, most int) int {
	values, _ := url.ParseQuery(q.Query)
	n, _ := strconv.Atoi(values.Get(name))
	return max(0, min(n, most))
}

// pattern is n octets: the alphabet, again and again.
func pattern(q *Request) *Response {
	n := number(q, "n", 4<<20)
	body := strings.Repeat("abcdefghijklmnopqrstuvwxyz", n/26+1)[:n]
	return &Response{Status: 200, Body: body, chunked: strings.Contains(q.Query, "chunked=1"), Fields: [][2]string{{"Content-Type", "application/octet-stream"}}}
}

func (x *session) slow(q *Request) *Response {
	if x.is("sleeps with everybody") {
		x.mu.Lock() // which every other request needs
		defer x.mu.Unlock()
	}
	if !x.is("does not wait") {
		time.Sleep(time.Duration(number(q, "ms", 5000)) * time.Millisecond)
	}
	return &Response{Status: 200, Body: "slow\n"}
}

func events(q *Request) *Response {
	a := &Response{Status: 200, chunked: true, Fields: [][2]string{{"Content-Type", "text/event-stream"}, {"Cache-Control", "no-cache"}}}
	for i := range number(q, "n", 1000) {
		a.Body += fmt.Sprintf("data: %d\n\n", i)
	}
	return a
}

func (x *session) info(*Request) *Response {
	extra := ""
	if x.Sockets > 0 {
		extra = fmt.Sprintf(`,"max_open_sockets":%d,"max_uri_len":%d,"max_req_hdr_len":%d`, x.Sockets, x.MaxURI, x.MaxHead)
	}
	return json(`{"board":"mutant","chip":"none","sdk":"go","app":"mutant","app_sha":"0","cores":1,"mhz":1,"reset_reason":"power","boot_count":1,"uptime_ms":%d,"rssi":0,"channel":0,"power_save":"none"%s}`,
		time.Since(x.started).Milliseconds(), extra)
}

// websocket answers the opening handshake (RFC 6455, 4.2) and then keeps silent until the client goes.
func (x *session) websocket(q *Request) *Response {
	key, err := base64.StdEncoding.DecodeString(q.Get("Sec-WebSocket-Key"))
	switch {
	case q.Minor == 0 && !x.is("upgrades HTTP/1.0"), !q.has("Upgrade", "websocket"),
		!q.has("Connection", "upgrade") && !x.is("upgrades without Connection"),
		q.Method != "GET" && !x.is("upgrades any method"):
		return &Response{Status: 426, Fields: [][2]string{{"Upgrade", "websocket"}, {"Connection", "Upgrade"}}, Body: "a WebSocket\n"}
	case q.Get("Sec-WebSocket-Version") != "13" && !x.is("speaks every WebSocket version"):
		return &Response{Status: 426, Fields: [][2]string{{"Upgrade", "websocket"}, {"Connection", "Upgrade"}, {"Sec-WebSocket-Version", "13"}}, Body: "version 13\n"}
	case (err != nil || len(key) != 16) && !x.is("takes any key"):
		return &Response{Status: 400, Body: "key\n"}
	}
	hijack := func() {
		if x.is("sends 100 after 101") {
			_, _ = x.conn.Write([]byte("HTTP/1.1 100 Continue\r\n\r\n"))
		}
		for x.fill() == nil {
		}
	}
	if x.is("speaks HTTP behind an upgrade") {
		hijack = nil
	}
	sum := sha1.Sum([]byte(q.Get("Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	return &Response{Status: 101, bare: true, Fields: [][2]string{
		{"Upgrade", "websocket"}, {"Connection", "Upgrade"}, {"Sec-WebSocket-Accept", base64.StdEncoding.EncodeToString(sum[:])},
	}, hijack: hijack}
}

// status answers /status/NNN as that status wants to be answered.
func status(code string) func(*Request) *Response {
	return func(*Request) *Response {
		n, _ := strconv.Atoi(code)
		a := &Response{Status: n, Body: http.StatusText(n) + "\n"}
		switch n {
		case 300:
			a.add("Location", "/file")
		case 401:
			a.add("WWW-Authenticate", `Basic realm="x"`)
		case 407:
			a.add("Proxy-Authenticate", `Basic realm="x"`)
		case 413:
			a.add("Retry-After", "120")
		case 415:
			a.add("Accept", "text/plain")
		}
		return a
	}
}

func zip(body string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write([]byte(body))
	_ = z.Close()
	return b.String()
}
