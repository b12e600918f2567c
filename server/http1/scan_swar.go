package http1

import "math/bits"

// scanSWAR is the scanner in plain Go: eight bytes at a time in a word, where
// there is a vector in its twins. It leaves the request-target and Host to
// others.
func scanSWAR(b []byte, h *Head, s *scan) int {
	s.notPath, s.notHost = ^uint64(0), ^uint64(0)
	token := skipToken(b, 0)
	end := skipValue(b, token)
	line := lineEnd(b, end)
	if token == 0 || line < 0 {
		return 0
	}
	s.tokenEnd, s.lineEnd = uint16(token), uint16(line-1)
	fields := h.Fields[:min(cap(h.Fields), maxFields)]
	counts, i := uint64(0), 0
	for ; i < len(fields) && len(b)-line >= wordSize; i++ {
		// Names of letters and hyphens are taken as words, others byte by byte.
		name, other := line, notLetters(load64(b, line))
		for other == 0 && len(b)-name >= 2*wordSize {
			name += wordSize
			other = notLetters(load64(b, name))
		}
		name += bits.TrailingZeros64(other) / 8
		if other == 0 || load8(b, name) != ':' {
			if name = skipToken(b, line); name == len(b) || b[name] != ':' {
				break
			}
		}
		if name == line {
			return 0
		}
		start := name + 1
		if start < len(b) && load8(b, start) == ' ' {
			start++
		}
		end := skipValue(b, start)
		next := lineEnd(b, end)
		if next < 0 {
			return 0
		}
		if isOWS(load8(b, start)) || isOWS(load8(b, end-1)) {
			start, end = trimOWS(b, start, end)
		}
		fields[i] = Field{Span{uint16(line), uint16(name)}, Span{uint16(start), uint16(end)}}
		k := knownSlots[nameKey(load8(b, line), name-line)] & 15
		counts += countOne[k]
		h.known.first[k] = uint8(i)
		line = next
	}
	h.known.counts = counts
	return endScan(b, line, h, i)
}

// endScan returns the length of the head if the empty line is at offset line.
func endScan(b []byte, line int, h *Head, count int) int {
	if len(b)-line < 2 || b[line] != '\r' || b[line+1] != '\n' {
		return 0
	}
	h.Fields = h.Fields[:count]
	return line + 2
}

const (
	wordSize = 8
	ones     = 0x0101010101010101
	spaces   = 0x20 * ones
	low      = 0x7f * ones
	high     = 0x80 * ones
)

// skipToken returns the offset of the first byte of b, from i on, that cannot be
// in a token, len(b) if there is none.
func skipToken(b []byte, i int) int {
	for i < len(b) && classes[b[i]]&isToken != 0 {
		i++
	}
	return i
}

// notLetters sets the high bit of each byte that is neither a letter nor a
// hyphen. No sum of two bytes carries into the next.
func notLetters(x uint64) uint64 {
	l := (x | spaces) & low
	letter := (l + (0x80-'a')*ones) &^ (l + (0x80-'z'-1)*ones)
	noHyphen := (x^'-'*ones)&low + low
	return (^letter&noHyphen | x) & high
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
		c := controls(x)
		if c == 0 {
			i += wordSize
			c = controls(y)
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

// controls sets the high bit of the lowest byte that is below 0x20 or 0x7f; the
// borrow of a subtraction may set more, but only above that byte.
func controls(x uint64) uint64 { return ((x - spaces) | ((x & low) + ones)) &^ x & high }

// lineEnd returns the offset behind CR LF at offset i of b, -1 if it is not there.
func lineEnd(b []byte, i int) int {
	if len(b)-i >= 2 && b[i] == '\r' && b[i+1] == '\n' {
		return i + 2
	}
	return -1
}

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
