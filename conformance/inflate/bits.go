package inflate

// bits reads a string of octets from the low bit of each to its high bit (RFC 1951, 3.1.1).
type bits struct {
	b  []byte
	at int // the next bit
}

// one reads a bit, or -1 behind the end.
func (r *bits) one() int {
	if r.at>>3 >= len(r.b) {
		return -1
	}
	bit := int(r.b[r.at>>3]) >> (r.at & 7) & 1
	r.at++
	return bit
}

// number reads an n-bit number, low bit first, and reports whether it was there.
func (r *bits) number(n int) (value int, ok bool) {
	if r.at+n > 8*len(r.b) {
		return 0, false
	}
	for i := range n {
		value |= r.one() << i
	}
	return value, true
}

// align goes on with a whole octet.
func (r *bits) align() { r.at = (r.at + 7) &^ 7 }

// octets reads n whole octets at an octet's start; fewer at the end.
func (r *bits) octets(n int) []byte {
	from := min(r.at/8, len(r.b))
	to := min(from+n, len(r.b))
	r.at = 8 * to
	return r.b[from:to]
}
