//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "walk_amd64.h"

// Constants in registers during stage 1.
#define CLASSLOW Z16  // classes of the characters 0 to 63
#define CLASSHIGH Z17 // and of 64 to 127
#define INDICES Z18   // 0, 1, 2, ... 63
#define LF Z19
#define HIGHBIT Z20
#define FORBIDDEN Z21 // the bit of control characters in a class
#define BASE Y22      // the offset of the block, 16 times
#define STEP Y23      // 64, 16 times

// FLATTEN appends the offsets of the bits in R11 at DI: sixteen at once, since
// hardly any block has more, or 32; no block has more than those if its lines
// end with CR LF.
#define FLATTEN(many, flat) \
	KMOVQ R11, K5 \
	VPCOMPRESSB.Z INDICES, K5, Z2 \
	VPMOVZXBW X2, Y3 \
	VPADDW BASE, Y3, Y3 \
	VMOVDQU64 Y3, (DI) \
	POPCNTQ R11, R11 \
	CMPQ R11, $16 \
	JHI many \
flat: \
	LEAQ (DI)(R11*2), DI

// MANY is where FLATTEN stores the second sixteen.
#define MANY(many, flat) \
many: \
	CMPQ R11, $32 \
	JHI fail \
	VEXTRACTI64X2 $1, Z2, X2 \
	VPMOVZXBW X2, Y2 \
	VPADDW BASE, Y2, Y2 \
	VMOVDQU64 Y2, 32(DI) \
	JMP flat

// CLASSIFY reads up to 64 bytes at SI+AX, BX of them, and sets K2 and K3 where
// the class has none of the bits of the constants x and y.
#define CLASSIFY(x, y) \
	MOVQ $-1, CX \
	BZHIQ BX, CX, CX \
	KMOVQ CX, K6 \
	VMOVDQU8.Z (SI)(AX*1), K6, Z0 \
	VPTESTNMB HIGHBIT, Z0, K6, K1 \
	VPERMI2B.Z CLASSHIGH, CLASSLOW, K1, Z0 \
	VPBROADCASTB x, Z1 \
	VPBROADCASTB y, Z2 \
	VPTESTNMB Z1, Z0, K6, K2 \
	VPTESTNMB Z2, Z0, K6, K3

DATA classBits<>+0(SB)/8, $0x0000000004081020
GLOBL classBits<>(SB), RODATA|NOPTR, $8

DATA bytes<>+0(SB)/8, $0x808080800a0a0a0a
DATA bytes<>+8(SB)/8, $0x0040004040404040
GLOBL bytes<>(SB), RODATA|NOPTR, $16

// func scanAVX512(b *byte, n int, h *Head, s *scan) int
TEXT ·scanAVX512(SB), 0, $704-40
	MOVQ b+0(FP), SI
	MOVQ n+8(FP), DX
	LEAQ ENDS(SP), DI
	VMOVDQU64 ·asciiClass+0(SB), CLASSLOW
	VMOVDQU64 ·asciiClass+64(SB), CLASSHIGH
	VMOVDQU64 ·indices(SB), INDICES
	VPBROADCASTD bytes<>+0(SB), LF
	VPBROADCASTD bytes<>+4(SB), HIGHBIT
	VPBROADCASTD bytes<>+8(SB), FORBIDDEN
	VPBROADCASTD bytes<>+12(SB), STEP
	VPXORQ BASE, BASE, BASE
	XORL R14, R14        // forbidden bytes so far
	XORL R10, R10        // the offset of the block
	MOVL $1, CX          // the first byte starts a line
	XORL R9, R9          // and is in no name
	LEAQ -64(DX), R13    // up to here there are whole blocks
	LEAQ ENDS+MAXENDS(SP), R12

block:
	CMPQ R10, R13
	JGT tail
	VMOVDQU64 (SI)(R10*1), Z0

classify:
	VMOVDQA64 Z0, Z1
	VPERMI2B CLASSHIGH, CLASSLOW, Z1
	VPANDNQ Z1, Z0, Z3   // obs-text is no token
	VPCMPEQB LF, Z0, K2
	VPMOVB2M Z3, K3
	VPTESTMB FORBIDDEN, Z1, K4 // CR is allowed before LF
	KMOVQ K2, AX
	KMOVQ K3, BX
	KMOVQ K4, BP
	LEAQ (CX)(AX*2), CX  // line starts
	ANDNQ CX, BX, R15
	JNE last             // a line that does not start with a token
	POPCNTQ BP, BP
	ADDQ BP, R14
	NAMEENDS
	MOVQ AX, CX
	SHRQ $63, CX
	FLATTEN(many, flat)
	VPADDW STEP, BASE, BASE
	ADDQ $64, R10
	CMPQ DI, R12
	JLS block
	JMP fail

tail: // fewer than 64 bytes: read what is there, and zeros
	MOVQ DX, R8
	SUBQ R10, R8
	JLE fail
	MOVQ $-1, AX
	BZHIQ R8, AX, AX
	KMOVQ AX, K6
	VMOVDQU8.Z (SI)(R10*1), K6, Z0
	JMP classify

last: // the lowest bit of R15 is the line that ends the head, if it is empty
	LEAQ -1(R15), R13
	ANDNQ R13, R15, R13  // the bits below
	TZCNTQ R15, R15
	ADDQ R10, R15
	LEAQ 2(R15), R8
	CMPQ R8, DX
	JHI fail
	CMPW (SI)(R15*1), $0x0a0d
	JNE fail
	MOVQ R8, DX
	ANDQ R13, BP
	POPCNTQ BP, BP
	ADDQ BP, R14
	NAMEENDS
	ANDQ R13, R11
	FLATTEN(lastmany, lastflat)

	LINES

	WALK(R11)

	MOVQ s+24(FP), DI
	MOVQ $-1, R8
	MOVQ R8, scan_notHost(DI)
	MOVQ R8, scan_notPath(DI)
	VALUEOFHOST(R11, target)
	CLASSIFY(classBits<>+2(SB), classBits<>+3(SB))
	KMOVQ K2, scan_notHost(DI)
	KMOVQ K3, scan_notDigit(DI)

target:
	TARGET(done)
	CLASSIFY(classBits<>+0(SB), classBits<>+1(SB))
	KMOVQ K2, scan_notPath(DI)
	KMOVQ K3, scan_notQuery(DI)

done:
	VZEROUPPER
	MOVQ DX, ret+32(FP)
	RET

	MANY(many, flat)
	MANY(lastmany, lastflat)

fail:
	VZEROUPPER
	MOVQ $0, ret+32(FP)
	RET

unsure:
	VZEROUPPER
	MOVQ $-1, ret+32(FP)
	RET
