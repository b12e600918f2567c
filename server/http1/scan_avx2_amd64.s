//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "walk_amd64.h"

// Constants in registers during stage 1.
#define LOW Y8     // classes by low nibble
#define HIGH Y9    // classes by high nibble; both must agree
#define NIBBLE Y10 // 0x0f
#define LF Y11
#define TOKENS Y12 // what lifts the class of a token, and no other, to the high bit
#define ZERO Y13

// CLASSES sets Y0 to the 32 bytes at m and Y1 to their classes. VPSHUFB makes
// zero of what has its high bit set, so obs-text has no class at all.
#define CLASSES(m) \
	VMOVDQU m, Y0 \
	VPSRLW $4, Y0, Y1 \
	VPAND NIBBLE, Y1, Y1 \
	VPSHUFB Y1, HIGH, Y1 \
	VPSHUFB Y0, LOW, Y2 \
	VPAND Y2, Y1, Y1

// BITMAPS sets lf, token and other, one bit a byte, for the 32 bytes at m:
// other is what is neither a token nor forbidden.
#define BITMAPS(m, lf, token, other) \
	CLASSES(m) \
	VPCMPEQB LF, Y0, Y0 \
	VPMOVMSKB Y0, lf \
	VPADDUSB TOKENS, Y1, Y2 \
	VPMOVMSKB Y2, token \
	VPCMPEQB ZERO, Y1, Y1 \
	VPMOVMSKB Y1, other

// JOIN puts two bitmaps of 32 bits together in low.
#define JOIN(low, high) \
	SHLQ $32, high \
	ORQ high, low

// APPEND stores the offset of the lowest bit in R11 at DI+i and drops the bit.
#define APPEND(i) \
	TZCNTQ R11, AX \
	ADDL R10, AX \
	MOVW AX, i(DI) \
	BLSRQ R11, R11

// FLATTEN appends the offsets of the bits in R11 at DI: four at once, since most
// blocks have no more, and then the rest.
#define FLATTEN(more, flat) \
	POPCNTQ R11, BX \
	LEAQ (DI)(BX*2), BX \
	APPEND(0) \
	APPEND(2) \
	APPEND(4) \
	APPEND(6) \
	TESTQ R11, R11 \
	JEQ flat \
more: \
	ADDQ $8, DI \
	APPEND(0) \
	APPEND(2) \
	APPEND(4) \
	APPEND(6) \
	TESTQ R11, R11 \
	JNE more \
flat: \
	MOVQ BX, DI

// CLASSIFY looks at the BX bytes at SI+AX with the tables at t and notes at x
// and y which of them have no class in the bits that the tables' masks name. It
// reads 64 bytes, or goes on at none if there are not that many.
#define CLASSIFY(t, x, y, none) \
	LEAQ 64(AX), CX \
	CMPQ CX, DX \
	JHI none \
	VBROADCASTI128 t+0(SB), LOW \
	VBROADCASTI128 t+16(SB), HIGH \
	VPBROADCASTB t+32(SB), Y3 \
	VPBROADCASTB t+33(SB), Y4 \
	CLASSES((SI)(AX*1)) \
	NONEOF(Y3, CX) \
	NONEOF(Y4, R8) \
	CLASSES(32(SI)(AX*1)) \
	NONEOF(Y3, R9) \
	NONEOF(Y4, R11) \
	JOIN(CX, R9) \
	JOIN(R8, R11) \
	BZHIQ BX, CX, CX \
	BZHIQ BX, R8, R8 \
	MOVQ CX, x \
	MOVQ R8, y

// NONEOF sets a bit in r for each class in Y1 that has no bit of mask.
#define NONEOF(mask, r) \
	VPAND mask, Y1, Y2 \
	VPCMPEQB ZERO, Y2, Y2 \
	VPMOVMSKB Y2, r

DATA bytes<>+0(SB)/4, $0x00780a0f
GLOBL bytes<>(SB), RODATA|NOPTR, $4

