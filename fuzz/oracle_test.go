package fuzz

import (
	"math/big"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// message is what a request head says, as a reader understands it.
type message struct {
	head        int // its length
	method      string
	target      string
	host        string
	minor       int
	fields      [][2]string
	length      int64 // -1: no Content-Length
	chunked     bool
	close       bool
	upgrade     bool
	expect      bool
	path, query string
}

// limits are those of the parser under test.
const (
	maxHead   = 4096
	maxTarget = 300
	maxFields = 40
)

var (
	token       = regexp.MustCompile("^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")
	requestLine = regexp.MustCompile("^([!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}) ([!-~]+) HTTP/1[.]([0-9])$")
	pathQuery   = regexp.MustCompile(`^((?:[0-9A-Za-z._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})*)(?:(\?)((?:[0-9A-Za-z._~!$&'()*+,;=:@/?\[\]{}|^` + "`" + `\\-]|%[0-9A-Fa-f]{2})*))?$`)
	absolute    = regexp.MustCompile(`^(?i:https?)://([^/?]*)(.*)$`)
	name        = regexp.MustCompile(`^(?:[0-9A-Za-z._~-]|%[0-9A-Fa-f]{2})+$`)
	number      = regexp.MustCompile(`^[0-9]+$`)
)

// plainParse is the obvious way to read a request head: cut it into lines, hold
// each against its grammar, decide. It tells a complete, right head from
// everything else.
func plainParse(s string) (m message, ok bool) {
	start := 0
	for strings.HasPrefix(s[start:], "\r\n") {
		start += 2
	}
	end := strings.Index(s[start:], "\r\n\r\n")
	if end < 0 {
		return m, false
	}
	m.head = start + end + 4
	lines := strings.Split(s[start:start+end], "\r\n")
	line := requestLine.FindStringSubmatch(lines[0])
	if m.head > maxHead || line == nil || len(line[2]) > maxTarget || len(lines) > maxFields+1 {
		return m, false
	}
	m.method, m.target, m.minor = line[1], line[2], int(line[3][0]-'0')
	for _, l := range lines[1:] {
		n, v, colon := strings.Cut(l, ":")
		if !colon || !token.MatchString(n) || strings.ContainsFunc(l, isControl) || hasRawControl(l) {
			return m, false
		}
		m.fields = append(m.fields, [2]string{n, strings.Trim(v, " \t")})
	}
	return m, m.readTarget() && m.decide()
}

func isControl(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }

func hasRawControl(s string) bool {
	for i := range len(s) {
		if isControl(rune(s[i])) {
			return true
		}
	}
	return false
}

func (m *message) readTarget() bool {
	switch t := m.target; {
	case m.method == "CONNECT":
		m.host = t
		i := strings.LastIndexByte(t, ':')
		return plainHost(t) && i >= 0 && i+1 < len(t) && !strings.HasSuffix(t, "]")
	case t == "*":
		m.path = t
		return m.method == "OPTIONS"
	case strings.HasPrefix(t, "/"):
		return m.split(t)
	}
	a := absolute.FindStringSubmatch(m.target)
	if a == nil || !plainHost(a[1]) {
		return false
	}
	m.host = a[1]
	return m.split(a[2])
}

func (m *message) split(t string) bool {
	p := pathQuery.FindStringSubmatch(t)
	if p == nil {
		return false
	}
	m.path, m.query = p[1], p[3]
	return true
}

// plainHost reports whether s is host [":" port].
func plainHost(s string) bool {
	host, port := s, ""
	if i := strings.LastIndexByte(s, ':'); i >= 0 && !strings.HasSuffix(s, "]") {
		host, port = s[:i], s[i+1:]
	}
	if n, err := strconv.Atoi(port); port != "" && (err != nil || n > 65535 || !number.MatchString(port)) {
		return false
	}
	if inner, ok := strings.CutPrefix(host, "["); ok {
		inner, ok = strings.CutSuffix(inner, "]")
		a, err := netip.ParseAddr(inner)
		return ok && err == nil && a.Is6() && a.Zone() == "" && !strings.Contains(inner, "%")
	}
	return name.MatchString(host)
}

// values returns the values of all fields called name.
func (m *message) values(name string) (all []string) {
	for _, f := range m.fields {
		if strings.EqualFold(f[0], name) && len(f[0]) == len(name) {
			all = append(all, f[1])
		}
	}
	return all
}

// list returns the elements of a list field that are not empty, in lower case.
func (m *message) list(name string) (all []string) {
	for _, e := range strings.Split(strings.Join(m.values(name), ","), ",") {
		if e = strings.Trim(e, " \t"); e != "" {
			all = append(all, lowerASCII(e))
		}
	}
	return all
}

func lowerASCII(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

func (m *message) decide() bool {
	hosts, lengths, codings := m.values("Host"), m.values("Content-Length"), m.values("Transfer-Encoding")
	if len(hosts) > 1 || len(hosts) == 0 && m.minor > 0 || len(hosts) == 1 && !plainHost(hosts[0]) {
		return false
	}
	if len(hosts) == 1 && m.host == "" {
		m.host = hosts[0]
	}
	m.length = -1
	if len(lengths) > 0 {
		n, ok := new(big.Int).SetString(lengths[0], 10)
		if len(lengths) > 1 || !number.MatchString(lengths[0]) || !ok || !n.IsInt64() {
			return false
		}
		m.length = n.Int64()
	}
	if len(codings) > 0 {
		// RFC 9110, 5.6.1.2: empty list elements are ignored.
		if m.minor == 0 || len(lengths) > 0 || len(codings) > 1 || !slices.Equal(m.list("Transfer-Encoding"), []string{"chunked"}) {
			return false
		}
		m.chunked = true
	}
	for _, e := range m.list("Expect") {
		if m.minor > 0 && e != "100-continue" {
			return false
		}
		m.expect = m.minor > 0
	}
	options := m.list("Connection")
	m.close = slices.Contains(options, "close") || m.minor == 0 && !slices.Contains(options, "keep-alive")
	m.upgrade = m.minor > 0 && slices.Contains(options, "upgrade") && len(m.values("Upgrade")) > 0
	return true
}
