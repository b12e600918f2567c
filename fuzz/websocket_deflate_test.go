package fuzz

import (
	"bytes"
	"compress/flate"
	"errors"
	"io"
	"testing"

	"github.com/httpdlab/httpdlab/server/websocket"
)

// FuzzInflate gives arbitrary bytes to the inflater, as two messages that share
// a context. What it accepts, compress/flate accepts as the same text; the text
// never exceeds the limit; and what it refuses leaves nothing behind.
func FuzzInflate(f *testing.F) {
	f.Add([]byte("\xf2\x48\xcd\xc9\xc9\x07\x00"), []byte("\xf2\x00\x11\x00\x00"), uint16(100))
	f.Add([]byte("\xf3\x48\xcd\xc9\xc9\x07\x00\x00"), []byte("\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00"), uint16(5))
	var z websocket.Deflater
	f.Add(z.Deflate(nil, bytes.Repeat([]byte("sensor 21.5, "), 60)), z.Deflate(nil, bytes.Repeat([]byte("humid 3, 21.5; "), 90)), uint16(4000))
	f.Fuzz(func(t *testing.T, first, second []byte, limit uint16) {
		i := websocket.Inflater{}
		defer i.Release()
		var before []byte
		for _, payload := range [][]byte{first, second} {
			text, err := i.Inflate(nil, payload, int(limit))
			want, verdict := flateText(payload, before, int(limit))
			switch {
			case err == websocket.ErrTooLarge:
				if verdict == good && len(want) <= int(limit) {
					t.Fatalf("%d bytes are too large for %d", len(want), limit)
				}
			case err == 0:
				if verdict == bad || !bytes.Equal(text, want) {
					t.Fatalf("% x is %q, to compress/flate %q %v", payload, text, want, verdict)
				}
				if cap(text) > int(limit) {
					t.Fatalf("%d bytes were allocated, the limit is %d", cap(text), limit)
				}
			case verdict == good && len(want) <= int(limit):
				t.Fatalf("% x is refused, to compress/flate it is %q", payload, want)
			}
			if err != 0 {
				if text != nil {
					t.Fatal("text remained")
				}
				return
			}
			before = append(before, text...)
		}
	})
}

type verdict int

const (
	bad verdict = iota
	good
	either // a final block used up the tail: one may think so or so
)

// flateText inflates a payload with compress/flate: stream after stream, since
// final blocks may occur, until the tail is used up exactly.
func flateText(payload, before []byte, limit int) (text []byte, v verdict) {
	in := bytes.NewReader(append(bytes.Clone(payload), 0, 0, 0xff, 0xff))
	before = bytes.Clone(before)
	for {
		rest, history := in.Len(), bytes.Clone(before)
		part, err := io.ReadAll(io.LimitReader(flate.NewReaderDict(in, before), int64(limit)+1-int64(len(text))))
		text, before = append(text, part...), append(before, part...)
		switch {
		case len(text) > limit:
			return text, good
		case errors.Is(err, io.ErrUnexpectedEOF):
			if in.Len() == 0 && goesOn(payload, rest, history, part) {
				return text, good
			}
			return text, bad
		case err != nil:
			return text, bad
		case in.Len() == 0:
			return text, either
		}
	}
}

// goesOn reports whether the tail is the end of an empty stored block and
// nothing else: then a block of one byte can take its place, and the last
// stream of payload, which has rest bytes with the tail, yields text and that.
func goesOn(payload []byte, rest int, before, text []byte) bool {
	whole := append(bytes.Clone(payload), 1, 0, 0xfe, 0xff, 'X')
	in := bytes.NewReader(append(whole[len(whole)-rest-1:], 1, 0, 0, 0xff, 0xff))
	got, err := io.ReadAll(flate.NewReaderDict(in, before))
	return err == nil && string(got) == string(text)+"X"
}

// FuzzDeflate sends two texts with every window and both kinds of context. They
// come back, and no reference reaches beyond the window.
func FuzzDeflate(f *testing.F) {
	f.Add([]byte("Hello"), []byte("Hello"), uint8(15), false)
	f.Add(bytes.Repeat([]byte("abcd"), 700), []byte("abcdabcdabcX"), uint8(8), true)
	f.Fuzz(func(t *testing.T, first, second []byte, bits uint8, noTakeover bool) {
		bits = 8 + bits%8
		z := websocket.Deflater{Bits: bits, NoTakeover: noTakeover}
		i := websocket.Inflater{Bits: bits, NoTakeover: noTakeover}
		defer z.Release()
		defer i.Release()
		for _, text := range [][]byte{first, second, first} {
			payload := z.Deflate(nil, text)
			// Text that does not shrink is stored, a window or less in a block.
			if len(payload) > len(text)+8+5*(len(text)>>min(bits, 13)+2) {
				t.Fatalf("%d bytes became %d", len(text), len(payload))
			}
			got, err := i.Inflate(nil, payload, len(text))
			if err != 0 || !bytes.Equal(got, text) {
				t.Fatalf("%q became %q, %v", text, got, err)
			}
		}
	})
}
