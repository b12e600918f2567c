package websocket

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// firstBad returns the offset of the first byte that no valid text can have
// there, by trying all ways in which the text could go on; len(b) if there is none.
func firstBad(b []byte) int {
	for i := range b {
		if !startsValid(b[:i+1]) {
			return i
		}
	}
	return len(b)
}

// startsValid reports whether some valid text starts with b.
func startsValid(b []byte) bool {
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		if r != utf8.RuneError || n > 1 {
			b = b[n:]
			continue
		}
		if len(b) > 3 {
			return false
		}
		for _, second := range []byte{0x80, 0x90, 0xa0, 0xbf} {
			for _, rest := range []string{"", "\x80", "\x80\x80"} {
				if utf8.Valid(append(append([]byte{}, b...), rest...)) || utf8.Valid(append(append(append([]byte{}, b...), second), rest...)) {
					return true
				}
			}
		}
		return false
	}
	return true
}

// validate runs the validator over b in pieces that end at cuts.
func validate(b []byte, cuts ...int) (bad int, complete bool) {
	var u UTF8
	at := 0
	for _, end := range append(cuts, len(b)) {
		n, ok := u.Validate(b[at:end:end])
		if !ok {
			return at + n, false
		}
		at = end
	}
	return len(b), u.Complete()
}

// All texts of two bytes, and all that start with the lead bytes and the second
// bytes next to a boundary, are judged as the library does, and the first bad
// byte is named wherever the text is cut.
func TestUTF8Exhaustive(t *testing.T) {
	edges := []byte{0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xff}
	check := func(b []byte) {
		bad, complete := validate(b)
		if want := firstBad(b); bad != want || complete != utf8.Valid(b) {
			t.Fatalf("%x: first bad byte %d, complete %v; want %d, %v", b, bad, complete, want, utf8.Valid(b))
		}
		for cut := range len(b) {
			gotBad, gotComplete := validate(b, cut)
			if gotBad != bad || gotComplete != complete {
				t.Fatalf("%x cut at %d: %d, %v; whole: %d, %v", b, cut, gotBad, gotComplete, bad, complete)
			}
		}
	}
	for a := range 256 {
		check([]byte{byte(a)})
		for b := range 256 {
			check([]byte{byte(a), byte(b)})
			if a < 0xc0 {
				continue
			}
			for _, c := range edges {
				check([]byte{byte(a), byte(b), c})
				if a >= 0xf0 {
					for _, d := range edges {
						check([]byte{byte(a), byte(b), c, d})
					}
				}
			}
		}
	}
}

// One bad byte is found at every place of a text that takes the fast paths.
func TestUTF8LongTexts(t *testing.T) {
	for _, text := range []string{strings.Repeat("a", 100), strings.Repeat("aä", 40), strings.Repeat("€", 40), strings.Repeat("😀", 30), strings.Repeat("x€y😀zü", 10)} {
		n, complete := validate([]byte(text))
		require.Equal(t, len(text), n)
		require.True(t, complete)
		for i := range text {
			b := []byte(text)
			b[i] = 0xff
			n, _ := validate(b)
			require.Equal(t, i, n)
			for cut := range len(text) {
				n, complete = validate([]byte(text), cut)
				require.True(t, n == len(text) && complete)
			}
		}
	}
}

// Short texts are judged inside longer ones as alone: the vector code allows
// and forbids the same, at every place of its blocks.
func TestUTF8Vector(t *testing.T) {
	edges := []byte{0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xf8, 0xff}
	buf := make([]byte, 128)
	check := func(piece []byte, at int) {
		for i := range buf {
			buf[i] = 'a'
		}
		copy(buf[at:], piece)
		want := at + firstBad(append(append([]byte{}, piece...), 'a'))
		if want > at+len(piece) {
			want = len(buf)
		}
		if bad, _ := validate(buf); bad != want {
			t.Fatalf("%x at %d: first bad byte %d, want %d", piece, at, bad, want)
		}
	}
	for _, a := range edges {
		for _, b := range edges {
			for _, c := range edges {
				for _, d := range edges {
					check([]byte{a, b, c, d}, 30)
				}
			}
		}
	}
	for at := range 120 {
		for _, piece := range []string{"ä", "€", "😀", "\xed\xa0\x80", "\xe2\x82", "\xf0\x9f\x98", "\x80", "\xf4\x90\x80\x80", "😀\x80"} {
			check([]byte(piece), at)
		}
	}
}

func BenchmarkUTF8(b *testing.B) {
	for name, text := range map[string]string{
		"ascii": strings.Repeat("Hello, world! 01", 256), "german": strings.Repeat("Schöne Grüße aus", 230),
		"euro": strings.Repeat("€", 1365), "emoji": strings.Repeat("😀", 1024), "short": "Hello, world!",
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			bytes := []byte(text)
			var u UTF8
			for b.Loop() {
				u.Reset()
				u.Validate(bytes)
			}
		})
		b.Run("standard/"+name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			bytes := []byte(text)
			for b.Loop() {
				utf8.Valid(bytes)
			}
		})
	}
}
