//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "walk_amd64.h"
#include "decide_amd64.h"

// Constants in registers.
#define LOW Y8        // classes of control characters by low nibble
#define HIGH Y9       // and by high nibble; both must agree
#define NIBBLE Y10    // 0x0f
#define LF Y11
#define COUNT Y12     // forbidden bytes, of each of 32 columns
#define ZERO Y13
#define TOKENLOW Y6   // classes of tokens
#define TOKENHIGH Y7
#define SPACE X15

// CLASSES sets y to the classes of the 32 bytes x by the tables low and high.
// VPSHUFB makes zero of what has its high bit set, so obs-text has no class.
#define CLASSES(low, high, x, y) \
	VPSRLW $4, x, y \
	VPAND NIBBLE, y, y \
	VPSHUFB y, high, y \
	VPSHUFB x, low, x \
	VPAND x, y, y

// BLOCK reads 64 bytes at m and 32+m: the bits of LF go to R11, the classes of
// control characters to Y1 and Y3.
#define BLOCK(m, m32) \
	VMOVDQU m, Y0 \
	VMOVDQU m32, Y2 \
	VPCMPEQB LF, Y0, Y4 \
	VPCMPEQB LF, Y2, Y5 \
	VPMOVMSKB Y4, R11 \
	VPMOVMSKB Y5, R9 \
	SHLQ $32, R9 \
	ORQ R9, R11 \
	CLASSES(LOW, HIGH, Y0, Y1) \
	CLASSES(LOW, HIGH, Y2, Y3)

// APPEND stores the offset of the lowest bit in R11 at DI+i and drops the bit.
#define APPEND(i) \
	TZCNTQ R11, AX \
	ADDL R10, AX \
	MOVW AX, i(DI) \
	BLSRQ R11, R11

// FLATTEN appends the offsets of the bits in R11 at DI: three at once, since
// most blocks have no more, and then the rest.
#define FLATTEN(more, flat) \
	POPCNTQ R11, BX \
	LEAQ (DI)(BX*2), BX \
	APPEND(0) \
	APPEND(2) \
	APPEND(4) \
	TESTQ R11, R11 \
	JEQ flat \
	ADDQ $6, DI \
more: \
	APPEND(0) \
	ADDQ $2, DI \
	TESTQ R11, R11 \
	JNE more \
flat: \
	MOVQ BX, DI

// NAME sets bits in AX where the 32 bytes behind R8 are not of a token.
#define NAME \
	CMPQ R8, LIMIT(SP) \
	JGT near \
	VMOVDQU 1(SI)(R8*1), Y0 \
	CLASSES(TOKENLOW, TOKENHIGH, Y0, Y1) \
	VPCMPEQB ZERO, Y1, Y1 \
	VPMOVMSKB Y1, AX

// CLASSIFY looks at the BX bytes at SI+AX with the tables at t and notes at x
// and y which of them have no class in the bits that the tables' masks name. It
// reads 64 bytes, or goes on at none if there are not that many.
#define CLASSIFY(t, x, y, none) \
	LEAQ 64(AX), CX \
	CMPQ CX, n+8(FP) \
	JHI none \
	VBROADCASTI128 t+0(SB), LOW \
	VBROADCASTI128 t+16(SB), HIGH \
	VPBROADCASTB t+32(SB), Y4 \
	VPBROADCASTB t+33(SB), Y5 \
	VMOVDQU (SI)(AX*1), Y0 \
	VMOVDQU 32(SI)(AX*1), Y2 \
	CLASSES(LOW, HIGH, Y0, Y1) \
	CLASSES(LOW, HIGH, Y2, Y3) \
	NONEOF(Y4, x) \
	NONEOF(Y5, y)

// NONEOF notes at x which of the BX classes in Y1 and Y3 have no bit of mask.
#define NONEOF(mask, x) \
	VPAND mask, Y1, Y0 \
	VPAND mask, Y3, Y2 \
	VPCMPEQB ZERO, Y0, Y0 \
	VPCMPEQB ZERO, Y2, Y2 \
	VPMOVMSKB Y0, CX \
	VPMOVMSKB Y2, R8 \
	SHLQ $32, R8 \
	ORQ R8, CX \
	BZHIQ BX, CX, CX \
	MOVQ CX, x

DATA bytes<>+0(SB)/4, $0x00200a0f
GLOBL bytes<>(SB), RODATA|NOPTR, $4

