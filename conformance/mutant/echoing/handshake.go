package echoing

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/httpdlab/httpdlab/conformance/websocket"
)

// maxRequest is the largest head of a request in octets.
const maxRequest = 16 << 10

// request is a head, read as strictly as the RFCs allow.
type request struct {
	method, target, version string
	fields                  [][2]string
}

func (q *request) values(name string) (values []string) {
	for _, f := range q.fields {
		if strings.EqualFold(f[0], name) {
			values = append(values, f[1])
		}
	}
	return values
}

// has reports whether a list field holds a token.
func (q *request) has(name, token string) bool {
	for _, part := range strings.Split(strings.Join(q.values(name), ","), ",") {
		if strings.EqualFold(strings.Trim(part, " \t"), token) {
			return true
		}
	}
	return false
}

// handshake serves one request and reports whether frames follow.
func (x *session) handshake() bool {
	head, ok := x.readHead()
	if !ok {
		return false
	}
	if x.Hang != nil && x.Hang(head) {
		_, _ = drain(x.conn)
		return false
	}
	q, complaint := parseRequest(head)
	status := 101
	switch {
	case x.is("dies of heavy requests") && len(head) > maxRequest:
		x.dead.Store(true)
		return false
	case len(head) > maxRequest && !x.tolerates("head length"):
		status = 431
	case complaint != "" && !x.tolerates(complaint):
		status = 400
	case x.Stumble != nil && x.Stumble(head):
		status = 500
	case x.Forbid != nil && x.Forbid(head):
		status = 400
	case q.target == "/heap":
		x.heap()
		return false
	default:
		status = x.judge(q)
	}
	x.respond(q, status)
	return status == 101
}

func (x *session) tolerates(complaint string) bool { return x.Tolerate == complaint }

func (x *session) readHead() (head string, ok bool) {
	for {
		if i := strings.Index(string(x.in), "\r\n\r\n"); i >= 0 {
			head, x.in = string(x.in[:i+4]), x.in[i+4:]
			if x.is("forgets what came with a request") {
				x.in = nil
			}
			return head, x.reads < 2 || !x.is("needs a request in one segment")
		}
		if x.is("answers half a request") && len(x.in) > 60 {
			x.in = nil
			return "GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " + websocket.SampleKey + "\r\n\r\n", true
		}
		if len(x.in) > 4<<20 {
			return string(x.in), true
		}
		if x.fill() != nil {
			return "", false
		}
		if x.is("serves nobody while a request is incomplete") && !strings.Contains(string(x.in), "\r\n\r\n") {
			x.single.Lock()
			defer x.single.Unlock()
		} else if x.is("serves nobody while a request is incomplete") {
			x.single.Lock()
			x.single.Unlock() //nolint:staticcheck // to wait is the fault
		}
	}
}

// parseRequest reads a head and names the first thing wrong with its form.
func parseRequest(head string) (q *request, complaint string) {
	q = &request{}
	lines := strings.Split(strings.TrimSuffix(head, "\r\n\r\n"), "\r\n")
	parts := strings.Split(lines[0], " ")
	if len(parts) != 3 {
		return q, "request line"
	}
	q.method, q.target, q.version = parts[0], parts[1], parts[2]
	for _, line := range lines[1:] {
		name, value, ok := strings.Cut(line, ":")
		switch {
		case strings.ContainsAny(line, "\n\r"):
			complaint = "bare LF"
		case strings.HasPrefix(line, " "):
			complaint = "folded line"
		case !ok:
			complaint = "no colon"
		case strings.HasSuffix(name, " "):
			complaint, name = "blank before colon", strings.TrimRight(name, " ")
		case strings.ContainsRune(value, 0):
			complaint = "NUL"
		}
		q.fields = append(q.fields, [2]string{name, strings.Trim(value, " \t")})
	}
	return q, complaint
}