// func scanAVX2(b *byte, n int, h *Head, s *scan) int
TEXT ·scanAVX2(SB), 0, $768-40
	MOVQ b+0(FP), SI
	MOVQ n+8(FP), DX
	LEAQ ENDS(SP), DI
	VBROADCASTI128 ·lineTables+0(SB), LOW
	VBROADCASTI128 ·lineTables+16(SB), HIGH
	VPBROADCASTB bytes<>+0(SB), NIBBLE
	VPBROADCASTB bytes<>+1(SB), LF
	VPBROADCASTB bytes<>+2(SB), TOKENS
	VPXOR ZERO, ZERO, ZERO
	XORL R14, R14        // forbidden bytes so far
	XORL R10, R10        // the offset of the block
	MOVL $1, CX          // the first byte starts a line
	XORL R9, R9          // and is in no name
	LEAQ -64(DX), R13
	LEAQ ENDS+MAXENDS(SP), R12

block:
	CMPQ R10, R13
	JGT tail
	BITMAPS((SI)(R10*1), AX, BX, R8)
	BITMAPS(32(SI)(R10*1), R11, R15, BP)
	JOIN(AX, R11)
	JOIN(BX, R15)
	JOIN(R8, BP)

bitmaps:
	ORQ BX, R8
	NOTQ R8              // forbidden; CR is allowed before LF
	LEAQ (CX)(AX*2), CX  // line starts
	ANDNQ CX, BX, R15
	JNE last             // a line that does not start with a token
	POPCNTQ R8, R8
	ADDQ R8, R14
	NAMEENDS
	MOVQ AX, CX
	SHRQ $63, CX
	FLATTEN(more, flat)
	ADDQ $64, R10
	CMPQ DI, R12
	JLS block
	JMP fail

tail: // fewer than 64 bytes: those that end the buffer, with what precedes them
	MOVQ DX, R11
	SUBQ R10, R11
	JLE fail
	LEAQ (SI)(R13*1), BP // a block that ends where the buffer does
	NEGQ R11             // the shift, modulo 64
	TESTQ R13, R13
	JGE overlap
	LEAQ BLOCK(SP), BP   // a short buffer is copied
	XORL R11, R11
	CMPQ DX, $32
	JLT short
	VMOVDQU (SI), Y0
	VMOVDQU -32(SI)(DX*1), Y1
	VMOVDQU Y0, (BP)
	VMOVDQU Y1, -32(BP)(DX*1)
	JMP overlap
short:
	VMOVDQU (SI), X0
	VMOVDQU -16(SI)(DX*1), X1
	VMOVDQU X0, (BP)
	VMOVDQU X1, -16(BP)(DX*1)
overlap:
	MOVQ R11, BLOCK-8(SP)
	BITMAPS((BP), AX, BX, R8)
	BITMAPS(32(BP), R11, R15, BP)
	JOIN(AX, R11)
	JOIN(BX, R15)
	JOIN(R8, BP)
	MOVQ BLOCK-8(SP), R11
	SHRXQ R11, AX, AX
	SHRXQ R11, BX, BX
	SHRXQ R11, R8, R8
	JMP bitmaps

last: // the lowest bit of R15 is the line that ends the head, if it is empty
	LEAQ -1(R15), R13
	ANDNQ R13, R15, R13  // the bits below
	TZCNTQ R15, R15
	ADDQ R10, R15
	LEAQ 2(R15), BP
	CMPQ BP, DX
	JHI fail
	CMPW (SI)(R15*1), $0x0a0d
	JNE fail
	ANDQ R13, R8
	POPCNTQ R8, R8
	ADDQ R8, R14
	NAMEENDS
	ANDQ R13, R11
	FLATTEN(lastmore, lastflat)
	MOVQ BP, DX

	LINES

	WALK(R11)

	MOVQ s+24(FP), DI
	MOVQ $-1, R8
	MOVQ R8, scan_notHost(DI)
	MOVQ R8, scan_notPath(DI)
	VALUEOFHOST(R11, target)
	CLASSIFY(·hostTables, scan_notHost(DI), scan_notDigit(DI), target)

target:
	TARGET(done)
	CLASSIFY(·targetTables, scan_notPath(DI), scan_notQuery(DI), done)

done:
	VZEROUPPER
	MOVQ DX, ret+32(FP)
	RET

fail:
	VZEROUPPER
	MOVQ $0, ret+32(FP)
	RET

unsure:
	VZEROUPPER
	MOVQ $-1, ret+32(FP)
	RET
