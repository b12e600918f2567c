package http1

import "math"

// framing decides from the known fields how the content is delimited and what
// becomes of the connection (RFC 9112, 6.3 and 9.3). at is the error's offset.
func (r *Request) framing(b []byte, s *scan) (at int, err Error) {
	if at, err = r.decideHost(b, s); err != 0 {
		return at, err
	}
	r.Expect100 = false
	if r.Has(FieldExpect) {
		if at, err = r.decideExpect(b); err != 0 {
			return at, err
		}
	}
	return r.decideFraming(b)
}

// plain takes the decisions about a request that was read by a scanner, if it
// is like most: Host with a plain name, perhaps Connection with one of its two
// common values, perhaps Content-Length, and no other field that matters here.
// It leaves everything else, and all errors, to framing.
func (r *Request) plain(b []byte) bool {
	s := &r.scan
	const (
		host       = 1 << (countBits * FieldHost)
		connection = 1 << (countBits * FieldConnection)
		length     = 1 << (countBits * FieldContentLength)
	)
	counts := r.known.counts
	if counts&^(connection|length) != host || len(r.Fields) > maxCount || r.Form != OriginForm {
		return false
	}
	f := fieldAt(r.Fields, 0)
	if i := r.known.first[FieldHost]; i != 0 { // RFC 9110, 7.2: Host ought to be first
		f = fieldAt(r.Fields, i)
	}
	if f.Name.Len() != 4 || load32(b, int(f.Name.Start))|lower32 != wordHost || f.Value.Len() == 0 {
		return false
	}
	if s.notHost != 0 && !s.plainHost(f.Value.Of(b)) && !validHost(f.Value.Of(b), false) {
		return false
	}
	r.Host = f.Value
	r.Close, r.Upgrade, r.Expect100, r.Chunked = r.Minor == 0, false, false, false
	r.ContentLength = -1
	if counts&connection != 0 {
		f = fieldAt(r.Fields, r.known.first[FieldConnection])
		n, name, end := f.Value.Len(), int(f.Name.Start), int(f.Value.End)
		if f.Name.Len() != 10 || n >= len(connectionOptions) {
			return false
		}
		// Which option it is nobody can predict: there is no branch on that.
		option := &connectionOptions[n]
		differs := (load64(b, name) | lower64) ^ wordConnecti | ((load64(b, name+2) | lower64) ^ wordNnection)
		differs |= ((load64(b, end-8) | lower64) ^ option.last) & option.mask
		differs |= uint64(uint32(uint16(load32(b, end-n)|lower32)) ^ option.first)
		if differs != 0 {
			return false
		}
		r.Close = n == len("close")
	}
	return counts&length == 0 || r.plainLength(b)
}

// Words as load32 and load64 read them.
const (
	wordHost     = 'h' | 'o'<<8 | 's'<<16 | 't'<<24
	wordConnecti = 'c' | 'o'<<8 | 'n'<<16 | 'n'<<24 | 'e'<<32 | 'c'<<40 | 't'<<48 | 'i'<<56
	wordOn       = 'o' | 'n'<<8
	wordNnection = 'n' | 'n'<<8 | 'e'<<16 | 'c'<<24 | 't'<<32 | 'i'<<40 | 'o'<<48 | 'n'<<56
	wordVersion  = ' ' | 'H'<<8 | 'T'<<16 | 'T'<<24 | 'P'<<32 | '/'<<40 | '1'<<48 | '.'<<56
	wordMinor    = '.' | '0'<<8 | '\r'<<16 | '\n'<<24
	wordEpAlive  = 'e' | 'p'<<8 | '-'<<16 | 'a'<<24 | 'l'<<32 | 'i'<<40 | 'v'<<48 | 'e'<<56
	wordClose    = 'c'<<24 | 'l'<<32 | 'o'<<40 | 's'<<48 | 'e'<<56
)

type connectionOption struct {
	last, mask uint64
	first      uint32
}

// connectionOptions are the two common values of Connection, by their length:
// the first two bytes, and the last eight as far as mask says. No value has the
// first bytes of the others.
var connectionOptions = [11]connectionOption{
	len("close"):      {wordClose, (1<<40 - 1) << 24, 'c' | 'l'<<8},
	len("keep-alive"): {wordEpAlive, ^uint64(0), 'k' | 'e'<<8},
}

func (r *Request) plainLength(b []byte) bool {
	f := &r.Fields[r.known.first[FieldContentLength]]
	n, err := parseLength(f.Value.Of(b))
	r.ContentLength = n
	return err == 0 && FieldContentLength.is(b, f.Name)
}

// decideHost holds Host to its rules and finds the host the request is for.
func (r *Request) decideHost(b []byte, s *scan) (at int, err Error) {
	host := r.next(b, FieldHost, 0)
	if host < 0 {
		// RFC 9112, 3.2: HTTP/1.1 demands Host, also with an absolute-form.
		if r.Minor > 0 {
			return int(r.at) - 2, ErrHostMissing
		}
		return 0, 0
	}
	value := r.Fields[host].Value
	if second := r.next(b, FieldHost, host+1); second >= 0 {
		return int(r.Fields[second].Value.Start), ErrHostRepeated
	}
	if !s.plainHost(value.Of(b)) && !validHost(value.Of(b), false) {
		return int(value.Start), ErrHost
	}
	if r.Form == OriginForm || r.Form == AsteriskForm {
		r.Host = value
	}
	return 0, 0
}

