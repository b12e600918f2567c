package http1

import "math/bits"

// Known is a field name that the parsers recognise while they read.
type Known uint8

const (
	unknown Known = iota
	FieldHost
	FieldConnection
	FieldContentLength
	FieldTransferEncoding
	FieldUpgrade
	FieldExpect
	FieldWebSocketKey
	FieldWebSocketVersion
	FieldWebSocketProtocol
	FieldWebSocketExtensions
	FieldWebSocketAccept
	knownFields
)

var knownNames = [knownFields]string{
	FieldHost:                "host",
	FieldConnection:          "connection",
	FieldContentLength:       "content-length",
	FieldTransferEncoding:    "transfer-encoding",
	FieldUpgrade:             "upgrade",
	FieldExpect:              "expect",
	FieldWebSocketKey:        "sec-websocket-key",
	FieldWebSocketVersion:    "sec-websocket-version",
	FieldWebSocketProtocol:   "sec-websocket-protocol",
	FieldWebSocketExtensions: "sec-websocket-extensions",
	FieldWebSocketAccept:     "sec-websocket-accept",
}

// String returns the name in lower case.
func (k Known) String() string {
	if k >= knownFields {
		return ""
	}
	return knownNames[k]
}

// knownOf returns which known field name, a token in b, is, unknown if it is none.
func knownOf(b []byte, name Span) Known {
	if name.Len() < 4 {
		return unknown
	}
	key := nameKey(name.Of(b))
	for k := FieldHost; k < knownFields; k++ {
		if key == knownKeys[k] && k.is(b, name) {
			return k
		}
	}
	return unknown
}

// nameKey condenses a name of at least four bytes to its last four, in lower
// case, and its length plus one. All known names differ in it.
func nameKey(name []byte) uint32 {
	n := len(name)
	return load32(name, n-4) | 0x20202020 + uint32(n+1)<<keyLength
}

// keyLength is how far the length is shifted in a key: five bits of it remain.
const keyLength = 27

var knownKeys = func() (keys [knownFields]uint32) {
	for k := FieldHost; k < knownFields; k++ {
		keys[k] = nameKey([]byte(knownNames[k]))
	}
	return keys
}()

// maxFields is the largest number of fields that a head may have.
const maxFields = 128

// fieldMasks tells, for each known field, which of 16 fields it is: bit i of
// element k says that the i-th is the field k.
type fieldMasks [knownFields]uint16

const masksSize = 2 * knownFields

// knownSet tells where the known fields are: one element for 16 fields each.
// Elements beyond the number of fields hold leftovers.
type knownSet [maxFields / 16]fieldMasks

// add notes that the field with this index, the last so far, is k.
func (s *knownSet) add(k Known, index int) {
	masks := &s[index/16]
	if index%16 == 0 {
		*masks = fieldMasks{}
	}
	masks[k] |= 1 << (index % 16)
}

// next returns the index of the first field k from index from on, -1 if there
// is none. count is the number of fields.
func (s *knownSet) next(k Known, from, count int) int {
	for i := from &^ 15; i < count; i += 16 {
		mask := uint32(s[i/16][k])
		if i < from {
			mask &^= 1<<(from-i) - 1
		}
		if mask != 0 {
			return i + bits.TrailingZeros32(mask)
		}
	}
	return -1
}

// confirm drops from h.known what is not a known field although it has the key
// of one.
func (h *Head) confirm(b []byte) {
	for i := 0; i < len(h.Fields); i += 16 {
		masks := &h.known[i/16]
		masks.confirm(b, h.Fields[i:], FieldHost)
		masks.confirm(b, h.Fields[i:], FieldConnection)
		if masks.rare() {
			for k := FieldContentLength; k < knownFields; k++ {
				masks.confirm(b, h.Fields[i:], k)
			}
		}
	}
}

// rare reports whether there are known fields that most requests do without.
func (m *fieldMasks) rare() bool {
	return m[3]|m[4]|m[5]|m[6]|m[7]|m[8]|m[9]|m[10]|m[11] != 0
}

func (m *fieldMasks) confirm(b []byte, fields []Field, k Known) {
	for mask := m[k]; mask != 0; mask &= mask - 1 {
		i := bits.TrailingZeros16(mask)
		if !k.is(b, fields[i].Name) {
			m[k] &^= 1 << i
		}
	}
}

// knownWords are the known names as words: the first and the last bytes and,
// of names longer than 16 bytes, those from 8 on.
var knownWords = func() (words [knownFields]struct{ first, middle, last uint64 }) {
	for k := FieldHost; k < knownFields; k++ {
		name := []byte(knownNames[k])
		w, n := &words[k], len(name)
		switch {
		case n < 8:
			w.first, w.last = uint64(load32(name, 0)), uint64(load32(name, n-4))
		default:
			w.first, w.last = load64(name, 0), load64(name, n-8)
			if n > 16 {
				w.middle = load64(name, 8)
			}
		}
	}
	return words
}()

// is reports whether name, a token in b, is k in any case. To set bit 5 makes
// lower case of letters and keeps the hyphen, and no other byte of a token
// becomes a letter or a hyphen by that.
func (k Known) is(b []byte, name Span) bool {
	const lower32, lower64 = 0x20202020, 0x2020202020202020
	n, w := name.Len(), &knownWords[k]
	if n != len(knownNames[k]) {
		return false
	}
	start, end := int(name.Start), int(name.End)
	if n < 8 {
		return uint64(load32(b, start)|lower32) == w.first && uint64(load32(b, end-4)|lower32) == w.last
	}
	differs := (load64(b, start) | lower64) ^ w.first
	differs |= (load64(b, end-8) | lower64) ^ w.last
	if n > 16 {
		differs |= (load64(b, start+8) | lower64) ^ w.middle
	}
	return differs == 0
}
