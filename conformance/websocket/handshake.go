package websocket

import (
	"crypto/sha1"
	"encoding/base64"
	"strings"

	"github.com/httpdlab/httpdlab/conformance/check"
)

// SampleKey is the key of the example in RFC 6455, 1.2.
const SampleKey = "dGhlIHNhbXBsZSBub25jZQ=="

// Handshake is an opening handshake. The zero value asks for the valid one with SampleKey.
type Handshake struct {
	Key        string   // default SampleKey
	Target     string   // default {ws}
	Protocols  []string // Sec-WebSocket-Protocol, one field line each; nil: the target's own, if it was named
	Extensions []string // Sec-WebSocket-Extensions, one field line each
	Fields     string   // more field lines, each with its CRLF
}

// Text is the request with its placeholders.
func (h Handshake) Text(t *check.Target) string {
	target, key := h.Target, h.Key
	if target == "" {
		target = "{ws}"
	}
	if key == "" {
		key = SampleKey
	}
	protocols := h.Protocols
	if protocols == nil && t.Subprotocol != "" {
		protocols = []string{t.Subprotocol}
	}
	return "GET " + target + " HTTP/1.1\r\nHost: {h}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Key: " + key + "\r\nSec-WebSocket-Version: 13\r\n" +
		lines("Sec-WebSocket-Protocol", protocols) + lines("Sec-WebSocket-Extensions", h.Extensions) + h.Fields + "\r\n"
}

func lines(name string, values []string) string {
	var b strings.Builder
	for _, value := range values {
		b.WriteString(name + ": " + value + "\r\n")
	}
	return b.String()
}

// Accept is the value of Sec-WebSocket-Accept that answers a key (RFC 6455, 4.2.2).
func Accept(key string) string {
	sum := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// Extension is one extension of a response to a handshake, with its parameters in order.
type Extension struct {
	Name       string
	Parameters []Parameter
}

// Parameter is a parameter of an extension. Bare says that it has no value.
type Parameter struct {
	Name, Value string
	Bare        bool
}

// Extensions reads Sec-WebSocket-Extensions of a response; a quoted value loses its quotes (RFC 6455, 9.1).
func Extensions(r *check.Response) (all []Extension) {
	for _, part := range strings.Split(r.Get("Sec-WebSocket-Extensions"), ",") {
		fields := strings.Split(part, ";")
		name := strings.Trim(fields[0], " \t")
		if name == "" {
			continue
		}
		e := Extension{Name: name}
		for _, field := range fields[1:] {
			name, value, valued := strings.Cut(field, "=")
			e.Parameters = append(e.Parameters, Parameter{strings.Trim(name, " \t"), strings.Trim(value, " \t\""), !valued})
		}
		all = append(all, e)
	}
	return all
}
