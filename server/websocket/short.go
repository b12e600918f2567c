package websocket

import "encoding/binary"

const (
	shortHeader = 6 // bytes of a masked header with a length below 126
	finalText   = finalBit | byte(Text)
)

// Whole reads what most clients send most often from the front of b: a message in one frame of less than 126 bytes,
// not compressed, there in whole, and right. It returns Text or Binary, the payload, which lies in b, and how many
// bytes it took, and leaves the fields of d as they are. n is 0 for anything else; nothing has changed then, and
// Decode says what it is.
func (d *Decoder) Whole(b []byte) (opcode Opcode, payload []byte, n int) {
	if len(b) < shortHeader || b[0]-finalText > 1 || b[1]-maskBit >= length16 || d.Server || d.open || d.Left > 0 || d.failure != 0 {
		return 0, nil, 0
	}
	n = shortHeader + int(b[1]-maskBit)
	if len(b) < n || d.MaxMessage > 0 && int64(n-shortHeader) > d.MaxMessage {
		return 0, nil, 0
	}
	key := binary.LittleEndian.Uint32(b[2:])
	payload = b[shortHeader:n:n]
	opcode = Opcode(b[0] & 0x0f)
	if seen := maskShort(payload, key); seen&highBits != 0 && opcode == Text && !d.AnyText && !ValidText(payload) {
		maskShort(payload, key)
		return 0, nil, 0
	}
	return opcode, payload, n
}

// highBits are those that ASCII never has.
const highBits = 0x8080808080808080

// maskShort is Mask for few bytes. It returns the bits that any of them has, in their words.
func maskShort(b []byte, key uint32) (seen uint64) {
	wide := uint64(key)<<32 | uint64(key)
	for len(b) >= 8 {
		w := binary.LittleEndian.Uint64(b) ^ wide
		binary.LittleEndian.PutUint64(b, w)
		seen |= w
		b = b[8:]
	}
	if len(b) >= 4 {
		w := binary.LittleEndian.Uint32(b) ^ key
		binary.LittleEndian.PutUint32(b, w)
		seen |= uint64(w)
		b = b[4:]
	}
	for i := range b {
		b[i] ^= byte(key)
		seen |= uint64(b[i])
		key >>= 8
	}
	return seen
}
