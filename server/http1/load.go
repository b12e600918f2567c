//go:build purego || !(amd64 || arm64)

package http1

import "encoding/binary"

// load32 and load64 read the bytes of b from offset i on, the first as the
// lowest.

func load32(b []byte, i int) uint32 { return binary.LittleEndian.Uint32(b[i:]) }

func load64(b []byte, i int) uint64 { return binary.LittleEndian.Uint64(b[i:]) }
