// What scanAVX2 and scanAVX512 have in common. Both leave their stage 1 with
//
//	SI   the head                      DX   its length
//	DI   the end of the offsets        R14  the number of forbidden bytes
//
// and, on the stack at ENDS, with the offset of the LF of each line but the last,
// which is empty, in 16 bits each.

#define ENDS 0

// LEAVE returns n, with nothing decided.
#define LEAVE(n) \
	VZEROUPPER \
	MOVQ n, head+32(FP) \
	MOVB $0, decided+40(FP) \
	RET

// MAXENDS is how many bytes at ENDS the start line and 128 field lines take.
#define MAXENDS 258

// LIMIT is where the last name starts that can be loaded whole, less one.
#define LIMIT 296

// LINES sets R12 to the number of field lines, R13 to where Fields are stored,
// and R11 to the Head. If each line ends with CR LF, which is checked for each
// line, then there must be as many forbidden bytes, all of them CR, as lines,
// the empty one included. Where obs-text may have been taken for them, the
// answer is unsure.
#define LINES \
	LEAQ ENDS(SP), AX \
	SUBQ AX, DI \
	SHRQ $1, DI \
	LEAQ -1(DI), R12 \
	INCQ DI \
	CMPQ DI, R14 \
	JNE unsure \
	MOVQ h+16(FP), R11 \
	MOVQ Head_Fields(R11), R13 \
	CMPQ R12, Head_Fields+16(R11) \
	JHI fail \
	CMPQ R12, $const_maxFields \
	JHI fail \
	MOVQ R12, Head_Fields+8(R11)

// WALK makes Fields of the field lines and notes the known ones in the Head at
// R11. Per line: NAME, of whoever includes this, sets bits in AX where the 32
// bytes behind the LF at R8 are not of a token. What stands before the next LF
// must be CR, and no white space before it; then at least four bytes follow the
// name, which must be a colon, a space, and no more white space. Each is a
// subtraction and a comparison; a line that fails one of them is looked at
// closely, at odd. The length and the first letter of the name lead to the known
// field, and the four offsets are put together. CX counts the lines, R14 becomes
// the counts.
#define WALK \
	MOVQ DX, head+32(FP) \
	LEAQ ·knownSlots(SB), DX \
	LEAQ ·countOne(SB), BP \
	MOVWLZX ENDS(SP), R8 \
	MOVQ $0x0000000100010000, R9 \
	MOVQ $0xffff000200000001, R15 \
	XORL R14, R14 \
	XORL CX, CX \
	TESTQ R12, R12 \
	JEQ walked \
line: \
	NAME \
named: \
	TESTL $1, AX \
	JNE fail \
	MOVBLZX 1(SI)(R8*1), DI \
	TZCNTL AX, AX \
	LEAL (AX)(AX*2), R10 \
	LEAL (R10)(DI*8), DI \
	MOVBLZX (DX)(DI*1), DI \
	ADDQ (BP)(DI*8), R14 \
	MOVB CX, (Head_known+knownSet_first)(R11)(DI*1) \
	LEAQ 1(R8)(AX*1), AX \
	MOVWLZX ENDS+2(SP)(CX*2), BX \
	MOVWLZX -2(SI)(BX*1), DI \
	SUBL $0x0d21, DI \
	CMPL DI, $0xde \
	JHI odd \
	MOVBEL (SI)(AX*1), DI \
	SUBL $0x3a202100, DI \
	CMPL DI, $0xdeff \
	JHI odd \
	IMULQ R9, AX \
	RORXQ $16, BX, DI \
	ADDQ R15, R8 \
	ADDQ AX, DI \
	ADDQ R8, DI \
	MOVQ DI, (R13)(CX*8) \
	MOVL BX, R8 \
	INCQ CX \
	CMPQ CX, R12 \
	JLT line \
walked: \
	MOVQ head+32(FP), DX \
	MOVQ R14, (Head_known+knownSet_counts)(R11)

// ODD makes the Field of a line that WALK does not take: without a space after the
// colon, or with more white space around the value than that.
#define ODD \
odd: \
	CMPB (SI)(AX*1), $0x3a \
	JNE unsure \
	CMPB -1(SI)(BX*1), $0x0d \
	JNE fail \
	INCL R8 \
	MOVW R8, (R13)(CX*8) \
	MOVW AX, 2(R13)(CX*8) \
	MOVL BX, R8 \
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
	MOVW AX, 4(R13)(CX*8) \
	MOVW BX, 6(R13)(CX*8) \
	INCQ CX \
	CMPQ CX, R12 \
	JLT line \
	JMP walked

// VALUEOFHOST sets AX to the start and BX to the length of the value of Host, or
// goes on at none if there is not exactly one, or if it exceeds 64 bytes. That
// it is the first field, as it ought to be (RFC 9110, 7.2), is a branch, so that
// nothing waits for the walk.
#define VALUEOFHOST(none) \
	MOVL R14, AX \
	SHRL $const_countBits, AX \
	ANDL $const_maxCount, AX \
	CMPL AX, $1 \
	JNE none \
	MOVBLZX (Head_known+knownSet_first+const_FieldHost)(R11), AX \
	TESTL AX, AX \
	JNE later \
	MOVWLZX 6(R13), BX \
	MOVWLZX 4(R13), AX \
	JMP found \
later: \
	MOVWLZX 6(R13)(AX*8), BX \
	MOVWLZX 4(R13)(AX*8), AX \
found: \
	SUBQ AX, BX \
	CMPQ BX, $64 \
	JHI none

// TARGET notes the ends of the start line in the scan at DI and sets AX to the
// start and BX to the length of the request-target, or goes on at none if there
// is none or if it exceeds 64 bytes.
#define TARGET(none) \
	MOVWLZX ENDS(SP), BX \
	VPCMPEQB (SI), SPACE, X0 \
	VPMOVMSKB X0, AX \
	TZCNTL AX, AX \
	MOVW BX, (Head_scan+scan_lineEnd)(R11) \
	MOVW AX, (Head_scan+scan_tokenEnd)(R11) \
	INCQ AX \
	SUBQ $const_versionLength, BX \
	SUBQ AX, BX \
	CMPQ BX, $64 \
	JHI none
