package fuzz

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gorilla/websocket"

	ours "github.com/httpdlab/httpdlab/server/websocket"
)

const seedHandshake = "Host: h\nUpgrade: websocket\nConnection: Upgrade\n" +
	"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\nSec-WebSocket-Version: 13\n"

// FuzzHandshake feeds fields to both sides. What a server accepts it answers
// with a head that a client takes, and which names nothing that was not
// offered; and gorilla/websocket accepts it as well.
func FuzzHandshake(f *testing.F) {
	for _, more := range []string{"", "Sec-WebSocket-Protocol: a, echo\n", "Origin: null\n",
		"Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits, x; y=\"z\"\n",
		"Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=10; server_no_context_takeover\n"} {
		f.Add(seedHandshake + more)
	}
	f.Fuzz(func(t *testing.T, fields string) {
		h := ours.Handshake{Protocols: []string{"echo"}, Deflate: &ours.Deflate{}}
		request := httptest.NewRequest("GET", "http://h/ws", nil)
		clear(request.Header)
		visit(fields, func(name, value string) {
			h.Field([]byte(name), []byte(value))
			request.Header.Add(name, value)
		})
		if err := h.Check(true, 1); err != 0 {
			if s := err.Status(); s < 400 || s > 499 {
				t.Fatalf("%v has the status %d", err, s)
			}
			return
		}
		if !websocket.IsWebSocketUpgrade(request) {
			t.Fatalf("gorilla sees no handshake in %q", fields)
		}
		head := string(h.AppendResponse(nil))
		if !strings.HasPrefix(head, "HTTP/1.1 101 ") || !strings.HasSuffix(head, "\r\n") || strings.Contains(head, "\r\n\r\n") {
			t.Fatalf("%q", head)
		}
		if h.Protocol != "" && !strings.Contains(fields, h.Protocol) {
			t.Fatalf("%q was not offered", h.Protocol)
		}
		if h.Deflated && !strings.Contains(strings.ToLower(fields), "permessage-deflate") {
			t.Fatalf("permessage-deflate was not offered")
		}
		if h.Deflated && (h.Agreed.ServerBits < 8 || h.Agreed.ServerBits > 15 || h.Agreed.ClientBits < 8 || h.Agreed.ClientBits > 15) {
			t.Fatalf("%+v", h.Agreed)
		}
	})
}

// FuzzHandshakeResponse feeds fields to a client, which never takes a head
// without the right accept.
func FuzzHandshakeResponse(f *testing.F) {
	const accept = "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\n"
	f.Add("Upgrade: websocket\nConnection: Upgrade\n" + accept)
	f.Add("Upgrade: websocket\nConnection: Upgrade\nSec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=9\n" + accept)
	f.Fuzz(func(t *testing.T, fields string) {
		c := ours.Client{Host: "h", Deflate: &ours.Deflate{ServerBits: 10}, Key: [16]byte([]byte("the sample nonce"))}
		visit(fields, func(name, value string) { c.Field([]byte(name), []byte(value)) })
		if c.Check(101) != 0 {
			return
		}
		if !strings.Contains(fields, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=") {
			t.Fatalf("accepted %q", fields)
		}
		if c.Deflated && c.Agreed.ServerBits > 10 || c.Protocol != "" {
			t.Fatalf("%+v", c.Agreed)
		}
	})
}

// visit calls field for each line of text that could be a field.
func visit(text string, field func(name, value string)) {
	for line := range strings.Lines(text) {
		name, value, ok := strings.Cut(strings.TrimSpace(line), ":")
		value = strings.Trim(value, " \t")
		if ok && name == http.CanonicalHeaderKey(name) && !strings.ContainsAny(line, "\r\x00") {
			field(name, value)
		}
	}
}
