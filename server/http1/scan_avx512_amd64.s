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
#define BASE Z22      // the offset of the block, 32 times
#define STEP Z23      // 64, 32 times

// BROADCAST makes every byte of z the byte that v repeats.
#define BROADCAST(v, z) MOVL $v, AX; VPBROADCASTD AX, z

// FLATTEN appends the offsets of the bits in R11 at DI. A block has at most 32
// of them if its lines end with CR LF.
#define FLATTEN \
	KMOVQ R11, K5 \
	VPCOMPRESSB.Z INDICES, K5, Z2 \
	VPMOVZXBW Y2, Z2 \
	VPADDW BASE, Z2, Z2 \
	VMOVDQU64 Z2, (DI) \
	POPCNTQ R11, R11 \
	CMPQ R11, $32 \
	JHI fail \
	LEAQ (DI)(R11*2), DI

// NAMEENDS turns line starts (CX), tokens (BX) and the carry of a name from the
// block before (R9) into the ends of the names and the LFs (AX) in R11. Adding
// a line start to the tokens carries through the name to the bit behind it.
#define NAMEENDS \
	ORQ R9, CX \
	XORL R9, R9 \
	ADDQ BX, CX \
	SETCS R9 \
	ANDNQ CX, BX, R11 \
	ORQ AX, R11

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

// From the words lf, end, lf, end, ... to four words a field: the start of the
// name is lf + 1, its end is end, the value starts at end + 2 and ends at lf - 1.
DATA fieldWords<>+0x00(SB)/8, $0x0002000100010000
DATA fieldWords<>+0x08(SB)/8, $0x0004000300030002
DATA fieldWords<>+0x10(SB)/8, $0x0006000500050004
DATA fieldWords<>+0x18(SB)/8, $0x0008000700070006
DATA fieldWords<>+0x20(SB)/8, $0x000a000900090008
DATA fieldWords<>+0x28(SB)/8, $0x000c000b000b000a
DATA fieldWords<>+0x30(SB)/8, $0x000e000d000d000c
DATA fieldWords<>+0x38(SB)/8, $0x0010000f000f000e
GLOBL fieldWords<>(SB), RODATA|NOPTR, $64
DATA fieldSteps<>+0(SB)/8, $0xffff000200000001
GLOBL fieldSteps<>(SB), RODATA|NOPTR, $8

// func scanAVX512(b *byte, n int, h *Head, s *scan) int
TEXT ·scanAVX512(SB), 0, $704-40
	MOVQ b+0(FP), SI
	MOVQ n+8(FP), DX
	LEAQ ENDS(SP), DI
	VMOVDQU64 ·asciiClass+0(SB), CLASSLOW
	VMOVDQU64 ·asciiClass+64(SB), CLASSHIGH
	VMOVDQU64 ·indices(SB), INDICES
	BROADCAST(0x0a0a0a0a, LF)
	BROADCAST(0x80808080, HIGHBIT)
	BROADCAST(0x40404040, FORBIDDEN)
	BROADCAST(0x00400040, STEP)
	VPXORQ BASE, BASE, BASE
	KXORQ K7, K7, K7     // forbidden bytes so far
	XORL R10, R10        // the offset of the block
	MOVL $1, CX          // the first byte starts a line
	XORL R9, R9          // and is in no name
	LEAQ -65(DX), R13    // up to here 65 bytes can be read
	LEAQ ENDS+MAXENDS(SP), R12

block:
	CMPQ R10, R13
	JGT tail
	VMOVDQU64 (SI)(R10*1), Z0
	VPTESTNMB HIGHBIT, Z0, K1
	VPCMPUB $4, 1(SI)(R10*1), LF, K4 // the next byte is not LF

classify:
	VMOVDQA64 Z0, Z1
	VPERMI2B.Z CLASSHIGH, CLASSLOW, K1, Z1
	VPCMPEQB LF, Z0, K2
	VPMOVB2M Z1, K3
	VPTESTMB FORBIDDEN, Z1, K4, K4 // CR is allowed before LF
	KMOVQ K2, AX
	KMOVQ K3, BX
	LEAQ (CX)(AX*2), CX  // line starts
	ANDNQ CX, BX, R8
	JNE last             // a line that does not start with a token
	KORQ K4, K7, K7
	NAMEENDS
	MOVQ AX, CX
	SHRQ $63, CX
	FLATTEN
	VPADDW STEP, BASE, BASE
	ADDQ $64, R10
	CMPQ DI, R12
	JLS block
	JMP fail

tail: // fewer than 65 bytes: read what is there, and zeros
	MOVQ DX, R8
	SUBQ R10, R8
	JLE fail
	MOVQ $-1, AX
	BZHIQ R8, AX, AX
	KMOVQ AX, K6
	SHRQ $1, AX
	KMOVQ AX, K5
	VMOVDQU8.Z (SI)(R10*1), K6, Z0
	VMOVDQU8.Z 1(SI)(R10*1), K5, Z1
	VPTESTNMB HIGHBIT, Z0, K6, K1
	VPCMPUB $4, Z1, LF, K4
	JMP classify

last: // the lowest bit of R8 is the line that ends the head, if it is empty
	LEAQ -1(R8), R13
	ANDNQ R13, R8, R13   // the bits below
	TZCNTQ R8, R8
	ADDQ R10, R8
	LEAQ 2(R8), R10
	CMPQ R10, DX
	JHI fail
	CMPW (SI)(R8*1), $0x0a0d
	JNE fail
	MOVQ R10, DX
	KMOVQ K4, R8
	KMOVQ K7, R10
	ANDQ R13, R8
	ORQ R10, R8
	JNE fail
	NAMEENDS
	ANDQ R13, R11
	FLATTEN

	// Stage 2.
	LEAQ ENDS(SP), AX
	SUBQ AX, DI
	TESTQ $2, DI
	JNE fail             // some name ended with an LF
	SHRQ $2, DI
	LEAQ -1(DI), R12
	MOVQ h+16(FP), R11
	MOVQ Head_Fields(R11), R13
	CMPQ R12, Head_Fields+16(R11)
	JHI fail             // also if there was no line at all
	CMPQ R12, $const_maxFields
	JHI fail
	MOVQ R12, Head_Fields+8(R11)

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

fail:
	VZEROUPPER
	MOVQ $0, ret+32(FP)
	RET
