package server

import (
	"errors"
	"fmt"
	"strings"

	"github.com/httpdlab/httpdlab/server/http1"
)

// Errors of responding.
var (
	ErrSent      = errors.New("the response, or its head, is already sent")
	ErrField     = errors.New("a field that cannot be sent")
	ErrFieldsOut = errors.New("the response's fields exceed Config.MaxFieldsOut")
	ErrLength    = errors.New("the content does not have the length that was announced")

	// ErrClose closes the connection when a handler returns it, without a word about an error.
	ErrClose = errors.New("close the connection")
)

// Content types of the original's HTTPD_TYPE_*; text/html is what it takes for text.
const (
	TypeHTML        = "text/html"
	TypeText        = "text/plain"
	TypeJSON        = "application/json"
	TypeOctetStream = "application/octet-stream"
)

// stage says how much of the response has been written.
type stage uint8

const (
	stageHead stage = iota // nothing
	stageBody              // the head, and the content may follow
	stageDone              // everything
)

// coding says how the content is delimited.
type coding uint8

const (
	codingNone    coding = iota // there is no content: HEAD, 204, 304
	codingLength                // by remaining
	codingChunked               // by its chunks
	codingClose                 // by the end of the connection
)

// response is the responding half of a Request.
type response struct {
	status      int
	mediaType   string
	checkedType string // the last type that was found fit for a head
	fields      []byte // field lines that the handler added
	date        []byte // the Date line, if inline
	plain       plainHead
	out         []byte // written, and not yet sent
	constant    []byte // follows out: a text that never changes; only if inline
	paused      bool   // the kernel may take more of constant
	blocked     bool   // the kernel took less than out
	broken      error  // why nothing can be sent any more
	stage       stage
	coding      coding
	async       bool // begun by Async: somebody else completes the exchange
	allow       string
	closing     bool  // the connection ends after this response
	length      int64 // announced by SetLength, or -1
	remaining   int64 // content bytes still to be written, if codingLength
}

func (r *response) reset() {
	r.status, r.mediaType, r.fields = 200, TypeHTML, r.fields[:0]
	r.stage, r.coding, r.closing, r.async, r.allow = stageHead, codingNone, false, false, ""
	r.length, r.remaining = -1, 0
}

// SetStatus sets the status code [200..599] of the response; it is 200 otherwise.
func (r *Request) SetStatus(code int) error {
	if code < 200 || code > 599 {
		return fmt.Errorf("set status %d: it must be in [200..599]: %w", code, ErrInvalid)
	}
	if r.stage != stageHead {
		return ErrSent
	}
	r.status = code
	return nil
}

// Status returns the response's status code.
func (r *Request) Status() int { return r.status }

// SetType sets the Content-Type of the response, which is text/html otherwise; "" leaves the field out.
func (r *Request) SetType(mediaType string) error {
	if r.stage != stageHead {
		return ErrSent
	}
	if mediaType != r.checkedType { // most handlers use the same one again
		if strings.ContainsAny(mediaType, "\r\n\x00") {
			return fmt.Errorf("set type: CR, LF or NUL in it: %w", ErrField)
		}
		r.checkedType = mediaType
	}
	r.mediaType = mediaType
	return nil
}

// SetField sets a field of the response, in place of those of the same name; it copies both texts. Content-Length,
// Transfer-Encoding and Date are the server's; "Connection: close" ends the connection after the response.
func (r *Request) SetField(name, value string) error {
	r.removeField(name)
	return r.AddField(name, value)
}

// AddField adds a field to the response and keeps those of the same name, as Set-Cookie needs.
func (r *Request) AddField(name, value string) error {
	if r.stage != stageHead {
		return ErrSent
	}
	if handled, err := r.setOwnField(name, value); handled {
		return err
	}
	if len(r.fields)+len(name)+len(value)+4 > r.server.cfg.MaxFieldsOut {
		return ErrFieldsOut
	}
	fields, e := http1.AppendField(r.fields, name, value)
	if e != 0 {
		return fmt.Errorf("set field: %w: %w", ErrField, e)
	}
	r.fields = fields
	return nil
}

// setOwnField takes the fields that say how the server frames the response and what it does afterwards.
func (r *Request) setOwnField(name, value string) (handled bool, err error) {
	switch len(name) {
	case 4, 10, 12, 14, 17: // the lengths of the names below
	default:
		return false, nil
	}
	switch {
	case strings.EqualFold(name, "Content-Type"):
		return true, r.SetType(value)
	case strings.EqualFold(name, "Connection"):
		if strings.EqualFold(value, "close") {
			r.closing = true
			return true, nil
		}
		return strings.EqualFold(value, "keep-alive"), nil
	case strings.EqualFold(name, "Content-Length"), strings.EqualFold(name, "Transfer-Encoding"), strings.EqualFold(name, "Date"):
		return true, fmt.Errorf("set %s: the server writes it: %w", name, ErrField)
	}
	return false, nil
}

