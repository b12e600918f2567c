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

// knownOf returns which known field name, a token in b, is, unknown if it is
// none.
func knownOf(b []byte, name Span) Known {
	if k := knownSlots[nameKey(b[name.Start], name.Len())]; k.is(b, name) {
		return k
	}
	return unknown
}

// nameKey is made of the first byte of a name and its length. It differs for all
// known names, and none of the names that clients commonly send has the key of a
// known one.
func nameKey(first byte, length int) int { return int(first)*8 + length%maxKeyed*3 }

// maxKeyed is the length of names beyond which keys mean nothing.
const maxKeyed = 32

// knownSlots tells which known field has a key.
var knownSlots [255*8 + maxKeyed*3 + 1]Known

func init() {
	for k := FieldHost; k < knownFields; k++ {
		first, length := knownNames[k][0], len(knownNames[k])
		knownSlots[nameKey(first, length)] = k
		knownSlots[nameKey(first-'a'+'A', length)] = k
	}
}

// maxFields is the largest number of fields that a head may have.
const maxFields = 128

// knownSet tells which known fields there are: how often each occurs, in five
// bits for each, and the index of the first.
type knownSet struct {
	counts uint64
	first  [16]uint8 // of which knownFields are in use
}

const (
	countBits = 5
	maxCount  = 1<<countBits - 1
)

// countOne is what one field k adds to the counts.
var countOne = func() (t [16]uint64) {
	for k := FieldHost; k < knownFields; k++ {
		t[k] = 1 << (countBits * k)
	}
	return t
}()

// repeats masks all but the lowest bit of each count.
var repeats = func() (mask uint64) {
	for k := FieldHost; k < knownFields; k++ {
		mask |= (maxCount - 1) << (countBits * k)
	}
	return mask
}()

func (s *knownSet) count(k Known) int { return int(s.counts >> (countBits * k) & maxCount) }

func (s *knownSet) add(k Known, index int) {
	switch s.count(k) {
	case 0:
		s.first[k] = uint8(index)
	case maxCount:
		return
	}
	s.counts += countOne[k]
}

// confirm makes h.known right where a scanner only went by keys: it makes sure
// that what has the key of a known field is that field, and that first is the
// first of several.
func (h *Head) confirm(b []byte) {
	if len(h.Fields) > maxCount || h.known.counts&repeats != 0 {
		h.recognise(b)
		return
	}
	for counts := h.known.counts; counts != 0; counts &= counts - 1 {
		k := Known(bits.TrailingZeros64(counts) / countBits)
		if !k.is(b, h.Fields[h.known.first[k]].Name) {
			h.recognise(b)
			return
		}
	}
}

// recognise finds the known fields anew.
func (h *Head) recognise(b []byte) {
	h.known.counts = 0
	for i, f := range h.Fields {
		if k := knownOf(b, f.Name); k != unknown {
			h.known.add(k, i)
		}
	}
}

// next returns the index of the next field k at index from or after it, -1 if
// there is none.
func (h *Head) next(b []byte, k Known, from int) int {
	if !h.Has(k) {
		return -1
	}
	for i := max(from, int(h.known.first[k])); i < len(h.Fields); i++ {
		if k.is(b, h.Fields[i].Name) {
			return i
		}
	}
	return -1
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

const lower32, lower64 = 0x20202020, 0x2020202020202020

// is reports whether name, a token in b, is k in any case. To set bit 5 makes
// lower case of letters and keeps the hyphen. No other byte of a token becomes a
// letter or a hyphen by that, and in a value only CR would.
func (k Known) is(b []byte, name Span) bool {
	n, w := name.Len(), &knownWords[k]
	if n != len(knownNames[k]) || n == 0 {
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
