package websocket

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

func TestParseClose(t *testing.T) {
	payload := func(code int, reason string) string { return string([]byte{byte(code >> 8), byte(code)}) + reason }
	code, reason, err := ParseClose(nil)
	require.Equal(t, []any{NoStatus, 0, Error(0)}, []any{code, len(reason), err})
	_, _, err = ParseClose([]byte("a"))
	require.Equal(t, ErrCloseLength, err)
	code, reason, err = ParseClose([]byte(payload(4999, "übel")))
	require.Equal(t, []any{4999, "übel", Error(0)}, []any{code, string(reason), err})
	for _, bad := range []string{"\xce\xba\xe1\xbd\xb9\xed\xa0\x80edited", "\xff", "cut \xe2\x82", "\xc0\x80"} {
		_, _, err = ParseClose([]byte(payload(1000, bad)))
		require.Equal(t, ErrUTF8, err, "%q", bad)
		require.Equal(t, InvalidPayload, err.Code())
	}
}

// RFC 6455, 7.4 and the registry: every code there is.
func TestCloseCodes(t *testing.T) {
	sendable := map[int]bool{}
	for _, c := range []int{1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014} {
		sendable[c] = true
	}
	for c := 3000; c <= 4999; c++ {
		sendable[c] = true
	}
	for code := range 65536 {
		_, _, err := ParseClose([]byte{byte(code >> 8), byte(code)})
		if sendable[code] != (err == 0) || sendable[code] != SendableCode(code) {
			t.Fatalf("%d: %v", code, err)
		}
	}
}

// What is appended parses, whatever the code and the reason.
func TestAppendClose(t *testing.T) {
	for _, code := range []int{-1, 0, 999, 1000, 1005, 1011, 1015, 3000, 4999, 5000, 70000} {
		for _, reason := range []string{"", "bye", strings.Repeat("x", 123), strings.Repeat("x", 124), strings.Repeat("€", 60), "x" + strings.Repeat("😀", 60),
			"a \ufffd", "bad \xff", "cut \xe2\x82", "\xed\xa0\x80"} {
			frame := AppendClose(nil, code, reason)
			var d Decoder
			d.Server = true
			n, err := d.Decode(frame)
			require.Zero(t, err)
			require.Equal(t, len(frame), n)
			got, text, err := ParseClose(d.Payload)
			require.Zero(t, err)
			require.True(t, utf8.Valid(text) && strings.HasPrefix(reason, string(text)))
			if SendableCode(code) {
				require.Equal(t, code, got)
				good := strings.ToValidUTF8(reason, "\x00")
				if i := strings.IndexByte(good, 0); i >= 0 {
					good = good[:i]
				}
				require.GreaterOrEqual(t, len(text), min(len(good), MaxReason-3))
			} else {
				require.Equal(t, NoStatus, got)
			}
			masked := AppendMaskedClose(nil, 0x01020304, code, reason)
			client := Decoder{}
			_, err = client.Decode(masked)
			require.Zero(t, err)
			require.Equal(t, d.Payload, client.Payload)
		}
	}
}
