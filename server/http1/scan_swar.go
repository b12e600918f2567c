package http1

import "math/bits"

// scanSWAR is the scanner in plain Go: eight bytes at a time in a word, where
// there is a vector in its twins.
func scanSWAR(b []byte, h *Head, s *scan) int {
	if len(b) >= blockSize {
		return scanBlocks(b, h, s)
	}
	// What is behind a short head must not look like the end of one.
	var block [blockSize]byte
	copy(block[:], b)
	return scanBlocks(block[:], h, s)
}

func scanBlocks(b []byte, h *Head, s *scan) int {
	fields := h.Fields[:min(cap(h.Fields), maxFields)]
	n, length := lineEnds(b, fields, s)
	if length == 0 || !h.walk(b, fields[:n], int(s.lineEnd)+1) {
		return 0
	}
	s.tokenEnd = uint16(firstSpace(b))
	s.notPath, s.notHost = ^uint64(0), ^uint64(0)
	if target, space := int(s.tokenEnd)+1, int(s.lineEnd)-versionLength; target < space {
		s.readTarget(b, target, space)
	}
	// Of more than maxCount fields the counts may have come round.
	if n <= maxCount && h.known.count(FieldHost) == 1 {
		host := fieldAt(h.Fields, h.known.first[FieldHost]).Value
		if end := int(host.End); simpleEnd(b, int(host.Start), end, '/'*ones) == end || isHost.all(host.Of(b)) {
			s.notHost = 0
		}
	}
	return length
}

// lineEnds is stage 1. It notes the offset of the LF of the start line in s and
// that of the CR of each field line in a Field, and returns how many field lines
// there are and the length of the head; 0 if it does not end or has a control
// character where there must be none.
func lineEnds(b []byte, fields []Field, s *scan) (n, length int) {
	end, last := &s.lineEnd, len(b)-blockSize
	for i := 0; i < len(b); i += blockSize {
		at := i
		if i > last {
			at = last // the bytes that end b, with what precedes them
		}
		var seen, odd uint64
		x := load64(b, at)
		seen, odd = visible(x), x+ones
		x = load64(b, at+8)
		seen, odd = seen>>1|visible(x), odd|(x+ones)
		x = load64(b, at+16)
		seen, odd = seen>>1|visible(x), odd|(x+ones)
		x = load64(b, at+24)
		seen, odd = seen>>1|visible(x), odd|(x+ones)
		x = load64(b, at+32)
		seen, odd = seen>>1|visible(x), odd|(x+ones)
		x = load64(b, at+40)
		seen, odd = seen>>1|visible(x), odd|(x+ones)
		x = load64(b, at+48)
		seen, odd = seen>>1|visible(x), odd|(x+ones)
		x = load64(b, at+56)
		seen, odd = seen>>1|visible(x), odd|(x+ones)
		m := ^seen
		if odd &= high; odd|m == 0 {
			continue
		}
		if m = transpose(m); odd != 0 {
			m = controls(b[at : at+blockSize])
		}
		if at < i {
			m &= ^uint64(0) << ((i - at) & 63)
		}
		for ; m != 0; m &= m - 1 {
			cr := at + bits.TrailingZeros64(m)
			if len(b)-cr < 4 {
				return 0, 0
			}
			next := load32(b, cr)
			if next&0xffff != crlf {
				if next&0xff == '\t' || cr == i && i > 0 && load32(b, i-1)&0xffff == crlf {
					continue // HTAB in a value, or the LF of a line of the block before
				}
				return 0, 0
			}
			*end = uint16(cr)
			if next>>16 == crlf {
				s.lineEnd++
				return n, cr + 4
			}
			if n >= len(fields) {
				return 0, 0
			}
			end = &fields[n].Value.End
			n++
			m &= m - 1
		}
	}
	return 0, 0
}

// crlf is the end of a line as load32 reads it.
const crlf = '\r' | '\n'<<8

// blockSize is how many bytes lineEnds looks at before it takes a decision:
// nobody can predict where lines end.
const blockSize = 64

// visible sets the high bit of each byte of ASCII that is no control character;
// DEL passes for visible, and 0xff for a control character.
func visible(x uint64) uint64 { return (x + 0x60*ones) & high }

// transpose makes bit i of byte j of x bit j of byte i.
func transpose(x uint64) uint64 {
	t := (x ^ x>>7) & 0x00aa00aa00aa00aa
	x ^= t ^ t<<7
	t = (x ^ x>>14) & 0x0000cccc0000cccc
	x ^= t ^ t<<14
	t = (x ^ x>>28) & 0x00000000f0f0f0f0
	return x ^ t ^ t<<28
}

