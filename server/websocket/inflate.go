package websocket

import (
	"encoding/binary"
	"sync"
)

// Inflater decompresses the messages that one peer sends (RFC 7692, 7.2.2). Set
// Bits and NoTakeover as agreed before the first message. With context takeover
// it keeps a window of 1<<Bits bytes from the first message on until Release;
// without it keeps nothing.
type Inflater struct {
	Bits       uint8 // the peer's window [8..15]; 0 means 15
	NoTakeover bool  // the peer compresses each message for itself

	window []byte // a ring: the last bytes of the messages before
	next   int    // where the ring goes on
	filled int    // how many bytes of the ring count
}

// windows are rings that are not in use, by their bits.
var windows [maxBits + 1]sync.Pool

func (z *Inflater) bits() uint8 {
	if z.Bits == 0 {
		return maxBits
	}
	return min(max(z.Bits, minBits), maxBits)
}

// Inflate appends the message whose compressed payload, without tail, is src to
// dst. A message of more than limit bytes is ErrTooLarge: dst never grows by
// more than limit, whatever src is. On an error dst is returned as it was, and
// the connection must end.
func (z *Inflater) Inflate(dst, src []byte, limit int) ([]byte, Error) {
	s := inflations.Get().(*inflation)
	defer inflations.Put(s)
	s.input = input{src: src}
	room := min(cap(dst)-len(dst), max(limit, 0))
	s.output = output{b: dst[:len(dst)+room], base: len(dst), at: len(dst), limit: limit, history: z, reach: 1 << z.bits()}
	err := s.message()
	out := s.output.b[:s.at]
	s.input, s.output = input{}, output{}
	if err != 0 {
		return dst, err
	}
	if !z.NoTakeover {
		z.remember(out[len(dst):])
	}
	return out, 0
}

// Release gives the window back. The Inflater may not be used any more.
func (z *Inflater) Release() {
	if w := z.window; w != nil {
		windows[z.bits()].Put(&w)
	}
	z.window, z.next, z.filled = nil, 0, 0
}

// remember puts the end of a message into the ring.
func (z *Inflater) remember(out []byte) {
	size := 1 << z.bits()
	if z.window == nil {
		if w, ok := windows[z.bits()].Get().(*[]byte); ok {
			z.window = *w
		} else {
			z.window = make([]byte, size)
		}
	}
	if len(out) > size {
		out = out[len(out)-size:]
	}
	n := copy(z.window[z.next:], out)
	copy(z.window, out[n:])
	z.next = (z.next + len(out)) & (size - 1)
	z.filled = min(z.filled+len(out), size)
}

// inflation is what the decompression of one message needs. It outlives the
// message only in its pool, for the sake of the tables.
type inflation struct {
	input
	output
	literals, distances decodeTable
	lengths             [286 + 30]uint8
}

var inflations = sync.Pool{New: func() any { return new(inflation) }}

// message reads blocks until the input ends.
func (s *inflation) message() Error {
	for {
		header, ok := s.take(3)
		if !ok {
			return ErrDeflate
		}
		var err Error
		switch header >> 1 {
		case 0:
			err = s.stored()
		case 1:
			err = s.block(&fixedLiterals, &fixedDistances)
		case 2:
			if err = s.dynamic(); err == 0 {
				err = s.block(&s.literals, &s.distances)
			}
		default: // RFC 1951, 3.2.3: 11 is reserved.
			err = ErrDeflate
		}
		if err != 0 {
			return err
		}
		if header&1 != 0 {
			s.align() // RFC 7692, 7.2.3.4: another stream follows a final block.
		}
		if header>>1 == 0 && s.ended() {
			return 0
		}
	}
}

// stored copies a block that is not compressed (RFC 1951, 3.2.4).
func (s *inflation) stored() Error {
	s.align()
	size, ok := s.take(16)
	check, ok2 := s.take(16)
	if !ok || !ok2 || size != ^check&0xffff {
		return ErrDeflate
	}
	if size == 0 {
		return 0
	}
	s.unread()
	if int(size) > len(s.src)-s.pos {
		return ErrDeflate
	}
	for data := s.src[s.pos : s.pos+int(size)]; len(data) > 0; {
		if s.at == len(s.b) && !s.grow(1) {
			return ErrTooLarge
		}
		n := copy(s.b[s.at:], data)
		s.at, data = s.at+n, data[n:]
	}
	s.pos += int(size)
	return 0
}

// lengthOrder is the order of the lengths of the lengths (RFC 1951, 3.2.7).
var lengthOrder = [19]uint8{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}

// dynamic reads the codes of a block (RFC 1951, 3.2.7).
func (s *inflation) dynamic() Error {
	counts, ok := s.take(14)
	literals, distances, lengths := int(counts&31)+257, int(counts>>5&31)+1, int(counts>>10)+4
	if !ok || literals > 286 || distances > 30 {
		return ErrDeflate
	}
	var order [19]uint8
	for _, i := range lengthOrder[:lengths] {
		n, ok := s.take(3)
		if !ok {
			return ErrDeflate
		}
		order[i] = uint8(n)
	}
	if !s.literals.build(order[:], plainSymbols[:]) || !s.readLengths(s.lengths[:literals+distances]) {
		return ErrDeflate
	}
	if !s.literals.build(s.lengths[:literals], literalSymbols[:]) ||
		!s.distances.build(s.lengths[literals:literals+distances], distanceSymbols[:]) {
		return ErrDeflate
	}
	return 0
}

