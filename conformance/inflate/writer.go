package inflate

import "slices"

// Token is a literal octet, or a back reference if Length is not 0.
type Token struct {
	Literal  byte
	Length   int // [3..258] octets
	Distance int // [1..32768] octets back
}

// Copy is a back reference.
func Copy(length, distance int) Token { return Token{Length: length, Distance: distance} }

// Literals is the octets of text one by one.
func Literals(text string) (tokens []Token) {
	for i := range len(text) {
		tokens = append(tokens, Token{Literal: text[i]})
	}
	return tokens
}

// Writer makes a stream of the blocks it is told to. The zero value is ready.
type Writer struct {
	out  []byte
	used int // bits of the last octet; 0: all
}

// Bits appends the n low bits of value, low bit first: for what is in no valid stream.
func (w *Writer) Bits(value, n int) *Writer {
	for i := range n {
		if w.used == 0 {
			w.out = append(w.out, 0)
		}
		w.out[len(w.out)-1] |= byte(value>>i&1) << w.used
		w.used = (w.used + 1) % 8
	}
	return w
}

// Align goes on with a whole octet.
func (w *Writer) Align() *Writer {
	w.used = 0
	return w
}

// Octets appends whole octets.
func (w *Writer) Octets(octets string) *Writer {
	w.out = append(w.Align().out, octets...)
	return w
}

func (w *Writer) header(final bool, kind Kind) {
	w.Bits(map[bool]int{true: 1}[final], 1).Bits(int(kind), 2)
}

// Stored appends a block of at most 65535 octets as they are.
func (w *Writer) Stored(final bool, data string) *Writer {
	w.header(final, Stored)
	n := len(data)
	return w.Octets(string([]byte{byte(n), byte(n >> 8), byte(^n), byte(^n >> 8)}) + data)
}

// Flush appends an empty stored block, which ends on an octet.
func (w *Writer) Flush() *Writer { return w.Stored(false, "") }

// Fixed appends a block with the codes of RFC 1951, 3.2.6.
func (w *Writer) Fixed(final bool, tokens ...Token) *Writer {
	w.header(final, Fixed)
	w.tokens(tokens, fixedLengths.words(288), fixedDistances.words(32))
	return w
}

// Dynamic appends a block with codes that fit its tokens.
func (w *Writer) Dynamic(final bool, tokens ...Token) *Writer {
	w.header(final, Dynamic)
	var lengths [maxLengths]int
	var distances [maxDistances]int
	lengths[endOfBlock] = 1
	for _, t := range tokens {
		if t.Length == 0 {
			lengths[t.Literal]++
			continue
		}
		lengths[firstLength+find(lengthSpans, t.Length)]++
		distances[find(distanceSpans, t.Distance)]++
	}
	literal, distance := codeLengths(lengths[:], maxCode), codeLengths(distances[:], maxCode)
	w.codes(trim(literal, firstLength), trim(distance, 1))
	w.tokens(tokens, words(literal), words(distance))
	return w
}

// tokens appends the data of a block and its end.
func (w *Writer) tokens(tokens []Token, lengths, distances []word) {
	for _, t := range tokens {
		if t.Length == 0 {
			w.word(lengths[t.Literal])
			continue
		}
		symbol := find(lengthSpans, t.Length)
		w.word(lengths[firstLength+symbol]).extra(lengthSpans[symbol], t.Length)
		symbol = find(distanceSpans, t.Distance)
		w.word(distances[symbol]).extra(distanceSpans[symbol], t.Distance)
	}
	w.word(lengths[endOfBlock])
}

func (w *Writer) extra(s span, value int) { w.Bits(value-s.base, s.extra) }

// find returns the symbol for a length or distance: the last whose base does not exceed it.
func find(spans []span, value int) int {
	i, exact := slices.BinarySearchFunc(spans, value, func(s span, value int) int { return s.base - value })
	if exact {
		return i
	}
	return i - 1
}

// word is the code of a symbol; a code goes out high bit first (RFC 1951, 3.1.1).
type word struct{ value, length int }

func (w *Writer) word(c word) *Writer {
	for i := c.length - 1; i >= 0; i-- {
		w.Bits(c.value>>i, 1)
	}
	return w
}

// words lists the codes by symbol, of n symbols.
func (c *code) words(n int) []word {
	list, value, index := make([]word, n), 0, 0
	for length, count := range c.count {
		for range count {
			list[c.symbols[index]] = word{value, length}
			value, index = value+1, index+1
		}
		value <<= 1
	}
	return list
}

func words(lengths []int) []word {
	c, _ := newCode(lengths)
	return c.words(len(lengths))
}

// Stream ends the stream on an octet and returns it.
func (w *Writer) Stream() []byte { return w.out }

// Message ends the stream as RFC 7692, 7.2.1 says: with an empty stored block whose last four octets are not sent.
func (w *Writer) Message() []byte {
	w.Flush()
	return w.out[:len(w.out)-len(tail)]
}
