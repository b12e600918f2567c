package echoing

import (
	"encoding/binary"
	"errors"
	"fmt"
	"syscall"
	"time"
	"unicode/utf8"

	"github.com/httpdlab/httpdlab/conformance/websocket"
)

// offence is why a connection fails.
type offence struct {
	code int
	why  string
}

func (o *offence) Error() string { return fmt.Sprintf("%d: %s", o.code, o.why) }

// header is a frame's header and how many octets of the input it takes.
type header struct {
	websocket.Frame
	size    int
	key     [4]byte
	claimed uint64 // the length as the header has it
}

// frames serves frames until the connection ends.
func (x *session) frames() {
	if x.is("pings without FIN") {
		_ = x.write(websocket.Ping("").NotFinal().Unmasked().Append(nil))
	}
	for {
		f, err := x.next()
		var bad *offence
		switch {
		case errors.As(err, &bad):
			x.fail(bad.code)
			return
		case err != nil:
			x.gone(err)
			return
		}
		if err := x.answer(f); errors.As(err, &bad) {
			x.fail(bad.code)
			return
		} else if err != nil || x.closed {
			x.linger()
			return
		}
	}
}

// gone is the end of a client that has said nothing.
func (x *session) gone(err error) {
	switch {
	case errors.Is(err, syscall.ECONNRESET) && x.is("dies of a reset"):
		x.dead.Store(true)
	case errors.Is(err, syscall.ECONNRESET) && x.is("leaks memory with each reset"):
		x.taken.Add(1 << 20)
	case x.is("answers what breaks off") && len(x.in) > 6:
		_ = x.send(websocket.Text("half"))
	case x.is("keeps clients that are gone"):
		time.Sleep(10 * time.Second)
	}
}

// fail ends the connection after an offence.
func (x *session) fail(code int) {
	if x.Code != nil {
		code = x.Code(code)
	}
	switch {
	case x.is("drops connections without Close"):
	case x.is("closes without a code"):
		_ = x.send(websocket.EmptyClose())
	case x.is("fails with two Closes"):
		_ = x.send(websocket.Close(code, ""))
		_ = x.send(websocket.Close(code, ""))
	default:
		_ = x.send(websocket.Close(code, ""))
	}
	x.closed = true
	if x.is("answers behind its Close") {
		for {
			f, err := x.next()
			if err != nil || x.answer(f) != nil {
				break
			}
		}
	}
	x.linger()
}

// next reads one frame and judges it.
func (x *session) next() (websocket.Frame, error) {
	if x.is("reads one frame a segment") && x.reads > 0 {
		x.in = nil
	}
	for {
		h, ok := parseHeader(x.in)
		if ok {
			h.claimed, h.Length = h.Length, x.misread(h.Length)
			if err := x.judgeHeader(h); err != nil {
				return h.Frame, err
			}
			return x.payload(h)
		}
		if x.is("needs a header in one segment") && len(x.in) > 0 {
			return h.Frame, &offence{1002, "short header"}
		}
		if err := x.fill(); err != nil {
			return h.Frame, err
		}
	}
}

func parseHeader(b []byte) (h header, ok bool) {
	if len(b) < 2 {
		return h, false
	}
	h.Op, h.RSV, h.More, h.Bare = websocket.Opcode(b[0]&15), b[0]>>4&7, b[0]&0x80 == 0, b[1]&0x80 == 0
	h.size, h.Length = 2, uint64(b[1]&0x7f)
	switch h.Length {
	case 126:
		h.size, h.Form = 4, websocket.In16Bits
	case 127:
		h.size, h.Form = 10, websocket.In64Bits
	}
	masked := 0
	if !h.Bare {
		masked = 4
	}
	if len(b) < h.size+masked {
		return h, false
	}
	switch h.Form {
	case websocket.In16Bits:
		h.Length = uint64(binary.BigEndian.Uint16(b[2:]))
	case websocket.In64Bits:
		h.Length = binary.BigEndian.Uint64(b[2:])
	}
	copy(h.key[:], b[h.size:h.size+masked])
	h.size += masked
	return h, true
}

