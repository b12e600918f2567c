package websocket

import (
	"encoding/binary"
	"math/bits"
)

const (
	minMatch = 4 // shorter ones are not worth their search
	maxMatch = 258
	maxIndex = 14 // bits of the index at most
	minIndex = 8
	maxStep  = 64 // bytes that may be passed at once
	patience = 32 // misses in a row, from which on that happens
	wordSize = 8  // bytes that are looked at together; a word begins at every byte of a text

	hashFactor = 0x9e3779b1 // 1<<32 by the golden ratio
)

// matcher finds what occurred before. It counts positions modulo 1<<16, which
// is no less than two windows: an entry of the index that is older than a
// window looks far away, or leads to a text that is compared anyway.
type matcher struct {
	reach int      // the largest distance
	index []uint16 // the last position of each hash
	shift uint     // of the hash
	base  uint16   // the position of text[0]
	text  []byte   // what was sent, up to two windows, and a word behind
	end   int      // of what was sent
}

func newMatcher(windowBits uint) *matcher {
	return &matcher{
		reach: 1 << windowBits,
		index: make([]uint16, 1<<min(windowBits, maxIndex)),
		text:  make([]byte, 2<<windowBits+wordSize),
	}
}

// forget goes back to the start; n bytes are to come. An index of about as many
// entries does for them, and is quickly cleared.
func (m *matcher) forget(n int) {
	size := max(bits.Len(uint(n)), minIndex)
	size = min(size, bits.Len(uint(cap(m.index)))-1)
	m.index = m.index[:1<<size]
	clear(m.index)
	m.shift = uint(32 - size)
	m.base, m.end = 0, 0
}

// take copies what it has room for from the front of src, n bytes, and returns
// where they start.
func (m *matcher) take(src []byte) (start, n int) {
	if m.end == 2*m.reach {
		copy(m.text, m.text[m.reach:m.end])
		m.base += uint16(m.reach)
		m.end = m.reach
	}
	start = m.end
	n = copy(m.text[start:2*m.reach], src)
	m.end += n
	return start, n
}

// tokenize notes what the text from at on is made of, until it ends or the block
// is full, and returns where it stopped.
func (w *blockWriter) tokenize(m *matcher, at int) int {
	text, index, shift, reach, end := m.text, m.index, m.shift&31, uint(m.reach), m.end
	misses := 0
	for at+minMatch <= end && w.count < maxTokens-maxStep {
		word := binary.LittleEndian.Uint64(text[at:])
		entry := &index[uint32(word)*hashFactor>>shift]
		here := m.base + uint16(at)
		distance := int(here - *entry)
		*entry = here
		if uint(distance-1) < reach {
			differ := word ^ binary.LittleEndian.Uint64(text[at-distance:])
			if uint32(differ) == 0 {
				length := bits.TrailingZeros64(differ) / 8
				limit := min(end-at, maxMatch)
				if differ == 0 {
					length += matchLength(text[at+wordSize:], text[at+wordSize-distance:], limit-wordSize)
				}
				length = min(length, limit)
				w.noteMatch(length, distance)
				at += length
				misses = 0
				if at+2 <= end { // one place inside the match is enough
					index[binary.LittleEndian.Uint32(text[at-2:])*hashFactor>>shift] = m.base + uint16(at-2)
				}
				continue
			}
		}
		w.noteLiteral(text[at])
		at++
		if misses++; misses >= patience { // what does not repeat is passed ever faster
			next := min(at+min(misses/patience, maxStep-1), end)
			w.noteLiterals(text[at:next])
			at = next
		}
	}
	if end-at < maxStep && w.count < maxTokens-maxStep {
		w.noteLiterals(text[at:end])
		at = end
	}
	return at
}

// matchLength returns for how many bytes, at most limit, a goes on as b does.
func matchLength(a, b []byte, limit int) int {
	n := 0
	for n+8 <= limit {
		if x := binary.LittleEndian.Uint64(a[n:]) ^ binary.LittleEndian.Uint64(b[n:]); x != 0 {
			return n + bits.TrailingZeros64(x)/8
		}
		n += 8
	}
	for n < limit && a[n] == b[n] {
		n++
	}
	return n
}
