package check

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Bounds of what is read of one response, in octets.
const (
	maxHead = 256 << 10
	maxBody = 4 << 20
)

// Field is one field line as it came: the name unfolded, the value without the blanks around it.
type Field struct{ Name, Value string }

// Response is one response as it was on the wire, and what is known of its surroundings.
type Response struct {
	Case     string // id of the case that received it
	Method   string // of the request that it answers
	Minor10  bool   // the request said HTTP/1.0
	Version  string // "HTTP/1.1"
	Status   int
	Reason   string
	Fields   []Field
	Head     string // all octets up to and with the empty line
	Body     []byte // content, transfer coding removed
	Trailers []Field
	Coding   bool   // chunked framing was used
	Length   bool   // Content-Length framed the body
	Defect   string // how the framing broke, "" if it held
	Ended    bool   // the server closed the connection after this response, unasked
	Reset    bool   // ... by RST
	NoClock  bool   // the target has no clock, so that no Date is due
	Stray    []byte // octets that came behind it, with no request unanswered
	At       time.Time
	evidence *Transcript
}

// Values returns the values of every field line called name, in order.
func (r *Response) Values(name string) (values []string) {
	for _, f := range r.Fields {
		if strings.EqualFold(f.Name, name) {
			values = append(values, f.Value)
		}
	}
	return values
}

// Get returns all values of the field joined as one list (RFC 9110, 5.3).
func (r *Response) Get(name string) string { return strings.Join(r.Values(name), ", ") }

// Has reports whether the list field name holds the token, in any case.
func (r *Response) Has(name, token string) bool {
	for _, part := range strings.Split(r.Get(name), ",") {
		if strings.EqualFold(strings.Trim(part, " \t"), token) {
			return true
		}
	}
	return false
}

// Closes reports whether this response announces the end of the connection (RFC 9112, 9.3).
func (r *Response) Closes() bool {
	if r.Has("Connection", "close") {
		return true
	}
	return r.Version == "HTTP/1.0" && !r.Has("Connection", "keep-alive")
}

// Line is the status line, for messages.
func (r *Response) Line() string {
	line, _, _ := strings.Cut(r.Head, "\n")
	return strings.TrimRight(line, "\r")
}

var statusLine = regexp.MustCompile(`^(HTTP/[0-9]\.[0-9]) ([0-9]{3})(?: (.*))?$`)

// parseHead reads what can be read of a head. What is merely ugly is left for the linter to see in Head.
func parseHead(head string) (*Response, error) {
	r := &Response{Head: head}
	lines := strings.Split(strings.TrimRight(head, "\r\n"), "\n")
	m := statusLine.FindStringSubmatch(strings.TrimSuffix(lines[0], "\r"))
	if m == nil {
		return r, fmt.Errorf("a status line, got %q", clip(lines[0], 80))
	}
	r.Version, r.Reason = m[1], m[3]
	r.Status, _ = strconv.Atoi(m[2])
	for _, line := range lines[1:] {
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\r"), ":")
		r.Fields = append(r.Fields, Field{name, strings.Trim(value, " \t")})
	}
	return r, nil
}

// headEnd finds the octet after the empty line, or 0. Bare LF is understood here and judged by the linter.
func headEnd(b []byte) int {
	for at := 0; ; {
		i := bytes.IndexByte(b[at:], '\n')
		if i < 0 {
			return 0
		}
		line := bytes.TrimSuffix(b[at:at+i], []byte{'\r'})
		if at += i + 1; len(line) == 0 {
			return at
		}
	}
}

// framing decides how the body ends (RFC 9112, 6.3).
func (r *Response) framing() (length int, err error) {
	lengths := r.Values("Content-Length")
	switch {
	case r.Method == "HEAD" || r.Status/100 == 1 || r.Status == 204 || r.Status == 304:
		return 0, nil
	case len(r.Values("Transfer-Encoding")) > 0:
		codings := strings.Split(r.Get("Transfer-Encoding"), ",")
		r.Coding = strings.EqualFold(strings.Trim(codings[len(codings)-1], " \t"), "chunked")
		return -1, nil
	case len(lengths) == 0:
		return -1, nil
	case len(slices.Compact(slices.Clone(lengths))) > 1:
		return 0, fmt.Errorf("one Content-Length, got %q", lengths)
	}
	r.Length = true
	if length, err = strconv.Atoi(lengths[0]); err != nil || length < 0 || strings.Trim(lengths[0], "0123456789") != "" {
		return 0, fmt.Errorf("Content-Length of digits, got %q", lengths[0])
	}
	return length, nil
}

var chunkLine = regexp.MustCompile(`^([0-9A-Fa-f]{1,15})(?:[ \t]*;[^\x00-\x08\x0a-\x1f\x7f]*)?$`)

// chunks reads a chunked body from the front of b: content, trailers and octets taken, or n = 0 while incomplete.
// It is strict: RFC 9112, 7.1 leaves a sender no freedom in line ends.
func chunks(b []byte) (content []byte, trailers []Field, n int, err error) {
	for {
		i := bytes.IndexByte(b[n:], '\n')
		if i < 0 {
			return nil, nil, 0, nil
		}
		line := string(b[n : n+i+1])
		m := chunkLine.FindStringSubmatch(strings.TrimSuffix(line, "\r\n"))
		if m == nil || !strings.HasSuffix(line, "\r\n") {
			return nil, nil, 0, fmt.Errorf("a chunk size line, got %q", clip(line, 60))
		}
		size, _ := strconv.ParseInt(m[1], 16, 64)
		n += i + 1
		if size == 0 {
			trailers, used, err := trailer(b[n:])
			if used == 0 {
				return nil, nil, 0, err
			}
			return content, trailers, n + used, nil
		}
		if int64(len(b)-n) < size+2 {
			return nil, nil, 0, nil
		}
		content = append(content, b[n:n+int(size)]...)
		if n += int(size); string(b[n:n+2]) != "\r\n" {
			return nil, nil, 0, fmt.Errorf("CRLF after %d octets of chunk data, got %q", size, b[n:n+2])
		}
		n += 2
	}
}

func trailer(b []byte) (fields []Field, n int, err error) {
	for {
		i := bytes.IndexByte(b[n:], '\n')
		if i < 0 {
			return nil, 0, nil
		}
		line, crlf := strings.CutSuffix(string(b[n:n+i+1]), "\r\n")
		n += i + 1
		if !crlf {
			return nil, 0, fmt.Errorf("CRLF after a trailer line, got %q", clip(line, 60))
		}
		if line == "" {
			return fields, n, nil
		}
		name, value, colon := strings.Cut(line, ":")
		if !colon {
			return nil, 0, fmt.Errorf("a trailer field, got %q", clip(line, 60))
		}
		fields = append(fields, Field{name, strings.Trim(value, " \t")})
	}
}

// clip shortens text for a message.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return s[:n] + fmt.Sprintf("… (%d octets)", len(s))
}
