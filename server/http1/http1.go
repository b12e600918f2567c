// Package http1 is RFC 9112 on bytes: it reads request heads, response heads
// and chunked bodies, and writes heads. It knows no connection and no clock,
// so a socket, a pipe, a chip and a fuzzer can drive the same code.
//
// Every reader has three outcomes: it is done and says how many bytes it took,
// it needs more bytes, or the bytes are wrong.
//
//	var r http1.Request
//	r.Fields = make([]http1.Field, 0, 32) // at most 32 fields, else 431
//	for {
//		n, err := r.Parse(buf)
//		switch {
//		case err != 0:
//			return answer(err.Status()) // and close
//		case n == 0:
//			buf = readMore(buf) // keep what is there, add to the end
//		default:
//			serve(&r, buf[:n])
//			buf = buf[n:]
//		}
//	}
//
// What is parsed are offsets into the caller's buffer; nothing is copied and
// nothing is allocated, and the buffer may be moved between two calls.
package http1

// MaxHead is the largest head, in bytes, that the parsers can be asked to
// accept: offsets are 16 bits wide.
const MaxHead = 65535

// Span is a part of the caller's buffer: the bytes from Start up to End.
type Span struct{ Start, End uint16 }

// Of returns the part of b that s names. b is the buffer that was parsed.
func (s Span) Of(b []byte) []byte { return b[s.Start:s.End:s.End] }

// Len returns the number of bytes in s.
func (s Span) Len() int { return int(s.End) - int(s.Start) }

// Field is one field line; Value has no white space around it.
type Field struct{ Name, Value Span }

// Is reports whether the name of f is name, in any case.
func (f Field) Is(b []byte, name string) bool { return equalFold(f.Name.Of(b), name) }

// equalFold reports whether the token b is s, ASCII letters in any case.
func equalFold(b []byte, s string) bool {
	if len(b) != len(s) {
		return false
	}
	for i, c := range b {
		if lower[c] != lower[s[i]] {
			return false
		}
	}
	return true
}
