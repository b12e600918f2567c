package websocket

import "encoding/binary"

// UTF8 validates a text that arrives in pieces (RFC 3629, 4). The zero value
// stands at the start of a text.
type UTF8 struct {
	need    uint8 // continuation bytes that the open character still lacks
	low, up uint8 // the range that the next of them must be in
}

// Complete reports whether no character is open: the text may end here.
func (u *UTF8) Complete() bool { return u.need == 0 }

// Reset goes back to the start of a text.
func (u *UTF8) Reset() { *u = UTF8{} }

// ValidText reports whether b is a text: UTF-8 from its start to its end.
func ValidText(b []byte) bool {
	var u UTF8
	_, ok := u.Validate(b)
	return ok && u.Complete()
}

// Validate reads the next piece of the text. It returns len(b) and true, or the
// offset of the first byte that no valid text can have there, and false.
func (u *UTF8) Validate(b []byte) (n int, ok bool) {
	i := 0
	for i < len(b) && u.need > 0 {
		if !u.continuation(b[i]) {
			return i, false
		}
		i++
	}
	if n := utf8Vector(b[i:]); n > 0 {
		i += n
		i -= begun(b[i-3 : i])
	}
	for {
		i += ascii(b[i:])
		for i+4 <= len(b) && b[i] >= 0x80 {
			size := whole(b[i : i+4])
			if size == 0 {
				break
			}
			i += size
		}
		// The end of the piece, a broken character, or ASCII again.
		switch {
		case i == len(b):
			return i, true
		case b[i] < 0x80:
			continue
		}
		size, ok := u.character(b[i:])
		if i += size; !ok {
			return i, false
		}
	}
}

// begun returns how many of the three bytes at the end of what the vector code
// has passed are to be looked at again: a character that goes on behind them, or
// a lead that nothing can follow.
func begun(b []byte) int {
	for n := 1; n <= 3; n++ {
		if c := b[3-n]; c >= 0xc0 {
			if need := int(leads[c-0x80].need); need >= n || need == 0 {
				return n
			}
			return 0
		}
	}
	return 0
}

// ascii returns how many bytes at the front of b are ASCII, rounded down to
// what a step takes unless it is the end.
func ascii(b []byte) int {
	const high = 0x8080808080808080
	i := 0
	for ; i+32 <= len(b); i += 32 {
		w := b[i : i+32]
		if (binary.LittleEndian.Uint64(w)|binary.LittleEndian.Uint64(w[8:])|
			binary.LittleEndian.Uint64(w[16:])|binary.LittleEndian.Uint64(w[24:]))&high != 0 {
			break
		}
	}
	for ; i+8 <= len(b); i += 8 {
		if binary.LittleEndian.Uint64(b[i:])&high != 0 {
			break
		}
	}
	for i < len(b) && b[i] < 0x80 {
		i++
	}
	return i
}

// whole returns the length of the character at the front of four bytes, the
// first of which is not ASCII; 0 if it is broken.
func whole(b []byte) int {
	l := leads[b[0]-0x80]
	switch {
	case b[1] < l.low || b[1] > l.up:
		return 0
	case l.need == 1:
		return 2
	case b[2]&0xc0 != 0x80:
		return 0
	case l.need == 2:
		return 3
	case b[3]&0xc0 != 0x80:
		return 0
	}
	return 4
}

// character reads one character, whose first byte is not ASCII; the rest may
// be missing.
func (u *UTF8) character(b []byte) (n int, ok bool) {
	*u = leads[b[0]-0x80]
	if u.need == 0 {
		return 0, false
	}
	for n = 1; n < len(b) && u.need > 0; n++ {
		if !u.continuation(b[n]) {
			return n, false
		}
	}
	return n, true
}

func (u *UTF8) continuation(c byte) bool {
	if c < u.low || c > u.up {
		return false
	}
	u.need, u.low, u.up = u.need-1, 0x80, 0xbf
	return true
}

// leads says what must follow each byte from 0x80 on; need is 0 and the range
// is empty if that byte starts nothing.
var leads = func() (t [128]UTF8) {
	// RFC 3629, 4: the second byte excludes overlong forms, surrogates and
	// what is beyond U+10FFFF.
	for c := range t {
		t[c] = lead(byte(c + 0x80))
	}
	return t
}()

func lead(c byte) UTF8 {
	switch {
	case c >= 0xc2 && c <= 0xdf:
		return UTF8{1, 0x80, 0xbf}
	case c == 0xe0:
		return UTF8{2, 0xa0, 0xbf}
	case c == 0xed:
		return UTF8{2, 0x80, 0x9f}
	case c >= 0xe1 && c <= 0xef:
		return UTF8{2, 0x80, 0xbf}
	case c == 0xf0:
		return UTF8{3, 0x90, 0xbf}
	case c >= 0xf1 && c <= 0xf3:
		return UTF8{3, 0x80, 0xbf}
	case c == 0xf4:
		return UTF8{3, 0x80, 0x8f}
	}
	return UTF8{0, 0xff, 0x00}
}
