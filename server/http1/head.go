package http1

// Head is what request heads and response heads have in common. The caller
// sets Fields and MaxHead once; Parse sets the rest.
type Head struct {
	// Fields holds the field lines in their order. Its capacity, at most 128,
	// is the largest number of fields that is accepted.
	Fields []Field
	// MaxHead is the largest accepted length of the head in bytes, with the
	// empty lines before it; 0 means MaxHead, 65535.
	MaxHead uint16

	// Minor is the minor version: 0 is HTTP/1.0, 1 is HTTP/1.1, and a higher
	// one is to be treated as 1 (RFC 9110, 2.5).
	Minor uint8
	// Chunked says that the content is framed by the chunked transfer coding.
	Chunked bool
	// Close says that the connection ends after this exchange (RFC 9112, 9.3).
	Close bool
	// Upgrade says that an upgrade is proposed or announced: HTTP/1.1,
	// "Connection: upgrade" and an Upgrade field (RFC 9110, 7.8).
	Upgrade bool
	// ContentLength is the value of Content-Length, -1 without one.
	ContentLength int64

	known   knownSet
	scan    scan
	state   state
	failure Error
	at      uint16 // the next byte to look at; after a failure, its offset
	mark    uint16 // where the element being read starts
	name    Span   // the field name before the value being read
}

// state is where in a head the reader stands.
type state uint8

const (
	atStart state = iota // before the first line; empty lines are skipped
	atStartLF
	inMethod
	inTarget
	inVersion
	inStatus
	inReason
	atLineLF
	atField // at the start of a field line or of the last, empty, line
	inName
	beforeValue
	inValue
	atFieldLF
	atEndLF
	atEnd
	failed
)

// Offset returns the offset of the byte that the last Error is about.
func (h *Head) Offset() int { return int(h.at) }

// Reset forgets a head that is incomplete, or one that was refused.
func (h *Head) Reset() { h.state, h.at = atStart, 0 }

// Has reports whether the field k occurs.
func (h *Head) Has(k Known) bool { return h.known.count(k) != 0 }

// Value returns the value of the first field k; it is empty if there is none.
func (h *Head) Value(k Known) Span {
	if !h.Has(k) {
		return Span{}
	}
	return h.Fields[h.known.first[k]].Value
}

// Lookup returns the value of the first field called name, in any case.
func (h *Head) Lookup(b []byte, name string) (value Span, ok bool) {
	i := h.Find(b, name, 0)
	if i < 0 {
		return Span{}, false
	}
	return h.Fields[i].Value, true
}

// Find returns the index of the next field called name, in any case, at index
// from or after it, -1 if there is none. To see all of them:
//
//	for i := r.Find(b, "Cookie", 0); i >= 0; i = r.Find(b, "Cookie", i+1) {
func (h *Head) Find(b []byte, name string, from int) int {
	for i := from; i < len(h.Fields); i++ {
		if h.Fields[i].Is(b, name) {
			return i
		}
	}
	return -1
}

// limit returns how many bytes a head may have.
func (h *Head) limit() int {
	if h.MaxHead == 0 {
		return MaxHead
	}
	return int(h.MaxHead)
}

// begin makes h ready for a new head.
func (h *Head) begin() { h.Fields, h.known.counts = h.Fields[:0], 0 }

// fail ends the reading at the byte with offset at.
func (h *Head) fail(at int, e Error) Error {
	h.state, h.at, h.failure = failed, uint16(at), e
	return e
}

// fields reads field lines from h.at on, byte by byte, and ends in the state
// atEnd, with an error, or at the end of b. The state between two bytes is all
// in h, so the result does not depend on where the input was cut.
func (h *Head) fields(b []byte) Error {
	i := int(h.at)
	for ; i < len(b); i++ {
		c := b[i]
		switch h.state {
		case atLineLF, atFieldLF:
			if c != '\n' {
				return h.fail(i-1, ErrBareCR)
			}
			h.state = atField
		case atField:
			if e := h.startField(c); e != 0 {
				return h.fail(i, e)
			}
			h.mark = uint16(i)
		case inName:
			if classes[c]&isToken != 0 {
				continue
			}
			// RFC 9112, 5.1: no white space between the name and the colon.
			if c != ':' {
				return h.fail(i, ErrFieldName)
			}
			h.name, h.state = Span{h.mark, uint16(i)}, beforeValue
		case beforeValue:
			if c == ' ' || c == '\t' {
				continue
			}
			h.mark, h.state = uint16(i), inValue
			fallthrough
		case inValue:
			if i = skipValue(b, i); i == len(b) {
				h.at = uint16(i)
				return 0
			}
			if b[i] != '\r' {
				return h.fail(i, forbidden(b[i]))
			}
			h.addField(b, i)
			h.state = atFieldLF
		case atEndLF:
			if c != '\n' {
				return h.fail(i-1, ErrBareCR)
			}
			h.state, h.at = atEnd, uint16(i+1)
			return 0
		}
	}
	h.at = uint16(i)
	return 0
}

// startField decides what the first byte of a line starts.
func (h *Head) startField(c byte) Error {
	switch {
	case classes[c]&isToken != 0:
		if len(h.Fields) == cap(h.Fields) || len(h.Fields) == maxFields {
			return ErrTooManyFields
		}
		h.state = inName
	case c == '\r':
		h.state = atEndLF
	case c == ' ' || c == '\t':
		// RFC 9112, 5.2: obs-fold is refused; 2.2: so is white space between
		// the start line and the first field.
		return ErrFold
	case c == '\n':
		return ErrBareLF
	default:
		return ErrFieldName
	}
	return 0
}

// forbidden names the error of a byte that a line may not hold.
func forbidden(c byte) Error {
	switch c {
	case '\n': // RFC 9112, 2.2: it may be taken for a line end; it is not here.
		return ErrBareLF
	case '\r':
		return ErrBareCR
	}
	return ErrControl // RFC 9110, 5.5
}

// addField adds the field whose value ends before the CR at end.
func (h *Head) addField(b []byte, end int) {
	start := int(h.mark)
	for end > start && (b[end-1] == ' ' || b[end-1] == '\t') {
		end--
	}
	if k := knownOf(b, h.name); k != unknown {
		h.known.add(k, len(h.Fields))
	}
	h.Fields = append(h.Fields, Field{h.name, Span{uint16(start), uint16(end)}})
}

// tooLong reports whether the head cannot end within its limit any more.
func (h *Head) tooLong(n int) bool { return h.state != atEnd && n >= h.limit() }
