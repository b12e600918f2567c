//go:build !purego && (amd64 || arm64)

package http1

import "unsafe"

// These are the functions of load.go without bounds checks: the caller has to
// make sure that the bytes or the field are there.

func load32(b []byte, i int) uint32 {
	return *(*uint32)(unsafe.Add(unsafe.Pointer(unsafe.SliceData(b)), i))
}

func load64(b []byte, i int) uint64 {
	return *(*uint64)(unsafe.Add(unsafe.Pointer(unsafe.SliceData(b)), i))
}

func load8(b []byte, i int) byte {
	return *(*byte)(unsafe.Add(unsafe.Pointer(unsafe.SliceData(b)), i))
}

func fieldAt(fields []Field, i uint8) *Field {
	return (*Field)(unsafe.Add(unsafe.Pointer(unsafe.SliceData(fields)), int(i)*int(unsafe.Sizeof(Field{}))))
}
