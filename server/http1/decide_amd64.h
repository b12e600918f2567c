// What scanAVX2 and scanAVX512 decide about a request that is like most; the twins
// in plain Go are Request.lineScanned and Request.plain. Whatever is not plain goes
// on at no, where Go decides. All macros expect
//
//	SI   the head                      R11  the Request, with its scan
//	R12  the number of fields          R13  the fields
//	R14  the counts of known fields

#define ONEHOST (1 << (const_countBits * const_FieldHost))
#define CONNECTION (1 << (const_countBits * const_FieldConnection))
#define LENGTH (1 << (const_countBits * const_FieldContentLength))

// DECIDE returns the length in DX, and whether it has decided.
#define DECIDE \
	VZEROUPPER \
	MOVQ DX, head+32(FP) \
	CMPB request+24(FP), $0 \
	JEQ undecided \
	FEWFIELDS(undecided) \
	REQUESTLINE(undecided) \
	PATHANDQUERY(undecided) \
	HOSTFIELD(undecided) \
	CONNECTIONFIELD(undecided) \
	MOVB $1, decided+40(FP) \
	RET \
undecided: \
	MOVB $0, decided+40(FP) \
	RET

// FEWFIELDS goes on at no unless there is one Host, and no other known field than
// Connection and Content-Length, once each.
#define FEWFIELDS(no) \
	MOVQ R14, AX \
	ANDQ $~(CONNECTION+LENGTH), AX \
	CMPQ AX, $ONEHOST \
	JNE no \
	CMPQ R12, $const_maxCount \
	JHI no

// REQUESTLINE leaves the target's start in R8 and its end in BX.
#define REQUESTLINE(no) \
	MOVWLZX (Head_scan+scan_tokenEnd)(R11), CX \
	MOVWLZX (Head_scan+scan_lineEnd)(R11), BX \
	CMPL CX, $8 \
	JHI no \
	LEAL 1(CX), R8 \
	SUBL $const_versionLength, BX \
	MOVL BX, R9 \
	SUBL R8, R9 \
	JLE no \
	CMPB (SI)(R8*1), $0x2f \
	JNE no \
	MOVWLZX Request_MaxTarget(R11), AX \
	DECL R9 \
	DECW AX \
	CMPW AX, R9 \
	JCS no \
	VERSION(no) \
	METHOD(no) \
	SHLL $16, CX \
	MOVL CX, Request_Token(R11) \
	MOVW R8, (Request_Target+Span_Start)(R11) \
	MOVW BX, (Request_Target+Span_End)(R11) \
	MOVB $const_OriginForm, Request_Form(R11)

// VERSION reads " HTTP/1.n\r\n" at BX, where n is not 0; Chunked, Close and Upgrade,
// which follow Minor, become false.
#define VERSION(no) \
	MOVQ $const_wordVersion, AX \
	CMPQ AX, (SI)(BX*1) \
	JNE no \
	MOVL 7(SI)(BX*1), AX \
	SUBL $const_wordMinor, AX \
	RORL $8, AX \
	LEAL -1(AX), R9 \
	CMPL R9, $8 \
	JHI no \
	MOVL AX, Head_Minor(R11) \
	MOVB $0, Request_Expect100(R11) \
	MOVQ $-1, Head_ContentLength(R11)

// METHOD looks up the CX bytes of the method.
#define METHOD(no) \
	LEAL (CX*8), R9 \
	BZHIQ R9, (SI), R9 \
	MOVQ $const_methodFactor, AX \
	IMULQ R9, AX \
	SHRQ $const_methodShift, AX \
	SHLL $4, AX \
	LEAQ ·methodWords(SB), BP \
	CMPQ R9, (BP)(AX*1) \
	JNE no \
	MOVBLZX methodWord_method(BP)(AX*1), AX \
	CMPL AX, $const_CONNECT \
	JEQ no \
	MOVB AX, Request_Method(R11)

// PATHANDQUERY splits the target.
#define PATHANDQUERY(no) \
	MOVW R8, (Request_Path+Span_Start)(R11) \
	XORL R9, R9 \
	MOVQ (Head_scan+scan_notPath)(R11), CX \
	TESTQ CX, CX \
	JEQ whole \
	TZCNTQ CX, CX \
	LEAL 1(R8)(CX*1), R9 \
	CMPL R9, BX \
	JHI no \
	CMPB -1(SI)(R9*1), $0x3f \
	JNE no \
	INCL CX \
	SHRXQ CX, (Head_scan+scan_notQuery)(R11), AX \
	TESTQ AX, AX \
	JNE no \
	SHLL $16, BX \
	ORL BX, R9 \
	LEAL -1(R9), BX \
whole: \
	MOVW BX, (Request_Path+Span_End)(R11) \
	MOVL R9, Request_Query(R11)

// HOSTFIELD takes the value of Host, if it is not empty: a name, or one with up to
// four digits of port.
#define HOSTFIELD(no) \
	MOVBLZX (Head_known+knownSet_first+const_FieldHost)(R11), AX \
	MOVWLZX (R13)(AX*8), CX \
	MOVL (SI)(CX*1), CX \
	ORL $const_lower32, CX \
	CMPL CX, $const_wordHost \
	JNE no \
	MOVL 4(R13)(AX*8), BX \
	MOVL BX, Request_Host(R11) \
	RORXL $16, BX, CX \
	MOVWLZX BX, BX \
	SUBW BX, CX \
	JEQ no \
	MOVQ (Head_scan+scan_notHost)(R11), AX \
	TESTQ AX, AX \
	JEQ named_host \
	TZCNTQ AX, AX \
	JEQ no \
	LEAQ (AX)(BX*1), BX \
	CMPB (SI)(BX*1), $0x3a \
	JNE no \
	SHRXQ AX, (Head_scan+scan_notDigit)(R11), BX \
	CMPQ BX, $1 \
	JNE no \
	SUBL AX, CX \
	CMPW CX, $5 \
	JHI no \
named_host:

// CONNECTIONFIELD takes the value of Connection, if there is one.
#define CONNECTIONFIELD(no) \
	TESTL $CONNECTION, R14 \
	JEQ persistent \
	MOVBLZX (Head_known+knownSet_first+const_FieldConnection)(R11), AX \
	MOVWLZX (R13)(AX*8), CX \
	MOVQ $const_lower64, R9 \
	MOVQ $const_wordConnecti, BP \
	MOVQ (SI)(CX*1), R8 \
	ORQ R9, R8 \
	XORQ BP, R8 \
	MOVWLZX 8(SI)(CX*1), CX \
	ORL $0x2020, CX \
	XORL $const_wordOn, CX \
	ORQ CX, R8 \
	MOVWLZX 4(R13)(AX*8), CX \
	MOVWLZX 6(R13)(AX*8), BX \
	MOVL BX, AX \
	SUBL CX, AX \
	CMPL AX, $10 \
	JHI no \
	LEAQ (AX)(AX*2), R10 \
	LEAQ ·connectionOptions(SB), BP \
	LEAQ (BP)(R10*8), BP \
	MOVWLZX (SI)(CX*1), CX \
	ORL $0x2020, CX \
	XORL connectionOption_first(BP), CX \
	ORQ CX, R8 \
	ORQ -8(SI)(BX*1), R9 \
	XORQ connectionOption_last(BP), R9 \
	ANDQ connectionOption_mask(BP), R9 \
	ORQ R9, R8 \
	JNE no \
	CMPL AX, $5 \
	SETEQ Head_Close(R11) \
persistent:
