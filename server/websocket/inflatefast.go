package websocket

import "encoding/binary"

// fastRoom is what fast needs behind the output: the longest match, and what its last words may write too much.
const fastRoom = maxMatch + 2*wordSize

// hurried reports whether fast can go on for a symbol at least.
func (s *inflation) hurried() bool { return s.pos+8 <= len(s.src) && s.at+fastRoom <= len(s.b) }

// fast is block for the inside of a payload, where no symbol can reach its end or that of the output: nothing needs to
// be checked then, and the state stays in registers. It returns done at the end of the block.
func (s *inflation) fast(literals, distances *decodeTable) (done bool, err Error) {
	src, pos, acc, have, b, at := s.src, s.pos, s.acc, s.have, s.b, s.at
	for pos+8 <= len(src) && at+fastRoom <= len(b) {
		acc |= binary.LittleEndian.Uint64(src[pos:]) << (have & 63)
		pos += int((63 - have) >> 3)
		have |= 56
		e := literals.find(acc)
		if e&entryLiteral != 0 {
			// 56 bits hold three of the longest codes.
			acc, have = acc>>(e&entryUsed), have-uint(e&entryUsed)
			b[at] = byte(e >> entryValue)
			at++
			for range 2 {
				if e = literals.find(acc); e&entryLiteral == 0 {
					break
				}
				acc, have = acc>>(e&entryUsed), have-uint(e&entryUsed)
				b[at] = byte(e >> entryValue)
				at++
			}
			continue
		}
		length := int(e>>entryValue) + extra(e, acc)
		acc, have = acc>>(e&entryUsed), have-uint(e&entryUsed)
		if length < shortestLength {
			s.pos, s.acc, s.have, s.at = pos, acc, have, at
			if e == 0 {
				return true, ErrDeflate
			}
			return true, endedBy(length)
		}
		d := distances.find(acc)
		distance := int(d>>entryValue) + extra(d, acc)
		acc, have = acc>>(d&entryUsed), have-uint(d&entryUsed)
		if distance < wordSize || distance > at-s.base || distance > s.reach {
			if distance == 0 {
				return true, ErrDeflate
			}
			s.at = at
			if err = s.repeat(length, distance); err != 0 {
				return true, err
			}
			b, at = s.b, s.at
			continue
		}
		// Most matches are no longer than two words.
		from, to := b[at-distance:], b[at:at+fastRoom]
		binary.LittleEndian.PutUint64(to, binary.LittleEndian.Uint64(from))
		binary.LittleEndian.PutUint64(to[wordSize:], binary.LittleEndian.Uint64(from[wordSize:]))
		for i := 2 * wordSize; i < length; i += wordSize {
			binary.LittleEndian.PutUint64(to[i:], binary.LittleEndian.Uint64(from[i:]))
		}
		at += length
	}
	s.pos, s.acc, s.have, s.at = pos, acc, have, at
	return false, 0
}
