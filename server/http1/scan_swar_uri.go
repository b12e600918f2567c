package http1

import "math/bits"

// readTarget notes where the query starts in b[target:space], if path and query are
// like most, or that there is none, if the path is right.
func (s *scan) readTarget(b []byte, target, space int) {
	end := simpleEnd(b, target, space, 0)
	switch n := end - target; {
	case end == space:
		s.notPath = 0
	case load8(b, end) == '?':
		if n < 64 && simpleQuery(b, end+1, space) {
			s.notPath, s.notQuery = 1<<n, 0
		}
	case isPath.all(b[end:space]):
		s.notPath = 0
	}
}

// simpleEnd returns the offset of the first of the visible bytes from i up to end
// that is no letter, no digit, and none of "-", ".", "/" and "_", or that is in
// other; end if there is none. It may stop before, close to the end of b.
func simpleEnd(b []byte, i, end int, other uint64) int {
	for ; i < end && len(b)-i >= wordSize; i += wordSize {
		if not := notSimple(load64(b, i), other); not != 0 {
			return min(i+bits.TrailingZeros64(not)/8, end)
		}
	}
	return min(i, end)
}

// notSimple sets the high bit of each visible byte that is not simple, or that is in
// other; what is above a byte that is not of ASCII may be wrong.
func notSimple(x, other uint64) uint64 {
	l := x | spaces
	// Of the five sums, each of which has the high bit if a byte is large enough, an
	// odd number has it for the bytes that are wanted.
	simple := (l + (0x80-'-')*ones) ^ (l + (0x80-'9'-1)*ones) ^ (l + (0x80-'a')*ones) ^ (l + (0x80-'z'-1)*ones) ^ (l + ones)
	return (^simple | (high - (x ^ other)) | x) & high
}

// simpleQuery reports whether the visible bytes from i up to end may all stand in a
// query, and neither is "!" or "$". There must be eight bytes behind i.
func simpleQuery(b []byte, i, end int) bool {
	var not uint64
	for ; end-i > wordSize; i += wordSize {
		not |= notQuery(load64(b, i))
	}
	return i == end || not|notQuery(load64(b, i))<<(8*(wordSize+i-end)&63) == 0
}

// notQuery sets the high bit of each visible byte that is below "&", or is "<" or ">",
// or is not of ASCII; what is above that may be wrong.
func notQuery(x uint64) uint64 {
	return (^(x + (0x80-'&')*ones) | (high - (x&^(2*ones) ^ '<'*ones)) | x) & high
}
