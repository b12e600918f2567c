//go:build !purego && (amd64 || arm64)

package http1

import "unsafe"

// load32 and load64 are those of load.go without bounds checks: the caller has
// to make sure that four or eight bytes are there.

func load32(b []byte, i int) uint32 {
	return *(*uint32)(unsafe.Add(unsafe.Pointer(unsafe.SliceData(b)), i))
}

func load64(b []byte, i int) uint64 {
	return *(*uint64)(unsafe.Add(unsafe.Pointer(unsafe.SliceData(b)), i))
}
