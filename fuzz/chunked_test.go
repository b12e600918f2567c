package fuzz

import (
	"bytes"
	"io"
	"net/http/httputil"
	"strconv"
	"strings"
	"testing"

	"github.com/httpdlab/httpdlab/server/http1"
	"github.com/stretchr/testify/require"
)

// body is what decoding a chunked body comes to.
type body struct {
	content  string
	consumed int
	done     bool
	err      http1.Error
}

// decode hands b to the decoder in parts of the sizes that cuts says, eight
// times, and then the rest.
func decode(t *testing.T, b []byte, cuts uint64) (o body) {
	var c http1.Chunked
	var content []byte
	for i := 0; o.err == 0 && !o.done; i++ {
		n := len(b) - o.consumed
		if i < 8 {
			n = min(n, int(cuts&0xff))
			cuts >>= 8
		}
		part := append([]byte(nil), b[o.consumed:o.consumed+n]...)
		consumed, produced, err := c.Decode(part[:n:n])
		require.LessOrEqual(t, consumed, n)
		require.LessOrEqual(t, produced, consumed)
		if err == 0 && !c.Done() {
			require.Equal(t, n, consumed, "all is consumed unless the body ends")
		}
		content = append(content, part[:produced]...)
		o.consumed += consumed
		o.done, o.err = c.Done(), err
		if o.consumed == len(b) {
			break
		}
	}
	o.content = string(content)
	return o
}

// plainDecode is the obvious way to decode a complete chunked body.
func plainDecode(s string) (content string, rest string, ok bool) {
	for {
		line, after, found := strings.Cut(s, "\r\n")
		size, ext := line, ""
		if i := strings.IndexAny(line, "; \t"); i >= 0 {
			size, ext = line[:i], line[i:]
		}
		n, err := strconv.ParseInt(size, 16, 64)
		if !found || err != nil || strings.ContainsAny(size, "+-_xX") || !plainExtensions(ext) || hasRawControl(line) {
			return "", "", false
		}
		s = after
		if n == 0 {
			return plainTrailer(content, s)
		}
		if int64(len(s)) < n || !strings.HasPrefix(s[n:], "\r\n") {
			return "", "", false
		}
		content, s = content+s[:n], s[n+2:]
	}
}

// plainExtensions reads *( BWS ";" BWS name [ BWS "=" BWS value ] ).
func plainExtensions(s string) bool {
	for s != "" {
		var ok bool
		if s, ok = strings.CutPrefix(strings.TrimLeft(s, " \t"), ";"); !ok {
			return false
		}
		if s, ok = cutToken(strings.TrimLeft(s, " \t")); !ok {
			return false
		}
		value, ok := strings.CutPrefix(strings.TrimLeft(s, " \t"), "=")
		if !ok {
			continue
		}
		value = strings.TrimLeft(value, " \t")
		if s, ok = cutToken(value); ok {
			continue
		}
		if s, ok = cutQuoted(value); !ok {
			return false
		}
	}
	return true
}

func cutToken(s string) (rest string, ok bool) {
	n := 0
	for n < len(s) && token.MatchString(s[n:n+1]) {
		n++
	}
	return s[n:], n > 0
}

func cutQuoted(s string) (rest string, ok bool) {
	if !strings.HasPrefix(s, `"`) {
		return "", false
	}
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return s[i+1:], true
		}
	}
	return "", false
}

func plainTrailer(content, s string) (string, string, bool) {
	for {
		line, after, found := strings.Cut(s, "\r\n")
		name, _, colon := strings.Cut(line, ":")
		switch {
		case !found:
			return "", "", false
		case line == "":
			return content, after, true
		case !colon || !token.MatchString(name) || hasRawControl(line):
			return "", "", false
		}
		s = after
	}
}

func checkChunked(t *testing.T, b []byte, cuts uint64) {
	whole := decode(t, b, uint64(len(b)&0xff))
	require.Equal(t, whole, decode(t, b, cuts), "%q in parts", b)
	require.Equal(t, whole, decode(t, b, 0x0101010101010101), "%q in parts", b)
	content, rest, ok := plainDecode(string(b))
	switch {
	case whole.err == http1.ErrChunkExtensionTooLong || whole.err == http1.ErrTrailerTooLong:
		return // the obvious decoder has no limits
	case ok || whole.done:
		require.True(t, ok && whole.done, "the obvious decoder disagrees about %q: %v, %+v", b, ok, whole)
		require.Equal(t, content, whole.content)
		require.Equal(t, len(b)-len(rest), whole.consumed)
	}
	// What net/http also accepts has the same content there. It accepts more:
	// a bare LF as line end, and any extension (RFC 9112, 7.1.1 and 2.2).
	theirs, err := io.ReadAll(httputil.NewChunkedReader(bytes.NewReader(b)))
	switch {
	case err == nil && whole.err == 0:
		require.Equal(t, string(theirs), whole.content, "%q", b)
	case whole.done:
		// It refuses white space before ";" (RFC 9112, 7.1.1 has BWS there), and
		// has limits of its own: 4096 bytes a line, and how much is not data.
		require.True(t, len(b) > 4000 || bytes.ContainsAny(b, " \t") || strings.Contains(err.Error(), "too much non-data"),
			"net/http refuses %q: %v", b, err)
	}
}

func FuzzChunked(f *testing.F) {
	for _, s := range seeds(f, "chunked.txt") {
		f.Add([]byte(s), uint64(0x0102030405060708))
	}
	f.Fuzz(checkChunked)
}

// FuzzChunkedWritten reads back what was written, with any cuts.
func FuzzChunkedWritten(f *testing.F) {
	f.Add([]byte("hello, world"), uint16(5), uint64(3), []byte("GET / HTTP/1.1"))
	f.Fuzz(func(t *testing.T, content []byte, size uint16, cuts uint64, rest []byte) {
		var b []byte
		for left := content; len(left) > 0; {
			n := min(len(left), int(size)+1)
			b = http1.AppendChunkHead(b, n)
			b = append(append(b, left[:n]...), "\r\n"...)
			left = left[n:]
		}
		b = http1.AppendLastChunk(b)
		want := body{content: string(content), consumed: len(b), done: true}
		require.Equal(t, want, decode(t, append(b, rest...), cuts))
	})
}
