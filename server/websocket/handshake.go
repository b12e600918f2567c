package websocket

// Handshake is a server's side of the opening handshake (RFC 6455, 4.2). Set
// the options, give it the fields of the request one by one in their order,
// then Check it.
//
//	h := websocket.Handshake{Protocols: []string{"echo"}}
//	for _, f := range request.Fields {
//		h.Field(f.Name.Of(b), f.Value.Of(b))
//	}
//	if err := h.Check(request.Method == http1.GET, request.Minor); err != 0 {
//		return refuse(err.Status()) // 426 with "Sec-WebSocket-Version: 13"
//	}
//	out = append(h.AppendResponse(out), "\r\n"...)
type Handshake struct {
	// Protocols are the subprotocols that the server speaks; the first one of
	// the client's list that is among them is chosen.
	Protocols []string
	// Deflate is what the server wishes of permessage-deflate; nil declines it.
	Deflate *Deflate
	// Origin, if not nil, decides whether a request may come from a page of
	// this origin; origin is empty if the request names none.
	Origin func(origin []byte) bool

	// What was found; valid after Check.
	Key      []byte  // as it was sent: a part of the caller's buffer
	Protocol string  // the chosen subprotocol, "" for none
	Deflated bool    // permessage-deflate was agreed on
	Agreed   Deflate // with these parameters

	origin      []byte
	hosts, keys uint8 // how often the fields occurred; 2 is many
	versions    uint8
	origins     uint8
	upgrade     bool       // Upgrade names websocket
	connection  bool       // Connection names upgrade
	version     bool       // Sec-WebSocket-Version is 13
	offer       parameters // of permessage-deflate, the one that was agreed on
	failure     Error      // of a list
}

// Reset makes h ready for the next request; the options stay.
func (h *Handshake) Reset() {
	*h = Handshake{Protocols: h.Protocols, Deflate: h.Deflate, Origin: h.Origin}
}

// Field reads a field of the request; value has no white space around it.
// Names that do not matter are skipped.
func (h *Handshake) Field(name, value []byte) {
	switch len(name) {
	case len("Host"):
		if equalFold(name, "Host") {
			count(&h.hosts)
		}
	case len("Origin"):
		if equalFold(name, "Origin") {
			h.origin = value
			count(&h.origins)
		}
	case len("Upgrade"):
		h.upgrade = h.upgrade || equalFold(name, "Upgrade") && hasToken(value, "websocket")
	case len("Connection"):
		h.connection = h.connection || equalFold(name, "Connection") && hasToken(value, "upgrade")
	default:
		h.ownField(name, value)
	}
}

// ownField reads the fields that RFC 6455 defines.
func (h *Handshake) ownField(name, value []byte) {
	switch {
	case equalFold(name, "Sec-WebSocket-Key"):
		h.Key = value
		count(&h.keys)
	case equalFold(name, "Sec-WebSocket-Version"):
		h.version = string(value) == Version
		count(&h.versions)
	case equalFold(name, "Sec-WebSocket-Protocol"):
		h.protocols(value)
	case equalFold(name, "Sec-WebSocket-Extensions"):
		h.extensions(value)
	}
}

func count(n *uint8) { *n = min(*n+1, 2) }

// protocols reads a line of subprotocols (RFC 6455, 11.3.4).
func (h *Handshake) protocols(value []byte) {
	l := list{b: value}
	for l.more() {
		name := l.token()
		if len(name) == 0 || !l.ended() {
			h.failure = ErrProtocol
			return
		}
		for _, known := range h.Protocols {
			if h.Protocol == "" && string(name) == known {
				h.Protocol = known
			}
		}
	}
}

// extensions reads a line of extensions; the first offer that can be met is
// agreed on (RFC 7692, 5.1).
func (h *Handshake) extensions(value []byte) {
	err := readExtensions(value, func(deflate bool, offer parameters) {
		if deflate && !offer.wrong && h.Deflate != nil && !h.Deflated {
			h.Deflated = true
			h.Agreed, h.offer = h.Deflate.agree(offer), offer
		}
	})
	if err != 0 {
		h.failure = err
	}
}

// Check holds the request against RFC 6455, 4.2.1. get says that its method is
// GET, minor is the minor of its HTTP/1 version. The error knows its status:
// with 405 goes Allow, with 426 go Upgrade and Sec-WebSocket-Version.
func (h *Handshake) Check(get bool, minor uint8) Error {
	switch {
	case !get:
		return ErrMethod
	case minor < 1:
		return ErrHTTPVersion
	case h.hosts != 1:
		return ErrHost
	case !h.upgrade:
		return ErrUpgrade
	case !h.connection:
		return ErrConnection
	case h.versions != 1 || !h.version: // RFC 6455, 4.4 and 11.3.5
		return ErrVersion
	case h.keys != 1 || !validKey(h.Key): // RFC 6455, 11.3.1: once.
		return ErrKey
	case h.failure != 0:
		return h.failure
	case h.origins > 1 || h.Origin != nil && !h.Origin(h.origin): // RFC 6455, 10.2
		return ErrOrigin
	}
	return 0
}

// AppendResponse appends the head that accepts the handshake (RFC 6455, 4.2.2),
// without the empty line that ends it, so that fields can be added.
func (h *Handshake) AppendResponse(dst []byte) []byte {
	dst = append(dst, "HTTP/1.1 101 Switching Protocols\r\n"+
		"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "...)
	dst = append(AppendAccept(dst, h.Key), "\r\n"...)
	if h.Protocol != "" {
		dst = append(append(dst, "Sec-WebSocket-Protocol: "...), h.Protocol...)
		dst = append(dst, "\r\n"...)
	}
	if h.Deflated {
		dst = h.Agreed.appendAnswer(append(dst, "Sec-WebSocket-Extensions: "...), h.offer)
		dst = append(dst, "\r\n"...)
	}
	return dst
}
