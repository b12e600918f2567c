package server

import "github.com/httpdlab/httpdlab/server/http1"

// writeHead appends the response head; length below 0 is not known beforehand.
func (r *Request) writeHead(length int64) {
	// RFC 9112, 9.3: a connection is kept only if both sides are able to.
	if r.head.Close || r.expect || r.server.closing.Load() {
		r.closing, r.expect = true, false
	}
	r.decideCoding(length)
	r.emit(EventHeadersSent, 0)
	if r.inline && r.coding == codingLength && !r.closing && len(r.fields) == 0 && r.head.Minor > 0 {
		r.out = append(roomFor(r.out, maxPlainHead), r.plain.of(r.status, r.mediaType, length, r.date)...)
		return
	}
	out := roomFor(r.out, 256+len(r.mediaType)+len(r.fields))
	out = append(out, statusLines[r.status]...)
	if r.mediaType != "" && (r.coding != codingNone || r.head.Method == http1.HEAD && length != 0) {
		out = appendType(out, r.mediaType)
	}
	if length >= 0 && !contentless(r.status) {
		out = http1.AppendContentLength(out, length)
	} else if r.coding == codingChunked {
		out = append(out, "Transfer-Encoding: chunked\r\n"...)
	}
	if r.inline {
		out = append(out, r.date...)
	} else {
		out = append(out, dateNow()...)
	}
	if r.closing {
		out = append(out, "Connection: close\r\n"...)
	} else if r.head.Minor == 0 {
		out = append(out, "Connection: keep-alive\r\n"...)
	}
	out = append(out, r.fields...)
	r.out = append(out, "\r\n"...)
}

func appendType(out []byte, mediaType string) []byte {
	out = append(out, "Content-Type: "...)
	out = append(out, mediaType...)
	return append(out, "\r\n"...)
}

// maxPlainHead is more than a plainHead has, unless its type is long.
const maxPlainHead = 512

// A plainHead keeps the last response head that had nothing but status, type, length and date: one loop's responses
// often have the same.
type plainHead struct {
	status    int
	mediaType string
	length    int64
	date      *byte // the date lines are never changed, so that their place tells them apart
	text      []byte
}

// of returns the head's text, valid until the next call.
func (h *plainHead) of(status int, mediaType string, length int64, date []byte) []byte {
	if h.length == length && h.status == status && h.date == &date[0] && h.mediaType == mediaType {
		return h.text
	}
	h.status, h.mediaType, h.length, h.date = status, mediaType, length, &date[0]
	text := append(h.text[:0], statusLines[status]...)
	if mediaType != "" {
		text = appendType(text, mediaType)
	}
	text = http1.AppendContentLength(text, length)
	text = append(text, date...)
	h.text = append(text, "\r\n"...)
	return h.text
}

func (r *Request) decideCoding(length int64) {
	switch {
	case r.head.Method == http1.HEAD || contentless(r.status): // RFC 9112, 6.3
		r.coding = codingNone
	case length >= 0:
		r.coding, r.remaining = codingLength, length
	case r.head.Minor == 0: // RFC 9112, 6.1: no transfer coding for HTTP/1.0
		r.coding, r.closing = codingClose, true
	default:
		r.coding = codingChunked
	}
}

// contentless reports whether responses with this status end with their head (RFC 9110, 15.3.5 and 15.4.5).
func contentless(status int) bool { return status == 204 || status == 304 }
