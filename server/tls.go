package server

import "crypto/tls"

// TLS returns the state of the request's TLS connection, nil if it has none.
func (r *Request) TLS() *tls.ConnectionState {
	c, ok := r.session.link.(*connLink)
	if !ok {
		return nil
	}
	t, ok := c.Conn.(*tls.Conn)
	if !ok {
		return nil
	}
	state := t.ConnectionState()
	return &state
}
