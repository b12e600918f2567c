package http1

// Chunked decodes a body in the chunked transfer coding (RFC 9112, 7.1). The
// zero value is ready for use; the limits may be set before.
type Chunked struct {
	// MaxExtension bounds by how many bytes chunk extensions (and leading
	// zeros of sizes) may exceed the data decoded so far; 0 means 1024.
	MaxExtension int
	// MaxTrailer bounds the trailer section in bytes; 0 means 8192.
	MaxTrailer int

	state    chunkState
	failure  Error
	left     int64 // data bytes left in this chunk; while its size is read, the size
	overhead int   // extension bytes minus data bytes, at least 0
	trailer  int   // bytes of the trailer section
}

type chunkState uint8

const (
	chunkStart chunkState = iota // the first digit of a size
	chunkSize
	chunkSpace    // white space before ";"
	chunkExt      // behind ";"
	chunkName     // in an extension's name
	chunkNameEnd  // white space behind the name
	chunkValue    // behind "="
	chunkToken    // in a value that is a token
	chunkQuoted   // in a value that is a quoted-string
	chunkEscaped  // behind its backslash
	chunkValueEnd // behind a quoted-string or white space behind a value
	chunkSizeLF
	chunkData
	chunkDataCR
	chunkDataLF
	trailerStart
	trailerName
	trailerValue
	trailerLF
	trailerEndLF
	chunkDone
	chunkFailed
)

// Reset makes c ready for the next body; limits stay.
func (c *Chunked) Reset() {
	*c = Chunked{MaxExtension: c.MaxExtension, MaxTrailer: c.MaxTrailer}
}

// Done reports whether the body is complete, with its trailer section.
func (c *Chunked) Done() bool { return c.state == chunkDone }

// Decode reads b, the next bytes of the body, and moves the data in it to the
// front: b[:produced] is content then, and b[consumed:] was not looked at. All
// of b is consumed unless the body ends in it, which Done tells. After an error
// the content before it is still reported, and the error is returned again.
func (c *Chunked) Decode(b []byte) (consumed, produced int, err Error) {
	if c.state == chunkFailed {
		return 0, 0, c.failure
	}
	i := 0
	for i < len(b) && c.state != chunkDone {
		if c.state == chunkData {
			n := int(min(c.left, int64(len(b)-i)))
			if produced != i {
				copy(b[produced:], b[i:i+n])
			}
			i, produced = i+n, produced+n
			c.took(n)
			continue
		}
		if err = c.step(b[i]); err != 0 {
			c.state, c.failure = chunkFailed, err
			return i, produced, err
		}
		i++
	}
	return i, produced, 0
}

// took notes that n bytes of data were decoded.
func (c *Chunked) took(n int) {
	c.overhead = max(0, c.overhead-n)
	if c.left -= int64(n); c.left == 0 {
		c.state = chunkDataCR
	}
}

// step takes one byte of framing.
func (c *Chunked) step(x byte) Error {
	switch {
	case c.state <= chunkSize:
		return c.sizeByte(x)
	case c.state < chunkSizeLF:
		return c.extensionByte(x)
	case c.state >= trailerStart:
		return c.trailerByte(x)
	case c.state == chunkSizeLF:
		if x != '\n' {
			return ErrBareCR
		}
		c.state = chunkData
		if c.left == 0 {
			c.state = trailerStart
		}
	case c.state == chunkDataCR:
		// RFC 9112, 7.1: exactly CR LF; whatever else was here would let two
		// readers disagree about where the next chunk starts.
		if x != '\r' {
			return ErrChunkEnd
		}
		c.state = chunkDataLF
	default:
		if x != '\n' {
			return ErrChunkEnd
		}
		c.state = chunkStart
	}
	return 0
}

// sizeByte takes a byte of chunk-size, 1*HEXDIG.
func (c *Chunked) sizeByte(x byte) Error {
	if classes[x]&isHex == 0 {
		if c.state == chunkStart {
			return ErrChunkSize
		}
		return c.afterSize(x)
	}
	if c.state == chunkStart {
		c.state, c.left = chunkSize, 0
	} else if c.left == 0 && c.excess() {
		return ErrChunkExtensionTooLong // a row of zeros
	}
	// RFC 9112, 7.1: recipients must anticipate large sizes and not overflow.
	if c.left>>59 != 0 {
		return ErrChunkSize
	}
	c.left = c.left<<4 | int64(hexValue(x))
	return 0
}

