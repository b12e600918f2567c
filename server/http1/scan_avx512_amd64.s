//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "walk_amd64.h"
#include "decide_amd64.h"

// Constants in registers.
#define CLASSLOW Z16   // classes of the characters 0 to 63
#define CLASSHIGH Z17  // and of 64 to 127
#define INDICES Z18    // 0, 1, 2, ... 63
#define LF Z19
#define HIGHBIT Z20
#define ONE Z21
#define LAST Z22       // 63
#define CONTROLS Z23   // see controlPlaces
#define TOKENS Z24     // see tokenPlaces
#define FOLD Z25       // the matrix that puts bit 6 of a byte into the place of bit 5
#define BASE Y26       // the offset of the block, 16 times
#define STEP Y27       // 64, 16 times
#define COUNT Z28      // forbidden bytes, of each of 64 columns
#define SPACE X15

// FORBIDDEN makes 1 of each forbidden byte in Z0, and 0 of the others. Obs-text may
// be taken for one.
#define FORBIDDEN \
	VPADDB ONE, Z0, Z0 \
	VPMINSB LAST, Z0, Z0 \
	VPERMB CONTROLS, Z0, Z0

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

// NOTOKENS sets bits in AX where the bytes in Y0 are not of a token: there the table
// has more than the byte, or the byte is negative.
#define NOTOKENS \
	VGF2P8AFFINEQB $0, FOLD, Z0, Z1 \
	VPERMB TOKENS, Z1, Z1 \
	VPSUBSB Y1, Y0, Y1 \
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
	VPBROADCASTD x, Z1 \
	VPBROADCASTD y, Z2 \
	VPTESTNMB Z1, Z0, K6, K2 \
	VPTESTNMB Z2, Z0, K6, K3

DATA bytes<>+0(SB)/8, $0x808080800a0a0a0a
DATA bytes<>+8(SB)/8, $0x3f3f3f3f01010101
DATA bytes<>+16(SB)/8, $0x2020202000400040
DATA bytes<>+24(SB)/8, $0x0102040810400000
GLOBL bytes<>(SB), RODATA|NOPTR, $32

// The bits of asciiClass for paths, queries, hosts, and digits.
DATA classBits<>+0(SB)/8, $0x1010101020202020
DATA classBits<>+8(SB)/8, $0x0404040408080808
GLOBL classBits<>(SB), RODATA|NOPTR, $16

// func scanAVX512(b *byte, n int, h *Head, request bool) (head int, decided bool)
TEXT ·scanAVX512(SB), 0, $304-41
	MOVQ b+0(FP), SI
	MOVQ n+8(FP), DX
	LEAQ ENDS(SP), DI
	VMOVDQU64 ·asciiClass+0(SB), CLASSLOW
	VMOVDQU64 ·asciiClass+64(SB), CLASSHIGH
	VMOVDQU64 ·indices(SB), INDICES
	VMOVDQU64 ·controlPlaces(SB), CONTROLS
	VMOVDQU64 ·tokenPlaces(SB), TOKENS
	VPBROADCASTD bytes<>+0(SB), LF
	VPBROADCASTD bytes<>+4(SB), HIGHBIT
	VPBROADCASTD bytes<>+8(SB), ONE
	VPBROADCASTD bytes<>+12(SB), LAST
	VPBROADCASTD bytes<>+16(SB), STEP
	VPBROADCASTD bytes<>+20(SB), SPACE
	VPBROADCASTQ bytes<>+24(SB), FOLD
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
	FORBIDDEN
	KMOVQ K5, R11
	LEAQ (CX)(R11*4), CX
	TESTQ R11, CX
	JNE within
	MOVQ R11, CX
	SHRQ $62, CX
	VPADDUSB Z0, COUNT, COUNT
	FLATTEN
	VPADDW STEP, BASE, BASE
	ADDQ $64, R10
	CMPQ DI, R12
	JLS block
	JMP fail

tail: // fewer than 64 bytes: those that end the buffer, K6 of them new
	CMPQ R10, DX
	JEQ fail
	TESTQ R10, R10
	JEQ short
	SUBQ R13, R10
	MOVQ $-1, R15
	SHLXQ R10, R15, R15
	KMOVQ R15, K6
	VMOVDQU64 (SI)(R13*1), Z0
	VPCMPEQB LF, Z0, K6, K5
	SHLXQ R10, CX, CX
	VPBROADCASTW R13, BASE
	MOVQ R13, R10
	JMP ending

short: // no whole block: read what is there, and zeros
	MOVQ $-1, R15
	BZHIQ DX, R15, R15
	KMOVQ R15, K6
	VMOVDQU8.Z (SI), K6, Z0
	VPCMPEQB LF, Z0, K5

ending:
	FORBIDDEN
	KMOVQ K5, R11
	LEAQ (CX)(R11*4), CX
	TESTQ R11, CX
	JNE last
	JMP fail

within:
	MOVQ $-1, R15

last: // the lowest bit of CX and R11 is the LF of a line of one byte, which must be CR
	ANDQ R11, CX
	BLSMSKQ CX, AX       // it and the bits below
	ANDQ AX, R15
	KMOVQ R15, K6
	TZCNTQ CX, CX
	LEAQ 1(R10)(CX*1), DX
	CMPB -2(SI)(DX*1), $0x0d
	JNE fail
	SHRQ $1, AX
	ANDQ AX, R11         // K5 keeps the bits above, and FLATTEN appends what nobody reads
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

	MOVQ $-1, R8
	MOVQ R8, (Head_scan+scan_notHost)(R11)
	MOVQ R8, (Head_scan+scan_notPath)(R11)
	TARGET(walk)
	CLASSIFY(classBits<>+0(SB), classBits<>+4(SB))
	KMOVQ K2, (Head_scan+scan_notPath)(R11)
	KMOVQ K3, (Head_scan+scan_notQuery)(R11)

walk:
	WALK

	VALUEOFHOST(done)
	CLASSIFY(classBits<>+8(SB), classBits<>+12(SB))
	KMOVQ K2, (Head_scan+scan_notHost)(R11)
	KMOVQ K3, (Head_scan+scan_notDigit)(R11)

done:
	DECIDE

	ODD

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
	LEAVE($0)

unsure:
	LEAVE($-1)
