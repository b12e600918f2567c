package http1

import "math/bits"

// Request is a parsed request head: numbers and offsets only. It may be
// copied (the copy shares Fields), and the buffer it was parsed from may move.
type Request struct {
	Head
	// MaxTarget is the largest accepted length of the request-target in
	// bytes; 0 means that only MaxHead limits it.
	MaxTarget uint16

	Method Method
	Form   Form
	// Expect100 says that the client waits for 100 (Continue) before it sends
	// the content (RFC 9110, 10.1.1).
	Expect100 bool
	Token     Span // the method as it was sent
	Target    Span // the request-target as it was sent
	Path      Span // its path, not decoded; "*" for AsteriskForm; may be empty for AbsoluteForm
	Query     Span // what follows its "?"
	Host      Span // host and port the request is for: of the target, else of Host (RFC 9112, 3.3)
}

// Parse reads one request head from the front of b and reports how many bytes
// it took. It returns 0 and no error while the head is incomplete: call it
// again with the same bytes, and more, at the front of b. What was looked at
// is not looked at again. An error ends the connection; Offset tells where it
// is, and Parse keeps returning it until Reset.
func (r *Request) Parse(b []byte) (n int, err Error) {
	if limit := r.limit(); len(b) > limit {
		b = b[:limit]
	}
	if r.state == atStart && r.at == 0 {
		n = -1
		if chosen > bySWAR && len(b) >= minScan {
			var decided bool
			n, decided = scanVector(&b[0], len(b), &r.Head, true)
			if decided && (!r.Has(FieldContentLength) || r.plainLength(b)) {
				return n, 0
			}
		}
		if n < 0 {
			n = r.scanWords(b)
		}
		if n > 0 && r.lineScanned(b) && (r.plain(b) || r.rare(b, n)) {
			return n, 0
		}
	}
	return r.resume(b)
}

// resume reads byte by byte, from where the last call came to.
func (r *Request) resume(b []byte) (n int, err Error) {
	if r.state == failed {
		return 0, r.failure
	}
	if r.state == atStart && r.at == 0 {
		r.begin()
	}
	if r.state < atLineLF {
		if e := r.startLine(b); e != 0 {
			return 0, e
		}
	}
	if r.state >= atLineLF {
		if e := r.fields(b); e != 0 {
			return 0, e
		}
	}
	if r.tooLong(len(b)) {
		return 0, r.fail(len(b), r.limitError())
	}
	if r.state != atEnd {
		return 0, 0
	}
	return r.finish(b)
}

// rare takes the decisions that plain left about a scanned head of n bytes.
func (r *Request) rare(b []byte, n int) bool {
	r.confirm(b)
	if len(r.Fields) > maxCount {
		r.scan.notHost = ^uint64(0) // it may be about another field: counts come round
	}
	r.at = uint16(n)
	_, e := r.framing(b, &r.scan)
	r.at = 0
	return e == 0
}

// lineScanned reads the request line, whose ends s knows.
func (r *Request) lineScanned(b []byte) bool {
	s := &r.scan
	token, end := int(s.tokenEnd), int(s.lineEnd)
	target, space := token+1, end-versionLength
	// Without a MaxTarget, the subtraction gives the largest number there is.
	if space <= target || token > maxMethod || uint16(space-target-1) > r.MaxTarget-1 {
		return false
	}
	// The line ends with " HTTP/1.n\r\n", where n may be any digit.
	digit := bits.RotateLeft32(load32(b, end-3)-wordMinor, -8)
	if load64(b, space) != wordVersion || digit > 9 || load8(b, token) != ' ' {
		return false
	}
	r.Minor = uint8(digit)
	r.Token = Span{0, uint16(token)}
	r.Target = Span{uint16(target), uint16(space)}
	if token < len(methodMasks) {
		r.Method = wordMethod(load64(b, 0) & methodMasks[token])
	} else {
		r.Method = MethodOf(b[:token])
	}
	if r.Method == OtherMethod && (token == 0 || !isToken.all(b[:token])) {
		return false
	}
	if load8(b, target) != '/' || r.Method == CONNECT {
		return r.parseTarget(b) == 0
	}
	r.Form, r.Query = OriginForm, Span{}
	path := space
	if s.notPath != 0 {
		n := bits.TrailingZeros64(s.notPath)
		path = target + n
		if path >= space || load8(b, path) != '?' || s.notQuery>>((n+1)&63) != 0 {
			r.Host = Span{}
			return r.splitPath(b, r.Target) == 0
		}
		r.Query = Span{uint16(path + 1), uint16(space)}
	}
	r.Path = Span{uint16(target), uint16(path)}
	r.Host = Span{}
	return true
}

