package http1

// Response is a parsed response head: numbers and offsets only.
type Response struct {
	Head
	Status int  // 100 to 599
	Reason Span // the reason phrase; may be empty
	Body   Body // how the content is delimited
}

// Body says how the content of a response is delimited (RFC 9112, 6.3).
type Body uint8

const (
	NoBody      Body = iota // the message ends with its head
	LengthBody              // ContentLength bytes
	ChunkedBody             // chunks: see Chunked
	CloseBody               // everything until the connection closes
	TunnelBody              // CONNECT succeeded: no HTTP any more
)

// Parse reads the head of a response to a request with the given method, as
// Request.Parse reads requests.
func (r *Response) Parse(b []byte, method Method) (n int, err Error) {
	if r.state == failed {
		return 0, r.failure
	}
	if limit := r.limit(); len(b) > limit {
		b = b[:limit]
	}
	if r.state == atStart {
		if n = r.parseScanned(b, method); n > 0 {
			return n, 0
		}
		r.begin()
		r.state, r.Status, r.Reason = inStatus, 0, Span{}
	}
	if r.state < atLineLF {
		if e := r.statusLine(b); e != 0 {
			return 0, e
		}
	}
	if r.state >= atLineLF {
		if e := r.fields(b); e != 0 {
			return 0, e
		}
	}
	if r.tooLong(len(b)) {
		return 0, r.fail(len(b), ErrHeadTooLong)
	}
	if r.state != atEnd {
		return 0, 0
	}
	return r.finish(b, method)
}

// parseScanned reads a whole head at once if it is complete and ordinary, and
// returns its length.
func (r *Response) parseScanned(b []byte, method Method) int {
	n := -1
	if chosen > bySWAR && len(b) >= minScan {
		n, _ = scanVector(&b[0], len(b), &r.Head, false)
	}
	if n < 0 {
		n = r.scanWords(b)
	}
	if n == 0 || !r.lineScanned(b, int(r.scan.lineEnd)-1) {
		return 0
	}
	r.confirm(b)
	if _, e := r.decideFraming(b); e != 0 {
		return 0
	}
	r.decideBody(method)
	return n
}

// lineScanned reads the status line, whose CR is to be at offset end.
func (r *Response) lineScanned(b []byte, end int) bool {
	if end < len("HTTP/1.1 200 ") || b[end] != '\r' || b[8] != ' ' || b[12] != ' ' {
		return false
	}
	version := load64(b, 0) - httpVersion
	hundreds, tens, units := b[9]-'0', b[10]-'0', b[11]-'0'
	if version >= 10<<56 || version&(1<<56-1) != 0 || hundreds-1 > 4 || tens > 9 || units > 9 {
		return false
	}
	r.Minor = uint8(version >> 56)
	r.Status = int(hundreds)*100 + int(tens)*10 + int(units)
	r.Reason = Span{13, uint16(end)}
	return true
}

func (r *Response) finish(b []byte, method Method) (n int, err Error) {
	n = int(r.at)
	at, e := r.decideFraming(b)
	if e != 0 {
		return 0, r.fail(at, e)
	}
	r.decideBody(method)
	r.Reset()
	return n, 0
}

func (r *Response) decideBody(method Method) {
	r.Body = r.body(method)
	if r.Body == CloseBody || r.Body == TunnelBody {
		r.Close = true
	}
}

// body applies the rules of RFC 9112, 6.3 in their order.
func (r *Response) body(method Method) Body {
	switch {
	case method == HEAD, r.Status < 200, r.Status == 204, r.Status == 304:
		return NoBody
	case method == CONNECT && r.Status < 300:
		return TunnelBody
	case r.Chunked:
		return ChunkedBody
	case r.ContentLength > 0:
		return LengthBody
	case r.ContentLength == 0:
		return NoBody
	}
	return CloseBody
}

// statusLine reads the status line from r.at on, byte by byte, up to its CR.
func (r *Response) statusLine(b []byte) Error {
	i := int(r.at)
	for ; i < len(b) && r.state != atLineLF; i++ {
		c := b[i]
		switch {
		case r.state == inStatus && i == 12 && c == '\r':
			// RFC 9112, 4 makes the sender write the space; who forgets it
			// is understood all the same.
			r.state = atLineLF
		case r.state == inStatus:
			if !r.statusByte(c, i) {
				return r.fail(i, r.statusError(c, i))
			}
		case c == '\r':
			r.Reason, r.state = Span{r.mark, uint16(i)}, atLineLF
		case classes[c]&isValue == 0:
			return r.fail(i, forbidden(c))
		}
	}
	r.at = uint16(i)
	return 0
}

// statusByte takes the byte c at offset i of "HTTP/1.1 200 ".
func (r *Response) statusByte(c byte, i int) bool {
	const pattern = "HTTP/1.n ddd "
	digit := classes[c]&isDigit != 0
	switch p := pattern[i]; {
	case p == 'n' && digit:
		r.Minor = c - '0'
	case p == 'd' && digit:
		// RFC 9110, 15: codes are 100 to 599.
		if i == 9 && (c < '1' || c > '5') {
			return false
		}
		r.Status = r.Status*10 + int(c-'0')
	case c != p || p == 'n' || p == 'd':
		return false
	}
	if i == len(pattern)-1 {
		r.mark, r.state = uint16(i+1), inReason
	}
	return true
}

func (r *Response) statusError(c byte, i int) Error {
	switch {
	case i == 5 && classes[c]&isDigit != 0:
		return ErrVersionMajor
	case i < 8:
		return ErrVersion
	}
	return ErrStatus
}
