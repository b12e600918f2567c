package websocket

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const base = "Host: h\nUpgrade: websocket\nConnection: Upgrade\n" +
	"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\nSec-WebSocket-Version: 13\n"

const response = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
	"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"

// feed gives the lines of text to field.
func feed(text string, field func(name, value []byte)) {
	for line := range strings.Lines(text) {
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ":")
		field([]byte(name), bytes.TrimSpace([]byte(value)))
	}
}

func without(name string) string {
	var s strings.Builder
	for line := range strings.Lines(base) {
		if !strings.HasPrefix(line, name+":") {
			s.WriteString(line)
		}
	}
	return s.String()
}

// The examples of RFC 6455, 1.3.
func TestAccept(t *testing.T) {
	require.Equal(t, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", string(AppendAccept(nil, []byte("dGhlIHNhbXBsZSBub25jZQ=="))))
	require.Equal(t, "dGhlIHNhbXBsZSBub25jZQ==", string(AppendKey(nil, [16]byte([]byte("the sample nonce")))))
}

func TestHandshakeRules(t *testing.T) {
	const key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\n"
	for _, c := range []struct {
		name, fields string
		want         Error
	}{
		{"plain", base, 0},
		{"any case", strings.ToUpper(without("Sec-WebSocket-Key")) + key, 0},
		{"lower case names", strings.ToLower(without("Sec-WebSocket-Key")) + key, 0},
		{"connection in a list", without("Connection") + "Connection: keep-alive, uPGRADE\n", 0},
		{"connection over two lines", without("Connection") + "Connection: keep-alive\nConnection:\tupgrade ,\n", 0},
		{"upgrade in a list", without("Upgrade") + "Upgrade: h2c, websocket\n", 0},
		{"no upgrade", without("Upgrade"), ErrUpgrade},
		{"upgrade foo", without("Upgrade") + "Upgrade: foo\n", ErrUpgrade},
		{"upgrade websocketx", without("Upgrade") + "Upgrade: websocketx\n", ErrUpgrade},
		{"upgrade with version", without("Upgrade") + "Upgrade: websocket/13\n", ErrUpgrade},
		{"upgrade with a space", without("Upgrade") + "Upgrade: websocket x\n", ErrUpgrade},
		{"no connection", without("Connection"), ErrConnection},
		{"keep-alive only", without("Connection") + "Connection: keep-alive\n", ErrConnection},
		{"connection upgradex", without("Connection") + "Connection: Upgradex\n", ErrConnection},
		{"no key", without("Sec-WebSocket-Key"), ErrKey},
		{"empty key", without("Sec-WebSocket-Key") + "Sec-WebSocket-Key:\n", ErrKey},
		{"key of 15 bytes", without("Sec-WebSocket-Key") + "Sec-WebSocket-Key: MTIzNDU2Nzg5MDEyMzQ1\n", ErrKey},
		{"key of 17 bytes", without("Sec-WebSocket-Key") + "Sec-WebSocket-Key: MTIzNDU2Nzg5MDEyMzQ1Njc=\n", ErrKey},
		{"key not base64", without("Sec-WebSocket-Key") + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25j!Q==\n", ErrKey},
		{"key twice", base + key, ErrKey},
		{"two keys", base + "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\n", ErrKey},
		{"no version", without("Sec-WebSocket-Version"), ErrVersion},
		{"version 8", without("Sec-WebSocket-Version") + "Sec-WebSocket-Version: 8\n", ErrVersion},
		{"version list", without("Sec-WebSocket-Version") + "Sec-WebSocket-Version: 13, 8\n", ErrVersion},
		{"version 013", without("Sec-WebSocket-Version") + "Sec-WebSocket-Version: 013\n", ErrVersion},
		{"two versions", base + "Sec-WebSocket-Version: 13\n", ErrVersion},
		{"no host", without("Host"), ErrHost},
		{"two hosts", base + "Host: h\n", ErrHost},
		{"protocol with a space", base + "Sec-WebSocket-Protocol: a b\n", ErrProtocol},
		{"extensions malformed", base + "Sec-WebSocket-Extensions: ;;=,\"\n", ErrExtension},
		{"parameter without name", base + "Sec-WebSocket-Extensions: x; =1\n", ErrExtension},
		{"quote not closed", base + "Sec-WebSocket-Extensions: x; y=\"1\n", ErrExtension},
		{"quoted but no token", base + "Sec-WebSocket-Extensions: x; y=\"a b\"\n", ErrExtension},
		{"two origins", base + "Origin: a\nOrigin: a\n", ErrOrigin},
	} {
		t.Run(c.name, func(t *testing.T) {
			var h Handshake
			feed(c.fields, h.Field)
			err := h.Check(true, 1)
			require.Equal(t, c.want, err)
			if err == 0 {
				require.Equal(t, response, string(h.AppendResponse(nil)))
			} else {
				require.True(t, err.Status() >= 400 && err.Status() < 500)
			}
		})
	}
	var h Handshake
	feed(base, h.Field)
	require.Equal(t, ErrMethod, h.Check(false, 1))
	require.Equal(t, ErrHTTPVersion, h.Check(true, 0))
	require.Equal(t, []int{405, 426, 426, 403}, []int{ErrMethod.Status(), ErrUpgrade.Status(), ErrVersion.Status(), ErrOrigin.Status()})
}

func TestSubprotocol(t *testing.T) {
	for _, c := range []struct{ fields, want string }{
		{"", ""},
		{"Sec-WebSocket-Protocol: other\n", ""},
		{"Sec-WebSocket-Protocol: a, echo, b\n", "echo"},
		{"Sec-WebSocket-Protocol: a\nSec-WebSocket-Protocol: echo,chat\n", "echo"},
		{"Sec-WebSocket-Protocol: chat,echo\n", "chat"},
		{"Sec-WebSocket-Protocol: ECHO\n", ""},
		{"Sec-WebSocket-Protocol: echo, echo\n", "echo"},
		{"Sec-WebSocket-Protocol:\nSec-WebSocket-Protocol: ,,\n", ""},
	} {
		h := Handshake{Protocols: []string{"echo", "chat"}}
		feed(base+c.fields, h.Field)
		require.Zero(t, h.Check(true, 1))
		require.Equal(t, c.want, h.Protocol, c.fields)
		want := response
		if c.want != "" {
			want += "Sec-WebSocket-Protocol: " + c.want + "\r\n"
		}
		require.Equal(t, want, string(h.AppendResponse(nil)))
	}
}

// RFC 7692, 7.1: what is offered, what the server wishes, what is answered.
func TestExtensionNegotiation(t *testing.T) {
	for _, c := range []struct {
		offer string
		wish  Deflate
		want  string // without the name; "-" if declined
	}{
		{"permessage-deflate", Deflate{}, ""},
		{"x-unknown", Deflate{}, "-"},
		{"x-unknown; a=b, permessage-deflate", Deflate{}, ""},
		{"Permessage-DEFLATE", Deflate{}, ""},
		{"permessage-deflate", Deflate{ServerNoTakeover: true, ClientNoTakeover: true}, "; server_no_context_takeover; client_no_context_takeover"},
		{"permessage-deflate; server_no_context_takeover", Deflate{}, "; server_no_context_takeover"},
		{"permessage-deflate; client_no_context_takeover", Deflate{}, "; client_no_context_takeover"},
		{"permessage-deflate", Deflate{ClientBits: 10}, ""},
		{"permessage-deflate; client_max_window_bits", Deflate{}, ""},
		{"permessage-deflate; client_max_window_bits", Deflate{ClientBits: 10}, "; client_max_window_bits=10"},
		{"permessage-deflate; client_max_window_bits=15", Deflate{ClientBits: 10}, "; client_max_window_bits=10"},
		{"permessage-deflate; client_max_window_bits=8", Deflate{ClientBits: 10}, "; client_max_window_bits=8"},
		{"permessage-deflate; server_max_window_bits=10", Deflate{}, "; server_max_window_bits=10"},
		{"permessage-deflate; server_max_window_bits=10", Deflate{ServerBits: 9}, "; server_max_window_bits=9"},
		{"permessage-deflate; server_max_window_bits=15", Deflate{}, "; server_max_window_bits=15"},
		{"permessage-deflate; server_max_window_bits=\"10\"", Deflate{}, "; server_max_window_bits=10"},
		{"permessage-deflate; server_max_window_bits=\"1\\0\"", Deflate{}, "; server_max_window_bits=10"},
		{"permessage-deflate ;\tserver_max_window_bits = 8 ; client_max_window_bits", Deflate{}, "; server_max_window_bits=8"},
		{"permessage-deflate", Deflate{ServerBits: 12}, "; server_max_window_bits=12"},
		{"permessage-deflate; server_max_window_bits=7", Deflate{}, "-"},
		{"permessage-deflate; server_max_window_bits=16", Deflate{}, "-"},
		{"permessage-deflate; server_max_window_bits=08", Deflate{}, "-"},
		{"permessage-deflate; server_max_window_bits=100000", Deflate{}, "-"},
		{"permessage-deflate; server_max_window_bits=\"100000\"", Deflate{}, "-"},
		{"permessage-deflate; server_max_window_bits", Deflate{}, "-"},
		{"permessage-deflate; client_max_window_bits=x", Deflate{}, "-"},
		{"permessage-deflate; unknown", Deflate{}, "-"},
		{"permessage-deflate; server_no_context_takeover=1", Deflate{}, "-"},
		{"permessage-deflate; server_no_context_takeover; server_no_context_takeover", Deflate{}, "-"},
		{"permessage-deflate; client_max_window_bits; client_max_window_bits=9", Deflate{}, "-"},
		{"permessage-deflate; server_max_window_bits=9; server_max_window_bits=9", Deflate{}, "-"},
		{"permessage-deflate; unknown, permessage-deflate; server_max_window_bits=9", Deflate{}, "; server_max_window_bits=9"},
		{"permessage-deflate; unknown\nSec-WebSocket-Extensions: permessage-deflate", Deflate{}, ""},
		{"permessage-deflate; server_max_window_bits=9, permessage-deflate", Deflate{}, "; server_max_window_bits=9"},
	} {
		t.Run(c.offer, func(t *testing.T) {
			h := Handshake{Deflate: &c.wish}
			feed(base+"Sec-WebSocket-Extensions: "+c.offer+"\n", h.Field)
			require.Zero(t, h.Check(true, 1))
			want := response
			if c.want != "-" {
				want += "Sec-WebSocket-Extensions: permessage-deflate" + c.want + "\r\n"
			}
			require.Equal(t, want, string(h.AppendResponse(nil)))
			plain := Handshake{}
			feed(base+"Sec-WebSocket-Extensions: "+c.offer+"\n", plain.Field)
			require.Zero(t, plain.Check(true, 1))
			require.Equal(t, response, string(plain.AppendResponse(nil)), "nobody wished it")
		})
	}
}

func TestOriginPolicy(t *testing.T) {
	var asked string
	h := Handshake{Origin: func(origin []byte) bool { asked = string(origin); return asked == "https://ours" }}
	feed(base+"Origin: https://ours\n", h.Field)
	require.Zero(t, h.Check(true, 1))
	h.Reset()
	feed(base+"Origin: null\n", h.Field)
	require.Equal(t, ErrOrigin, h.Check(true, 1))
	require.Equal(t, "null", asked)
	h.Reset()
	feed(base, h.Field)
	require.Equal(t, ErrOrigin, h.Check(true, 1))
	require.Empty(t, asked)
}

// A client and a server agree on the same, and each notices what it must.
func TestClientAndServerAgree(t *testing.T) {
	wishes := []*Deflate{nil, {}, {ServerNoTakeover: true}, {ClientNoTakeover: true}, {ServerBits: 10, ClientBits: 9}, {ServerNoTakeover: true, ClientNoTakeover: true, ServerBits: 8, ClientBits: 8}}
	for _, offered := range wishes {
		for _, wish := range wishes {
			c := Client{Host: "h:80", Target: "/ws?a=b", Origin: "http://h", Protocols: []string{"chat", "echo"}, Deflate: offered, Key: [16]byte{1, 2, 3}}
			request, err := c.AppendRequest(nil)
			require.Zero(t, err)
			line, fields, _ := strings.Cut(string(request), "\r\n")
			require.Equal(t, "GET /ws?a=b HTTP/1.1", line)
			require.True(t, strings.HasSuffix(fields, "\r\n\r\n"))
			h := Handshake{Protocols: []string{"echo"}, Deflate: wish}
			feed(strings.ReplaceAll(strings.TrimSuffix(fields, "\r\n"), "\r\n", "\n"), h.Field)
			require.Zero(t, h.Check(true, 1))
			_, fields, _ = strings.Cut(string(h.AppendResponse(nil)), "\r\n")
			feed(strings.ReplaceAll(fields, "\r\n", "\n"), c.Field)
			require.Zero(t, c.Check(101), "%+v %+v", offered, wish)
			require.Equal(t, "echo", c.Protocol)
			require.Equal(t, offered != nil && wish != nil, c.Deflated)
			require.Equal(t, h.Deflated, c.Deflated)
			require.Equal(t, h.Agreed, c.Agreed)
		}
	}
}

func TestClientChecks(t *testing.T) {
	const key = "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\n"
	const good = "Upgrade: WebSocket\nConnection: x, upgrade\n" + key
	const pmd = good + "Sec-WebSocket-Extensions: permessage-deflate"
	plain, deflate := Client{}, Client{Deflate: &Deflate{}}
	limited := Client{Deflate: &Deflate{ServerNoTakeover: true, ServerBits: 10, ClientBits: 12}}
	for _, c := range []struct {
		name   string
		client Client
		fields string
		want   Error
	}{
		{"good", plain, good, 0},
		{"no upgrade", plain, key + "Connection: upgrade\n", ErrUpgrade},
		{"no connection", plain, key + "Upgrade: websocket\n", ErrConnection},
		{"no accept", plain, "Upgrade: websocket\nConnection: upgrade\n", ErrAccept},
		{"accept twice", plain, good + key, ErrAccept},
		{"accept in another case", plain, strings.ToLower(good), ErrAccept},
		{"protocol nobody asked for", plain, good + "Sec-WebSocket-Protocol: chat\n", ErrProtocol},
		{"protocol twice", Client{Protocols: []string{"a", "b"}}, good + "Sec-WebSocket-Protocol: a\nSec-WebSocket-Protocol: b\n", ErrProtocol},
		{"protocol in another case", Client{Protocols: []string{"a"}}, good + "Sec-WebSocket-Protocol: A\n", ErrProtocol},
		{"extension nobody asked for", plain, pmd + "\n", ErrExtension},
		{"unknown extension", deflate, good + "Sec-WebSocket-Extensions: x\n", ErrExtension},
		{"extension twice", deflate, pmd + ", permessage-deflate\n", ErrExtension},
		{"malformed extension", deflate, pmd + ";\n", ErrExtension},
		{"unknown parameter", deflate, pmd + "; a=b\n", ErrExtension},
		{"bits without value", deflate, pmd + "; client_max_window_bits\n", ErrExtension},
		{"server limits itself", deflate, pmd + "; server_max_window_bits=9; server_no_context_takeover\n", 0},
		{"server limits client", deflate, pmd + "; client_max_window_bits=9; client_no_context_takeover\n", 0},
		{"limits not met", limited, pmd + "\n", ErrExtension},
		{"limit exceeded", limited, pmd + "; server_no_context_takeover; server_max_window_bits=11\n", ErrExtension},
		{"takeover not met", limited, pmd + "; server_max_window_bits=10\n", ErrExtension},
		{"limits met", limited, pmd + "; server_no_context_takeover; server_max_window_bits=10\n", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.client.Key = [16]byte([]byte("the sample nonce"))
			feed(c.fields, c.client.Field)
			require.Equal(t, c.want, c.client.Check(101))
			require.Equal(t, ErrStatus, c.client.Check(200))
		})
	}
	for _, bad := range []Client{{}, {Host: "a\r\nb"}, {Host: "h", Target: "x"}, {Host: "h", Target: "/a b"}, {Host: "h", Origin: "a\nb"}, {Host: "h", Protocols: []string{"a,b"}}} {
		got, err := bad.AppendRequest([]byte("kept"))
		require.NotZero(t, err, "%+v", bad)
		require.Equal(t, "kept", string(got))
	}
}
