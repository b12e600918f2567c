// Package websocket is RFC 6455 and RFC 7692 on bytes: the opening handshake of
// both sides, frames, masks, UTF-8, close and permessage-deflate. It knows no
// connection and no clock, so a socket, a pipe, a chip and a fuzzer can drive
// the same code.
//
// Every reader has three outcomes: it is done and says how many bytes it took,
// it needs more bytes, or the bytes are wrong.
//
//	d := websocket.Decoder{MaxMessage: 1 << 20}
//	for {
//		n, err := d.Decode(buf)
//		switch {
//		case err != 0:
//			return closeWith(err.Code()) // 1002, 1007 or 1009
//		case n == 0:
//			buf = readMore(buf) // keep what is there, add to the end
//			continue
//		case d.Opcode == websocket.Ping:
//			out = websocket.AppendFrame(out, websocket.Pong, d.Payload)
//		case d.Opcode == websocket.Close:
//			return closed(websocket.ParseClose(d.Payload))
//		case !d.Opcode.Control():
//			message = append(message, d.Payload...)
//			if d.End() {
//				out = websocket.AppendFrame(out, d.Message, message)
//				message = message[:0]
//			}
//		}
//		buf = buf[n:]
//	}
//
// Payloads are parts of the caller's buffer, unmasked in place; nothing is
// copied, and without permessage-deflate nothing is allocated.
package websocket

// Opcode says what a frame carries (RFC 6455, 5.2).
type Opcode uint8

const (
	Continuation Opcode = 0x0
	Text         Opcode = 0x1
	Binary       Opcode = 0x2
	Close        Opcode = 0x8
	Ping         Opcode = 0x9
	Pong         Opcode = 0xa
)

// Control reports whether o is Close, Ping, Pong or a reserved control opcode.
func (o Opcode) Control() bool { return o&8 != 0 }

// known reports whether RFC 6455 defines o.
func (o Opcode) known() bool { return o <= Binary || o >= Close && o <= Pong }

// String returns the name of o, in lower case.
func (o Opcode) String() string {
	switch o {
	case Continuation:
		return "continuation"
	case Text:
		return "text"
	case Binary:
		return "binary"
	case Close:
		return "close"
	case Ping:
		return "ping"
	case Pong:
		return "pong"
	}
	return "reserved"
}

const (
	// MaxHeader is the length in bytes of the longest frame header.
	MaxHeader = 14
	// MaxControl is the largest payload in bytes of a control frame (RFC 6455, 5.5).
	MaxControl = 125
	// MaxReason is the largest reason in bytes that fits into a Close frame.
	MaxReason = MaxControl - 2
	// Version is the only value of Sec-WebSocket-Version (RFC 6455, 4.1).
	Version = "13"
)
