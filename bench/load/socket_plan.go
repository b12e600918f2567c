package load

import (
	"math/rand/v2"

	"github.com/httpdlab/httpdlab/server/websocket"
)

// socketPlan is what the fast WebSocket client says.
type socketPlan struct {
	Message
	host, target string
	fields       []byte // of the handshake, beyond what it needs
}

// socketStream tells the random numbers of messages from others of the same seed.
const socketStream = 0x77736f63

const (
	messageBytes = 128 << 10 // of different messages that a loop has
	mostMessages = 256
)

func (p *socketPlan) opcode() websocket.Opcode {
	if p.Text {
		return websocket.Text
	}
	return websocket.Binary
}

// missing says what was asked for and not agreed on, nil if there is nothing.
func (m *Message) missing(deflated bool, subprotocol string) error {
	switch {
	case m.Deflate && !deflated:
		return noDeflateCause
	case m.Subprotocol != subprotocol:
		return noSubprotocolCause
	}
	return nil
}

// tapes returns what is sent and what comes back, at least depth messages long.
// Messages that follow each other differ, if they have a byte to differ in.
func (p *socketPlan) tapes(depth int, random *rand.Rand) (sent, back *tape) {
	n := min(max(messageBytes/(p.Size+1), 2), mostMessages)
	sent, back = &tape{}, &tape{}
	for range n {
		payload := p.payload(random)
		sent.wires = append(sent.wires, p.frame(payload, random.Uint32()))
		back.wires = append(back.wires, websocket.AppendFrame(nil, p.opcode(), payload))
	}
	for i := 0; i < depth || i%n > 0; i++ {
		sent.order = append(sent.order, uint16(i%n))
	}
	back.order = sent.order
	sent.join(depth)
	back.join(depth)
	return sent, back
}

// payload is random bytes, or letters. What deflate is for repeats itself.
func (p *socketPlan) payload(random *rand.Rand) []byte {
	b := make([]byte, p.Size)
	letters := random.Perm(len(alphabet))
	for i := range b {
		switch {
		case p.Deflate:
			b[i] = alphabet[letters[i%len(letters)]]
		case p.Text:
			b[i] = alphabet[random.IntN(len(alphabet))]
		default:
			b[i] = byte(random.Uint32())
		}
	}
	return b
}

// frame is a client's frame with the payload, compressed if that was asked for:
// each message for itself, which needs nobody's consent.
func (p *socketPlan) frame(payload []byte, key uint32) []byte {
	if !p.Deflate {
		return websocket.AppendMaskedFrame(nil, p.opcode(), key, payload)
	}
	z := websocket.Deflater{NoTakeover: true}
	packed := z.Deflate(nil, payload)
	b := websocket.AppendHeader(nil, websocket.Header{
		Final: true, RSV1: true, Masked: true, Opcode: p.opcode(), Key: key, Length: int64(len(packed)),
	})
	b = append(b, packed...)
	websocket.Mask(b[len(b)-len(packed):], key)
	return b
}

// payloadAt is what the message at a place of the tape carries.
func payloadAt(back *tape, place, size int) []byte {
	frame := back.wires[back.order[place]]
	return frame[len(frame)-size:]
}