// httpVersion is "HTTP/1.0" as load64 reads it.
const httpVersion = 'H' | 'T'<<8 | 'T'<<16 | 'P'<<24 | '/'<<32 | '1'<<40 | '.'<<48 | '0'<<56

// limitError names the error of a head that reaches its limit in this state.
func (r *Request) limitError() Error {
	if r.state == inTarget {
		return ErrTargetTooLong
	}
	return ErrHeadTooLong
}

// finish takes the decisions that need the whole head.
func (r *Request) finish(b []byte) (n int, err Error) {
	n = int(r.at)
	at, e := r.framing(b, &scan{notHost: ^uint64(0)})
	if e != 0 {
		return 0, r.fail(at, e)
	}
	r.Reset()
	return n, 0
}

// startLine reads the request line from r.at on, byte by byte, up to its CR.
func (r *Request) startLine(b []byte) Error {
	i := int(r.at)
	for ; i < len(b) && r.state != atLineLF; i++ {
		if e := r.startByte(b, i); e != 0 {
			return r.fail(i, e)
		}
	}
	r.at = uint16(i)
	return 0
}

// startByte takes the next byte of the request line.
func (r *Request) startByte(b []byte, i int) Error {
	c := b[i]
	switch r.state {
	case atStart:
		// RFC 9112, 2.2: empty lines before the request line are ignored.
		if c == '\r' {
			r.state = atStartLF
			return 0
		}
		r.mark, r.state = uint16(i), inMethod
		fallthrough
	case inMethod:
		return r.methodByte(b, i)
	case atStartLF:
		if c != '\n' {
			return ErrBareCR
		}
		r.state = atStart
	case inTarget:
		return r.targetByte(b, i)
	case inVersion:
		return r.versionByte(c, i-int(r.mark))
	}
	return 0
}

func (r *Request) methodByte(b []byte, i int) Error {
	switch c := b[i]; {
	case classes[c]&isToken != 0:
		if i-int(r.mark) == maxMethod {
			return ErrMethodTooLong
		}
	case c == ' ' && i > int(r.mark):
		r.Token = Span{r.mark, uint16(i)}
		r.Method = MethodOf(r.Token.Of(b))
		r.mark, r.state = uint16(i+1), inTarget
	case c == '\n':
		return ErrBareLF
	default:
		return ErrMethod
	}
	return 0
}

func (r *Request) targetByte(b []byte, i int) Error {
	c, n := b[i], i-int(r.mark)
	switch {
	case classes[c]&isTarget != 0:
		if r.MaxTarget > 0 && n == int(r.MaxTarget) {
			return ErrTargetTooLong
		}
		return 0
	case c == ' ' && n > 0:
		r.Target = Span{r.mark, uint16(i)}
		r.mark, r.state = uint16(i+1), inVersion
		return r.parseTarget(b)
	case c == '\r':
		return ErrVersion // RFC 9112, 3: a request line has three parts
	case classes[c]&isValue == 0:
		return forbidden(c)
	}
	return ErrTarget
}

// versionByte takes the byte c that is n bytes behind the target's space.
func (r *Request) versionByte(c byte, n int) Error {
	const version = "HTTP/1.1\r"
	switch digit := classes[c]&isDigit != 0; {
	case n == 5 && digit && c != '1':
		return ErrVersionMajor
	case n == 7 && digit:
		r.Minor = c - '0'
	case c != version[n]:
		if c == '\n' {
			return ErrBareLF
		}
		return ErrVersion
	case n == 8:
		r.state = atLineLF
	}
	return 0
}
