package http1

// Bytes is what may be written as a field value.
type Bytes interface{ ~string | ~[]byte }

// AppendStatus appends the status line of a response: "HTTP/1.1 200 OK".
// code is 100 to 599; one without a known reason gets an empty one.
func AppendStatus(dst []byte, code int) []byte {
	dst = append(dst, "HTTP/1.1 "...)
	dst = append(dst, byte('0'+code/100%10), byte('0'+code/10%10), byte('0'+code%10), ' ')
	dst = append(dst, Reason(code)...)
	return append(dst, "\r\n"...)
}

// AppendRequestLine appends the request line of an HTTP/1.1 request. On an
// error dst is returned as it was.
func AppendRequestLine(dst []byte, method, target string) ([]byte, Error) {
	if !isToken.holds(method) {
		return dst, ErrMethod
	}
	if !isTarget.holds(target) {
		return dst, ErrTarget
	}
	dst = append(dst, method...)
	dst = append(dst, ' ')
	dst = append(dst, target...)
	return append(dst, " HTTP/1.1\r\n"...), 0
}

// AppendField appends a field line. A name that is not a token and a value with
// CR, LF, NUL or another control character are refused (RFC 9110, 5.5), so
// that no value can add a line; dst is then returned as it was.
func AppendField[V Bytes](dst []byte, name string, value V) ([]byte, Error) {
	if !isToken.holds(name) || !writable(value) {
		return dst, ErrUnwritable
	}
	dst = append(dst, name...)
	dst = append(dst, ": "...)
	dst = append(dst, value...)
	return append(dst, "\r\n"...), 0
}

func writable[V Bytes](value V) bool {
	for i := range len(value) {
		if classes[value[i]]&isValue == 0 {
			return false
		}
	}
	return true
}

// AppendContentLength appends the field Content-Length; n is at least 0.
func AppendContentLength(dst []byte, n int64) []byte {
	dst = append(dst, "Content-Length: "...)
	dst = AppendInt(dst, n)
	return append(dst, "\r\n"...)
}

// AppendEnd appends the empty line that ends a head.
func AppendEnd(dst []byte) []byte { return append(dst, "\r\n"...) }

// AppendInt appends n in decimal; n is at least 0.
func AppendInt(dst []byte, n int64) []byte {
	var digits [19]byte
	i := len(digits)
	for {
		i--
		digits[i] = byte('0' + n%10)
		if n /= 10; n == 0 {
			return append(dst, digits[i:]...)
		}
	}
}

// AppendChunkHead appends the size line of a chunk of n bytes. The data and
// "\r\n" follow. n is at least 1: a chunk of 0 bytes ends the body.
func AppendChunkHead(dst []byte, n int) []byte {
	const hex = "0123456789abcdef"
	var digits [16]byte
	i := len(digits)
	for {
		i--
		digits[i] = hex[n&15]
		if n >>= 4; n == 0 {
			break
		}
	}
	dst = append(dst, digits[i:]...)
	return append(dst, "\r\n"...)
}

// AppendLastChunk appends the last chunk and an empty trailer section.
func AppendLastChunk(dst []byte) []byte { return append(dst, "0\r\n\r\n"...) }
