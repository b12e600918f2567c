package websocket

// A tokenCode says for each part of a token what is written for it: bits 0-4
// the number of bits; literals have the bits behind that, distances the length
// of the code, and then the code.
type tokenCode struct {
	literals  [lengthToken + 256]uint32
	distances [32]uint32 // by symbol and 1; the first is no distance
	end       uint32     // of the block
}

const (
	codeBits   = 5
	codeLength = 1<<codeBits - 1
)

var fixedCode = func() (c tokenCode) {
	var all [286]uint32
	for i := range all {
		all[i] = 1
	}
	c.set(&fixedLiteralCode, &fixedDistanceCode, &all)
	return c
}()

// set takes the codes of those literals and lengths that occur, and of all
// distances.
func (c *tokenCode) set(literal, distance *encodeTable, occurs *[286]uint32) {
	for i := range lengthToken {
		c.literals[i] = uint32(literal.codes[i])<<codeBits | uint32(literal.lengths[i])
	}
	c.end = uint32(literal.codes[endOfBlock])<<codeBits | uint32(literal.lengths[endOfBlock])
	for i, l := range lengthCodes {
		symbol := endOfBlock + 1 + i
		if occurs[symbol] == 0 {
			continue
		}
		n := uint32(literal.lengths[symbol])
		lengths := c.literals[lengthToken+int(l.base)-3:]
		for extra := range min(1<<l.extra, maxMatch+1-int(l.base)) {
			lengths[extra] = (uint32(literal.codes[symbol])|uint32(extra)<<n)<<codeBits | n + uint32(l.extra)
		}
	}
	for i, d := range distanceCodes {
		n := uint32(distance.lengths[i])
		c.distances[i+1] = uint32(distance.codes[i])<<(2*codeBits) | n<<codeBits | n + uint32(d.extra)
	}
}
