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
	if r.state == failed {
		return 0, r.failure
	}
	if limit := r.limit(); len(b) > limit {
		b = b[:limit]
	}
	if r.state == atStart && r.at == 0 {
		if n = r.parseScanned(b); n > 0 {
			return n, 0
		}
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

// parseScanned reads a whole head at once if it is complete and ordinary, and
// returns its length.
func (r *Request) parseScanned(b []byte) int {
	var s scan
	n := r.scan(b, &s)
	if n == 0 || !r.lineScanned(b, &s) {
		return 0
	}
	if r.plain(b, &s) {
		return n
	}
	r.confirm(b)
	r.at = uint16(n)
	_, e := r.framing(b, &s)
	r.at = 0
	if e != 0 {
		return 0
	}
	return n
}

// lineScanned reads the request line, whose ends s knows.
func (r *Request) lineScanned(b []byte, s *scan) bool {
	token, end := int(s.tokenEnd), int(s.lineEnd)
	target, space := token+1, end-versionLength
	if space <= target || token > maxMethod || r.MaxTarget > 0 && space-target > int(r.MaxTarget) {
		return false
	}
	// The line ends with " HTTP/1.n\r"; the LF is known, and n may be any digit.
	version := load64(b, space+1) - httpVersion
	if version >= 10<<56 || version&(1<<56-1) != 0 {
		return false
	}
	if b[token] != ' ' || b[space] != ' ' || b[end-1] != '\r' {
		return false
	}
	r.Minor = uint8(version >> 56)
	r.Token = Span{0, uint16(token)}
	r.Method = methodOf(b, token)
	r.Target = Span{uint16(target), uint16(space)}
	return r.targetScanned(b, s)
}

// httpVersion is "HTTP/1.0" as load64 reads it.
const httpVersion = 'H' | 'T'<<8 | 'T'<<16 | 'P'<<24 | '/'<<32 | '1'<<40 | '.'<<48 | '0'<<56

// targetScanned takes the request-target apart with the help of s.
func (r *Request) targetScanned(b []byte, s *scan) bool {
	t := r.Target
	if b[t.Start] != '/' || r.Method == CONNECT {
		return r.parseTarget(b) == 0
	}
	r.Form, r.Path, r.Query, r.Host = OriginForm, t, Span{}, Span{}
	if s.notPath == 0 {
		return true
	}
	n := uint16(bits.TrailingZeros64(s.notPath))
	if query := t.Start + n; query < t.End && b[query] == '?' && s.notQuery>>(n+1) == 0 {
		r.Path.End, r.Query = query, Span{query + 1, t.End}
		return true
	}
	return r.splitPath(b, t) == 0
}

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
