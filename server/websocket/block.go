package websocket

import (
	"encoding/binary"
	"math/bits"
	"slices"
	"sync"
)

const (
	maxTokens = 1 << 14 // in a block
	maxStored = 0xffff  // RFC 1951, 3.2.4
	smallText = 96      // bytes up to which own codes do not pay

	// A token is: bits 0-8 a literal, or lengthToken and a length less 3; bits
	// 9-13 the symbol of a distance and 1, or 0 for a literal; from bit 14 on
	// the extra bits of the distance.
	lengthToken   = 256
	tokenLiteral  = 511
	tokenDistance = 9
	tokenExtra    = 14
)

// blockWriter writes DEFLATE blocks (RFC 1951, 3.2.3).
type blockWriter struct {
	dst  []byte
	acc  uint64
	have uint

	count     int
	tokens    [maxTokens]uint32
	literalN  [286]uint32 // how often each symbol occurs
	distanceN [30]uint32

	literal, distance encodeTable
	code              tokenCode
	sorted            [286]uint32
	lengths           [286 + 30]uint8
	runs              []uint16 // the lengths as symbols of their own code
	order             encodeTable
	header            [3]uint8 // counts of lengths, as they are sent
}

var writers = sync.Pool{New: func() any { return new(blockWriter) }}

// bits writes the n lowest bits of v, at most 48.
func (w *blockWriter) bits(v uint64, n uint) {
	if w.have+n > 64 {
		w.spill()
	}
	w.acc |= v << w.have
	w.have += n
}

// spill writes the whole bytes of acc.
func (w *blockWriter) spill() {
	n := w.have >> 3
	w.dst = binary.LittleEndian.AppendUint64(w.dst, w.acc)
	w.dst = w.dst[:len(w.dst)-8+int(n)]
	w.acc >>= n * 8
	if n == 8 {
		w.acc = 0
	}
	w.have &= 7
}

// flush fills the last byte with zeros.
func (w *blockWriter) flush() {
	w.have = (w.have + 7) &^ 7
	w.spill()
}

func (w *blockWriter) noteLiterals(b []byte) {
	tokens := w.tokens[w.count : w.count+len(b)]
	for i, c := range b {
		tokens[i] = uint32(c)
		w.literalN[c]++
	}
	w.count += len(b)
}

func (w *blockWriter) noteLiteral(c byte) {
	w.tokens[w.count&(maxTokens-1)] = uint32(c)
	w.count++
	w.literalN[c]++
}

func (w *blockWriter) noteMatch(length, distance int) {
	symbol, extra := distanceSymbolOf(distance)
	w.tokens[w.count&(maxTokens-1)] = lengthToken - 3 + uint32(length) | (symbol+1)<<tokenDistance | extra<<tokenExtra
	w.count++
	w.literalN[endOfBlock+1+int(lengthSymbols[length])]++
	w.distanceN[symbol]++
}

// block writes the tokens, which stand for text, in the shortest of the three
// ways.
func (w *blockWriter) block(text []byte) {
	w.literalN[endOfBlock] = 1
	fixed := w.size(&fixedLiteralCode, &fixedDistanceCode) + 3
	own := fixed
	if len(text) > smallText {
		own = w.ownCodes()
	}
	if stored := 8*len(text) + 40*(1+len(text)/maxStored); stored < min(own, fixed) {
		w.stored(text)
	} else if own < fixed {
		w.bits(2<<1, 3)
		w.writeCodes()
		w.code.set(&w.literal, &w.distance, &w.literalN)
		w.write(&w.code, own)
	} else {
		w.bits(1<<1, 3)
		w.write(&fixedCode, fixed)
	}
	w.count = 0
	clear(w.literalN[:])
	clear(w.distanceN[:])
}

// stored writes text as it is (RFC 1951, 3.2.4).
func (w *blockWriter) stored(text []byte) {
	for len(text) > 0 {
		n := min(len(text), maxStored)
		w.bits(0, 3)
		w.flush()
		w.dst = binary.LittleEndian.AppendUint16(w.dst, uint16(n))
		w.dst = binary.LittleEndian.AppendUint16(w.dst, ^uint16(n))
		w.dst = append(w.dst, text[:n]...)
		text = text[n:]
	}
}

// size returns how many bits the tokens take with these codes.
func (w *blockWriter) size(literal, distance *encodeTable) (n int) {
	for i, count := range w.literalN {
		n += int(count) * int(literal.lengths[i])
	}
	for i, c := range lengthCodes {
		n += int(w.literalN[endOfBlock+1+i]) * int(c.extra)
	}
	for i, count := range w.distanceN {
		n += int(count) * int(distance.lengths[i]+distanceCodes[i].extra)
	}
	return n
}

