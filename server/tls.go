package server

import (
	"crypto/tls"
	"strings"
)

// TLS returns the state of the request's TLS connection, nil if it has none.
func (r *Request) TLS() *tls.ConnectionState {
	t := r.session.tls()
	if t == nil {
		return nil
	}
	state := t.ConnectionState()
	return &state
}

func (r *Request) secure() bool { return r.session.tls() != nil }

// tls returns the session's TLS connection, or nil.
func (s *Session) tls() *tls.Conn {
	c, ok := s.link.(*connLink)
	if !ok {
		return nil
	}
	t, _ := c.Conn.(*tls.Conn)
	return t
}

func hasPrefixFold(b []byte, prefix string) bool {
	return len(b) >= len(prefix) && strings.EqualFold(string(b[:len(prefix)]), prefix)
}
