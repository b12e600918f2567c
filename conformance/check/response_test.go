package check

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The reader is strict where the RFC leaves a sender no freedom, and understands the rest well enough to judge it.
func TestChunks(t *testing.T) {
	for _, c := range []struct {
		in, content string
		n           int
		wrong       bool
	}{
		{in: "5\r\nhello\r\n0\r\n\r\n", content: "hello", n: 15},
		{in: "5;a=b\r\nhello\r\n00\r\nX: 1\r\n\r\nHTTP", content: "hello", n: 26},
		{in: "A\r\n0123456789\r\n0\r\n\r\n", content: "0123456789", n: 20},
		{in: "5\r\nhello\r\n0\r\n"},
		{in: "5\r\nhel"},
		{in: ""},
		{in: "5\nhello\r\n0\r\n\r\n", wrong: true},
		{in: "5\r\nhelloXX0\r\n\r\n", wrong: true},
		{in: " 5\r\nhello\r\n0\r\n\r\n", wrong: true},
		{in: "g\r\n", wrong: true},
		{in: "0\r\nno colon\r\n\r\n", wrong: true},
	} {
		content, _, n, err := chunks([]byte(c.in))
		require.Equal(t, c.wrong, err != nil, "%q: %v", c.in, err)
		require.Equal(t, c.n, n, "%q", c.in)
		require.Equal(t, c.content, string(content), "%q", c.in)
	}
}

// Every strict prefix of a chunked body is incomplete, never an error.
func TestChunksPrefixes(t *testing.T) {
	whole := "5;a=\"b\"\r\nhello\r\n1\r\n!\r\n0\r\nX: 1\r\n\r\n"
	for i := range whole {
		_, _, n, err := chunks([]byte(whole[:i]))
		require.NoError(t, err, "%q", whole[:i])
		require.Zero(t, n)
	}
}

func TestParseHead(t *testing.T) {
	r, err := parseHead("HTTP/1.1 200 OK\r\nX: \t1 \r\nx: 2\r\nConnection: Keep-Alive, Close\r\n\r\n")
	require.NoError(t, err)
	require.Equal(t, 200, r.Status)
	require.Equal(t, "1, 2", r.Get("X"))
	require.True(t, r.Has("connection", "close"))
	require.True(t, r.Closes())
	for _, bad := range []string{"", "HTTP/1.1 20 OK\r\n\r\n", "HTTP/1.1  200 OK\r\n\r\n", "http/1.1 200 OK\r\n\r\n", "GET / HTTP/1.1\r\n\r\n"} {
		_, err := parseHead(bad)
		require.Error(t, err, "%q", bad)
	}
}

func TestFraming(t *testing.T) {
	for _, c := range []struct {
		method, head string
		length       int
		chunked, bad bool
	}{
		{method: "GET", head: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", length: 5},
		{method: "HEAD", head: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"},
		{method: "GET", head: "HTTP/1.1 304 No\r\nContent-Length: 5\r\n\r\n"},
		{method: "GET", head: "HTTP/1.1 204 No\r\nContent-Length: 5\r\n\r\n"},
		{method: "GET", head: "HTTP/1.1 200 OK\r\n\r\n", length: -1},
		{method: "GET", head: "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, Chunked\r\n\r\n", length: -1, chunked: true},
		{method: "GET", head: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n", bad: true},
		{method: "GET", head: "HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\n", bad: true},
	} {
		r, err := parseHead(c.head)
		require.NoError(t, err)
		r.Method = c.method
		length, err := r.framing()
		require.Equal(t, c.bad, err != nil, c.head)
		require.Equal(t, c.chunked, r.Coding, c.head)
		if !c.bad {
			require.Equal(t, c.length, length, c.head)
		}
	}
}

func TestGrammar(t *testing.T) {
	list := List("<token>(?:=<quoted>)?")
	require.True(t, list(`a, b="x,y" ,c`))
	for _, bad := range []string{"", "a,,b", `a="x`, "a b"} {
		require.False(t, list(bad), bad)
	}
	require.True(t, strings.HasPrefix(clip(strings.Repeat("a", 100), 10), "aaaaaaaaaa…"))
}
