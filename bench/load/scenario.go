package load

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
)

// Protocol is what a scenario speaks, and so which engines can carry it out.
type Protocol string

const (
	HTTP      Protocol = "http"      // vegeta, loop, raw
	WebSocket Protocol = "websocket" // websocket
	Events    Protocol = "events"    // sse
)

// Scenario is what a load sends. It is written in Go, as TOML (see
// ReadScenario) or, in a run record, as JSON.
type Scenario struct {
	Name     string   `toml:"name" json:"name"`
	Title    string   `toml:"title" json:"title,omitempty"` // one line for people
	Protocol Protocol `toml:"protocol" json:"protocol"`     // HTTP if empty
	Requests []Part   `toml:"request" json:"requests"`      // HTTP: at least one; else exactly one, of which the path and the fields count
	Message  Message  `toml:"message" json:"message"`       // WebSocket: what is sent and must come back
}

// Part is one kind of request in a scenario.
type Part struct {
	Name   string            `toml:"name" json:"name"`      // "METHOD path" if empty
	Weight int               `toml:"weight" json:"weight"`  // [1, 65536] how often it is sent, against the others; 0 means 1
	Method string            `toml:"method" json:"method"`  // "" means GET
	Path   string            `toml:"path" json:"path"`      // with its query; "" means that of the target's URL
	Fields map[string]string `toml:"fields" json:"fields"`  // that go with the request
	Body   string            `toml:"body" json:"body"`      // the content
	File   string            `toml:"body_file" json:"file"` // the content, from a file beside the scenario's
	Size   int64             `toml:"body_size" json:"size"` // [0, 64 MiB] the content: so many bytes, a to z again and again
	Expect Expectation       `toml:"expect" json:"expect"`  // what a good response is
}

// Expectation is what a good response is, as people write it. At most one of
// Content, Pattern and Echo says what its content is.
type Expectation struct {
	Status  int    `toml:"status" json:"status,omitempty"`   // 0: any below 400
	Length  *int64 `toml:"length" json:"length,omitempty"`   // of the content; absent: any
	CRC32C  string `toml:"crc32c" json:"crc32c,omitempty"`   // of the content, eight hexadecimal digits; needs Length
	Content string `toml:"content" json:"content,omitempty"` // the content itself
	Pattern *int64 `toml:"pattern" json:"pattern,omitempty"` // the content: so many bytes, a to z again and again
	Echo    bool   `toml:"echo" json:"echo,omitempty"`       // the content of the request comes back
}

// Message is what a WebSocket client sends.
type Message struct {
	Size        int    `toml:"size" json:"size"`           // [0, 16 MiB] bytes
	Text        bool   `toml:"text" json:"text,omitempty"` // text rather than binary
	Subprotocol string `toml:"subprotocol" json:"subprotocol,omitempty"`
	Deflate     bool   `toml:"deflate" json:"deflate,omitempty"` // offer permessage-deflate
}

const (
	mostBody    = 64 << 20
	mostMessage = 16 << 20
	mostWeight  = 1 << 16
	mostPattern = 1 << 30
)

// Mix encodes the scenario's requests for the server at base. Fields go with
// every request that does not have them of its own.
func (s *Scenario) Mix(base *url.URL, fields http.Header) (*Mix, error) {
	if s.Protocol != HTTP && s.Protocol != "" {
		return nil, fmt.Errorf("the scenario %s speaks %s; take the engine for it", s.Name, s.Protocol)
	}
	m := NewMix()
	var weights []int
	for i := range s.Requests {
		p := &s.Requests[i]
		q, e, err := p.prepare(base, fields)
		if err != nil {
			return nil, fmt.Errorf("scenario %s: request %d (%s): %w", s.Name, i+1, p.label(), err)
		}
		m.add(p.label(), q, e)
		weights = append(weights, max(p.Weight, 1))
	}
	if err := m.weigh(weights); err != nil {
		return nil, fmt.Errorf("scenario %s: %w", s.Name, err)
	}
	return m, nil
}

// label names the part in reports.
func (p *Part) label() string {
	if p.Name != "" {
		return p.Name
	}
	return p.method() + " " + p.Path
}

func (p *Part) method() string {
	if p.Method == "" {
		return http.MethodGet
	}
	return p.Method
}

func (p *Part) prepare(base *url.URL, common http.Header) (*Request, Expect, error) {
	u, err := resolve(base, p.Path)
	if err != nil {
		return nil, Expect{}, err
	}
	fields := common.Clone()
	if fields == nil {
		fields = http.Header{}
	}
	for name, value := range p.Fields {
		fields.Set(name, value)
	}
	body, err := p.content()
	if err != nil {
		return nil, Expect{}, err
	}
	q, err := NewRequest(p.method(), u, fields, body)
	if err != nil {
		return nil, Expect{}, err
	}
	e, err := p.Expect.compile(body)
	if p.method() == http.MethodHead { // RFC 9110, 9.3.2: the response has no content.
		e.Content = nil
	}
	return q, e, err
}

// resolve is the resource of a server that a path names, or base itself.
func resolve(base *url.URL, path string) (*url.URL, error) {
	if path == "" {
		return base, nil
	}
	u, err := url.ParseRequestURI(path)
	if err != nil || !strings.HasPrefix(path, "/") {
		return nil, fmt.Errorf("%q is not a path; give one like /hello?n=1", path)
	}
	u.Scheme, u.Host = base.Scheme, base.Host
	return u, nil
}

// content is what the request carries.
func (p *Part) content() ([]byte, error) {
	switch {
	case p.File != "":
		return os.ReadFile(p.File)
	case p.Size > 0:
		return pattern(p.Size), nil
	}
	return []byte(p.Body), nil
}

// alphabet is the content of the board contract's /bytes, again and again.
const alphabet = "abcdefghijklmnopqrstuvwxyz"

func pattern(size int64) []byte {
	b := make([]byte, size)
	for i := 0; i < len(b); i += len(alphabet) {
		copy(b[i:], alphabet)
	}
	return b
}

// patternContent describes a pattern without holding it.
func patternContent(size int64) *Content {
	piece := pattern(min(size, 1<<16/26*26))
	h := hasher{}
	for left := size; left > 0; left -= int64(len(piece)) {
		h.Write(piece[:min(int64(len(piece)), left)])
	}
	return &Content{Length: size, Hashed: true, CRC: h.crc}
}

func (x *Expectation) compile(sent []byte) (Expect, error) {
	e := Expect{Status: x.Status}
	switch {
	case x.Echo:
		e.Content = ContentOf(sent)
	case x.Pattern != nil:
		e.Content = patternContent(*x.Pattern)
	case x.Content != "":
		e.Content = ContentOf([]byte(x.Content))
	case x.Length != nil:
		e.Content = &Content{Length: *x.Length}
	}
	if x.CRC32C == "" {
		return e, nil
	}
	crc, err := strconv.ParseUint(x.CRC32C, 16, 32)
	switch {
	case err != nil || len(x.CRC32C) != 8:
		return e, fmt.Errorf("crc32c is %q; give eight hexadecimal digits", x.CRC32C)
	case e.Content == nil:
		return e, errors.New("crc32c needs the length of the content, too")
	}
	e.Content.Hashed, e.Content.CRC = true, uint32(crc)
	return e, nil
}
