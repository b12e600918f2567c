package fuzz

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/httpdlab/httpdlab/server/websocket"
)

// seedFrames are streams of a client: ordinary, fragmented and hostile ones.
var seedFrames = []string{
	"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", // "Hello" of RFC 6455, 5.7
	"\x89\x80\x00\x00\x00\x00\x01\x81\x00\x00\x00\x00\xce\x80\x81\x00\x00\x00\x00\xba",
	"\x02\x80mask\x8a\x81mask\x00\x80\x80mask\x88\x82mask\x6e\x89",
	"\x82\xfe\x00\x7emask" + strings.Repeat("x", 126),
	"\x82\xff\x80\x00\x00\x00\x00\x00\x00\x00mask",
	"\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xffmask",
	"\x82\xff\x00\x00\x00\x01\x00\x00\x00\x05maskHELLO",
	"\xc1\x87\x00\x00\x00\x00\xf2\x48\xcd\xc9\xc9\x07\x00",
	"\x81\x02hi",
}

// frameEvents decodes stream, cut in two, and tells what its user sees and
// where it ends.
func frameEvents(t *testing.T, stream []byte, cut int, deflate bool, limit int64) string {
	d := websocket.Decoder{MaxMessage: limit, Deflate: deflate}
	var s strings.Builder
	var message []byte
	var buf []byte
	for _, piece := range [][]byte{stream[:cut], stream[cut:]} {
		buf = append(bytes.Clone(buf), piece...)
		for {
			n, err := d.Decode(buf[:len(buf):len(buf)])
			if err != 0 {
				if again, same := d.Decode(buf); again != 0 || same != err || n != 0 {
					t.Fatalf("the error %v did not stay", err)
				}
				fmt.Fprintf(&s, "error %d", err.Code())
				return s.String()
			}
			if n == 0 {
				break
			}
			if n > len(buf) {
				t.Fatalf("took %d of %d bytes", n, len(buf))
			}
			buf = buf[n:]
			if d.Opcode.Control() {
				fmt.Fprintf(&s, "%v %q\n", d.Opcode, d.Payload)
				continue
			}
			message = append(message, d.Payload...)
			bound := limit
			if d.Compressed {
				bound += limit>>10 + 64
			}
			if limit > 0 && int64(len(message)) > bound {
				t.Fatalf("a message of %d bytes passed the limit of %d", len(message), bound)
			}
			if d.End() {
				if d.Message == websocket.Text && !d.Compressed && !utf8.Valid(message) {
					t.Fatalf("the text %q passed", message)
				}
				fmt.Fprintf(&s, "%v %v %q\n", d.Message, d.Compressed, message)
				message = message[:0]
			}
		}
		// What waits is less than a header and a control frame.
		if len(buf) >= websocket.MaxHeader+websocket.MaxControl {
			t.Fatalf("%d bytes wait", len(buf))
		}
	}
	fmt.Fprintf(&s, "open %v, %d bytes wait", !d.Between(), len(buf))
	return s.String()
}

// The same stream gives the same events wherever it is cut, and to gorilla's reader, but for the differences that are
// meant.
func FuzzFrame(f *testing.F) {
	for _, s := range seedFrames {
		f.Add([]byte(s), uint16(3), false, uint16(0))
		f.Add([]byte(s), uint16(0), false, uint16(100))
		f.Add([]byte(s), uint16(1), true, uint16(100))
	}
	f.Fuzz(func(t *testing.T, stream []byte, cut uint16, deflate bool, limit uint16) {
		whole := frameEvents(t, stream, 0, deflate, int64(limit))
		if got := frameEvents(t, stream, int(cut)%(len(stream)+1), deflate, int64(limit)); got != whole {
			t.Fatalf("whole:\n%s\ncut at %d:\n%s", whole, int(cut)%(len(stream)+1), got)
		}
		if !deflate {
			compareWithGorilla(t, stream, int64(limit))
		}
		if n := testing.AllocsPerRun(1, func() { decodeAll(stream) }); n > 1 { // the copy
			t.Fatalf("%v allocations", n)
		}
	})
}

