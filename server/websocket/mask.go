package websocket

import (
	"encoding/binary"
	"math/bits"
)

// Mask adds or removes a mask, in place (RFC 6455, 5.3). key has the first of
// the four bytes of the masking key as its lowest. It returns the key for the
// bytes that follow b.
func Mask(b []byte, key uint32) (next uint32) {
	next = bits.RotateLeft32(key, -8*(len(b)&3))
	if n := maskVector(b, key); n > 0 {
		b = b[n:]
	}
	maskWords(b, key)
	return next
}

// maskWords is the twin of the vector code: eight bytes at a time.
func maskWords(b []byte, key uint32) {
	wide := uint64(key)<<32 | uint64(key)
	for len(b) >= 32 {
		w := b[:32]
		binary.LittleEndian.PutUint64(w, binary.LittleEndian.Uint64(w)^wide)
		binary.LittleEndian.PutUint64(w[8:], binary.LittleEndian.Uint64(w[8:])^wide)
		binary.LittleEndian.PutUint64(w[16:], binary.LittleEndian.Uint64(w[16:])^wide)
		binary.LittleEndian.PutUint64(w[24:], binary.LittleEndian.Uint64(w[24:])^wide)
		b = b[32:]
	}
	maskShort(b, key)
}
