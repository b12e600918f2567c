//go:build !race

package http1

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestNoAllocation lists what is promised to allocate nothing.
func TestNoAllocation(t *testing.T) {
	r, response, chunked := newRequest(), newResponse(), &Chunked{}
	out := make([]byte, 0, 1024)
	var requestHeads [][]byte
	for _, h := range requests(t) {
		requestHeads = append(requestHeads, []byte(h.bytes))
	}
	status := []byte("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")
	body := []byte("5;a=b\r\nhello\r\n0\r\nA: b\r\n\r\n")
	scratch := make([]byte, len(body))
	value := []byte(strings.Repeat("v", 100))
	for _, promise := range []struct {
		name string
		call func()
	}{
		{"Request.Parse, any request of the table", func() {
			for _, b := range requestHeads {
				r.Parse(b)
				r.Reset()
			}
		}},
		{"Request.Parse, byte by byte", func() {
			for n := range requestHeads[2] {
				r.Parse(requestHeads[2][:n+1])
			}
		}},
		{"Request.Lookup", func() {
			r.Parse(requestHeads[2])
			r.Lookup(requestHeads[2], "if-none-match")
		}},
		{"Error", func() { _, _ = ErrHost.Error(), ErrHost.Status() }},
		{"Response.Parse", func() { response.Parse(status, GET) }},
		{"Chunked.Decode", func() {
			chunked.Reset()
			chunked.Decode(scratch[:copy(scratch, body)])
		}},
		{"the Append functions", func() {
			b := AppendStatus(out, 200)
			b, _ = AppendField(b, "Server", "twin")
			b, _ = AppendField(b, "X", value)
			b = AppendContentLength(b, 1234567)
			b = AppendEnd(b)
			b = AppendChunkHead(b, 4096)
			b = AppendLastChunk(b)
			_, _ = AppendRequestLine(b, "GET", "/a/target/that/is/longer/than/thirty-two/bytes")
		}},
	} {
		require.Zero(t, testing.AllocsPerRun(100, promise.call), promise.name)
	}
}
