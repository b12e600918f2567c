package websocket

import "sync"

// Deflater compresses the messages to one peer (RFC 7692, 7.2.1). Set Bits and
// NoTakeover as agreed before the first message. With context takeover it keeps
// 2<<Bits bytes of text and 2<<min(Bits, 14) of index, 96 KiB for 15, from the
// first message on until Release; without it keeps nothing.
type Deflater struct {
	Bits       uint8 // the own window [8..15]; 0 means 15
	NoTakeover bool  // each message is compressed for itself

	kept *matcher
}

// matchers are those not in use, by their bits.
var matchers [maxBits + 1]sync.Pool

func (z *Deflater) bits() uint8 {
	if z.Bits == 0 {
		return maxBits
	}
	return min(max(z.Bits, minBits), maxBits)
}

// matcher returns one for a message of n bytes.
func (z *Deflater) matcher(n int) *matcher {
	if z.kept != nil {
		return z.kept
	}
	m, ok := matchers[z.bits()].Get().(*matcher)
	if !ok {
		m = newMatcher(uint(z.bits()))
	}
	if z.NoTakeover {
		m.forget(n)
	} else {
		m.forget(cap(m.index))
		z.kept = m
	}
	return m
}

// Deflate compresses the message src and appends the payload, at least one
// byte and without its tail, to dst.
func (z *Deflater) Deflate(dst, src []byte) []byte {
	m := z.matcher(len(src))
	w := writers.Get().(*blockWriter)
	w.dst, w.acc, w.have = dst, 0, 0
	for len(src) > 0 {
		start, n := m.take(src)
		src = src[n:]
		for start < m.end {
			end := w.tokenize(m, start)
			w.block(m.text[start:end])
			start = end
		}
	}
	// RFC 7692, 7.2.1: an empty stored block ends the message on a byte, and
	// its last four bytes are not sent.
	w.bits(0, 3)
	w.flush()
	dst, w.dst = w.dst, nil
	writers.Put(w)
	if z.NoTakeover {
		matchers[z.bits()].Put(m)
	}
	return dst
}

// Release gives the memory back. The Deflater may not be used any more.
func (z *Deflater) Release() {
	if z.kept != nil {
		matchers[z.bits()].Put(z.kept)
		z.kept = nil
	}
}
