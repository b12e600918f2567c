package websocket

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// What does not allocate.
func TestAllocations(t *testing.T) {
	if underRace {
		t.Skip("the race detector allocates")
	}
	stream := client("text "+strings.Repeat("ä", 500), "ping p", "bin+ a", "cont b", "close \x03\xe8bye")
	short := make([]byte, 9)
	work, out := make([]byte, len(stream)), make([]byte, 0, 4096)
	offer := "Sec-WebSocket-Protocol: a, echo\nSec-WebSocket-Extensions: permessage-deflate; client_max_window_bits; server_max_window_bits=\"10\"\n"
	var names, values [][]byte
	feed(base+offer, func(name, value []byte) { names, values = append(names, name), append(values, value) })
	h := Handshake{Protocols: []string{"echo"}, Deflate: &Deflate{}, Origin: func([]byte) bool { return true }}
	c := Client{Host: "h", Protocols: []string{"echo"}, Deflate: &Deflate{}}
	text := []byte(strings.Repeat("temperature 21.5, ", 100))
	deflater, inflater := Deflater{}, Inflater{}
	fresh, once := Deflater{NoTakeover: true}, Inflater{NoTakeover: true}
	var compressed []byte
	for _, f := range []struct {
		name string
		run  func()
	}{
		{"Decoder.Decode", func() {
			d := Decoder{MaxMessage: 4096}
			for b := work[:copy(work, stream)]; len(b) > 0; {
				n, err := d.Decode(b)
				if n == 0 || err != 0 {
					panic(err)
				}
				b = b[n:]
			}
		}},
		{"Decoder.Whole", func() {
			d := Decoder{MaxMessage: 4096}
			if _, payload, _ := d.Whole(short[:copy(short, "\x81\x83\x00\x00\x00\x00abc")]); string(payload) != "abc" {
				panic(payload)
			}
		}},
		{"AppendFrame", func() { out = AppendFrame(out[:0], Text, text) }},
		{"AppendMaskedFrame", func() { out = AppendMaskedFrame(out[:0], Text, testKey, text) }},
		{"AppendClose, ParseClose", func() {
			out = AppendClose(out[:0], GoingAway, "bye")
			if _, _, err := ParseClose(out[2:]); err != 0 {
				panic(err)
			}
		}},
		{"Handshake", func() {
			h.Reset()
			for i := range names {
				h.Field(names[i], values[i])
			}
			if err := h.Check(true, 1); err != 0 || h.Protocol != "echo" || !h.Deflated {
				panic(err)
			}
			out = h.AppendResponse(out[:0])
		}},
		{"Client.AppendRequest", func() { out, _ = c.AppendRequest(out[:0]) }},
		{"Deflate and Inflate with takeover", func() {
			compressed = deflater.Deflate(compressed[:0], text)
			out, _ = inflater.Inflate(out[:0], compressed, 4096)
		}},
		{"Deflate and Inflate without takeover", func() {
			compressed = fresh.Deflate(compressed[:0], text)
			out, _ = once.Inflate(out[:0], compressed, 4096)
		}},
	} {
		f.run()
		require.Zero(t, testing.AllocsPerRun(100, f.run), f.name)
	}
}
