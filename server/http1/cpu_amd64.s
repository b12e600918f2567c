//go:build !purego

#include "go_asm.h"
#include "textflag.h"

// func cpuid(leaf, subleaf uint32) (eax, ebx, ecx, edx uint32)
TEXT ·cpuid(SB), NOSPLIT, $0-24
	MOVL leaf+0(FP), AX
	MOVL subleaf+4(FP), CX
	CPUID
	MOVL AX, eax+8(FP)
	MOVL BX, ebx+12(FP)
	MOVL CX, ecx+16(FP)
	MOVL DX, edx+20(FP)
	RET

// func xgetbv() uint32
TEXT ·xgetbv(SB), NOSPLIT, $0-4
	XORL CX, CX
	XGETBV
	MOVL AX, ret+0(FP)
	RET

// func scanVector(b *byte, n int, h *Head, request bool) (head int, decided bool)
TEXT ·scanVector(SB), NOSPLIT, $0-41
	CMPB ·chosen(SB), $const_byAVX512
	JNE avx2
	JMP ·scanAVX512(SB)
avx2:
	JMP ·scanAVX2(SB)