// judgeHeader names what is wrong with a frame before its payload is there.
func (x *session) judgeHeader(h header) error {
	control := h.Op.Control()
	for _, rule := range []struct {
		complaint string
		broken    bool
		code      int
	}{
		{"unmasked", h.Bare, 1002},
		{"reserved bits of data", h.RSV != 0 && !control, 1002},
		{"reserved bits of control", h.RSV != 0 && control, 1002},
		{"reserved data opcode", !h.Op.Known() && !control, 1002},
		{"reserved control opcode", !h.Op.Known() && control, 1002},
		{"fragmented control", control && h.More && h.Op.Known(), 1002},
		{"long control", control && h.Length > 125, 1002},
		{"length not minimal", h.Form == websocket.In16Bits && h.claimed < 126 || h.Form == websocket.In64Bits && h.claimed <= 0xffff, 1002},
		{"highest bit", h.Length>>63 != 0, 1002},
		{"orphan", h.Op == websocket.OpContinuation && !x.begun, 1002},
		{"interrupted", !control && h.Op.Known() && h.Op != websocket.OpContinuation && x.begun, 1002},
		{"message size", !control && uint64(len(x.message))+h.Length > MaxMessage, 1009},
		{"many fragments", x.parts > 50000, 1008},
	} {
		if rule.broken && x.Tolerate != rule.complaint {
			return &offence{rule.code, rule.complaint}
		}
	}
	return nil
}

// misread is the length as a mutant sees it.
func (x *session) misread(length uint64) uint64 {
	switch {
	case x.is("cuts lengths to 32 bits"):
		return uint64(uint32(length))
	case x.is("cuts lengths to 16 bits"):
		return uint64(uint16(length))
	case x.is("forgets the highest bit"):
		return length &^ (1 << 63)
	case x.is("takes memory for a header") && length > 1<<30:
		x.taken.Add(1 << 30)
	}
	return length
}

// payload waits for the rest of a frame.
func (x *session) payload(h header) (websocket.Frame, error) {
	f, length := h.Frame, h.Length
	for uint64(len(x.in)-h.size) < length {
		if x.is("needs a frame in one segment") {
			return f, &offence{1002, "short frame"}
		}
		if err := x.early(f, h); err != nil {
			return f, err
		}
		if err := x.fill(); err != nil {
			return f, err
		}
	}
	payload := append([]byte(nil), x.in[h.size:h.size+int(length)]...)
	x.in = x.in[h.size+int(length):]
	x.unmask(payload, h)
	f.Payload = string(payload)
	if x.Refuse != nil && x.Refuse(f) {
		return f, &offence{1002, "refused"}
	}
	return f, nil
}

// judgedEarly bounds how many octets of a frame are judged before it is whole.
const judgedEarly = 64 << 10

// early judges the part of a text frame that has come, as far as code points are whole.
func (x *session) early(f websocket.Frame, h header) error {
	text := f.Op == websocket.OpText || f.Op == websocket.OpContinuation && x.open == websocket.OpText
	if !text || len(x.in) > judgedEarly || x.is("judges text at the end of the frame") || x.is("judges text at the end of the message") || x.Tolerate == "text" {
		return nil
	}
	part := append([]byte(nil), x.in[h.size:]...)
	x.unmask(part, h)
	if !prefixOfText(append(append([]byte(nil), x.message[x.valid:]...), part...)) && !x.tolerant(string(part)) {
		return &offence{1007, "text"}
	}
	return nil
}

// prefixOfText reports whether octets can become UTF-8.
func prefixOfText(b []byte) bool {
	for cut := range 4 {
		if cut <= len(b) && utf8.Valid(b[:len(b)-cut]) {
			return cut == 0 || !utf8.FullRune(b[len(b)-cut:])
		}
	}
	return false
}

func (x *session) unmask(b []byte, h header) {
	key := h.key
	switch {
	case x.is("does not unmask"), h.Bare:
		return
	case x.is("takes a key of ones for none") && key == [4]byte{255, 255, 255, 255}:
		return
	}
	for i := range b {
		k := i & 3
		if x.is("forgets the last octets of the mask") && i >= len(b)&^3 {
			k = 0
		}
		b[i] ^= key[k]
	}
}
