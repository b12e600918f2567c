package http1

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// describeChunked decodes s in steps of the given size, and tells the outcome.
func describeChunked(s string, step int) string {
	var c Chunked
	var content []byte
	consumed := 0
	for consumed < len(s) && !c.Done() {
		b := []byte(s[consumed:min(consumed+step, len(s))])
		n, produced, e := c.Decode(b)
		consumed += n
		content = append(content, b[:produced]...)
		if e != 0 {
			return fmt.Sprintf("%d %s at %d after %q", e.Status(), e.Error(), consumed, content)
		}
	}
	if !c.Done() {
		return fmt.Sprintf("incomplete after %q", content)
	}
	return fmt.Sprintf("%d %q", consumed, content)
}

// However the bytes arrive, the outcome is the same.
func TestChunked(t *testing.T) {
	for _, h := range heads(t, "testdata/chunked.txt") {
		for _, step := range []int{len(h.bytes) + 1, 1, 2, 3, 5, 7, 64} {
			require.Equal(t, h.want, describeChunked(h.bytes, step), "%s by %d", h.name, step)
		}
	}
}

func TestChunkedErrorStays(t *testing.T) {
	var c Chunked
	_, _, e := c.Decode([]byte("x"))
	require.Equal(t, ErrChunkSize, e)
	consumed, produced, e := c.Decode([]byte("0\r\n\r\n"))
	require.Equal(t, ErrChunkSize, e)
	require.Zero(t, consumed+produced)
	c.Reset()
	consumed, _, e = c.Decode([]byte("0\r\n\r\n"))
	require.Zero(t, e)
	require.Equal(t, 5, consumed)
	require.True(t, c.Done())
	consumed, _, e = c.Decode([]byte("GET"))
	require.Zero(t, e)
	require.Zero(t, consumed, "what follows the body is not looked at")
}

func TestChunkedLimits(t *testing.T) {
	c := Chunked{MaxExtension: 3, MaxTrailer: 8}
	_, _, e := c.Decode([]byte("1;ab\r\na\r\n1;abcd\r\n"))
	require.Equal(t, ErrChunkExtensionTooLong, e)
	c.Reset()
	_, _, e = c.Decode([]byte("0\r\nA: b\r\n\r\n"))
	require.Zero(t, e, "eight bytes are the limit")
	c.Reset()
	_, _, e = c.Decode([]byte("0\r\nA: bc\r\n\r\n"))
	require.Equal(t, ErrTrailerTooLong, e)
}

func TestUpdateChunked(t *testing.T) {
	rewrite(t, "testdata/chunked.txt", func(s string) string { return describeChunked(s, len(s)+1) })
}