// decideExpect reads Expect. HTTP/1.0 has no expectations (RFC 9110, 10.1.1).
func (r *Request) decideExpect(b []byte) (at int, err Error) {
	if r.Minor == 0 {
		return 0, 0
	}
	for i := r.next(b, FieldExpect, 0); i >= 0; i = r.next(b, FieldExpect, i+1) {
		value := r.Fields[i].Value.Of(b)
		for len(value) > 0 {
			var element []byte
			element, value = nextElement(value)
			switch {
			case equalFold(element, "100-continue"):
				r.Expect100 = true
			case len(element) > 0:
				return int(r.Fields[i].Value.Start), ErrExpect
			}
		}
	}
	return 0, 0
}

// decideFraming reads Content-Length, Transfer-Encoding, Connection and Upgrade.
func (h *Head) decideFraming(b []byte) (at int, err Error) {
	h.ContentLength, h.Chunked = -1, false
	if h.Has(FieldContentLength) {
		if at, err = h.decideLength(b); err != 0 {
			return at, err
		}
	}
	if h.Has(FieldTransferEncoding) {
		if at, err = h.decideCoding(b); err != 0 {
			return at, err
		}
	}
	h.decideConnection(b)
	return 0, 0
}

func (h *Head) decideLength(b []byte) (at int, err Error) {
	first := h.next(b, FieldContentLength, 0)
	value := h.Fields[first].Value
	// RFC 9112, 6.3: repeated values may be refused even when they are equal.
	if second := h.next(b, FieldContentLength, first+1); second >= 0 {
		return int(h.Fields[second].Value.Start), ErrLengthRepeated
	}
	h.ContentLength, err = parseLength(value.Of(b))
	return int(value.Start), err
}

// parseLength reads 1*DIGIT (RFC 9110, 8.6).
func parseLength(b []byte) (n int64, err Error) {
	if len(b) == 0 {
		return 0, ErrLength
	}
	for i, c := range b {
		d := int64(c) - '0'
		switch {
		case uint64(d) > 9:
			return 0, ErrLength
		case i >= 18 && n > (math.MaxInt64-d)/10: // 18 digits always fit
			if !isDigit.all(b) {
				return 0, ErrLength
			}
			return 0, ErrLengthTooLarge
		}
		n = n*10 + d
	}
	return n, 0
}

// decideCoding accepts one transfer coding: chunked, once, and last.
func (h *Head) decideCoding(b []byte) (at int, err Error) {
	first := h.next(b, FieldTransferEncoding, 0)
	at = int(h.Fields[first].Value.Start)
	switch {
	case h.Minor == 0: // RFC 9112, 6.1: the framing of such a message is faulty.
		return at, ErrCodingVersion
	case h.Has(FieldContentLength): // RFC 9112, 6.1: an attempt at smuggling.
		return at, ErrLengthAndCoding
	}
	for i := first; i >= 0; i = h.next(b, FieldTransferEncoding, i+1) {
		value := h.Fields[i].Value
		if err = h.addCodings(value.Of(b)); err != 0 {
			return int(value.Start), err
		}
	}
	return 0, 0
}

// addCodings reads the list of one line. RFC 9110, 5.6.1.2 has empty elements
// ignored, but a line with nothing else is refused: who looks at one line only
// may take it for no coding at all, and then where the message ends would be in
// dispute (RFC 9112, 11.2).
func (h *Head) addCodings(list []byte) Error {
	codings := 0
	for list != nil {
		var element []byte
		if element, list = nextElement(list); len(element) == 0 {
			continue
		}
		if err := h.addCoding(element); err != 0 {
			return err
		}
		codings++
	}
	if codings == 0 {
		return ErrCoding
	}
	return 0
}

func (h *Head) addCoding(element []byte) Error {
	switch {
	case !isToken.all(element): // RFC 9112, 7: chunked has no parameters
		return ErrCoding
	case !equalFold(element, "chunked"):
		return ErrCodingUnknown // RFC 9112, 6.1
	case h.Chunked: // RFC 9112, 6.1: chunked must not be applied twice.
		return ErrCoding
	}
	h.Chunked = true
	return 0
}

// decideConnection reads Connection (RFC 9110, 7.6.1; RFC 9112, 9.3 and 9.6).
func (h *Head) decideConnection(b []byte) {
	var close, keep, upgrade bool
	for i := h.next(b, FieldConnection, 0); i >= 0; i = h.next(b, FieldConnection, i+1) {
		value := h.Fields[i].Value.Of(b)
		for len(value) > 0 {
			var option []byte
			option, value = nextElement(value)
			close = close || equalFold(option, "close")
			keep = keep || equalFold(option, "keep-alive")
			upgrade = upgrade || equalFold(option, "upgrade")
		}
	}
	h.Close = close || h.Minor == 0 && !keep
	h.Upgrade = upgrade && h.Minor > 0 && h.Has(FieldUpgrade)
}

// nextElement cuts the next element off a comma-separated list; white space
// around it is not part of it, and it may be empty (RFC 9110, 5.6.1).
func nextElement(list []byte) (element, rest []byte) {
	end := 0
	for end < len(list) && list[end] != ',' {
		end++
	}
	element = list[:end]
	if end < len(list) {
		rest = list[end+1:]
	}
	for len(element) > 0 && isOWS(element[0]) {
		element = element[1:]
	}
	for len(element) > 0 && isOWS(element[len(element)-1]) {
		element = element[:len(element)-1]
	}
	return element, rest
}

func isOWS(c byte) bool { return c == ' ' || c == '\t' }
