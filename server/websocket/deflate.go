package websocket

import (
	"encoding/binary"
	"math/bits"
	"sync"
)

// Deflater compresses the messages to one peer (RFC 7692, 7.2.1). Set Bits and
// NoTakeover as agreed before the first message. With context takeover it keeps
// 2<<Bits bytes of text and 4<<min(Bits, 13) of index, 96 KiB for 15, from the
// first message on until Release; without it keeps nothing.
type Deflater struct {
	Bits       uint8 // the own window [8..15]; 0 means 15
	NoTakeover bool  // each message is compressed for itself

	kept *matcher
}

// matchers are those not in use, by their bits.
var matchers [maxBits + 1]sync.Pool

func (z *Deflater) bits() uint8 {
	if z.Bits == 0 {
		return maxBits
	}
	return min(max(z.Bits, minBits), maxBits)
}

func (z *Deflater) matcher() *matcher {
	if z.kept != nil {
		return z.kept
	}
	m, ok := matchers[z.bits()].Get().(*matcher)
	if !ok {
		m = newMatcher(uint(z.bits()))
	}
	m.forget()
	if !z.NoTakeover {
		z.kept = m
	}
	return m
}

// Deflate compresses the message src and appends the payload, at least one
// byte and without its tail, to dst.
func (z *Deflater) Deflate(dst, src []byte) []byte {
	m := z.matcher()
	w := writers.Get().(*blockWriter)
	w.dst, w.acc, w.have = dst, 0, 0
	if z.NoTakeover {
		w.compress(m, src, 0)
		m.base += uint32(len(src))
		matchers[z.bits()].Put(m)
	} else {
		for len(src) > 0 {
			from := m.slide()
			n := min(cap(m.text)-from, len(src))
			m.text = append(m.text, src[:n]...)
			w.compress(m, m.text, from)
			src = src[n:]
		}
	}
	// RFC 7692, 7.2.1: an empty stored block ends the message on a byte, and
	// its last four bytes are not sent.
	w.bits(0, 3)
	w.flush()
	dst, w.dst = w.dst, nil
	writers.Put(w)
	return dst
}

// Release gives the memory back. The Deflater may not be used any more.
func (z *Deflater) Release() {
	if z.kept != nil {
		matchers[z.bits()].Put(z.kept)
		z.kept = nil
	}
}

const (
	minMatch  = 4 // shorter ones are not worth their search
	maxMatch  = 258
	maxIndex  = 13      // bits of the index at most
	farFuture = 1 << 31 // positions are counted anew from here on
)

// matcher finds what occurred before. Positions are counted from base, so that
// an entry of the index which is too old is too far away.
type matcher struct {
	reach uint32   // the largest distance
	shift uint     // of the hash
	index []uint32 // the last position of each hash
	base  uint32   // the position of text[0]
	text  []byte   // with context takeover: what was sent, up to two windows
}

func newMatcher(windowBits uint) *matcher {
	n := min(windowBits, maxIndex)
	return &matcher{reach: 1 << windowBits, shift: 32 - n, index: make([]uint32, 1<<n)}
}

// forget makes all that was seen too far away.
func (m *matcher) forget() {
	m.base += uint32(len(m.text)) + m.reach + 1
	m.text = m.text[:0]
	if m.base >= farFuture {
		clear(m.index)
		m.base = m.reach + 1
	}
}

// slide makes room in text and returns its length.
func (m *matcher) slide() int {
	if m.text == nil {
		m.text = make([]byte, 0, 2*m.reach)
	}
	if len(m.text) == cap(m.text) {
		m.base += m.reach
		m.text = m.text[:copy(m.text, m.text[m.reach:])]
		if m.base >= farFuture {
			clear(m.index)
			m.base = m.reach + 1
		}
	}
	return len(m.text)
}

func (m *matcher) hash(word uint32) uint32 { return word * 0x9e3779b1 >> m.shift }

// find returns the distance to an earlier place with the same four bytes as at
// text[i], 0 if it knows none, and enters i.
func (m *matcher) find(text []byte, i int) int {
	word := binary.LittleEndian.Uint32(text[i:])
	at := m.base + uint32(i)
	entry := &m.index[m.hash(word)]
	distance := at - *entry
	*entry = at
	if distance-1 >= m.reach || binary.LittleEndian.Uint32(text[i-int(distance):]) != word {
		return 0
	}
	return int(distance)
}

// matchLength returns for how many bytes, at most maxMatch, text goes on at i as
// it did distance bytes before.
func matchLength(text []byte, i, distance int) int {
	n, limit := 0, min(len(text)-i, maxMatch)
	a, b := text[i:i+limit], text[i-distance:]
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

// compress writes text[from:] as blocks.
func (w *blockWriter) compress(m *matcher, text []byte, from int) {
	start, literals := from, from // of the block, and of the literals not noted yet
	misses := 0
	for i := from; i+minMatch <= len(text); {
		distance := m.find(text, i)
		if distance == 0 {
			// What does not repeat is passed ever faster.
			i += 1 + min(misses>>5, 63)
			misses++
			if i-literals >= maxRun {
				literals = w.run(text, start, literals)
				start = literals
			}
			continue
		}
		length := matchLength(text, i, distance)
		w.literals(text[literals:i])
		w.match(length, distance)
		i += length
		literals, misses = i, 0
		if i+2 < len(text) {
			m.find(text, i-2)
		}
		if w.count > maxTokens-maxRun {
			w.block(text[start:i])
			start = i
		}
	}
	for start < len(text) {
		start = w.run(text, start, literals)
		literals = start
	}
}

// run notes the next literals and ends the block that began at start with them.
// It returns where the next block starts.
func (w *blockWriter) run(text []byte, start, literals int) (end int) {
	end = min(literals+maxRun, len(text))
	w.literals(text[literals:end])
	w.block(text[start:end])
	return end
}
