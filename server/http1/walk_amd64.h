// What scanAVX2 and scanAVX512 have in common. Both leave their stage 1 with
//
//	SI   the head                      DX   its length
//	R12  the number of field lines     R13  where Fields are stored
//
// and this on the stack: at ENDS, for the start line and then for each field
// line, the offset of the end of its name and that of its LF, 16 bits each.

#define ENDS 0

// MAXENDS is how many bytes at ENDS the start line and 128 field lines take.
#define MAXENDS 516

// BLOCK is where scanAVX2 copies a buffer that is shorter than a block.
#define BLOCK 704

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

// LINES sets R12 and R13, and R11 to the Head, once ENDS are written up to DI
// and R14 counts the forbidden bytes. If each line ends with CR LF, which is
// checked for each line, then there must be as many of them as lines. Where
// obs-text may have been taken for them, the answer is unsure.
#define LINES \
	LEAQ ENDS(SP), AX \
	SUBQ AX, DI \
	TESTQ $2, DI \
	JNE fail \
	SHRQ $2, DI \
	CMPQ DI, R14 \
	JNE unsure \
	LEAQ -1(DI), R12 \
	MOVQ h+16(FP), R11 \
	MOVQ Head_Fields(R11), R13 \
	CMPQ R12, Head_Fields+16(R11) \
	JHI fail \
	CMPQ R12, $const_maxFields \
	JHI fail \
	MOVQ R12, Head_Fields+8(R11)

// WALK makes Fields of the field lines and notes the known ones in the Head at
// h. Per line: what stands behind the name must be a colon, a space, and no more
// white space, and what stands before the LF must be CR, and no white space
// before it. Both are a subtraction and a comparison; a line that fails one of
// them is looked at closely, at odd. Then the four offsets of the field are put
// together, and the key of the name leads to the known field. CX counts up to
// zero, R14 becomes the counts.
#define WALK(h) \
	LEAQ ENDS+4(SP)(R12*4), R8 \
	LEAQ (R13)(R12*8), R9 \
	LEAQ ·knownSlots(SB), R10 \
	LEAQ ·countOne(SB), BP \
	XORL R14, R14 \
	MOVQ R12, CX \
	NEGQ CX \
	JEQ walked \
line: \
	MOVWLZX (R8)(CX*4), AX \
	MOVWLZX 2(R8)(CX*4), BX \
	MOVBEL (SI)(AX*1), DI \
	SUBL $0x3a202100, DI \
	CMPL DI, $0xdeff \
	JHI odd \
	MOVWLZX -2(SI)(BX*1), DI \
	SUBL $0x0d21, DI \
	CMPL DI, $0xde \
	JHI odd \
	RORXQ $16, BX, BX \
	MOVQ $0x0000000100010000, DI \
	IMULQ AX, DI \
	ADDQ DI, BX \
	MOVWLZX -2(R8)(CX*4), DI \
	ADDQ DI, BX \
	MOVQ $0xffff000200000001, R15 \
	ADDQ R15, BX \
	MOVQ BX, (R9)(CX*8) \
name: \
	MOVBEL 1(SI)(DI*1), DI \
	XORL -4(SI)(AX*1), DI \
	ORL $0x20202020, DI \
	IMUL3L $const_keyFactor, DI, DI \
	SHRL $24, DI \
	MOVBLZX (R10)(DI*1), DI \
	ADDQ (BP)(DI*8), R14 \
	LEAQ (R12)(CX*1), AX \
	MOVB AX, (Head_known+knownSet_first)(h)(DI*1) \
	INCQ CX \
	JNE line \
	JMP walked \
odd: \
	CMPB (SI)(AX*1), $0x3a \
	JNE fail \
	CMPB -1(SI)(BX*1), $0x0d \
	JNE fail \
	MOVWLZX -2(R8)(CX*4), DI \
	INCQ DI \
	MOVW DI, (R9)(CX*8) \
	MOVW AX, 2(R9)(CX*8) \
	DECQ BX \
before: \
	INCQ AX \
	CMPQ AX, BX \
	JEQ trimmed \
	CMPB (SI)(AX*1), $0x20 \
	JEQ before \
	CMPB (SI)(AX*1), $0x09 \
	JEQ before \
behind: \
	DECQ BX \
	CMPB (SI)(BX*1), $0x20 \
	JEQ behind \
	CMPB (SI)(BX*1), $0x09 \
	JEQ behind \
	INCQ BX \
trimmed: \
	MOVW AX, 4(R9)(CX*8) \
	MOVW BX, 6(R9)(CX*8) \
	MOVWLZX (R8)(CX*4), AX \
	DECQ DI \
	JMP name \
walked: \
	MOVQ R14, (Head_known+knownSet_counts)(h)

// VALUEOFHOST sets AX to the start and BX to the length of the value of Host, or
// goes on at none if there is not exactly one, or if it exceeds 64 bytes.
#define VALUEOFHOST(h, none) \
	MOVL R14, AX \
	SHRL $const_countBits, AX \
	ANDL $const_maxCount, AX \
	CMPL AX, $1 \
	JNE none \
	MOVBLZX (Head_known+knownSet_first+const_FieldHost)(h), AX \
	MOVWLZX 6(R13)(AX*8), BX \
	MOVWLZX 4(R13)(AX*8), AX \
	SUBQ AX, BX \
	CMPQ BX, $64 \
	JHI none

// TARGET notes the ends of the start line in the scan at DI and sets AX to the
// start and BX to the length of the request-target, or goes on at none if there
// is none or if it exceeds 64 bytes.
#define TARGET(none) \
	MOVWLZX ENDS(SP), AX \
	MOVWLZX ENDS+2(SP), BX \
	MOVW AX, scan_tokenEnd(DI) \
	MOVW BX, scan_lineEnd(DI) \
	INCQ AX \
	SUBQ $const_versionLength, BX \
	SUBQ AX, BX \
	CMPQ BX, $64 \
	JHI none
