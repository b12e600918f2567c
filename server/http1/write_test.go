package http1

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAppendStatus(t *testing.T) {
	require.Equal(t, "HTTP/1.1 200 OK\r\n", string(AppendStatus(nil, 200)))
	require.Equal(t, "HTTP/1.1 299 \r\n", string(AppendStatus(nil, 299)), "the space stays without a reason")
	require.Empty(t, Reason(-1))
	require.Empty(t, Reason(600))
	for code := 100; code < 600; code++ {
		r := newResponse()
		b := AppendEnd(AppendStatus(nil, code))
		n, e := r.Parse(b, GET)
		require.Zero(t, e)
		require.Equal(t, len(b), n)
		require.Equal(t, code, r.Status)
		require.Equal(t, Reason(code), string(r.Reason.Of(b)))
	}
}

// No value and no name can end a line or add one.
func TestAppendFieldRefuses(t *testing.T) {
	for c := range 256 {
		value := "a" + string([]byte{byte(c)}) + "b"
		b, e := AppendField([]byte("x"), "Name", value)
		if c < ' ' && c != '\t' || c == 0x7f {
			require.Equal(t, ErrUnwritable, e, "%q", value)
			require.Equal(t, "x", string(b))
		} else {
			require.Zero(t, e, "%q", value)
			require.Equal(t, "xName: "+value+"\r\n", string(b))
		}
		_, e = AppendField(nil, value, []byte("v"))
		require.Equal(t, !isToken.holds(value), e != 0, "%q", value)
	}
	_, e := AppendField(nil, "", "v")
	require.Equal(t, ErrUnwritable, e)
}

func TestAppendRequestLine(t *testing.T) {
	b, e := AppendRequestLine(nil, "GET", "/a?b=%41")
	require.Zero(t, e)
	require.Equal(t, "GET /a?b=%41 HTTP/1.1\r\n", string(b))
	for _, bad := range []struct {
		method, target string
		err            Error
	}{{"", "/", ErrMethod}, {"G T", "/", ErrMethod}, {"GET", "", ErrTarget}, {"GET", "/ HTTP/1.1\r\nX: y", ErrTarget}} {
		b, e := AppendRequestLine([]byte("x"), bad.method, bad.target)
		require.Equal(t, bad.err, e)
		require.Equal(t, "x", string(b))
	}
}

func TestAppendNumbers(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 7: "7", 10: "10", 1234567890: "1234567890", math.MaxInt64: "9223372036854775807"} {
		require.Equal(t, want, string(AppendInt(nil, n)))
		require.Equal(t, "Content-Length: "+want+"\r\n", string(AppendContentLength(nil, n)))
	}
	for n, want := range map[int]string{1: "1\r\n", 15: "f\r\n", 16: "10\r\n", 4096: "1000\r\n", math.MaxInt: "7fffffffffffffff\r\n"} {
		require.Equal(t, want, string(AppendChunkHead(nil, n)))
	}
	require.Equal(t, "0\r\n\r\n", string(AppendLastChunk(nil)))
}
