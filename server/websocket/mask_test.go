package websocket

import (
	"bytes"
	"fmt"
	"math/bits"
	"testing"

	"github.com/stretchr/testify/require"
)

// maskBytes is the definition in RFC 6455, 5.3.
func maskBytes(b []byte, key uint32) {
	for i := range b {
		b[i] ^= byte(key >> (8 * (i % 4)))
	}
}

// Every length at every alignment is masked as the definition says, and no byte
// beside it is touched.
func TestMask(t *testing.T) {
	for _, key := range []uint32{0, 0xffffffff, 0xff00ff00, 0x3d21fa37, 1} {
		for n := range 300 {
			for align := range 9 {
				got := ramp(align + n + 40)
				want := bytes.Clone(got)
				maskBytes(want[align:align+n], key)
				next := Mask(got[align:align+n:align+n], key)
				require.Equal(t, bits.RotateLeft32(key, -8*(n%4)), next)
				require.Equal(t, want, got, "%x, %d bytes at %d", key, n, align)
			}
		}
	}
}

// The vector code and its twin agree, and masking in parts is masking at once.
func TestMaskTwin(t *testing.T) {
	whole := ramp(5000)
	twin, parts := bytes.Clone(whole), bytes.Clone(whole)
	Mask(whole, 0x3d21fa37)
	maskWords(twin, 0x3d21fa37)
	require.Equal(t, twin, whole)
	key, at := uint32(0x3d21fa37), 0
	for n := 0; at < len(parts); n++ {
		end := min(at+n%97, len(parts))
		key, at = Mask(parts[at:end], key), end
	}
	require.Equal(t, twin, parts)
}

func BenchmarkMask(b *testing.B) {
	for _, n := range []int{20, 125, 1024, 4096, 65536} {
		buf := make([]byte, n)
		for name, mask := range map[string]func([]byte, uint32){
			"chosen": func(b []byte, key uint32) { Mask(b, key) }, "words": maskWords, "bytes": maskBytes,
		} {
			b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) {
				b.SetBytes(int64(n))
				for b.Loop() {
					mask(buf, 0x3d21fa37)
				}
			})
		}
	}
}