// func scanAVX2(b *byte, n int, h *Head, request bool) (head int, decided bool)
TEXT ·scanAVX2(SB), 0, $304-41
	MOVQ b+0(FP), SI
	MOVQ n+8(FP), DX
	LEAQ ENDS(SP), DI
	LEAQ -64(DX), R13    // up to here there are whole blocks
	TESTQ R13, R13
	JLT unsure
	VBROADCASTI128 ·controlTables+0(SB), LOW
	VBROADCASTI128 ·controlTables+16(SB), HIGH
	VPBROADCASTB bytes<>+0(SB), NIBBLE
	VPBROADCASTB bytes<>+1(SB), LF
	VPBROADCASTB bytes<>+2(SB), SPACE
	VPXOR ZERO, ZERO, ZERO
	VPXOR COUNT, COUNT, COUNT
	XORL R10, R10        // the offset of the block
	XORL CX, CX          // bits 0 and 1: LF two bytes before them
	XORL R15, R15        // how many bits of this block are of the one before
	LEAQ -33(DX), AX
	MOVQ AX, LIMIT(SP)
	LEAQ ENDS+MAXENDS(SP), R12

block:
	CMPQ R10, R13
	JGT tail
	BLOCK((SI)(R10*1), 32(SI)(R10*1))
	LEAQ (CX)(R11*4), CX
	TESTQ R11, CX
	JNE last             // a line of one byte
	MOVQ R11, CX
	SHRQ $62, CX
	VPADDUSB Y1, COUNT, COUNT
	VPADDUSB Y3, COUNT, COUNT
	FLATTEN(more, flat)
	ADDQ $64, R10
	CMPQ DI, R12
	JLS block
	JMP fail

tail: // fewer than 64 bytes: those that end the buffer, with what precedes them
	SUBQ R13, R10
	CMPQ R10, $64
	JEQ fail
	MOVQ R10, R15
	ADDQ R13, R10
	BLOCK((SI)(R13*1), 32(SI)(R13*1))
	SHRXQ R15, R11, R11
	LEAQ (CX)(R11*4), CX
	TESTQ R11, CX
	JEQ fail

last: // the lowest bit of CX and R11 is the LF of that line, which must be empty
	ANDQ R11, CX
	BLSMSKQ CX, AX       // it and the bits below
	TZCNTQ CX, CX
	LEAQ 1(R10)(CX*1), DX
	CMPB -2(SI)(DX*1), $0x0d
	JNE fail
	VPCMPEQB ZERO, Y1, Y1
	VPCMPEQB ZERO, Y3, Y3
	VPMOVMSKB Y1, R14
	VPMOVMSKB Y3, BX
	SHLQ $32, BX
	ORQ BX, R14
	NOTQ R14             // what has a class
	SHRXQ R15, R14, R14
	ANDQ AX, R14
	POPCNTQ R14, R14
	VPSADBW ZERO, COUNT, Y0
	VEXTRACTI128 $1, Y0, X1
	VPADDQ X1, X0, X0
	VPSRLDQ $8, X0, X1
	VPADDQ X1, X0, X0
	VMOVQ X0, BX
	ADDQ BX, R14
	SHRQ $1, AX
	ANDQ AX, R11
	FLATTEN(lastmore, lastflat)

	LINES

	VBROADCASTI128 ·tokenTables+0(SB), TOKENLOW
	VBROADCASTI128 ·tokenTables+16(SB), TOKENHIGH

	WALK

	MOVQ $-1, R8
	MOVQ R8, (Head_scan+scan_notHost)(R11)
	MOVQ R8, (Head_scan+scan_notPath)(R11)
	VALUEOFHOST(target)
	CLASSIFY(·hostTables, (Head_scan+scan_notHost)(R11), (Head_scan+scan_notDigit)(R11), target)

target:
	TARGET(done)
	CLASSIFY(·targetTables, (Head_scan+scan_notPath)(R11), (Head_scan+scan_notQuery)(R11), done)

done:
	DECIDE

	ODD

near: // fewer than 32 bytes: those that end the buffer, with what precedes them
	MOVQ n+8(FP), BX
	VMOVDQU -32(SI)(BX*1), Y0
	CLASSES(TOKENLOW, TOKENHIGH, Y0, Y1)
	VPCMPEQB ZERO, Y1, Y1
	VPMOVMSKB Y1, AX
	SUBQ R8, BX
	DECQ BX
	NEGQ BX              // the shift, modulo 32
	SHRXL BX, AX, AX
	JMP named

fail:
	LEAVE($0)

unsure:
	LEAVE($-1)
