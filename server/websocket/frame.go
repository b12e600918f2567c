package websocket

import "encoding/binary"

// Header is the header of one frame (RFC 6455, 5.2).
type Header struct {
	Final  bool // the last frame of its message
	RSV1   bool // the message is compressed (RFC 7692, 6)
	Masked bool
	Opcode Opcode
	Key    uint32 // the masking key, its first byte lowest; 0 without mask
	Length int64  // of the payload, in bytes, at least 0
}

const (
	finalBit     = 0x80
	rsv1Bit      = 0x40
	reservedBits = 0x30
	maskBit      = 0x80
	length16     = 126 // the length follows in two bytes
	length64     = 127 // the length follows in eight bytes
)

// Parse reads a header from the front of b and reports how many bytes it took,
// 2 to MaxHeader. It returns 0 and no error while the header is incomplete. It
// enforces what holds for every frame; Decoder knows the rest.
func (h *Header) Parse(b []byte) (n int, err Error) {
	if len(b) < 2 {
		return 0, 0
	}
	*h = Header{
		Final:  b[0]&finalBit != 0,
		RSV1:   b[0]&rsv1Bit != 0,
		Masked: b[1]&maskBit != 0,
		Opcode: Opcode(b[0] & 0x0f),
		Length: int64(b[1] &^ maskBit),
	}
	if err = h.check(b[0]); err != 0 {
		return 0, err
	}
	n = 2
	if h.Length >= length16 {
		if n, err = h.longLength(b); n == 0 {
			return 0, err
		}
	}
	if h.Masked {
		if len(b) < n+4 {
			return 0, 0
		}
		h.Key = binary.LittleEndian.Uint32(b[n:])
		n += 4
	}
	return n, 0
}

// check enforces what the first two bytes tell.
func (h *Header) check(first byte) Error {
	switch {
	case first&reservedBits != 0: // RFC 6455, 5.2: no extension defines RSV2 or RSV3.
		return ErrReserved
	case !h.Opcode.known(): // RFC 6455, 5.2: an unknown opcode fails the connection.
		return ErrOpcode
	case !h.Opcode.Control():
		return 0
	case h.RSV1: // RFC 7692, 6.1: control frames are never compressed.
		return ErrReserved
	case !h.Final: // RFC 6455, 5.5: control frames are never fragmented.
		return ErrControlFragment
	case h.Length > MaxControl: // RFC 6455, 5.5: they fit the short form.
		return ErrControlLength
	}
	return 0
}

// longLength reads the length that follows the first two bytes.
func (h *Header) longLength(b []byte) (n int, err Error) {
	if h.Length == length16 {
		if len(b) < 4 {
			return 0, 0
		}
		h.Length = int64(binary.BigEndian.Uint16(b[2:]))
		if h.Length < length16 { // RFC 6455, 5.2: the minimal number of bytes.
			return 0, ErrLength
		}
		return 4, 0
	}
	if len(b) < 10 {
		return 0, 0
	}
	h.Length = int64(binary.BigEndian.Uint64(b[2:]))
	if h.Length <= 0xffff { // RFC 6455, 5.2: minimal, and the most significant bit is 0.
		return 0, ErrLength
	}
	return 10, 0
}

// AppendHeader appends h.
func AppendHeader(dst []byte, h Header) []byte {
	first, second := byte(h.Opcode), byte(0)
	if h.Final {
		first |= finalBit
	}
	if h.RSV1 {
		first |= rsv1Bit
	}
	if h.Masked {
		second = maskBit
	}
	switch {
	case h.Length < length16:
		dst = append(dst, first, second|byte(h.Length))
	case h.Length <= 0xffff:
		dst = append(dst, first, second|length16)
		dst = binary.BigEndian.AppendUint16(dst, uint16(h.Length))
	default:
		dst = append(dst, first, second|length64)
		dst = binary.BigEndian.AppendUint64(dst, uint64(h.Length))
	}
	if h.Masked {
		dst = binary.LittleEndian.AppendUint32(dst, h.Key)
	}
	return dst
}

// AppendFrame appends a server's frame: not masked, and all of its message.
// The payload of a control frame is at most MaxControl bytes.
func AppendFrame(dst []byte, opcode Opcode, payload []byte) []byte {
	if end := len(dst) + 2 + len(payload); len(payload) < length16 && end <= cap(dst) {
		frame := dst[len(dst):end]
		frame[0], frame[1] = finalBit|byte(opcode), byte(len(payload))
		copy(frame[2:], payload)
		return dst[:end]
	}
	dst = AppendHeader(dst, Header{Final: true, Opcode: opcode, Length: int64(len(payload))})
	return append(dst, payload...)
}

// AppendMaskedFrame appends a client's frame. The key must be fresh and
// unpredictable for every frame (RFC 6455, 5.3), as Keys are; payload stays as
// it is.
func AppendMaskedFrame(dst []byte, opcode Opcode, key uint32, payload []byte) []byte {
	h := Header{Final: true, Masked: true, Opcode: opcode, Key: key, Length: int64(len(payload))}
	dst = append(AppendHeader(dst, h), payload...)
	Mask(dst[len(dst)-len(payload):], key)
	return dst
}