func decodeAll(stream []byte) {
	b := append([]byte(nil), stream...)
	var d websocket.Decoder
	for {
		n, err := d.Decode(b)
		if n == 0 || err != 0 {
			return
		}
		b = b[n:]
	}
}

// A header that is written is read as it was.
func FuzzHeader(f *testing.F) {
	f.Add(uint8(1), true, false, true, uint32(1), int64(5))
	f.Add(uint8(9), true, false, false, uint32(0), int64(125))
	f.Add(uint8(0), false, true, true, uint32(7), int64(65536))
	f.Fuzz(func(t *testing.T, opcode uint8, final, rsv1, masked bool, key uint32, length int64) {
		h := websocket.Header{Final: final, RSV1: rsv1, Masked: masked, Opcode: websocket.Opcode(opcode & 15), Length: max(length, 0)}
		if masked {
			h.Key = key
		}
		b := websocket.AppendHeader(nil, h)
		var got websocket.Header
		n, err := got.Parse(b)
		if err == 0 && (n != len(b) || got != h) {
			t.Fatalf("%+v became % x and %+v", h, b, got)
		}
		control := h.Opcode.Control()
		legal := (opcode&15 <= 2 || opcode&15 >= 8 && opcode&15 <= 10) && (!control || final && !rsv1 && h.Length <= websocket.MaxControl)
		if legal != (err == 0) {
			t.Fatalf("%+v: %v", h, err)
		}
	})
}

// Masking is what RFC 6455, 5.3 says, also in two parts, and twice is not at all.
func FuzzMask(f *testing.F) {
	f.Add([]byte("Hello"), uint32(0x3d21fa37), uint16(2))
	f.Add(make([]byte, 300), uint32(1), uint16(129))
	f.Fuzz(func(t *testing.T, b []byte, key uint32, cut uint16) {
		want := bytes.Clone(b)
		for i := range want {
			want[i] ^= byte(key >> (8 * (i % 4)))
		}
		got := bytes.Clone(b)
		websocket.Mask(got, key)
		if !bytes.Equal(got, want) {
			t.Fatalf("%x", got)
		}
		at := int(cut) % (len(b) + 1)
		websocket.Mask(got[at:], websocket.Mask(got[:at], key))
		if !bytes.Equal(got, b) {
			t.Fatalf("unmasked at %d: %x", at, got)
		}
	})
}

// The validator agrees with the library wherever the text is cut, and what is
// before the first bad byte can be completed.
func FuzzUTF8(f *testing.F) {
	for _, s := range []string{"Hello", "\u03ba\u1f79\u03c3\u03bc\u03b5", "\xed\xa0\x80", "\xf4\x90\x80\x80", strings.Repeat("a", 40) + "\xe2\x82", "\xc0\xaf"} {
		f.Add([]byte(s), uint16(2))
	}
	f.Fuzz(func(t *testing.T, b []byte, cut uint16) {
		var whole, parts websocket.UTF8
		bad, ok := whole.Validate(b)
		if valid := ok && whole.Complete(); valid != utf8.Valid(b) {
			t.Fatalf("%q: %v", b, valid)
		}
		if ok == (bad < len(b)) {
			t.Fatalf("%q: %d bytes are good, %v", b, bad, ok)
		}
		at := int(cut) % (len(b) + 1)
		n, ok2 := parts.Validate(b[:at])
		if ok2 {
			var more int
			more, ok2 = parts.Validate(b[at:])
			n += more
		}
		if n != bad || ok2 != ok || ok && parts.Complete() != whole.Complete() {
			t.Fatalf("%q cut at %d: %d %v, whole %d %v", b, at, n, ok2, bad, ok)
		}
		if !completable(b[:bad]) {
			t.Fatalf("%q was wrong before byte %d", b, bad)
		}
		if !ok && completable(b[:bad+1]) {
			t.Fatalf("%q was still possible at byte %d", b, bad)
		}
	})
}

// completable reports whether some valid text starts with b.
func completable(b []byte) bool {
	for end := range 4 {
		for _, second := range []string{"", "\x80", "\x90", "\xa0", "\xbf"} {
			if utf8.Valid([]byte(string(b) + (second + "\x80\x80\x80")[:min(end, len(second)+3)])) {
				return true
			}
		}
	}
	return false
}
