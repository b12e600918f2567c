package websocket

// Client is a client's side of the opening handshake (RFC 6455, 4.1): it
// writes the request and checks the response. Set what is asked for, then
// AppendRequest, then give it the fields of the response one by one, then Check.
type Client struct {
	Host      string   // for the field Host
	Target    string   // path and query; "" means "/"
	Origin    string   // "" sends none
	Protocols []string // in order of preference
	Deflate   *Deflate // what is offered; nil offers nothing
	Key       [16]byte // fresh random bytes for each handshake

	// What was agreed on; valid after Check.
	Protocol string
	Deflated bool
	Agreed   Deflate

	upgrade, connection, accept bool
	accepts                     uint8
	failure                     Error
}

// AppendRequest appends the whole request. A host, target, origin or
// subprotocol with a byte that does not belong there is refused; dst is then
// returned as it was.
func (c *Client) AppendRequest(dst []byte) ([]byte, Error) {
	target := c.Target
	if target == "" {
		target = "/"
	}
	if !visible(c.Host) || c.Host == "" || !visible(target) || target[0] != '/' || !visible(c.Origin) {
		return dst, ErrUnwritable
	}
	for _, p := range c.Protocols {
		if !validToken(p) {
			return dst, ErrProtocol
		}
	}
	dst = append(append(dst, "GET "...), target...)
	dst = append(append(dst, " HTTP/1.1\r\nHost: "...), c.Host...)
	dst = append(dst, "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: "+Version+"\r\nSec-WebSocket-Key: "...)
	dst = append(AppendKey(dst, c.Key), "\r\n"...)
	return c.appendWishes(dst), 0
}

func (c *Client) appendWishes(dst []byte) []byte {
	if c.Origin != "" {
		dst = append(append(append(dst, "Origin: "...), c.Origin...), "\r\n"...)
	}
	for i, p := range c.Protocols {
		if i == 0 {
			dst = append(dst, "Sec-WebSocket-Protocol: "...)
		} else {
			dst = append(dst, ", "...)
		}
		dst = append(dst, p...)
	}
	if len(c.Protocols) > 0 {
		dst = append(dst, "\r\n"...)
	}
	if c.Deflate != nil {
		dst = c.Deflate.appendOffer(append(dst, "Sec-WebSocket-Extensions: "...))
		dst = append(dst, "\r\n"...)
	}
	return append(dst, "\r\n"...)
}

// visible reports whether s has only visible ASCII characters.
func visible(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] >= 0x7f {
			return false
		}
	}
	return true
}

func validToken(s string) bool {
	for i := range len(s) {
		if !isToken(s[i]) {
			return false
		}
	}
	return s != ""
}

// Field reads a field of the response; value has no white space around it.
func (c *Client) Field(name, value []byte) {
	switch {
	case equalFold(name, "Upgrade"):
		c.upgrade = equalFold(value, "websocket")
	case equalFold(name, "Connection"):
		c.connection = c.connection || hasToken(value, "upgrade")
	case equalFold(name, "Sec-WebSocket-Accept"):
		var key [keyLength]byte
		var want [28]byte
		c.accept = string(value) == string(AppendAccept(want[:0], AppendKey(key[:0], c.Key)))
		count(&c.accepts)
	case equalFold(name, "Sec-WebSocket-Protocol"):
		c.protocol(value)
	case equalFold(name, "Sec-WebSocket-Extensions"):
		c.extensions(value)
	}
}

func (c *Client) protocol(value []byte) {
	for _, p := range c.Protocols {
		if c.Protocol == "" && string(value) == p {
			c.Protocol = p
			return
		}
	}
	c.failure = ErrProtocol // RFC 6455, 4.1: one of those asked for, and once.
}

func (c *Client) extensions(value []byte) {
	err := readExtensions(value, func(deflate bool, answer parameters) {
		// RFC 6455, 4.1: only what was offered, and once.
		if !deflate || c.Deflate == nil || c.Deflated {
			c.failure = ErrExtension
			return
		}
		if c.Agreed, c.Deflated = c.Deflate.accepts(answer); !c.Deflated {
			c.failure = ErrExtension
		}
	})
	if err != 0 {
		c.failure = err
	}
}

// Check holds the response against RFC 6455, 4.1.
func (c *Client) Check(status int) Error {
	switch {
	case status != 101:
		return ErrStatus
	case !c.upgrade:
		return ErrUpgrade
	case !c.connection:
		return ErrConnection
	case c.accepts != 1 || !c.accept:
		return ErrAccept
	}
	return c.failure
}

// ValidSubprotocol reports whether name can be a subprotocol: a token (RFC 6455, 4.1).
func ValidSubprotocol(name string) bool { return validToken(name) }
