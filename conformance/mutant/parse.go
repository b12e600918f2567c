package mutant

import (
	"errors"
	"fmt"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
)

// Request is one parsed request.
type Request struct {
	Method, Target, Path, Query string
	Minor                       int // of HTTP/1.x
	Fields                      [][2]string
	Body                        []byte
	length                      int // of the content; -1: chunked
	lost                        error
	nth                         int // on its connection, from 0
}

// Get returns all values of a field as one list.
func (q *Request) Get(name string) string {
	var values []string
	for _, f := range q.Fields {
		if strings.EqualFold(f[0], name) {
			values = append(values, f[1])
		}
	}
	return strings.Join(values, ", ")
}

// count returns how many lines a field has.
func (q *Request) count(name string) (n int) {
	for _, f := range q.Fields {
		if strings.EqualFold(f[0], name) {
			n++
		}
	}
	return n
}

// has reports whether a list field has the token.
func (q *Request) has(name, token string) bool {
	for _, part := range strings.Split(q.Get(name), ",") {
		if strings.EqualFold(strings.Trim(part, " \t"), token) {
			return true
		}
	}
	return false
}

// complaint is why a request is refused.
type complaint struct {
	code int
	why  string
}

func (c *complaint) Error() string { return fmt.Sprintf("%d %s", c.code, c.why) }

// complain makes a complaint, unless it is the one that a mutant tolerates.
func complain(tolerated string, code int, why string) error {
	if why == tolerated {
		return nil
	}
	return &complaint{code, why}
}

const tchars = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]"

var (
	isToken   = regexp.MustCompile(`^` + tchars + `+$`).MatchString
	isVersion = regexp.MustCompile(`^HTTP/[0-9]\.[0-9]$`).MatchString
	isPath    = regexp.MustCompile(`^(?:[A-Za-z0-9._~/!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})+$`).MatchString
	isQuery   = regexp.MustCompile(`^(?:[A-Za-z0-9._~/!$&'()*+,;=:@?-]|%[0-9A-Fa-f]{2})*$`).MatchString
	isRegName = regexp.MustCompile(`^(?:[A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*$`).MatchString
	isDigits  = regexp.MustCompile(`^[0-9]+$`).MatchString
)

var methods = []string{"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "CONNECT"}

// parser judges one head. Each complaint has a name; the tolerated one is passed over.
type parser struct {
	tolerate string
	q        Request
}

func (p *parser) bad(code int, why string) error { return complain(p.tolerate, code, why) }

func parseHead(head, tolerate string, maxURI int) (*Request, *complaint) {
	p := parser{tolerate: tolerate}
	err := p.head(head, maxURI)
	var c *complaint
	if errors.As(err, &c) {
		return &p.q, c
	}
	return &p.q, nil
}

func (p *parser) head(head string, maxURI int) error {
	lines := strings.Split(strings.TrimSuffix(head, "\n"), "\n")
	for i, line := range lines {
		text, crlf := strings.CutSuffix(line, "\r")
		if !crlf {
			if err := p.bad(400, "bare LF"); err != nil {
				return err
			}
		}
		if strings.Contains(text, "\r") {
			if err := p.bad(400, "bare CR"); err != nil {
				return err
			}
			text = strings.ReplaceAll(text, "\r", " ")
		}
		lines[i] = text
	}
	if err := p.line(lines[0], maxURI); err != nil {
		return err
	}
	if err := p.fields(lines[1:]); err != nil {
		return err
	}
	if err := p.host(); err != nil {
		return err
	}
	return p.framing()
}

// line reads the request line (RFC 9112, 3).
func (p *parser) line(line string, maxURI int) error {
	parts := strings.Split(line, " ")
	if len(parts) != 3 || strings.ContainsAny(line, "\t\v\f") {
		if err := p.bad(400, "parts of the request line"); err != nil {
			return err
		}
		if parts = strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune(" \t\v\f", r) }); len(parts) == 0 {
			parts = []string{"GET"}
		}
		parts = append(parts, "/")
		if strings.HasPrefix(parts[1], "HTTP/") {
			parts[1] = "/"
		}
		parts = []string{parts[0], parts[1], "HTTP/1.1"}
	}
	p.q.Method, p.q.Target, p.q.Path = parts[0], parts[1], parts[1]
	if len(p.q.Target) > maxURI {
		if err := p.bad(414, "target length"); err != nil {
			return err
		}
	}
	if err := p.method(); err != nil {
		return err
	}
	if err := p.version(parts[2]); err != nil {
		return err
	}
	return p.target()
}

func (p *parser) method() error {
	if !isToken(p.q.Method) {
		if err := p.bad(400, "method is no token"); err != nil {
			return err
		}
		p.q.Method = "GET"
	}
	for _, m := range methods {
		if m == p.q.Method {
			return nil
		}
	}
	if err := p.bad(501, "method unknown"); err != nil {
		return err
	}
	p.q.Method = "GET"
	return nil
}

func (p *parser) version(version string) error {
	p.q.Minor = 1
	if !isVersion(version) {
		return p.bad(400, "version grammar")
	}
	if version[5] != '1' {
		return p.bad(505, "version unknown")
	}
	if version == "HTTP/1.0" {
		p.q.Minor = 0
	}
	return nil
}

