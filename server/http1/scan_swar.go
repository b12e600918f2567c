package http1

import "math/bits"

// scanSWAR is the scanner in plain Go: eight bytes at a time in a word, where
// there is a vector in its twins. It leaves the request-target and Host to
// others.
func scanSWAR(b []byte, h *Head, s *scan) int {
	s.notPath, s.notHost = ^uint64(0), ^uint64(0)
	token := skipToken(b, 0)
	line := skipLine(b, token)
	if token == 0 || line < 0 {
		return 0
	}
	s.tokenEnd, s.lineEnd = uint16(token), uint16(line-1)
	fields := h.Fields[:min(cap(h.Fields), maxFields)]
	known := knownSet{}
	for i := range fields {
		if len(b)-line < 2 {
			return 0
		}
		name := skipToken(b, line)
		if name == line {
			h.known = known
			return endScan(b, line, h, i)
		}
		next := skipLine(b, name)
		if next < 0 || b[name] != ':' {
			return 0
		}
		start, end := name+1, next-2
		if b[start] == ' ' {
			start++
		}
		if isOWS(b[start]) || isOWS(b[end-1]) {
			start, end = trimOWS(b, start, end)
		}
		fields[i] = Field{Span{uint16(line), uint16(name)}, Span{uint16(start), uint16(end)}}
		k := knownSlots[nameKey(load32(b, line), load32(b, name-4))] & 15
		known.counts += countOne[k]
		known.first[k] = uint8(i)
		line = next
	}
	h.known = known
	return endScan(b, line, h, len(fields))
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
	ones   = 0x0101010101010101
	spaces = 0x20 * ones
	low    = 0x7f * ones
	high   = 0x80 * ones
)

// skipToken returns the offset of the first byte of b, from i on, that cannot be
// in a token, len(b) if there is none. Letters and hyphens are taken eight at a
// time, everything else goes through the table.
func skipToken(b []byte, i int) int {
	for len(b)-i >= 8 {
		x := load64(b, i)
		l := (x | spaces) & low
		letter := (l + (0x80-'a')*ones) &^ (l + (0x80-'z'-1)*ones)
		hyphen := ^((x^'-'*ones)&low + low)
		other := ^(letter | hyphen) | x
		if other&high == 0 {
			i += 8
			continue
		}
		i += bits.TrailingZeros64(other&high) / 8
		if b[i] == ':' {
			return i
		}
		break
	}
	for i < len(b) && classes[b[i]]&isToken != 0 {
		i++
	}
	return i
}

// skipLine returns the offset behind the first CR LF in b from i on, -1 if it is
// not there, or if there is a control character other than HTAB before it.
func skipLine(b []byte, i int) int {
	for len(b)-i >= 16 {
		x, y := controls(load64(b, i)), controls(load64(b, i+8))
		if x|y == 0 {
			i += 16
			continue
		}
		if x == 0 {
			i, x = i+8, y
		}
		i += bits.TrailingZeros64(x) / 8
		if b[i] != '\t' {
			return lineEnd(b, i)
		}
		i++
	}
	for ; i < len(b); i++ {
		if classes[b[i]]&isValue == 0 {
			return lineEnd(b, i)
		}
	}
	return -1
}

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