// judge returns the status for a request of good form.
func (x *session) judge(q *request) int {
	path, _, _ := strings.Cut(strings.TrimPrefix(q.target, "http://"+strings.Join(q.values("Host"), "")), "?")
	keys, versions := q.values("Sec-WebSocket-Key"), q.values("Sec-WebSocket-Version")
	for _, rule := range []struct {
		complaint string
		broken    bool
		status    int
	}{
		{"path", path != "/ws", 404},
		{"version of HTTP", q.version != "HTTP/1.1", 400},
		{"host missing", len(q.values("Host")) == 0, 400},
		{"host twice", len(q.values("Host")) > 1, 400},
		{"host empty", len(q.values("Host")) == 1 && q.values("Host")[0] == "", 400},
		{"method", q.method != "GET", 405},
		{"extensions", !goodExtensions(q.values("Sec-WebSocket-Extensions")), 400},
		{"content", len(q.values("Content-Length"))+len(q.values("Transfer-Encoding")) > 0, 400},
		{"upgrade", !q.has("Upgrade", "websocket") && !(x.is("looks for tokens as substrings") && strings.Contains(strings.Join(q.values("Upgrade"), ""), "websocket")), 426},
		{"connection", !q.has("Connection", "Upgrade") && !(x.is("looks for tokens as substrings") && strings.Contains(strings.Join(q.values("Connection"), ""), "Upgrade")), 426},
		{"version missing", len(versions) == 0, 400},
		{"version twice", len(versions) > 1, 400},
		{"version list", len(versions) == 1 && strings.Contains(versions[0], ","), 400},
		{"version with zero", len(versions) == 1 && versions[0] == "013", 400},
		{"version unknown", len(versions) == 1 && versions[0] != "13" && !strings.Contains(versions[0], ",") && versions[0] != "013", 426},
		{"key missing", len(keys) == 0, 400},
		{"key twice", len(keys) > 1, 400},
		{"key empty", len(keys) == 1 && keys[0] == "", 400},
		{"key", len(keys) == 1 && keys[0] != "" && !goodKey(keys[0]), 400},
	} {
		if rule.broken && !x.tolerates(rule.complaint) {
			return rule.status
		}
	}
	return 101
}

// extensionList is the grammar of RFC 6455, 9.1.
var extensionList = regexp.MustCompile("^" + extension + "(?:[ \t]*,[ \t]*" + extension + ")*$")

const (
	token     = "[!#$%&'*+.^_`|~0-9A-Za-z-]+"
	extension = token + "(?:[ \t]*;[ \t]*" + token + "(?:=(?:" + token + "|\"" + token + "\"))?)*"
)

func goodExtensions(values []string) bool {
	for _, value := range values {
		if !extensionList.MatchString(value) {
			return false
		}
	}
	return true
}

func goodKey(key string) bool {
	nonce, err := base64.StdEncoding.DecodeString(key)
	return err == nil && len(nonce) == 16
}

// respond sends the head of 101 or a refusal.
func (x *session) respond(q *request, status int) {
	var b strings.Builder
	fmt.Fprintf(&b, "HTTP/1.1 %d %s\r\n", status, http.StatusText(status))
	if status != 101 {
		if status == 405 {
			b.WriteString("Allow: GET\r\n")
		}
		if status == 426 {
			b.WriteString("Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n")
		}
		b.WriteString("Content-Length: 0\r\nConnection: close\r\n\r\n")
	} else {
		key := ""
		if keys := q.values("Sec-WebSocket-Key"); len(keys) > 0 {
			key = keys[len(keys)-1]
		}
		b.WriteString("Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " + websocket.Accept(key) + "\r\n")
		b.WriteString(x.chooseProtocol(q) + x.chooseExtension(q) + "\r\n")
	}
	out := b.String()
	if x.Head != nil {
		out = x.Head(out)
	}
	if x.is("closes instead of refusing") && status != 101 {
		out = ""
	}
	_ = x.write([]byte(out))
	if status != 101 {
		x.linger()
	}
}

// chooseProtocol names the one subprotocol that is spoken, if it was offered.
func (x *session) chooseProtocol(q *request) string {
	var offers []string
	for _, value := range q.values("Sec-WebSocket-Protocol") {
		for _, offer := range strings.Split(value, ",") {
			offers = append(offers, strings.Trim(offer, " "))
		}
	}
	const name = "Sec-WebSocket-Protocol: "
	switch {
	case x.is("names a subprotocol unasked"):
		return name + Protocol + "\r\n"
	case x.is("names the first subprotocol offered") && len(offers) > 0:
		return name + offers[0] + "\r\n"
	case x.is("names all subprotocols") && len(offers) > 0:
		return name + strings.Join(offers, ", ") + "\r\n"
	case x.is("names no subprotocol"):
		return ""
	case x.is("compares subprotocols without case") && slices.ContainsFunc(offers, func(s string) bool { return strings.EqualFold(s, Protocol) }),
		slices.Contains(offers, Protocol):
		return name + Protocol + "\r\n"
	}
	return ""
}

// chooseExtension knows none.
func (x *session) chooseExtension(q *request) string {
	offered := strings.Join(q.values("Sec-WebSocket-Extensions"), ", ")
	switch {
	case x.is("names an extension unasked"):
		return "Sec-WebSocket-Extensions: permessage-deflate\r\n"
	case x.is("accepts every extension") && offered != "":
		return "Sec-WebSocket-Extensions: " + offered + "\r\n"
	}
	return ""
}

// heap tells free memory as the board contract has it.
func (x *session) heap() {
	body := fmt.Sprintf(`{"free":%d,"total":%d}`, int64(1)<<32-x.taken.Load(), int64(1)<<32)
	_ = x.write(fmt.Appendf(nil, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s", len(body), body))
	x.linger()
}
