//go:build purego || !(amd64 || arm64)

package http1

import "encoding/binary"

// load8, load32 and load64 read the bytes of b from offset i on, the first as
// the lowest; fieldAt is &fields[i].

func load32(b []byte, i int) uint32 { return binary.LittleEndian.Uint32(b[i:]) }

func load64(b []byte, i int) uint64 { return binary.LittleEndian.Uint64(b[i:]) }

func load8(b []byte, i int) byte { return b[i] }

func fieldAt(fields []Field, i uint8) *Field { return &fields[i] }
