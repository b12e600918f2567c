package inflate

// maxCode is the longest Huffman code in bits (RFC 1951, 3.2.7).
const maxCode = 15

// code is a canonical Huffman code: how many codes there are of each length, and the symbols in the order of their codes.
type code struct {
	count   [maxCode + 1]int
	symbols []int
}

// newCode makes the code of the lengths, one a symbol, 0 for a symbol without code (RFC 1951, 3.2.2). It reports whether
// they make a prefix code: one that leaves no bit string without a symbol, or that has a single code of one bit
// (RFC 1951, 3.2.7), or none at all.
func newCode(lengths []int) (c code, ok bool) {
	for _, n := range lengths {
		c.count[n]++
	}
	c.count[0] = 0
	for n := 1; n <= maxCode; n++ {
		for symbol, length := range lengths {
			if length == n {
				c.symbols = append(c.symbols, symbol)
			}
		}
	}
	room, single := 1, c.count[1] == 1 && len(c.symbols) == 1
	for _, n := range c.count[1:] {
		if room = 2*room - n; room < 0 {
			return c, false
		}
	}
	return c, room == 0 || single || len(c.symbols) == 0
}

// read reads one symbol. The codes of a length are consecutive numbers, so a code is known by its distance from the
// first of its length.
func (c *code) read(r *bits) (symbol int, problem Problem) {
	value, first, index := 0, 0, 0
	for _, n := range c.count[1:] {
		bit := r.one()
		if bit < 0 {
			return 0, Truncated
		}
		value |= bit
		if value-first < n {
			return c.symbols[index+value-first], ""
		}
		index += n
		first = (first + n) << 1
		value <<= 1
	}
	return 0, NoSuchCode
}

// fixedLengths and fixedDistances are the codes of a block of type 1 (RFC 1951, 3.2.6).
var fixedLengths, fixedDistances = fixedCodes()

func fixedCodes() (lengths, distances code) {
	var of [288]int
	for symbol := range of {
		switch {
		case symbol < 144:
			of[symbol] = 8
		case symbol < 256:
			of[symbol] = 9
		case symbol < 280:
			of[symbol] = 7
		default:
			of[symbol] = 8
		}
	}
	var five [32]int
	for symbol := range five {
		five[symbol] = 5
	}
	lengths, _ = newCode(of[:])
	distances, _ = newCode(five[:])
	return lengths, distances
}
