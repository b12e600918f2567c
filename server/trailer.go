package server

import "bytes"

// maxTrailers bounds what is kept of a chunked body's end, in bytes; http1.Chunked bounds the section itself.
const maxTrailers = 16 << 10

// keepTrailers keeps what may be a part of the trailer section: the last bytes that were decoded and are no content. Once
// the body has ended, r.trailers becomes the section's field lines.
func (r *Request) keepTrailers(end []byte) {
	if r.left == 0 && len(r.ownTrailers) == 0 {
		r.trailers = trailerSection(end)
		return
	}
	kept := append(roomFor(r.ownTrailers, len(end)), end...)
	if over := len(kept) - maxTrailers; over > 0 {
		kept = kept[:copy(kept, kept[over:])]
	}
	r.ownTrailers = kept
	if r.left == 0 {
		r.trailers = trailerSection(kept)
	}
}

// trailerSection returns the field lines at the end of b, which ends with a complete chunked body: those behind the
// last chunk's line and before the empty line (RFC 9112, 7.1).
func trailerSection(b []byte) []byte {
	end := len(b) - len("\r\n")
	start := end
	for start > 0 {
		line := bytes.LastIndexByte(b[:start-1], '\n') + 1 // line is where the line before start begins
		if isLastChunk(b[line:start]) {
			break
		}
		start = line
	}
	if start <= 0 || start >= end {
		return nil
	}
	return b[start:end]
}

// isLastChunk reports whether line is the size line of a last chunk: zeros, and then no character of a field name.
func isLastChunk(line []byte) bool {
	rest := bytes.TrimLeft(line, "0")
	return len(rest) < len(line) && len(rest) > 0 && bytes.IndexByte([]byte("\r; \t"), rest[0]) >= 0
}

// Trailer returns the value of the first trailer field of that name, in any case of letters; nil if there is none. The
// trailer section ends a chunked body: ask after Read has returned io.EOF, or after Body.
func (r *Request) Trailer(name string) []byte {
	if r.left != 0 {
		return nil
	}
	for rest := r.trailers; len(rest) > 0; {
		line := rest[:indexLine(rest)]
		rest = rest[len(line):]
		key, value, _ := bytes.Cut(line, []byte(":"))
		if len(key) == len(name) && bytes.EqualFold(key, []byte(name)) {
			return bytes.Trim(value, " \t\r\n")
		}
	}
	return nil
}