// write writes the tokens and the end of the block, which take size bits at
// most. It asks nothing of a token, which could be guessed wrong.
func (w *blockWriter) write(c *tokenCode, size int) {
	w.spill()
	w.dst = slices.Grow(w.dst, size/8+2*wordSize)
	dst, at := w.dst[:cap(w.dst)], len(w.dst)
	acc, have := w.acc, w.have
	for _, token := range w.tokens[:w.count] {
		l := c.literals[token&tokenLiteral]
		d := c.distances[token>>tokenDistance&31]
		acc |= uint64(l>>codeBits) << (have & 63)
		have += uint(l & codeLength)
		acc |= uint64(d>>(2*codeBits)|token>>tokenExtra<<(d>>codeBits&codeLength)) << (have & 63)
		have += uint(d & codeLength)
		binary.LittleEndian.PutUint64(dst[at:], acc)
		at += int(have >> 3)
		acc >>= have & 56
		have &= 7
	}
	w.dst, w.acc, w.have = dst[:at], acc, have
	w.bits(uint64(c.end>>codeBits), uint(c.end&codeLength))
}

// ownCodes makes codes for the tokens and returns the size of the block in bits.
func (w *blockWriter) ownCodes() int {
	w.literal.build(w.literalN[:], maxCode, w.sorted[:0])
	w.distance.build(w.distanceN[:], maxCode, w.sorted[:0])
	literals, distances := 286, 30
	for literals > 257 && w.literal.lengths[literals-1] == 0 {
		literals--
	}
	for distances > 1 && w.distance.lengths[distances-1] == 0 {
		distances--
	}
	n := copy(w.lengths[:], w.literal.lengths[:literals])
	n += copy(w.lengths[n:], w.distance.lengths[:distances])
	orders := w.codeLengths(w.lengths[:n])
	w.header = [3]uint8{uint8(literals - 257), uint8(distances - 1), uint8(orders - 4)}
	bits := 3 + 14 + 3*orders + w.size(&w.literal, &w.distance)
	for _, run := range w.runs {
		bits += int(w.order.lengths[run&31]) + int(runExtra(run&31))
	}
	return bits
}

// codeLengths describes lengths by symbols of their own code (RFC 1951, 3.2.7)
// and returns how many lengths of that code are sent.
func (w *blockWriter) codeLengths(lengths []uint8) (orders int) {
	var count [19]uint32
	w.runs = w.runs[:0]
	note := func(symbol, extra int) {
		w.runs = append(w.runs, uint16(symbol|extra<<5))
		count[symbol]++
	}
	for i := 0; i < len(lengths); {
		value, n := lengths[i], 1
		for i+n < len(lengths) && lengths[i+n] == value {
			n++
		}
		i += n
		if value != 0 {
			note(int(value), 0)
			n--
		}
		for n > 0 {
			switch {
			case n < 3:
				note(int(value), 0)
				n--
			case value != 0:
				k := min(n, 6)
				note(16, k-3)
				n -= k
			case n < 11:
				note(17, n-3)
				n = 0
			default:
				k := min(n, 138)
				note(18, k-11)
				n -= k
			}
		}
	}
	w.order.build(count[:], 7, w.sorted[:0])
	for orders = 19; orders > 4 && w.order.lengths[lengthOrder[orders-1]] == 0; orders-- {
	}
	return orders
}

// runExtra returns the number of extra bits of a symbol of the lengths' code.
func runExtra(symbol uint16) uint {
	switch symbol {
	case 16:
		return 2
	case 17:
		return 3
	case 18:
		return 7
	}
	return 0
}

// writeCodes writes the codes that ownCodes made (RFC 1951, 3.2.7).
func (w *blockWriter) writeCodes() {
	w.bits(uint64(w.header[0])|uint64(w.header[1])<<5|uint64(w.header[2])<<10, 14)
	for _, i := range lengthOrder[:w.header[2]+4] {
		w.bits(uint64(w.order.lengths[i]), 3)
	}
	for _, run := range w.runs {
		symbol := run & 31
		w.bits(uint64(w.order.codes[symbol]), uint(w.order.lengths[symbol]))
		w.bits(uint64(run>>5), runExtra(symbol))
	}
}

// lengthSymbols is the index in lengthCodes of each length.
var lengthSymbols = func() (t [maxMatch + 1]uint8) {
	for i, c := range lengthCodes {
		for n := range 1 << c.extra {
			if length := int(c.base) + n; length <= maxMatch {
				t[length] = uint8(i)
			}
		}
	}
	return t
}()

// distanceSymbolOf returns the index in distanceCodes of a distance, and its
// extra bits.
func distanceSymbolOf(distance int) (symbol, extra uint32) {
	d := uint32(distance - 1)
	n := uint32(bits.Len32(d >> 2))
	return 2*n + d>>n, d & (1<<n - 1)
}