func hexValue(x byte) byte {
	if x <= '9' {
		return x - '0'
	}
	return lower[x] - 'a' + 10
}

// afterSize takes the first byte behind the size.
func (c *Chunked) afterSize(x byte) Error {
	switch x {
	case '\r':
		c.state = chunkSizeLF
	case ';':
		c.state = chunkExt
	case ' ', '\t':
		c.state = chunkSpace
	case '\n':
		return ErrBareLF
	default:
		return ErrChunkSize
	}
	return 0
}

// excess counts a byte of overhead and reports whether it is one too many.
func (c *Chunked) excess() bool {
	limit := c.MaxExtension
	if limit == 0 {
		limit = 1024
	}
	c.overhead++
	return c.overhead > limit
}

// extensionByte takes a byte of the chunk extensions (RFC 9112, 7.1.1):
// *( BWS ";" BWS name [ BWS "=" BWS ( token / quoted-string ) ] ).
func (c *Chunked) extensionByte(x byte) Error {
	if c.excess() {
		return ErrChunkExtensionTooLong
	}
	switch c.state {
	case chunkQuoted:
		return c.quotedByte(x)
	case chunkEscaped: // RFC 9110, 5.6.4: quoted-pair
		c.state = chunkQuoted
		return valueByte(x)
	}
	token := classes[x]&isToken != 0
	switch {
	case c.state == chunkName && token, c.state == chunkToken && token:
	case c.state == chunkExt && token:
		c.state = chunkName
	case c.state == chunkValue && token:
		c.state = chunkToken
	case c.state == chunkValue && x == '"':
		c.state = chunkQuoted
	default:
		return c.extensionMark(x)
	}
	return 0
}

// extensionMark takes white space, ";", "=" or the CR that ends the extensions.
func (c *Chunked) extensionMark(x byte) Error {
	nameOver := c.state == chunkName || c.state == chunkNameEnd
	valueOver := c.state == chunkToken || c.state == chunkValueEnd
	switch {
	case isOWS(x) && c.state == chunkName:
		c.state = chunkNameEnd
	case isOWS(x) && valueOver:
		c.state = chunkSpace
	case isOWS(x):
	case x == ';' && (nameOver || valueOver || c.state == chunkSpace):
		c.state = chunkExt
	case x == '=' && nameOver:
		c.state = chunkValue
	case x == '\r' && (c.state == chunkName || valueOver):
		c.state = chunkSizeLF
	case x == '\n':
		return ErrBareLF
	default:
		return ErrChunkExtension
	}
	return 0
}

func (c *Chunked) quotedByte(x byte) Error {
	switch {
	case x == '"':
		c.state = chunkValueEnd
	case x == '\\':
		c.state = chunkEscaped
	default:
		return valueByte(x)
	}
	return 0
}

// valueByte refuses what neither a field value nor a quoted-string can hold.
func valueByte(x byte) Error {
	if classes[x]&isValue == 0 {
		return forbidden(x)
	}
	return 0
}

// trailerByte takes a byte of the trailer section (RFC 9112, 7.1.2). Trailer
// fields are checked and dropped: none may change framing or routing
// (RFC 9110, 6.5.1).
func (c *Chunked) trailerByte(x byte) Error {
	limit := c.MaxTrailer
	if limit == 0 {
		limit = 8192
	}
	if c.trailer++; c.trailer > limit {
		return ErrTrailerTooLong
	}
	switch c.state {
	case trailerStart:
		return c.startTrailer(x)
	case trailerName:
		if x == ':' {
			c.state = trailerValue
		} else if classes[x]&isToken == 0 {
			return ErrTrailer
		}
	case trailerValue:
		if x == '\r' {
			c.state = trailerLF
			return 0
		}
		return valueByte(x)
	default:
		if x != '\n' {
			return ErrBareCR
		}
		if c.state == trailerEndLF {
			c.state = chunkDone
		} else {
			c.state = trailerStart
		}
	}
	return 0
}

func (c *Chunked) startTrailer(x byte) Error {
	switch {
	case x == '\r':
		c.state = trailerEndLF
	case x == '\n':
		return ErrBareLF
	case classes[x]&isToken == 0:
		return ErrTrailer
	default:
		c.state = trailerName
	}
	return 0
}
