package mutant

import (
	"io"
	"regexp"
	"strconv"
	"strings"
)

// content reads the content of a request, with a 100 before it if the client waits for one (RFC 9110, 10.1.1).
func (x *session) content(q *Request) *complaint {
	if err := x.expectation(q); err != nil {
		return err.(*complaint)
	}
	var err error
	switch {
	case x.is("does not read content") && !strings.HasPrefix(q.Path, "/echo") && !strings.HasPrefix(q.Path, "/sink"):
		return nil
	case x.is("speaks HTTP behind an upgrade") && q.Path == "/ws":
		return nil
	case q.length < 0:
		err = x.chunked(q)
	default:
		err = x.counted(q)
	}
	if c, ok := err.(*complaint); ok {
		return c
	}
	q.lost = err
	return nil
}

// expectation answers Expect.
func (x *session) expectation(q *Request) error {
	expect := q.Get("Expect")
	if expect == "" || q.Minor == 0 && !x.is("sends 100 to HTTP/1.0") {
		return nil
	}
	if x.is("minds the case of an expectation") && expect != "100-continue" {
		return nil
	}
	if expect != "100-continue" && x.is("forgets the content with an odd expectation") {
		q.length = 0
		return nil
	}
	if !strings.EqualFold(expect, "100-continue") {
		return complain(x.Tolerate, 417, "expectation unknown")
	}
	if q.length == 0 || len(x.in) > 0 || x.is("never sends 100") {
		return nil
	}
	interim := "HTTP/1.1 100 Continue\r\n\r\n"
	switch {
	case x.is("sends 100 twice"):
		interim += interim
	case x.is("sends 100 with a length"):
		interim = "HTTP/1.1 100 Continue\r\nContent-Length: 0\r\n\r\n"
	}
	_, _ = io.WriteString(x.conn, interim)
	return nil
}

func (x *session) counted(q *Request) error {
	if len(x.in) == 0 && q.length > 0 && x.is("loses content that comes late") {
		return &complaint{400, "late"}
	}
	x.hurry = x.is("reads late content as a request")
	defer func() { x.hurry = false }()
	for len(x.in) < q.length {
		if x.is("takes what has come for all of a content") && len(x.in) > 0 {
			q.length = len(x.in)
			break
		}
		if err := x.fill(); err != nil {
			if x.is("serves what breaks off") {
				q.length = len(x.in)
				break
			}
			if x.is("reads late content as a request") {
				q.length = 0
				break
			}
			return io.ErrUnexpectedEOF
		}
	}
	q.Body, x.in = append([]byte(nil), x.in[:q.length]...), x.in[q.length:]
	return nil
}

var chunkLine = regexp.MustCompile(`^([0-9A-Fa-f]+)((?:[ \t]*;[ \t]*` + tchars + `+(?:[ \t]*=[ \t]*(?:` + tchars + `+|"(?:[^"\\\x00-\x08\x0a-\x1f\x7f]|\\[\t -~])*"))?)*)$`)

// chunked reads chunks by the grammar (RFC 9112, 7.1).
func (x *session) chunked(q *Request) error {
	extensions := 0
	for {
		line, err := x.chunkedLine()
		if err != nil {
			return err
		}
		size, ext, err := x.size(line)
		if err != nil {
			return err
		}
		if extensions += ext; extensions > 4<<10 {
			if err := complain(x.Tolerate, 413, "extensions too long"); err != nil {
				return err
			}
		}
		if size == 0 {
			return x.trailers(q)
		}
		if err := x.data(q, size); err != nil {
			return err
		}
		if len(q.Body) > maxContent {
			return &complaint{413, "content length"}
		}
	}
}

func (x *session) size(line string) (size, ext int, err error) {
	m := chunkLine.FindStringSubmatch(line)
	switch {
	case m != nil && m[2] != "" && x.is("refuses chunk extensions"):
		return 0, 0, &complaint{400, "extension"}
	case len(line) > 1000 && x.is("stumbles over long chunk sizes"):
		return 0, 0, &complaint{500, "stumbled"}
	}
	if m == nil {
		digits, rest, _ := strings.Cut(line, ";")
		why := "chunk size"
		if rest != "" || strings.Contains(line, ";") {
			why = "chunk extension"
		}
		if err := complain(x.Tolerate, 400, why); err != nil {
			return 0, 0, err
		}
		m = []string{line, regexp.MustCompile(`[0-9]*`).FindString(strings.TrimLeft(digits, " +-")), ""}
	}
	n, err := strconv.ParseUint(m[1], 16, 64)
	switch {
	case (err != nil || n > maxContent) && x.is("wraps chunk sizes around"):
		n = 5
	case err != nil && m[1] != "" || n > maxContent:
		return 0, 0, complain(x.Tolerate, 413, "chunk overflow")
	case m[1] == "" && x.Tolerate == "chunk size":
		n = 5
	}
	return int(n), len(m[2]), nil
}

// data takes the octets of one chunk and the line end behind them.
func (x *session) data(q *Request, size int) error {
	for len(x.in) < size+2 {
		if err := x.fill(); err != nil {
			if x.is("serves what breaks off") {
				return nil
			}
			return io.ErrUnexpectedEOF
		}
	}
	end := string(x.in[size : size+2])
	q.Body = append(q.Body, x.in[:size]...)
	switch {
	case end == "\r\n":
		x.in = x.in[size+2:]
	case end[0] == '\n' && x.Tolerate == "LF in chunks":
		x.in = x.in[size+1:]
	default:
		x.in = x.in[size+2:]
		return complain(x.Tolerate, 400, "end of a chunk")
	}
	return nil
}

// chunkedLine reads one line of the coding; only CRLF ends it.
func (x *session) chunkedLine() (string, error) {
	for {
		if line, rest, ok := strings.Cut(string(x.in), "\n"); ok {
			x.in = []byte(rest)
			text, crlf := strings.CutSuffix(line, "\r")
			if !crlf {
				if err := complain(x.Tolerate, 400, "LF in chunks"); err != nil {
					return "", err
				}
			}
			if strings.Contains(text, "\r") {
				if err := complain(x.Tolerate, 400, "CR in chunks"); err != nil {
					return "", err
				}
				text = strings.ReplaceAll(text, "\r", "")
			}
			return text, nil
		}
		if len(x.in) > 12<<10 {
			if err := complain(x.Tolerate, 413, "extensions too long"); err != nil {
				return "", err
			}
		}
		if err := x.fill(); err != nil {
			if x.is("serves what breaks off") {
				x.in = []byte("0\r\n\r\n")
				continue
			}
			return "", io.ErrUnexpectedEOF
		}
	}
}

// trailers reads field lines to the empty one, and keeps none (RFC 9110, 6.5.1).
func (x *session) trailers(q *Request) error {
	if x.is("forgets trailers") || x.is("answers at the last chunk") {
		return nil
	}
	for total := 0; ; {
		line, err := x.chunkedLine()
		if err != nil || line == "" {
			return err
		}
		if total += len(line); total > x.MaxHead {
			return complain(x.Tolerate, 431, "trailers too long")
		}
		p := parser{tolerate: x.Tolerate}
		if err := p.field(line); err != nil && x.Tolerate != "trailer" {
			return err
		}
		if len(p.q.Fields) > 0 && strings.EqualFold(p.q.Fields[0][0], "Content-Length") && x.is("believes trailers") {
			x.in = nil
		}
	}
}
