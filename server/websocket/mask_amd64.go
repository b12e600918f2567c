//go:build amd64 && !purego

package websocket

// minVector is the length in bytes from which on the vector code is worth its call.
const minVector = 64

// maskVector masks the front of b as far as whole vectors reach and returns
// their length, a multiple of 32.
func maskVector(b []byte, key uint32) int {
	if len(b) < minVector || !hasAVX2 {
		return 0
	}
	n := len(b) &^ 31
	maskAVX2(&b[0], n, key)
	return n
}

// maskAVX2 masks the n bytes at b; n is a multiple of 32. See maskWords.
//
//go:noescape
func maskAVX2(b *byte, n int, key uint32)

// cpuid and xgetbv execute the instructions of those names.
func cpuid(leaf, subleaf uint32) (eax, ebx, ecx, edx uint32)
func xgetbv() uint32

// hasAVX2 says that the processor has AVX2 and that the operating system keeps
// its registers.
var hasAVX2 = func() bool {
	const (
		osxsave, avx = 1 << 27, 1 << 28 // leaf 1, ecx
		avx2         = 1 << 5           // leaf 7, ebx
		ymm          = 0x06             // xcr0
	)
	if leaves, _, _, _ := cpuid(0, 0); leaves < 7 {
		return false
	}
	_, _, ecx, _ := cpuid(1, 0)
	if ecx&(osxsave|avx) != osxsave|avx || xgetbv()&ymm != ymm {
		return false
	}
	_, ebx, _, _ := cpuid(7, 0)
	return ebx&avx2 != 0
}()
