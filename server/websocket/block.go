package websocket

import (
	"encoding/binary"
	"math/bits"
	"sync"
)

const (
	maxTokens = 1 << 14 // in a block
	maxRun    = 1 << 13 // literals that may be added at once
	maxStored = 0xffff  // RFC 1951, 3.2.4
	smallText = 96      // bytes up to which own codes do not pay
	matchFlag = 1 << 31
	maxPair   = 48 // bits of a length and a distance: 15+5 and 15+13
)

// blockWriter writes DEFLATE blocks (RFC 1951, 3.2.3).
type blockWriter struct {
	dst  []byte
	acc  uint64
	have uint

	count     int
	tokens    [maxTokens]uint32 // a literal, or matchFlag, length<<16 and distance-1
	literalN  [286]uint32       // how often each symbol occurs
	distanceN [30]uint32

	literal, distance encodeTable
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

func (w *blockWriter) literals(b []byte) {
	for len(b) > 0 {
		n := min(len(b), maxTokens-w.count)
		if n == 0 {
			panic("websocket: a block is full") // compress ends blocks in time
		}
		tokens := w.tokens[w.count : w.count+n]
		for i, c := range b[:n] {
			tokens[i] = uint32(c)
			w.literalN[c]++
		}
		w.count += n
		b = b[n:]
	}
}

func (w *blockWriter) match(length, distance int) {
	w.tokens[w.count] = matchFlag | uint32(length)<<16 | uint32(distance-1)
	w.count++
	w.literalN[endOfBlock+1+int(lengthSymbols[length])]++
	w.distanceN[distanceSymbolOf(distance)]++
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
		w.write(&w.literal, &w.distance)
	} else {
		w.bits(1<<1, 3)
		w.write(&fixedLiteralCode, &fixedDistanceCode)
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

// write writes the tokens and the end of the block. What bits does is done here
// on variables, so that they stay in registers.
func (w *blockWriter) write(literal, distance *encodeTable) {
	acc, have, dst := w.acc, w.have, w.dst
	for _, token := range w.tokens[:w.count] {
		if have > 64-maxPair {
			n := have >> 3
			dst = binary.LittleEndian.AppendUint64(dst, acc)
			dst = dst[:len(dst)-8+int(n)]
			acc = acc >> (n * 8 & 63) & (1<<(have&7) - 1)
			have &= 7
		}
		if token&matchFlag == 0 {
			acc |= uint64(literal.codes[token]) << have
			have += uint(literal.lengths[token])
			continue
		}
		length, far := int(token>>16&0x7fff), int(token&0xffff)+1
		i := int(lengthSymbols[length])
		c, s := lengthCodes[i], endOfBlock+1+i
		acc |= uint64(literal.codes[s]) << have
		have += uint(literal.lengths[s])
		acc |= uint64(length-int(c.base)) << have
		have += uint(c.extra)
		i = distanceSymbolOf(far)
		c = distanceCodes[i]
		acc |= uint64(distance.codes[i]) << have
		have += uint(distance.lengths[i])
		acc |= uint64(far-int(c.base)) << have
		have += uint(c.extra)
	}
	w.acc, w.have, w.dst = acc, have, dst
	w.bits(uint64(literal.codes[endOfBlock]), uint(literal.lengths[endOfBlock]))
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

// distanceSymbolOf returns the index in distanceCodes of a distance.
func distanceSymbolOf(distance int) int {
	d := uint(distance - 1)
	if d < 4 {
		return int(d)
	}
	n := bits.Len(d)
	return 2*(n-1) + int(d>>(n-2)&1)
}
