package websocket

import "encoding/binary"

// fastRoom is what fast needs behind the output: the longest match, and what its last word may write too much.
const fastRoom = maxMatch + 8

// hurried reports whether fast can go on for a symbol at least.
func (s *inflation) hurried() bool { return s.pos+8 <= len(s.src) && s.at+fastRoom <= len(s.b) }

// fast is block for the inside of a payload, where no symbol can reach its end or that of the output: nothing needs to
// be checked then, and the state stays in registers. It returns done at the end of the block.
func (s *inflation) fast(literals, distances *decodeTable) (done bool, err Error) {
	src, pos, acc, have, b, at := s.src, s.pos, s.acc, s.have, s.b, s.at
	for pos+8 <= len(src) && at+fastRoom <= len(b) {
		if have < 56 {
			acc |= binary.LittleEndian.Uint64(src[pos:]) << (have & 63)
			pos += int((63 - have) >> 3)
			have |= 56
		}
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
		extra := e >> entryExtra & 15
		used := e & entryUsed
		acc, have = acc>>used, have-uint(used)
		length := int(e>>entryValue) + int(acc&(1<<extra-1))
		acc, have = acc>>extra, have-uint(extra)
		if length <= noLength || used == 0 {
			s.pos, s.acc, s.have, s.at = pos, acc, have, at
			if length == 0 && used > 0 {
				return true, 0
			}
			return true, ErrDeflate
		}
		d := distances.find(acc)
		extra, used = d>>entryExtra&15, d&entryUsed
		acc, have = acc>>used, have-uint(used)
		distance := int(d>>entryValue) + int(acc&(1<<extra-1))
		acc, have = acc>>extra, have-uint(extra)
		if used == 0 || distance == 0 {
			return true, ErrDeflate
		}
		if distance < 8 || distance > at-s.base || distance > s.reach {
			s.at = at
			if err = s.repeat(length, distance); err != 0 {
				return true, err
			}
			b, at = s.b, s.at
			continue
		}
		for i := at; i < at+length; i += 8 {
			binary.LittleEndian.PutUint64(b[i:], binary.LittleEndian.Uint64(b[i-distance:]))
		}
		at += length
	}
	s.pos, s.acc, s.have, s.at = pos, acc, have, at
	return false, 0
}
