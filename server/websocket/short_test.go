package websocket

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Whole takes what Decode would report as a whole message, and what it does not take stays as it is, for Decode.
func TestWhole(t *testing.T) {
	for name, c := range map[string]struct {
		decoder Decoder
		stream  []byte
		want    string // opcode and payload; "" for nothing
	}{
		"text":             {Decoder{}, client("text hello", "text more"), "text hello"},
		"binary":           {Decoder{}, client("bin \xff\xfe"), "binary \xff\xfe"},
		"empty":            {Decoder{}, client("text "), "text "},
		"125 bytes":        {Decoder{}, client("bin " + strings.Repeat("x", 125)), "binary " + strings.Repeat("x", 125)},
		"characters":       {Decoder{}, client("text häßlich €"), "text häßlich €"},
		"with deflate":     {Decoder{Deflate: true}, client("text plain"), "text plain"},
		"as long as may":   {Decoder{MaxMessage: 5}, client("text 12345"), "text 12345"},
		"any text":         {Decoder{AnyText: true}, client("text \xff"), "text \xff"},
		"too long":         {Decoder{MaxMessage: 5}, client("text 123456"), ""},
		"126 bytes":        {Decoder{}, client("bin " + strings.Repeat("x", 126)), ""},
		"no UTF-8":         {Decoder{}, client("text abcdefghi\xff"), ""},
		"cut character":    {Decoder{}, client("text abc\xc3"), ""},
		"fragment":         {Decoder{}, client("text+ a"), ""},
		"continuation":     {Decoder{}, client("cont a"), ""},
		"control":          {Decoder{}, client("ping a"), ""},
		"compressed":       {Decoder{Deflate: true}, client("ztext a"), ""},
		"not masked":       {Decoder{}, AppendFrame(nil, Text, []byte("hello")), ""},
		"of a server":      {Decoder{Server: true}, client("text hello"), ""},
		"incomplete":       {Decoder{}, client("text hello")[:10], ""},
		"nothing":          {Decoder{}, nil, ""},
		"inside a message": {Decoder{open: true}, client("text hello"), ""},
		"inside a frame":   {Decoder{Left: 1}, client("text hello"), ""},
		"after an error":   {Decoder{failure: ErrUTF8}, client("text hello"), ""},
	} {
		before, d := bytes.Clone(c.stream), c.decoder
		opcode, payload, n := d.Whole(c.stream)
		require.Equal(t, c.decoder, d, name)
		if c.want == "" {
			require.Zero(t, n, name)
			require.Equal(t, before, c.stream, name)
			continue
		}
		require.Equal(t, c.want, opcode.String()+" "+string(payload), name)
		require.Equal(t, 6+len(payload), n, name)
		require.Equal(t, len(payload), cap(payload), name)
		decoded, err := d.Decode(before)
		require.Zero(t, err, name)
		require.Equal(t, n, decoded, name)
		require.Equal(t, c.want, d.Message.String()+" "+string(d.Payload), name)
		require.True(t, d.End(), name)
	}
}
