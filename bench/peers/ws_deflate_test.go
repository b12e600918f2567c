package main

import (
	"bytes"
	"compress/flate"
	"io"
	"strings"
	"testing"

	fast "github.com/klauspost/compress/flate"
	"github.com/stretchr/testify/require"

	"github.com/httpdlab/httpdlab/server/websocket"
)

// packer is one library's permessage-deflate, each message for itself, at level 1.
type packer struct {
	name   string
	pack   func(dst []byte, message string) []byte
	unpack func(dst, packed []byte) []byte
}

const flateTail = "\x00\x00\xff\xff\x01\x00\x00\xff\xff"

// packers are ours and what is behind gorilla, coder and gobwas (compress/flate) and gws (klauspost), without what
// those libraries add.
func packers() []packer {
	standard, _ := flate.NewWriter(nil, 1)
	standardReader := flate.NewReader(strings.NewReader(""))
	klauspost, _ := fast.NewWriter(nil, 1)
	klauspostReader := fast.NewReader(strings.NewReader(""))
	deflater, inflater := websocket.Deflater{NoTakeover: true}, websocket.Inflater{NoTakeover: true}
	var room, in bytes.Buffer
	source := func(packed []byte) io.Reader {
		in.Reset()
		in.Write(packed)
		in.WriteString(flateTail)
		return &in
	}
	result := func(dst []byte) []byte {
		b := room.Bytes()
		return append(dst, b[:len(b)-4]...)
	}
	read := func(dst []byte, r io.Reader) []byte {
		room.Reset()
		room.ReadFrom(r)
		return append(dst, room.Bytes()...)
	}
	return []packer{
		{"httpdlab", func(dst []byte, message string) []byte { return deflater.Deflate(dst, []byte(message)) },
			func(dst, packed []byte) []byte { dst, _ = inflater.Inflate(dst, packed, 1<<20); return dst }},
		{"compress", func(dst []byte, message string) []byte {
			room.Reset()
			standard.Reset(&room)
			io.WriteString(standard, message)
			standard.Flush()
			return result(dst)
		}, func(dst, packed []byte) []byte {
			standardReader.(flate.Resetter).Reset(source(packed), nil)
			return read(dst, standardReader)
		}},
		{"klauspost", func(dst []byte, message string) []byte {
			room.Reset()
			klauspost.Reset(&room)
			io.WriteString(klauspost, message)
			klauspost.Flush()
			return result(dst)
		}, func(dst, packed []byte) []byte {
			klauspostReader.(fast.Resetter).Reset(source(packed), nil)
			return read(dst, klauspostReader)
		}},
	}
}

var deflateTexts = []struct{ name, text string }{
	{"json-1k", jsonText(1 << 10)}, {"text-4k", prose(4 << 10)}, {"text-64k", prose(64 << 10)},
}

// Each unpacks what each has packed.
func TestPackersAgree(t *testing.T) {
	for _, c := range deflateTexts {
		for _, from := range packers() {
			packed := from.pack(nil, c.text)
			require.Less(t, len(packed), len(c.text))
			for _, to := range packers() {
				require.Equal(t, c.text, string(to.unpack(nil, packed)), "%s, %s to %s", c.name, from.name, to.name)
			}
		}
	}
}

// BenchmarkDeflate compares the codecs alone:
//
//	go test -run '^$' -bench Deflate -count 6 .
func BenchmarkDeflate(b *testing.B) {
	for _, c := range deflateTexts {
		for _, p := range packers() {
			packed := p.pack(nil, c.text)
			room := make([]byte, 0, 2*len(c.text))
			b.Run(c.name+"/pack/"+p.name, func(b *testing.B) {
				b.SetBytes(int64(len(c.text)))
				for b.Loop() {
					p.pack(room, c.text)
				}
				b.ReportMetric(float64(len(packed)), "packed-bytes")
			})
			b.Run(c.name+"/unpack/"+p.name, func(b *testing.B) {
				b.SetBytes(int64(len(c.text)))
				for b.Loop() {
					p.unpack(room, packed)
				}
			})
		}
	}
}
