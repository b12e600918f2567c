package websocket

import "math/rand/v2"

// Keys are the masking keys of a client: fresh for every frame, and nobody who
// has seen those before can tell the next one (RFC 6455, 5.3).
type Keys struct{ source rand.ChaCha8 }

// NewKeys returns the keys that follow from a seed, which is to come from a
// strong source of entropy (RFC 6455, 5.3), such as crypto/rand.
func NewKeys(seed [32]byte) *Keys { return &Keys{source: *rand.NewChaCha8(seed)} }

// Next returns a key. It is never 0, which would mask nothing.
func (k *Keys) Next() uint32 {
	for {
		if key := uint32(k.source.Uint64()); key != 0 {
			return key
		}
	}
}
