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

// utf8Vector returns how many bytes at the front of b, which starts between two
// characters, are valid UTF-8 as far as whole vectors reach: a multiple of 32.
// The last character may go on behind them.
func utf8Vector(b []byte) int {
	if len(b) < minVector || !hasAVX2 {
		return 0
	}
	return utf8AVX2(&b[0], len(b)&^31, &utf8Tables)
}

// utf8AVX2 returns the offset of the first block of 32 bytes, of the n bytes at
// b, that breaks a rule; n if there is none. Each byte is looked at together
// with the three before it, as utf8Tables explains.
//
//go:noescape
func utf8AVX2(b *byte, n int, tables *[7][32]byte) int

// utf8Tables are three tables, each for both halves of a vector, and constants.
// A table maps half a byte to the errors that it allows; what all three allow
// has happened: the high and the low half of a byte, and the high half of the
// next one. This is the method of Keiser and Lemire ("Validating UTF-8 in less
// than one instruction per byte", 2020).
var utf8Tables = func() (t [7][32]byte) {
	const (
		tooShort  = 1 << iota // a lead without its continuation
		tooLong               // a continuation behind ASCII
		overlong3             // e0 80 to e0 9f
		tooLarge              // f4 90 and beyond
		surrogate             // ed a0 to ed bf
		overlong2             // c0 and c1
		overlong4             // f0 80 to f0 8f, and f5 80 and beyond
		twoConts              // two continuations: right only behind a lead of three or four
	)
	for i := range 32 {
		half := i & 15
		high, low, second := &t[0][i], &t[1][i], &t[2][i]
		*low = tooShort | tooLong | twoConts
		switch {
		case half < 8:
			*high, *second = tooLong, tooShort
		case half < 12:
			*high, *second = twoConts, tooLong|overlong2|twoConts
		default:
			*high, *second = tooShort, tooShort
		}
		switch half {
		case 8:
			*second |= overlong3 | overlong4
		case 9:
			*second |= overlong3 | tooLarge
		case 10, 11:
			*second |= surrogate | tooLarge
		case 12:
			*high |= overlong2
		case 14:
			*high |= overlong3 | surrogate
		case 15:
			*high |= tooLarge | overlong4
		}
		switch {
		case half == 0:
			*low |= overlong2 | overlong3 | overlong4
		case half == 1:
			*low |= overlong2
		case half == 4:
			*low |= tooLarge
		case half > 4:
			*low |= tooLarge | overlong4
		}
		if half == 13 {
			*low |= surrogate
		}
		t[3][i] = 0x0f
		t[4][i] = 0xe0 - 0x80 // what leads three bytes or more keeps its top bit
		t[5][i] = 0xf0 - 0x80 // what leads four bytes
		t[6][i] = 0x80
	}
	return t
}()

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