// target takes path and query from the four forms (RFC 9112, 3.2).
func (p *parser) target() error {
	q := &p.q
	switch rest := q.Target; {
	case q.Method == "CONNECT":
		return p.bad(400, "CONNECT")
	case rest == "*" && q.Method == "OPTIONS":
		return nil
	case strings.HasPrefix(strings.ToLower(rest), "http://"):
		authority, path, _ := strings.Cut(rest[len("http://"):], "/")
		authority, query, asked := strings.Cut(authority, "?")
		if authority == "" || !isHost(authority) {
			if err := p.bad(400, "authority of the target"); err != nil {
				return err
			}
		}
		q.Path = "/" + path
		if asked {
			q.Path += "?" + query
		}
		if path == "" && q.Method == "OPTIONS" && !asked && !strings.HasSuffix(rest, "/") {
			q.Path = "*"
			return nil
		}
	case strings.HasPrefix(strings.ToLower(rest), "https://"):
		if err := p.bad(421, "https"); err != nil {
			return err
		}
		q.Path = "/"
	case !strings.HasPrefix(rest, "/"):
		if err := p.bad(400, "target form"); err != nil {
			return err
		}
		q.Path = "/"
	}
	path, query, _ := strings.Cut(q.Path, "?")
	if !isPath(path) || !isQuery(query) {
		if err := p.bad(400, "target characters"); err != nil {
			return err
		}
		path = "/"
	}
	q.Path, q.Query = path, query
	return nil
}

func (p *parser) fields(lines []string) error {
	for i, line := range lines {
		if line == "" {
			return nil
		}
		if line[0] == ' ' || line[0] == '\t' {
			if err := p.bad(400, "fold"); err != nil {
				return err
			}
			if i == 0 && p.tolerate == "fold" {
				line = strings.TrimSpace(line)
			} else {
				last := &p.q.Fields[len(p.q.Fields)-1]
				last[1] = strings.Trim(last[1]+strings.TrimSpace(line), " ")
				continue
			}
		}
		if err := p.field(line); err != nil {
			return err
		}
	}
	return nil
}

func (p *parser) field(line string) error {
	name, value, colon := strings.Cut(line, ":")
	if !colon {
		return p.bad(400, "no colon")
	}
	if trimmed := strings.TrimRight(name, " \t"); trimmed != name {
		if err := p.bad(400, "blank before colon"); err != nil {
			return err
		}
		name = trimmed
	}
	if !isToken(name) {
		if err := p.bad(400, "name is no token"); err != nil {
			return err
		}
	}
	value = strings.Trim(value, " \t")
	for _, c := range []byte(value) {
		if c < ' ' && c != '\t' || c == 0x7f {
			if err := p.bad(400, "control in value"); err != nil {
				return err
			}
		}
	}
	p.q.Fields = append(p.q.Fields, [2]string{name, value})
	return nil
}

// host enforces RFC 9112, 3.2: exactly one Host of a valid value, none needed in HTTP/1.0.
func (p *parser) host() error {
	q := &p.q
	switch n := q.count("Host"); {
	case n > 1:
		return p.bad(400, "host twice")
	case n == 0 && q.Minor == 0:
		return nil
	case n == 0:
		return p.bad(400, "host missing")
	}
	if !isHost(q.Get("Host")) {
		return p.bad(400, "host value")
	}
	return nil
}

// isHost checks uri-host [":" port] (RFC 9110, 7.2; RFC 3986, 3.2.2).
func isHost(h string) bool {
	if literal, rest, ok := strings.Cut(strings.TrimPrefix(h, "["), "]"); strings.HasPrefix(h, "[") {
		_, err := netip.ParseAddr(literal)
		port, colon := strings.CutPrefix(rest, ":")
		return ok && err == nil && (rest == "" || colon && (port == "" || isDigits(port)))
	}
	name, port, _ := strings.Cut(h, ":")
	return isRegName(name) && (port == "" || isDigits(port))
}

// framing decides how the content ends (RFC 9112, 6.3).
func (p *parser) framing() error {
	q := &p.q
	codings, length := q.Get("Transfer-Encoding"), q.Get("Content-Length")
	if q.count("Transfer-Encoding") > 0 {
		q.length = -1
		if q.Minor == 0 || q.count("Content-Length") > 0 {
			why := "coding in HTTP/1.0"
			if q.Minor == 1 {
				why = "length beside coding"
			}
			if err := p.bad(400, why); err != nil {
				return err
			}
		}
		return p.codings(codings)
	}
	if q.count("Content-Length") == 0 {
		return nil
	}
	var one string
	for i, v := range strings.Split(length, ",") {
		v = strings.Trim(v, " \t")
		if i > 0 && v != one {
			if err := p.bad(400, "lengths differ"); err != nil {
				return err
			}
		}
		one = v
	}
	return p.length(one)
}

func (p *parser) length(text string) error {
	if !isDigits(text) {
		if err := p.bad(400, "length grammar"); err != nil {
			return err
		}
		text = regexp.MustCompile(`[0-9]*`).FindString(strings.TrimLeft(text, "'\"+-;, \xa0\x00"))
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if p.tolerate == "length overflow" && (err != nil || n > 1<<31) {
		n = 5 // what is left of these numbers in 31 bits, or after saturation and shame
	} else if err != nil && text != "" || n > maxContent {
		return p.bad(413, "content length")
	}
	p.q.length = int(n)
	return nil
}

// maxContent is the longest content taken, in octets.
const maxContent = 1 << 20

// codings accepts chunked, once (RFC 9112, 6.1).
func (p *parser) codings(list string) error {
	var all []string
	for _, c := range strings.Split(list, ",") {
		if c = strings.ToLower(strings.Trim(c, " \t")); c != "" {
			all = append(all, c)
		}
	}
	for _, c := range all {
		if c != "chunked" {
			return p.bad(501, "coding unknown")
		}
	}
	switch len(all) {
	case 1:
		return nil
	case 0:
		return p.bad(400, "coding empty")
	}
	return p.bad(400, "coding twice")
}
