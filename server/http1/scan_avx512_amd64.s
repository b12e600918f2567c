//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "walk_amd64.h"

// Constants in registers.
#define CLASSLOW Z16  // classes of the characters 0 to 63
#define CLASSHIGH Z17 // and of 64 to 127
#define INDICES Z18   // 0, 1, 2, ... 63
#define LF Z19
#define HIGHBIT Z20
#define FORBIDDEN Z21 // the bit of control characters in a class
#define BASE Y22      // the offset of the block, 16 times
#define STEP Y23      // 64, 16 times
#define COUNT Z24     // forbidden bytes, of each of 64 columns
#define SPACE X15

// FLATTEN appends the offsets of the bits in R11, which K5 has too, at DI:
// sixteen at once, and no block has more, since no line that ends with CR LF is
// shorter than four bytes.
#define FLATTEN \
	VPCOMPRESSB.Z INDICES, K5, Z2 \
	POPCNTQ R11, R11 \
	VPMOVZXBW X2, Y3 \
	VPADDW BASE, Y3, Y3 \
	VMOVDQU64 Y3, (DI) \
	LEAQ (DI)(R11*2), DI \
	CMPQ R11, $16 \
	JHI fail

// NAME sets bits in AX where the 32 bytes behind R8 are not of a token.
#define NAME \
	CMPQ R8, LIMIT(SP) \
	JGT near \
	VMOVDQU 1(SI)(R8*1), Y0 \
	NOTOKENS

// NOTOKENS sets bits in AX where the bytes in Y0 are not of a token; obs-text is
// none.
#define NOTOKENS \
	VMOVDQA64 Z0, Z1 \
	VPERMI2B CLASSHIGH, CLASSLOW, Z1 \
	VPOR Y0, Y1, Y1 \
	VPMOVMSKB Y1, AX

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
DATA bytes<>+8(SB)/8, $0x0040004001010101
DATA bytes<>+16(SB)/4, $0x20202020
GLOBL bytes<>(SB), RODATA|NOPTR, $20

// func scanAVX512(b *byte, n int, h *Head, s *scan) int
TEXT ·scanAVX512(SB), 0, $304-40
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
	VPBROADCASTD bytes<>+16(SB), SPACE
	VPXORQ BASE, BASE, BASE
	VPXORQ COUNT, COUNT, COUNT
	XORL R10, R10        // the offset of the block
	XORL CX, CX          // bits 0 and 1: LF two bytes before them
	LEAQ -33(DX), AX
	CMPQ AX, $-1
	JLT unsure
	MOVQ AX, LIMIT(SP)
	LEAQ -64(DX), R13    // up to here there are whole blocks
	LEAQ ENDS+MAXENDS(SP), R12

block:
	CMPQ R10, R13
	JGT tail
	VMOVDQU64 (SI)(R10*1), Z0
	VPCMPEQB LF, Z0, K5
	VPERMI2B CLASSHIGH, CLASSLOW, Z0
	KMOVQ K5, R11
	LEAQ (CX)(R11*4), CX
	TESTQ R11, CX
	JNE last             // a line of one byte
	MOVQ R11, CX
	SHRQ $62, CX
	VPANDQ FORBIDDEN, Z0, Z0
	VPADDUSB Z0, COUNT, COUNT
	FLATTEN
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
	VPCMPEQB LF, Z0, K5
	VPERMI2B CLASSHIGH, CLASSLOW, Z0
	KMOVQ K5, R11
	LEAQ (CX)(R11*4), CX
	TESTQ R11, CX
	JEQ fail

last: // the lowest bit of CX and R11 is the LF of that line, which must be empty
	ANDQ R11, CX
	BLSMSKQ CX, AX       // it and the bits below
	KMOVQ AX, K6
	TZCNTQ CX, CX
	LEAQ 1(R10)(CX*1), DX
	CMPB -2(SI)(DX*1), $0x0d
	JNE fail
	SHRQ $1, AX
	ANDQ AX, R11
	KMOVQ R11, K5
	VPANDQ FORBIDDEN, Z0, Z0
	VPADDUSB Z0, COUNT, K6, COUNT
	FLATTEN
	VPXOR X1, X1, X1
	VPSADBW Z1, COUNT, Z0
	VEXTRACTI64X4 $1, Z0, Y1
	VPADDQ Y1, Y0, Y0
	VEXTRACTI128 $1, Y0, X1
	VPADDQ X1, X0, X0
	VPSRLDQ $8, X0, X1
	VPADDQ X1, X0, X0
	VMOVQ X0, R14

	LINES

	MOVQ s+24(FP), DI
	MOVQ $-1, R8
	MOVQ R8, scan_notHost(DI)
	MOVQ R8, scan_notPath(DI)
	TARGET(walk)
	CLASSIFY(classBits<>+0(SB), classBits<>+1(SB))
	KMOVQ K2, scan_notPath(DI)
	KMOVQ K3, scan_notQuery(DI)

walk:
	WALK

	VALUEOFHOST(done)
	CLASSIFY(classBits<>+2(SB), classBits<>+3(SB))
	MOVQ s+24(FP), DI
	KMOVQ K2, scan_notHost(DI)
	KMOVQ K3, scan_notDigit(DI)

done:
	VZEROUPPER
	MOVQ DX, ret+32(FP)
	RET

near: // fewer than 32 bytes: those that end the buffer, with what precedes them
	MOVQ n+8(FP), BX
	VMOVDQU -32(SI)(BX*1), Y0
	NOTOKENS
	SUBQ R8, BX
	DECQ BX
	NEGQ BX              // the shift, modulo 32
	SHRXL BX, AX, AX
	JMP named

fail:
	VZEROUPPER
	MOVQ $0, ret+32(FP)
	RET

unsure:
	VZEROUPPER
	MOVQ $-1, ret+32(FP)
	RET
