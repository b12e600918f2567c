//go:build amd64 && !purego

package http1

// cpuid and xgetbv execute the instructions of those names; cpu_amd64.s.
func cpuid(leaf, subleaf uint32) (eax, ebx, ecx, edx uint32)
func xgetbv() uint32

// scanAVX2 and scanAVX512 are scanners; scanSWAR is their twin in plain Go.
// The n bytes at b are read and not one more. They return -1 when they cannot
// tell obs-text from control characters; scanSWAR can.
//
//go:noescape
func scanAVX2(b *byte, n int, h *Head, request bool) (head int, decided bool)

//go:noescape
func scanAVX512(b *byte, n int, h *Head, request bool) (head int, decided bool)

// They also decide about a request that is like most. The twins of that in plain Go
// are Request.lineScanned and Request.plain.
//
// scanVector is whichever of the two is chosen.
//
//go:noescape
func scanVector(b *byte, n int, h *Head, request bool) (head int, decided bool)

// best asks the processor what it can do, and the operating system whether it
// keeps the registers that this takes.
var best = func() func() reader {
	leaf0, _, _, _ := cpuid(0, 0)
	_, _, ecx1, _ := cpuid(1, 0)
	_, ebx7, ecx7, _ := cpuid(7, 0)
	xcr0 := uint32(0)
	if ecx1&osxsave != 0 {
		xcr0 = xgetbv()
	}
	r := choose(leaf0, ecx1, ebx7, ecx7, xcr0)
	return func() reader { return r }
}()

const osxsave = 1 << 27 // leaf 1, ecx: xgetbv may be asked

// choose returns the best reader for what cpuid and xgetbv say.
func choose(leaf0, ecx1, ebx7, ecx7, xcr0 uint32) reader {
	const (
		movbe, popcnt, avx = 1 << 22, 1 << 23, 1 << 28 // leaf 1, ecx
		bmi1, avx2, bmi2   = 1 << 3, 1 << 5, 1 << 8    // leaf 7, ebx
		avx512f, avx512dq  = 1 << 16, 1 << 17
		avx512bw, avx512vl = 1 << 30, 1 << 31
		vbmi, vbmi2, gfni  = 1 << 1, 1 << 6, 1 << 8 // leaf 7, ecx
		ymm, zmm           = 0x06, 0xe6             // xcr0
	)
	has := func(register, bits uint32) bool { return register&bits == bits }
	switch {
	case leaf0 < 7 || !has(ecx1, osxsave|avx|movbe|popcnt) || !has(ebx7, bmi1|avx2|bmi2) || !has(xcr0, ymm):
		return bySWAR
	case !has(ebx7, avx512f|avx512dq|avx512bw|avx512vl) || !has(ecx7, vbmi|vbmi2|gfni) || !has(xcr0, zmm):
		return byAVX2
	}
	return byAVX512
}

// asciiClass holds the classes of the ASCII characters for scanAVX512, with
// bits placed where its instructions test them.
var asciiClass = func() (t [128]uint8) {
	for c := range t {
		bit := func(set bool, value uint8) {
			if set {
				t[c] |= value
			}
		}
		bit(classes[c]&isToken == 0, 0x80)
		bit(classes[c]&isValue == 0 && c != '\n', 0x01)
		bit(classes[c]&isPath != 0, 0x20)
		bit(classes[c]&isQuery != 0, 0x10)
		bit(classes[c]&isHost != 0, 0x08)
		bit(classes[c]&isDigit != 0, 0x04)
	}
	return t
}()

// controlPlaces has 1 where scanAVX512 looks up a control character that is neither
// HTAB nor LF: at the character plus one, as a signed byte and at most 63, in its
// lower six bits. DEL becomes -128 by that, and other ASCII characters have 0.
var controlPlaces = func() (t [64]uint8) {
	for c := range 128 {
		if classes[c]&isValue == 0 && c != '\n' {
			t[min(int8(c+1), 63)&63] = 1
		}
	}
	return t
}()

// tokenPlaces tells scanAVX512 how large a byte must be to be of a token. It looks up
// the byte without bit 5, bit 6 in its place, so that two printable characters share
// a place with two control characters. No byte is large enough where only one of the
// two is of a token; the rare names with "`" or "|" are left to scanSWAR.
var tokenPlaces = func() (t [64]uint8) {
	for i := range t {
		t[i] = '!'
	}
	for c := ' '; c < 0x7f; c++ {
		if classes[c]&isToken == 0 {
			t[c&31|c>>6<<5] = 0x7f
		}
	}
	return t
}()

// indices are the numbers of the bytes of a block.
var indices = func() (t [64]uint8) {
	for i := range t {
		t[i] = uint8(i)
	}
	return t
}()

// nibbleTables holds classes for scanAVX2: the class of an ASCII character is
// what low has for its low four bits and high for its high four bits in common.
// A bit then stands for a rectangle in the ASCII chart, and a set of characters
// is a union of at most eight of them.
type nibbleTables struct {
	low, high [16]uint8
	masks     [2]uint8 // which bits make up two sets of interest
}

// A rectangle is what the rows and the columns of the chart have in common.
type rectangle struct {
	rows, columns string // hexadecimal digits
}

func newTables(mask0, mask1 uint8, rectangles ...rectangle) (t nibbleTables) {
	t.masks = [2]uint8{mask0, mask1}
	for i, r := range rectangles {
		for _, d := range []byte(r.rows) {
			t.high[hexValue(d)] |= 1 << i
		}
		for _, d := range []byte(r.columns) {
			t.low[hexValue(d)] |= 1 << i
		}
	}
	return t
}

var (
	// The control characters, but HTAB and LF.
	controlTables = newTables(0x07, 0x07,
		rectangle{"01", "012345678bcdef"}, rectangle{"1", "9a"}, rectangle{"7", "f"})
	// The characters of tokens.
	tokenTables = newTables(0x3f, 0x3f,
		rectangle{"3567", "0123456789"}, rectangle{"46", "123456789abcdef"},
		rectangle{"57", "ae"}, rectangle{"5", "f"}, rectangle{"2", "134567abde"}, rectangle{"7", "c"})
	// Six bits of path characters, and two of what only a query may hold.
	targetTables = newTables(0x3f, 0xff,
		rectangle{"2", "146789abcdef"}, rectangle{"3", "0123456789abd"}, rectangle{"4", "0123456789abcdef"},
		rectangle{"5", "0123456789af"}, rectangle{"6", "123456789abcdef"}, rectangle{"7", "0123456789ae"},
		rectangle{"36", "0f"}, rectangle{"57", "bcde"})
	// The digits, and what else a host may hold.
	hostTables = newTables(0xff, 0x01,
		rectangle{"3", "0123456789"}, rectangle{"2", "de"}, rectangle{"46", "123456789abcdef"},
		rectangle{"57", "0123456789a"}, rectangle{"5", "f"}, rectangle{"7", "e"})
)
