//go:build unix

package fuzz

import (
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// guard is memory with an unreadable page before and behind it, so that to read
// one byte too many is fatal.
type guard []byte

func newGuard(t testing.TB, size int) guard {
	page := syscall.Getpagesize()
	size = (size + page - 1) / page * page
	m, err := syscall.Mmap(-1, 0, size+2*page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	require.NoError(t, err)
	require.NoError(t, syscall.Mprotect(m[:page], syscall.PROT_NONE))
	require.NoError(t, syscall.Mprotect(m[page+size:], syscall.PROT_NONE))
	return m[page : page+size : page+size]
}

// atEnd returns a copy of b that ends where the guard page starts, atStart one
// that starts where the other ends.
func (g guard) atEnd(b []byte) []byte {
	n := len(g) - len(b)
	copy(g[n:], b)
	return g[n:]
}

func (g guard) atStart(b []byte) []byte {
	copy(g, b)
	return g[:len(b):len(b)]
}
