// What scanAVX2 and scanAVX512 have in common. Both leave their stage 1 with
//
//	SI   the head                      DX   its end
//	R12  the number of field lines     R13  where Fields are stored
//
// and this on the stack: at ENDS, for the start line and then for each field
// line, the offset of the end of its name and that of its LF, 16 bits each; at
// KEYS room for the key of each field name.

#define ENDS 0
#define KEYS 704

// MAXENDS is how many bytes at ENDS the start line and 128 field lines take.
#define MAXENDS 516

// WALK checks the field lines. Per line: what stands behind the name must be a
// colon, a space, and no more white space, and what stands before the LF must
// be no white space, and CR. Both are a subtraction and a comparison; a line that
// fails one of them is looked at closely at odd. The last four bytes of the name go to KEYS. BP counts up to zero.
#define WALK \
	LEAQ ENDS+4(SP)(R12*4), R8 \
	LEAQ KEYS(SP)(R12*4), R9 \
	LEAQ (R13)(R12*8), R11 \
	MOVQ R12, CX \
	NEGQ CX \
	JEQ walked \
line: \
	MOVWLZX (R8)(CX*4), AX \
	MOVWLZX 2(R8)(CX*4), BX \
	MOVL -4(SI)(AX*1), DI \
	MOVL DI, (R9)(CX*4) \
	MOVBEL (SI)(AX*1), DI \
	SUBL $0x3a202100, DI \
	CMPL DI, $0x0000deff \
	JHI odd \
	MOVWLZX -2(SI)(BX*1), DI \
	SUBL $0x0d21, DI \
	CMPL DI, $0xde \
	JHI odd \
next: \
	INCQ CX \
	JNE line \
	JMP walked \
odd: \
	CMPB (SI)(AX*1), $0x3a \
	JNE fail \
	CMPB -1(SI)(BX*1), $0x0d \
	JNE fail \
	DECQ BX \
skip: \
	INCQ AX \
	CMPQ AX, BX \
	JEQ trimmed \
	CMPB (SI)(AX*1), $0x20 \
	JEQ skip \
	CMPB (SI)(AX*1), $0x09 \
	JEQ skip \
trim: \
	DECQ BX \
	CMPB (SI)(BX*1), $0x20 \
	JEQ trim \
	CMPB (SI)(BX*1), $0x09 \
	JEQ trim \
	INCQ BX \
trimmed: \
	MOVW AX, 4(R11)(CX*8) \
	MOVW BX, 6(R11)(CX*8) \
	JMP next \
walked:
