// Package inflate reads and writes DEFLATE (RFC 1951) for a judge of permessage-deflate (RFC 7692).
//
// An inflater for use hides what a judge has to know: how far back a compressor reached, whether it used what earlier
// messages left behind, how its blocks end. This one is slow and plain, and reports it.
//
//	var z inflate.Inflater
//	m, err := z.Message(payload) // of a message whose first frame had RSV1 set
//	m.Data, m.Distance, m.Before // "Hello", at most 1<<bits, 0 without context takeover
//
// Its counterpart, Writer, makes the blocks it is told to, valid or not, and Deflater compresses as a client may.
package inflate

// MaxWindow is the largest distance of a back reference in octets (RFC 1951, 2).
const MaxWindow = 32768

// DefaultLimit is what a message may inflate to if an Inflater names no limit, in octets.
const DefaultLimit = 64 << 20

// tail is what a sender strips from the end of a message, and its receiver puts back (RFC 7692, 7.2.1 and 7.2.2).
const tail = "\x00\x00\xff\xff"

// Kind is how a block holds its data (RFC 1951, 3.2.3).
type Kind int

const (
	Stored Kind = iota
	Fixed
	Dynamic
)

func (k Kind) String() string { return [...]string{"stored", "fixed", "dynamic"}[k] }

// Block is one block of a message.
type Block struct {
	Kind  Kind
	Final bool // BFINAL is set
	Bit   int  // where its header begins, in bits from the start of the message
	Size  int  // of its data in octets
}

func (b Block) empty() bool { return b.Kind == Stored && b.Size == 0 }

// Message is what one message inflates to, and how it was compressed.
type Message struct {
	Data     []byte
	Blocks   []Block
	Distance int // of the farthest back reference in octets [0..32768]; 0: there is none
	Before   int // how many octets before the message the farthest back reference began; 0: it needs no context

	// Terminated says that the message ends in an empty stored block without its last four octets (RFC 7692, 7.2.1).
	Terminated bool
	// Unstripped says that these four octets were sent. Data is whole all the same.
	Unstripped bool
}

// Final says whether a block of the message has BFINAL set, which RFC 7692, 7.2.3.4 allows.
func (m Message) Final() bool {
	for _, b := range m.Blocks {
		if b.Final {
			return true
		}
	}
	return false
}

// Inflater inflates the messages of one direction of a connection, in order. The zero value is ready.
type Inflater struct {
	Limit int // of a message's data in octets; 0: DefaultLimit

	history []byte // what back references may reach into, at most MaxWindow octets
}

// Reset forgets what earlier messages left behind.
func (z *Inflater) Reset() { z.history = nil }

// Message inflates the payload of one message, whose frames have been put together (RFC 7692, 7.2.2). An error is an
// *Error; the Message with it is what came before the error, and leaves no context.
func (z *Inflater) Message(payload []byte) (Message, error) {
	d := z.decoder(append(payload[:len(payload):len(payload)], tail...))
	err := d.blocks()
	if err == nil {
		d.m.Terminated = d.terminated(len(payload))
		z.keep(d.out)
		return d.message(), nil
	}
	if whole := z.unstripped(payload); whole != nil {
		return *whole, nil
	}
	return d.message(), err
}

// unstripped reads a payload that ends in a whole empty stored block; nil if it does not.
func (z *Inflater) unstripped(payload []byte) *Message {
	d := z.decoder(payload)
	if d.blocks() != nil || !d.last().empty() {
		return nil
	}
	z.keep(d.out)
	m := d.message()
	m.Unstripped = true
	return &m
}

// keep remembers what the next message may refer to.
func (z *Inflater) keep(out []byte) {
	z.history = append([]byte(nil), out[max(0, len(out)-MaxWindow):]...)
}

func (z *Inflater) decoder(b []byte) *decoder {
	limit := z.Limit
	if limit == 0 {
		limit = DefaultLimit
	}
	return &decoder{bits: bits{b: b}, out: append([]byte(nil), z.history...), start: len(z.history), limit: limit}
}

// Stream inflates one stream of RFC 1951, up to its final block, and reports how many octets it took. What follows is
// not looked at. Data is bounded by limit octets.
func Stream(b []byte, limit int) (m Message, n int, err error) {
	d := &decoder{bits: bits{b: b}, limit: limit}
	for err == nil && !d.m.Final() {
		err = d.block()
	}
	return d.message(), (d.at + 7) / 8, err
}
