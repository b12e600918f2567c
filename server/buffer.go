package server

import "sync"

// Buffers come in five sizes, so that a slow peer holds about as much memory as it has sent.
var (
	buffers512 = sync.Pool{New: func() any { return new([512]byte) }}
	buffers2K  = sync.Pool{New: func() any { return new([2 << 10]byte) }}
	buffers8K  = sync.Pool{New: func() any { return new([8 << 10]byte) }}
	buffers32K = sync.Pool{New: func() any { return new([32 << 10]byte) }}
	buffers80K = sync.Pool{New: func() any { return new([80 << 10]byte) }}
)

// takeBuffer returns an empty buffer with room for n bytes at least.
func takeBuffer(n int) []byte {
	switch {
	case n <= 512:
		return buffers512.Get().(*[512]byte)[:0]
	case n <= 2<<10:
		return buffers2K.Get().(*[2 << 10]byte)[:0]
	case n <= 8<<10:
		return buffers8K.Get().(*[8 << 10]byte)[:0]
	case n <= 32<<10:
		return buffers32K.Get().(*[32 << 10]byte)[:0]
	case n <= 80<<10:
		return buffers80K.Get().(*[80 << 10]byte)[:0]
	}
	return make([]byte, 0, n)
}

// giveBuffer returns b, taken from takeBuffer or not, for another use.
func giveBuffer(b []byte) {
	switch cap(b) {
	case 512:
		buffers512.Put((*[512]byte)(b[:512]))
	case 2 << 10:
		buffers2K.Put((*[2 << 10]byte)(b[:2<<10]))
	case 8 << 10:
		buffers8K.Put((*[8 << 10]byte)(b[:8<<10]))
	case 32 << 10:
		buffers32K.Put((*[32 << 10]byte)(b[:32<<10]))
	case 80 << 10:
		buffers80K.Put((*[80 << 10]byte)(b[:80<<10]))
	}
}

// roomFor returns b with room for n more bytes; a buffer outgrown goes back to its pool.
func roomFor(b []byte, n int) []byte {
	if cap(b)-len(b) >= n {
		return b
	}
	bigger := append(takeBuffer(max(len(b)+n, 2*len(b))), b...)
	giveBuffer(b)
	return bigger
}

// growth returns how much room to make for a message of need bytes of which have are there. Memory follows what a peer
// has sent, not what it has announced: only who has sent a quarter is believed the rest.
func growth(have, need int64) int {
	if have*4 >= need {
		return int(max(need-have, 0))
	}
	return int(max(have, 512))
}
