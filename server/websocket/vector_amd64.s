//go:build !purego

#include "textflag.h"

// func maskAVX2(b *byte, n int, key uint32)
TEXT ·maskAVX2(SB), NOSPLIT, $0-20
	MOVQ b+0(FP), DI
	MOVQ n+8(FP), CX
	MOVL key+16(FP), AX
	VMOVD AX, X0
	VPBROADCASTD X0, Y0
	SUBQ $128, CX
	JLT  rest

wide:
	VPXOR   (DI), Y0, Y1
	VPXOR   32(DI), Y0, Y2
	VPXOR   64(DI), Y0, Y3
	VPXOR   96(DI), Y0, Y4
	VMOVDQU Y1, (DI)
	VMOVDQU Y2, 32(DI)
	VMOVDQU Y3, 64(DI)
	VMOVDQU Y4, 96(DI)
	ADDQ    $128, DI
	SUBQ    $128, CX
	JGE     wide

rest:
	ADDQ $128, CX
	JZ   done

narrow:
	VPXOR   (DI), Y0, Y1
	VMOVDQU Y1, (DI)
	ADDQ    $32, DI
	SUBQ    $32, CX
	JNZ     narrow

done:
	VZEROUPPER
	RET

// func utf8AVX2(b *byte, n int, tables *[7][32]byte) int
TEXT ·utf8AVX2(SB), NOSPLIT, $0-32
	MOVQ    b+0(FP), SI
	MOVQ    n+8(FP), CX
	MOVQ    tables+16(FP), DX
	VMOVDQU (DX), Y8
	VMOVDQU 32(DX), Y9
	VMOVDQU 64(DX), Y10
	VMOVDQU 96(DX), Y11
	VMOVDQU 128(DX), Y12
	VMOVDQU 160(DX), Y13
	VMOVDQU 192(DX), Y14
	VPXOR   Y0, Y0, Y0
	XORQ    AX, AX

block:
	CMPQ AX, CX
	JGE  end

	// Y3, Y4 and Y5 hold the bytes one, two and three before those in Y1.
	VMOVDQU    (SI)(AX*1), Y1
	VPERM2I128 $0x21, Y1, Y0, Y2
	VPALIGNR   $15, Y2, Y1, Y3
	VPALIGNR   $14, Y2, Y1, Y4
	VPALIGNR   $13, Y2, Y1, Y5

	// Y6: the errors that all three tables allow.
	VPSRLW  $4, Y3, Y6
	VPAND   Y11, Y6, Y6
	VPSHUFB Y6, Y8, Y6
	VPAND   Y11, Y3, Y7
	VPSHUFB Y7, Y9, Y7
	VPAND   Y7, Y6, Y6
	VPSRLW  $4, Y1, Y7
	VPAND   Y11, Y7, Y7
	VPSHUFB Y7, Y10, Y7
	VPAND   Y7, Y6, Y6

	// Two continuations must be there exactly behind a lead of three or four.
	VPSUBUSB Y12, Y4, Y4
	VPSUBUSB Y13, Y5, Y5
	VPOR     Y4, Y5, Y4
	VPAND    Y14, Y4, Y4
	VPXOR    Y6, Y4, Y4
	VPTEST   Y4, Y4
	JNZ      end
	VMOVDQA  Y1, Y0
	ADDQ     $32, AX
	JMP      block

end:
	VZEROUPPER
	MOVQ AX, ret+24(FP)
	RET

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
