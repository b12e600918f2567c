package inflate

import "crypto/sha256"

// Memo inflates like an Inflater, and looks up what it has inflated before in the same context: a load repeats itself,
// and so does a server that compresses it. The zero value is ready.
type Memo struct {
	Inflater

	known map[[sha256.Size]byte]outcome
	kept  int // octets of data
}

// outcome is a message and the context that it leaves.
type outcome struct {
	m       Message
	context []byte
}

// memoLimit bounds the data that a Memo keeps, in octets.
const memoLimit = 16 << 20

// Message inflates the payload of one message; see Inflater. The data must not be changed.
func (z *Memo) Message(payload []byte) (Message, error) {
	hash := sha256.New()
	hash.Write(z.history)
	hash.Write([]byte{byte(len(z.history)), byte(len(z.history) >> 8), byte(len(z.history) >> 16)})
	hash.Write(payload)
	key := [sha256.Size]byte(hash.Sum(nil))
	if o, ok := z.known[key]; ok {
		z.history = o.context
		return o.m, nil
	}
	m, err := z.Inflater.Message(payload)
	if z.kept += len(m.Data); err == nil && z.kept <= memoLimit {
		if z.known == nil {
			z.known = map[[sha256.Size]byte]outcome{}
		}
		z.known[key] = outcome{m, z.history}
	}
	return m, err
}
