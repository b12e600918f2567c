package websocket

// Deflate is permessage-deflate with its four parameters (RFC 7692, 7.1): what
// one side wishes, or what both agreed on.
type Deflate struct {
	// ServerNoTakeover and ClientNoTakeover say that the messages of the
	// server, or of the client, are compressed each for itself.
	ServerNoTakeover, ClientNoTakeover bool
	// ServerBits and ClientBits [8..15] bound the windows to 1<<bits bytes;
	// 0 means 15.
	ServerBits, ClientBits uint8
}

const (
	deflateName      = "permessage-deflate"
	serverNoTakeover = "server_no_context_takeover"
	clientNoTakeover = "client_no_context_takeover"
	serverMaxBits    = "server_max_window_bits"
	clientMaxBits    = "client_max_window_bits"

	minBits, maxBits = 8, 15
)

// normal returns d with its zero values replaced and the others in range.
func (d Deflate) normal() Deflate {
	clamp := func(bits uint8) uint8 {
		if bits == 0 {
			return maxBits
		}
		return min(max(bits, minBits), maxBits)
	}
	d.ServerBits, d.ClientBits = clamp(d.ServerBits), clamp(d.ClientBits)
	return d
}

// parameters is one permessage-deflate element as it is on the wire.
type parameters struct {
	serverNoTakeover, clientNoTakeover bool
	serverBits                         uint8 // 0: absent
	clientBits                         uint8 // 0: absent or without value
	clientBitsGiven                    bool
	wrong                              bool // RFC 7692, 7.1: to be declined
}

// readExtensions reads a Sec-WebSocket-Extensions value and calls visit for each
// element; deflate tells whether it is permessage-deflate.
func readExtensions(value []byte, visit func(deflate bool, p parameters)) Error {
	l := list{b: value}
	for l.more() {
		name := l.token()
		if len(name) == 0 {
			return ErrExtension
		}
		var p parameters
		for l.take(';') {
			if !p.read(&l) {
				return ErrExtension
			}
		}
		// RFC 6455, 9.1: what does not follow the grammar fails the connection.
		if !l.ended() {
			return ErrExtension
		}
		visit(equalFold(name, deflateName), p)
	}
	return 0
}

// read reads one parameter and reports whether it follows the grammar.
func (p *parameters) read(l *list) bool {
	name := l.token()
	if len(name) == 0 {
		return false
	}
	var value []byte
	var room [4]byte
	valued := l.take('=')
	if valued {
		ok := true
		if l.take('"') {
			value, ok = l.quoted(room[:])
		} else {
			value = l.token()
		}
		if !ok || len(value) == 0 {
			return false
		}
	}
	p.set(name, value, valued)
	return true
}

// set notes a parameter. Unknown and repeated ones, and wrong values, make the
// element one to decline (RFC 7692, 7.1).
func (p *parameters) set(name, value []byte, valued bool) {
	bits, number := windowBits(value)
	switch {
	case equalFold(name, serverNoTakeover):
		p.wrong = p.wrong || valued || p.serverNoTakeover
		p.serverNoTakeover = true
	case equalFold(name, clientNoTakeover):
		p.wrong = p.wrong || valued || p.clientNoTakeover
		p.clientNoTakeover = true
	case equalFold(name, serverMaxBits):
		p.wrong = p.wrong || !number || p.serverBits != 0
		p.serverBits = bits
	case equalFold(name, clientMaxBits):
		p.wrong = p.wrong || valued && !number || p.clientBitsGiven
		p.clientBits, p.clientBitsGiven = bits, true
	default:
		p.wrong = true
	}
}

// windowBits reads 8 to 15, without leading zeros (RFC 7692, 7.1.2).
func windowBits(value []byte) (bits uint8, ok bool) {
	switch {
	case len(value) == 1 && (value[0] == '8' || value[0] == '9'):
		return value[0] - '0', true
	case len(value) == 2 && value[0] == '1' && value[1] >= '0' && value[1] <= '5':
		return 10 + value[1] - '0', true
	}
	return 0, false
}

// agree answers an offer with a server's wishes (RFC 7692, 7.1).
func (d Deflate) agree(offer parameters) (agreed Deflate) {
	agreed = d.normal()
	agreed.ServerNoTakeover = agreed.ServerNoTakeover || offer.serverNoTakeover
	agreed.ClientNoTakeover = agreed.ClientNoTakeover || offer.clientNoTakeover
	if offer.serverBits != 0 {
		agreed.ServerBits = min(agreed.ServerBits, offer.serverBits)
	}
	switch {
	case !offer.clientBitsGiven: // RFC 7692, 7.1.2.2: then it must not be limited.
		agreed.ClientBits = maxBits
	case offer.clientBits != 0:
		agreed.ClientBits = min(agreed.ClientBits, offer.clientBits)
	}
	return agreed
}

// appendAnswer appends the element that answers offer with d.
func (d Deflate) appendAnswer(dst []byte, offer parameters) []byte {
	// RFC 7692, 7.1.2.1: an offer with a limit for the server is accepted by repeating it, whatever it is.
	return d.append(dst, offer.serverBits != 0, offer.clientBitsGiven && d.ClientBits < maxBits)
}

// appendOffer appends the element that offers d; client_max_window_bits says that an answer may limit the client.
func (d Deflate) appendOffer(dst []byte) []byte { return d.append(dst, false, true) }

// accepts checks a server's answer to the offer d (RFC 7692, 7.1).
func (d Deflate) accepts(answer parameters) (agreed Deflate, ok bool) {
	offer := d.normal()
	agreed = Deflate{
		ServerNoTakeover: answer.serverNoTakeover,
		ClientNoTakeover: answer.clientNoTakeover || offer.ClientNoTakeover,
		ServerBits:       answer.serverBits,
		ClientBits:       offer.ClientBits,
	}.normal()
	switch {
	case answer.wrong, answer.clientBitsGiven && answer.clientBits == 0:
		return agreed, false
	// RFC 7692, 7.1.1.1 and 7.1.2.1: the server agrees by repeating them.
	case offer.ServerNoTakeover && !answer.serverNoTakeover, agreed.ServerBits > offer.ServerBits:
		return agreed, false
	}
	if answer.clientBitsGiven {
		agreed.ClientBits = min(agreed.ClientBits, answer.clientBits)
	}
	return agreed, true
}

func (d Deflate) append(dst []byte, serverBits, clientBits bool) []byte {
	d = d.normal()
	dst = append(dst, deflateName...)
	if d.ServerNoTakeover {
		dst = append(dst, "; "+serverNoTakeover...)
	}
	if d.ClientNoTakeover {
		dst = append(dst, "; "+clientNoTakeover...)
	}
	if serverBits || d.ServerBits < maxBits {
		dst = appendBits(append(dst, "; "+serverMaxBits...), d.ServerBits)
	}
	if clientBits {
		dst = append(dst, "; "+clientMaxBits...)
		if d.ClientBits < maxBits {
			dst = appendBits(dst, d.ClientBits)
		}
	}
	return dst
}

func appendBits(dst []byte, bits uint8) []byte {
	dst = append(dst, '=')
	if bits >= 10 {
		dst = append(dst, '1')
	}
	return append(dst, '0'+bits%10)
}