// controls sets the bits of the control characters of a block that also has DEL
// or obs-text.
//
//go:noinline
func controls(block []byte) (m uint64) {
	for i := 0; i < blockSize; i += wordSize {
		x := load64(block, i)
		ascii := x & low
		m |= gather(^((visible(ascii)&((low^ascii)+low))|x)&high) << i
	}
	return m
}

// gather puts the high bits of the bytes of x together.
func gather(x uint64) uint64 { return x * 0x0002040810204081 >> 56 }

// walk is stage 2: it completes the Fields, whose first line is at offset line.
func (h *Head) walk(b []byte, fields []Field, line int) bool {
	counts, last := uint64(0), len(b)-2*wordSize
	for i := range fields {
		f := &fields[i]
		// Almost all names have fewer than 16 bytes, all of them letters and hyphens.
		at := min(line, last)
		x, y := notLetters(load64(b, at)), notLetters(load64(b, at+wordSize))
		length := bits.TrailingZeros32(uint32(gather(x)|gather(y)<<8|1<<16) >> ((line - at) & 31))
		name, end := line+length, int(f.Value.End)
		f.Name, f.Value.Start = Span{uint16(line), uint16(name)}, uint16(name+2)
		// A colon, a space, no white space; and no white space at the end.
		start := bits.ReverseBytes32(load32(b, name)) - (':'<<24 | ' '<<16 | '!'<<8)
		if start > 0xdeff || load8(b, end-1) <= ' ' || length == 0 {
			if length = f.trim(b); length == 0 {
				return false
			}
		}
		k := knownSlots[nameKey(load8(b, line), length&(maxKeyed-1))] & 15
		counts += countOne[k]
		h.known.first[k] = uint8(i)
		line = end + 2
	}
	h.Fields, h.known.counts = fields, counts
	return true
}

// trim completes a Field of any make, of whose name only letters and hyphens
// were seen. It returns the length of the name, 0 if there is none.
//
//go:noinline
func (f *Field) trim(b []byte) int {
	name := skipToken(b, int(f.Name.End))
	if load8(b, name) != ':' {
		return 0
	}
	start, end := trimOWS(b, name+1, int(f.Value.End))
	f.Name.End, f.Value = uint16(name), Span{uint16(start), uint16(end)}
	return f.Name.Len()
}

const (
	wordSize = 8
	ones     = 0x0101010101010101
	spaces   = 0x20 * ones
	low      = 0x7f * ones
	high     = 0x80 * ones
)

// notLetters sets the high bit of each byte that is neither a letter nor a
// hyphen. No sum of two bytes of ASCII carries into the next.
func notLetters(x uint64) uint64 {
	l := x | spaces
	letter := (l + (0x80-'a')*ones) &^ (l + (0x80-'z'-1)*ones)
	noHyphen := (x ^ '-'*ones) + low
	return (noHyphen&^letter | x) & high
}

// firstSpace returns the offset of the first space of b, or of another byte that
// is not of a token before it.
func firstSpace(b []byte) int {
	x := load64(b, 0) ^ spaces
	if x = (x - ones) &^ x & high; x != 0 {
		return bits.TrailingZeros64(x) / 8
	}
	return skipToken(b, 0)
}

// skipToken returns the offset of the first byte of b, from i on, that cannot be
// in a token, len(b) if there is none.
func skipToken(b []byte, i int) int {
	for i < len(b) && classes[b[i]]&isToken != 0 {
		i++
	}
	return i
}

// skipValue returns the offset of the first byte of b, from i on, that cannot be
// in a field value; len(b) if there is none.
func skipValue(b []byte, i int) int {
	for len(b)-i >= 2*wordSize {
		x, y := load64(b, i), load64(b, i+wordSize)
		if odd(x)|odd(y) == 0 {
			i += 2 * wordSize
			continue
		}
		c := firstControl(x)
		if c == 0 {
			i += wordSize
			c = firstControl(y)
		}
		if c == 0 {
			i += wordSize
			continue
		}
		if i += bits.TrailingZeros64(c) / 8; b[i] != '\t' {
			return i
		}
		i++
	}
	for i < len(b) && classes[b[i]]&isValue != 0 {
		i++
	}
	return i
}

// odd sets the high bit of some byte if any byte is a control character, or is
// not ASCII; it is what costs least.
func odd(x uint64) uint64 { return ((x - spaces) | (x + ones) | x) & high }

// firstControl sets the high bit of the lowest byte that is below 0x20 or 0x7f; the
// borrow of a subtraction may set more, but only above that byte.
func firstControl(x uint64) uint64 { return ((x - spaces) | ((x & low) + ones)) &^ x & high }

// trimOWS returns the part of b[start:end] without white space around it.
func trimOWS(b []byte, start, end int) (int, int) {
	for start < end && isOWS(b[start]) {
		start++
	}
	for start < end && isOWS(b[end-1]) {
		end--
	}
	return start, end
}
