package http1

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Every error has a text of its own and a status code that refuses.
func TestErrors(t *testing.T) {
	seen := map[string]bool{}
	for e := ErrMethod; e <= ErrUnwritable; e++ {
		require.NotEmpty(t, e.Error())
		require.False(t, seen[e.Error()], e.Error())
		require.Contains(t, []int{400, 413, 414, 417, 431, 500, 501, 505}, e.Status(), e.Error())
		seen[e.Error()] = true
	}
	require.Equal(t, 200, Error(0).Status())
	require.Equal(t, 500, (ErrUnwritable + 1).Status())
	require.Equal(t, "unknown error", (ErrUnwritable + 1).Error())
}

func TestNames(t *testing.T) {
	require.Equal(t, "M-SEARCH", MSEARCH.String())
	require.Equal(t, "OTHER", (OtherMethod + 1).String())
	require.Equal(t, "sec-websocket-key", FieldWebSocketKey.String())
	require.Empty(t, knownFields.String())
	for m := DELETE; m < OtherMethod; m++ {
		require.Equal(t, m, MethodOf([]byte(m.String())))
		var word [8]byte
		if copy(word[:], m.String()) == len(m.String()) {
			require.Equal(t, m, wordMethod(load64(word[:], 0)))
		}
	}
}

// What is too long is named for the part of the head that is.
func TestHeadLimit(t *testing.T) {
	for _, limit := range []struct {
		head string
		err  Error
	}{{"GET /aaaaaaaaaaaaaaaaaaaaaaaaaaaaa", ErrTargetTooLong}, {"GET / HTTP/1.1\r\nHost: aaaaaaaaa", ErrHeadTooLong}, {"\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n", ErrHeadTooLong}} {
		r := newRequest()
		r.MaxHead = 20
		n, e := r.Parse([]byte(limit.head))
		require.Zero(t, n)
		require.Equal(t, limit.err, e, limit.head)
		require.Equal(t, 20, r.Offset())
	}
}