// readLengths reads code lengths with the code in s.literals.
func (s *inflation) readLengths(lengths []uint8) bool {
	for i := 0; i < len(lengths); {
		s.refill()
		_, symbol, ok := s.symbol(&s.literals)
		if !ok {
			return false
		}
		value, count := uint8(symbol), 1
		if value >= 16 {
			repeat := [...]struct{ bits, base uint }{{2, 3}, {3, 3}, {7, 11}}[value-16]
			extra, ok := s.take(repeat.bits)
			if !ok || value == 16 && i == 0 {
				return false
			}
			count = int(uint(extra) + repeat.base)
			if value == 16 {
				value = lengths[i-1]
			} else {
				value = 0
			}
		}
		if count > len(lengths)-i {
			return false
		}
		for ; count > 0; count-- {
			lengths[i] = value
			i++
		}
	}
	return true
}

// symbol reads one symbol and returns its value with that of its extra bits.
func (s *inflation) symbol(t *decodeTable) (entry uint32, value int, ok bool) {
	e := t.find(s.acc)
	value = int(e>>entryValue) + extra(e, s.acc)
	used := uint(e & entryUsed)
	s.acc >>= used
	s.have -= used
	return e, value, used > 0 && s.within()
}

// block reads a compressed block (RFC 1951, 3.2.5).
func (s *inflation) block(literals, distances *decodeTable) Error {
	for {
		if s.hurried() {
			if done, err := s.fast(literals, distances); done {
				return err
			}
		}
		s.refill()
		e, length, ok := s.symbol(literals)
		switch {
		case !ok:
			return ErrDeflate
		case e&entryLiteral != 0:
			if s.at == len(s.b) && !s.grow(1) {
				return ErrTooLarge
			}
			s.b[s.at] = byte(length)
			s.at++
			continue
		case length < shortestLength:
			return endedBy(length)
		}
		// A refill leaves 56 bits: enough for the longest pair without another.
		_, distance, ok := s.symbol(distances)
		if !ok || distance == 0 {
			return ErrDeflate
		}
		if err := s.repeat(length, distance); err != 0 {
			return err
		}
	}
}

// endedBy returns what a symbol means that is neither a literal nor a length.
func endedBy(value int) Error {
	if value == 0 {
		return 0
	}
	return ErrDeflate
}

// output is the message so far.
type output struct {
	b        []byte // with all of its capacity
	base, at int    // the message is b[base:at]
	limit    int    // its largest length
	history  *Inflater
	reach    int // the largest distance
}

// grow makes room for n bytes and reports whether the limit allows it.
func (o *output) grow(n int) bool {
	size := o.at - o.base
	if n > o.limit-size {
		return false
	}
	room := min(max(2*size, size+n, 512), o.limit)
	b := make([]byte, o.base+room)
	copy(b, o.b[:o.at])
	o.b = b
	return true
}

// repeat appends length bytes from distance bytes ago.
func (o *output) repeat(length, distance int) Error {
	size := o.at - o.base
	// RFC 7692, 7.1.2: no reference beyond the window, or before its start.
	if distance > o.reach || distance > size+o.history.filled {
		return ErrDeflate
	}
	if o.at+length > len(o.b) && !o.grow(length) {
		return ErrTooLarge
	}
	z := o.history
	for ; length > 0 && distance > o.at-o.base; length-- {
		back := distance - (o.at - o.base)
		o.b[o.at] = z.window[(z.next-back)&(len(z.window)-1)]
		o.at++
	}
	// What is copied may overlap itself: then it doubles with every step.
	from, end := o.at-distance, o.at+length
	for o.at < end {
		o.at += copy(o.b[o.at:end], o.b[from:o.at])
	}
	return 0
}

// input hands out the bits of a payload and of the tail that its sender removed.
type input struct {
	src  []byte
	pos  int    // bytes taken from src, the tail and beyond
	acc  uint64 // bits not used yet, the first lowest
	have uint   // their number
}

// tail is what RFC 7692, 7.2.1 removes from each message.
var tail = [4]byte{0x00, 0x00, 0xff, 0xff}

// refill makes at least 56 bits available; beyond the end they are zeros.
func (s *input) refill() {
	if s.have >= 56 {
		return
	}
	if s.pos+8 <= len(s.src) {
		s.acc |= binary.LittleEndian.Uint64(s.src[s.pos:]) << s.have
		s.pos += int((63 - s.have) >> 3)
		s.have |= 56
		return
	}
	for s.have < 56 {
		switch i := s.pos - len(s.src); {
		case i < 0:
			s.acc |= uint64(s.src[s.pos]) << s.have
		case i < len(tail):
			s.acc |= uint64(tail[i]) << s.have
		}
		s.pos++
		s.have += 8
	}
}

// within reports whether all used bits were those of the payload and its tail.
func (s *input) within() bool { return 8*(len(s.src)+len(tail)) >= 8*s.pos-int(s.have) }

// ended reports whether exactly those were used.
func (s *input) ended() bool { return 8*(len(s.src)+len(tail)) == 8*s.pos-int(s.have) }

// take reads n bits, at most 16.
func (s *input) take(n uint) (v uint64, ok bool) {
	s.refill()
	v = s.acc & (1<<n - 1)
	s.acc >>= n
	s.have -= n
	return v, s.within()
}

// align drops the bits up to the next byte.
func (s *input) align() {
	n := s.have & 7
	s.acc >>= n
	s.have -= n
}

// unread gives whole bytes back to src.
func (s *input) unread() {
	s.pos -= int(s.have >> 3)
	s.acc, s.have = 0, 0
}