// removeField takes the lines with that name out of r.fields.
func (r *Request) removeField(name string) {
	for at := 0; at < len(r.fields); {
		line := r.fields[at:]
		end := at + indexLine(line)
		if len(line) > len(name) && line[len(name)] == ':' && strings.EqualFold(string(line[:len(name)]), name) {
			r.fields = append(r.fields[:at], r.fields[end:]...)
			continue
		}
		at = end
	}
}

// indexLine returns the length of the first line of b, with its line end.
func indexLine(b []byte) int {
	for i, c := range b {
		if c == '\n' {
			return i + 1
		}
	}
	return len(b)
}

// CloseAfter ends the connection after this response.
func (r *Request) CloseAfter() { r.closing = true }

// SetLength announces that n bytes of content will be written by Write, which otherwise uses the chunked coding.
func (r *Request) SetLength(n int64) error {
	if n < 0 {
		return fmt.Errorf("set length %d: %w", n, ErrInvalid)
	}
	if r.stage != stageHead {
		return ErrSent
	}
	r.length = n
	return nil
}

// Send sends the response with this content, which may be empty. The content is not kept.
func (r *Request) Send(content []byte) error {
	if r.stage != stageHead {
		return ErrSent
	}
	r.writeWholeHead(int64(len(content)))
	if r.coding == codingNone {
		return r.broken
	}
	r.emit(EventSentData, len(content))
	return r.write(content)
}

// SendString sends the response with this content. A long one is never copied, and a peer that reads it slowly needs no
// goroutine: for content that lasts it is the fastest way.
func (r *Request) SendString(content string) error {
	if r.stage != stageHead {
		return ErrSent
	}
	r.writeWholeHead(int64(len(content)))
	if r.coding == codingNone {
		return r.broken
	}
	r.emit(EventSentData, len(content))
	if len(content) >= largeWrite {
		return r.push(bytesOf(content), true)
	}
	r.out = append(roomFor(r.out, len(content)), content...)
	return r.limitOut()
}

// SendChunk sends the head, if it is not sent yet, and then one chunk of content now, without waiting for more;
// an empty chunk ends the content. HTTP/1.0 clients get the content without chunked coding.
func (r *Request) SendChunk(content []byte) error {
	if len(content) == 0 {
		if r.stage == stageHead {
			r.startStream()
		}
		if err := r.endContent(); err != nil {
			return err
		}
		return r.Flush()
	}
	if _, err := r.Write(content); err != nil {
		return err
	}
	return r.Flush()
}

// SendStringChunk is SendChunk for a string.
func (r *Request) SendStringChunk(content string) error { return r.SendChunk([]byte(content)) }

// Write adds to the content, chunked unless SetLength was called before. What is written is gathered and sent
// when there is enough of it, when the handler returns, or by Flush.
func (r *Request) Write(content []byte) (int, error) {
	if r.stage == stageHead {
		r.startStream()
	}
	if r.stage == stageDone {
		return 0, ErrSent
	}
	if len(content) == 0 || r.coding == codingNone {
		return len(content), r.broken
	}
	if r.coding == codingLength {
		if int64(len(content)) > r.remaining {
			r.closing = true
			return 0, ErrLength
		}
		r.remaining -= int64(len(content))
	}
	r.emit(EventSentData, len(content))
	if err := r.writeContent(content); err != nil {
		return 0, err
	}
	return len(content), nil
}

func (r *Request) writeContent(content []byte) error {
	if r.coding != codingChunked {
		return r.write(content)
	}
	r.out = http1.AppendChunkHead(roomFor(r.out, 20), len(content))
	if err := r.write(content); err != nil {
		return err
	}
	r.out = append(roomFor(r.out, 2), "\r\n"...)
	return nil
}

// writeWholeHead writes the head of a response whose content is known: nobody will read much more of the request.
func (r *Request) writeWholeHead(length int64) {
	if r.left > int64(r.server.cfg.MaxDrain) {
		r.closing = true
	}
	r.writeHead(length)
	r.stage = stageDone
}

// startStream writes the head of a response whose content follows in pieces.
func (r *Request) startStream() {
	r.writeHead(r.length)
	r.stage = stageBody
}

// endContent ends the content of a response that was written in pieces.
func (r *Request) endContent() error {
	if r.stage != stageBody {
		return ErrSent
	}
	r.stage = stageDone
	switch {
	case r.coding == codingChunked:
		r.out = http1.AppendLastChunk(roomFor(r.out, 8))
	case r.coding == codingLength && r.remaining > 0:
		// RFC 9112, 8: the peer can only see from the close that the content is incomplete.
		r.closing = true
		return ErrLength
	}
	return r.broken
}

// SendError sends an error response [status 400..599] with message as its text; "" takes the server's own text.
// It does not close the connection: for that, return an error.
func (r *Request) SendError(status int, message string) error {
	if err := r.SetStatus(status); err != nil {
		return err
	}
	r.emit(EventError, status)
	if message == "" {
		message = errorText(status)
	}
	r.mediaType = TypeText
	return r.SendString(message)
}

// Fail answers with the handler registered for status, or by SendError if there is none; its result is for the
// handler to return.
func (r *Request) Fail(status int) error {
	if h := r.routes.errors[status]; h != nil {
		r.status = status
		r.emit(EventError, status)
		return h(r, status)
	}
	return r.SendError(status, "")
}
