package websocket

import "math/bits"

// A decodeTable decodes a Huffman code: the next primaryBits bits index its
// first part, and longer codes go on in the parts behind.
type decodeTable [1<<primaryBits + secondarySize]uint32

const (
	primaryBits = 9
	// In a complete code at least two long codes share their first bits.
	secondarySize = 286 / 2 << (maxCode - primaryBits)

	// An entry is: bits 0-3 the length of the code, bits 4-7 the number of
	// extra bits, bit 8 literal, bit 9 link, from bit 16 on the value. A link
	// has the bits of its part as extra bits and its place as value. 0 is no
	// code.
	entryUsed    = 15
	entryExtra   = 4
	entryLiteral = 1 << 8
	entryLink    = 1 << 9
	entryValue   = 16

	maxCode = 15 // RFC 1951, 3.2.7
)

// find returns the entry of the code that acc starts with.
func (t *decodeTable) find(acc uint64) uint32 {
	e := t[acc&(1<<primaryBits-1)]
	if e&entryLink == 0 {
		return e
	}
	return t[e>>entryValue+uint32(acc>>primaryBits)&(1<<(e>>entryExtra&15)-1)]
}

// build makes the table of the canonical code with these lengths (RFC 1951,
// 3.2.2); symbol gives the entry of each symbol without the length. It reports
// whether the code is complete; one code of one bit, or none, is also allowed.
func (t *decodeTable) build(lengths []uint8, symbol func(int) uint32) bool {
	var count, next [maxCode + 2]int
	longest := 0
	for _, n := range lengths {
		count[n]++
		if n > 0 {
			longest = max(longest, int(n))
		}
	}
	clear(t[:1<<primaryBits])
	if longest == 0 {
		return true
	}
	count[0] = 0
	code := 0
	for n := 1; n <= longest; n++ {
		code = (code + count[n-1]) << 1
		next[n] = code
	}
	if end := code + count[longest]; end != 1<<longest && !(end == 1 && longest == 1) {
		return false
	}
	b := tableBuilder{t: t, longest: uint(longest), free: 1 << primaryBits}
	for i, n := range lengths {
		if n > 0 {
			b.add(uint(next[n]), uint(n), symbol(i))
			next[n]++
		}
	}
	return true
}

type tableBuilder struct {
	t       *decodeTable
	longest uint
	free    uint32 // where the next part goes
}

// add enters a code of n bits.
func (b *tableBuilder) add(code, n uint, entry uint32) {
	reversed := uint32(bits.Reverse16(uint16(code)) >> (16 - n))
	entry |= uint32(n)
	if n <= primaryBits {
		for i := reversed; i < 1<<primaryBits; i += 1 << n {
			b.t[i] = entry
		}
		return
	}
	link := &b.t[reversed&(1<<primaryBits-1)]
	part := uint32(b.longest - primaryBits)
	if *link == 0 {
		*link = b.free<<entryValue | part<<entryExtra | entryLink
		clear(b.t[b.free : b.free+1<<part])
		b.free += 1 << part
	}
	base := *link >> entryValue
	for i := reversed >> primaryBits; i < 1<<part; i += 1 << (n - primaryBits) {
		b.t[base+i] = entry
	}
}

func plainSymbol(i int) uint32 { return uint32(i) << entryValue }

// noLength is the length of symbols 286 and 287, which never occur (RFC 1951, 3.2.6).
const noLength = 1

// literalSymbol is a literal, the end (a length of 0) or a length.
func literalSymbol(i int) uint32 {
	switch {
	case i < endOfBlock:
		return uint32(i)<<entryValue | entryLiteral
	case i == endOfBlock:
		return 0
	case i-endOfBlock > len(lengthCodes):
		return noLength << entryValue
	}
	c := lengthCodes[i-endOfBlock-1]
	return uint32(c.base)<<entryValue | uint32(c.extra)<<entryExtra
}

// distanceSymbol is a distance; 30 and 31 never occur and get distance 0.
func distanceSymbol(i int) uint32 {
	if i >= len(distanceCodes) {
		return 0
	}
	c := distanceCodes[i]
	return uint32(c.base)<<entryValue | uint32(c.extra)<<entryExtra
}

const endOfBlock = 256

// A rangeCode stands for the values from base on, extra bits of them.
type rangeCode struct {
	base  uint16
	extra uint8
}

// lengthCodes are the symbols from 257 on (RFC 1951, 3.2.5).
var lengthCodes = func() (t [29]rangeCode) {
	base := 3
	for i := range t {
		if i >= 8 {
			t[i].extra = uint8(i/4 - 1)
		}
		t[i].base = uint16(base)
		base += 1 << t[i].extra
	}
	t[28] = rangeCode{258, 0}
	return t
}()

// distanceCodes are the symbols of distances (RFC 1951, 3.2.5).
var distanceCodes = func() (t [30]rangeCode) {
	base := 1
	for i := range t {
		if i >= 4 {
			t[i].extra = uint8(i/2 - 1)
		}
		t[i].base = uint16(base)
		base += 1 << t[i].extra
	}
	return t
}()

// fixedLengths are the code lengths of literals in a fixed block (RFC 1951, 3.2.6).
var fixedLengths = func() (t [288]uint8) {
	for i := range t {
		switch {
		case i < 144:
			t[i] = 8
		case i < 256:
			t[i] = 9
		case i < 280:
			t[i] = 7
		default:
			t[i] = 8
		}
	}
	return t
}()

var fixedDistanceLengths = [32]uint8{5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5}

var fixedLiterals, fixedDistances = func() (l, d decodeTable) {
	if !l.build(fixedLengths[:], literalSymbol) || !d.build(fixedDistanceLengths[:], distanceSymbol) {
		panic("the fixed codes are not complete")
	}
	return l, d
}()
