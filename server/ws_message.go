package server

import "sync"

// Messages that fit no buffer of the pools in buffer.go have pools of their own.
var (
	messages256K = sync.Pool{New: func() any { return new([256 << 10]byte) }}
	messages1M   = sync.Pool{New: func() any { return new([1 << 20]byte) }}
	messages4M   = sync.Pool{New: func() any { return new([4 << 20]byte) }}
	messages16M  = sync.Pool{New: func() any { return new([16 << 20]byte) }}
)

// messageRoom returns b with room for n more bytes; what was outgrown goes back to its pool.
func messageRoom(b []byte, n int) []byte {
	if cap(b)-len(b) >= n {
		return b
	}
	bigger := append(takeMessage(max(len(b)+n, 2*len(b))), b...)
	giveMessage(b)
	return bigger
}

// takeMessage returns an empty buffer with room for n bytes at least.
func takeMessage(n int) []byte {
	switch {
	case n <= 80<<10:
		return takeBuffer(n)
	case n <= 256<<10:
		return messages256K.Get().(*[256 << 10]byte)[:0]
	case n <= 1<<20:
		return messages1M.Get().(*[1 << 20]byte)[:0]
	case n <= 4<<20:
		return messages4M.Get().(*[4 << 20]byte)[:0]
	case n <= 16<<20:
		return messages16M.Get().(*[16 << 20]byte)[:0]
	}
	return make([]byte, 0, n)
}

// giveMessage returns b, taken from takeMessage or not, for another use.
func giveMessage(b []byte) {
	switch cap(b) {
	case 256 << 10:
		messages256K.Put((*[256 << 10]byte)(b[:256<<10]))
	case 1 << 20:
		messages1M.Put((*[1 << 20]byte)(b[:1<<20]))
	case 4 << 20:
		messages4M.Put((*[4 << 20]byte)(b[:4<<20]))
	case 16 << 20:
		messages16M.Put((*[16 << 20]byte)(b[:16<<20]))
	default:
		giveBuffer(b)
	}
}
