package websocket

import "math/bits"

// A decodeTable decodes a Huffman code: the next bits, as many as the longest
// code has but at most primaryBits, index its first part, and longer codes go
// on in the parts behind.
type decodeTable struct {
	mask    uint64 // for those bits
	entries [1<<primaryBits + secondarySize]uint32
}

const (
	primaryBits = 11
	// In a complete code at least two long codes share their first bits.
	secondarySize = 286 / 2 << (maxCode - primaryBits)

	// An entry is: bits 0-4 the number of bits of the code and of the extra bits
	// behind it, bit 5 literal, bit 6 link, bits 8-11 the length of the code,
	// from bit 16 on the value. A link has the bits of its part in the place of
	// all bits, and its place as value. 0 is no code.
	entryUsed    = 31
	entryLiteral = 1 << 5
	entryLink    = 1 << 6
	entryCode    = 8
	entryValue   = 16

	maxCode = 15 // RFC 1951, 3.2.7
)

// find returns the entry of the code that acc starts with.
func (t *decodeTable) find(acc uint64) uint32 {
	e := t.entries[acc&t.mask]
	if e&entryLink != 0 {
		e = t.follow(e, acc)
	}
	return e
}

// follow returns the entry that the link e leads to.
func (t *decodeTable) follow(e uint32, acc uint64) uint32 {
	return t.entries[e>>entryValue+uint32(acc>>primaryBits)&(1<<(e&entryUsed)-1)]
}

// extra returns the value of the extra bits of e, whose code acc starts with.
func extra(e uint32, acc uint64) int {
	return int(acc & (1<<(e&entryUsed) - 1) >> (e >> entryCode & 15))
}

// build makes the table of the canonical code with these lengths (RFC 1951,
// 3.2.2); symbols has the entry of each symbol without the length. It reports
// whether the code is complete; one code of one bit, or none, is also allowed.
func (t *decodeTable) build(lengths []uint8, symbols []uint32) bool {
	var count [maxCode + 1]int
	for _, n := range lengths {
		count[n]++
	}
	count[0] = 0
	longest := maxCode
	for longest > 0 && count[longest] == 0 {
		longest--
	}
	var next [maxCode + 1]int // where the symbols of each length go in sorted
	used, total := 0, 0
	for n := 1; n <= longest; n++ {
		next[n] = total
		total += count[n]
		used += count[n] << (longest - n)
	}
	t.mask = 1<<min(longest, primaryBits) - 1
	t.entries[0], t.entries[1] = 0, 0
	if longest == 0 {
		return true
	}
	if used != 1<<longest && !(used == 1 && longest == 1) {
		return false
	}
	var sorted [288]uint32 // entries in the order of their codes
	for i, n := range lengths {
		if n > 0 {
			sorted[next[n]] = symbols[i] + uint32(n) | uint32(n)<<entryCode
			next[n]++
		}
	}
	t.fill(sorted[:total], &count, longest)
	return true
}

// fill enters the codes. A table for n bits is one for n-1 bits twice, in which
// what stands for codes of n bits is replaced.
func (t *decodeTable) fill(sorted []uint32, count *[maxCode + 1]int, longest int) {
	code := uint32(0) // its first bit is the lowest
	free := uint32(t.mask + 1)
	for n := 1; n <= longest; n++ {
		if n <= primaryBits {
			copy(t.entries[1<<(n-1):1<<n], t.entries[:1<<(n-1)])
		}
		for _, e := range sorted[:count[n]] {
			if n <= primaryBits {
				t.entries[code] = e
			} else {
				free = t.fillPart(code, n, longest-primaryBits, e, free)
			}
			// The next code of n bits: as a counter does, but from the other end.
			bit := uint32(1) << (bits.Len32(^code&(1<<n-1)) & 31) >> 1
			code = code&(bit-1) | bit
		}
		sorted = sorted[count[n]:]
	}
}

// fillPart enters a code of n bits, more than primaryBits, and returns where the
// next part goes: free, or behind the one that it begins there.
func (t *decodeTable) fillPart(code uint32, n, part int, e, free uint32) uint32 {
	link := &t.entries[code&(1<<primaryBits-1)]
	if code>>primaryBits == 0 { // the first one of its part: codes rise
		*link = free<<entryValue | entryLink | uint32(part)
		free += 1 << part
	}
	entries := t.entries[*link>>entryValue:][:1<<part]
	for i := code >> primaryBits; i < 1<<part; i += 1 << (n - primaryBits) {
		entries[i] = e
	}
	return free
}

// plainSymbols are the entries of the lengths' code.
var plainSymbols = func() (t [19]uint32) {
	for i := range t {
		t[i] = uint32(i) << entryValue
	}
	return t
}()

const shortestLength = 3 // what is less is the end of the block or nothing

// literalSymbols are literals, the end and lengths. 286 and 287 never occur (RFC 1951, 3.2.6).
var literalSymbols = func() (t [288]uint32) {
	for i := range endOfBlock {
		t[i] = uint32(i)<<entryValue | entryLiteral
	}
	for i, c := range lengthCodes {
		t[endOfBlock+1+i] = uint32(c.base)<<entryValue | uint32(c.extra)
	}
	t[286], t[287] = noLength<<entryValue, noLength<<entryValue
	return t
}()

// noLength is the length of symbols that never occur; that of the end is 0.
const noLength = 1

// distanceSymbols are distances; 30 and 31 never occur and get distance 0.
var distanceSymbols = func() (t [32]uint32) {
	for i, c := range distanceCodes {
		t[i] = uint32(c.base)<<entryValue | uint32(c.extra)
	}
	return t
}()

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
	if !l.build(fixedLengths[:], literalSymbols[:]) || !d.build(fixedDistanceLengths[:], distanceSymbols[:]) {
		panic("the fixed codes are not complete")
	}
	return l, d
}()
