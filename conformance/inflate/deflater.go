package inflate

// Deflater compresses the messages of one direction of a connection, in order, as a client does that keeps to what was
// negotiated.
type Deflater struct {
	Window     int  // the farthest distance in octets; 0: MaxWindow
	NoTakeover bool // each message is compressed for itself

	history []byte
}

// Message compresses one message and returns its payload.
func (z *Deflater) Message(data []byte) []byte {
	window := z.Window
	if window == 0 {
		window = MaxWindow
	}
	var w Writer
	tokens := Tokens(z.history, data, window)
	const share = 1 << 14 // tokens of a block, so that codes follow the text
	for len(tokens) > share {
		w.Dynamic(false, tokens[:share]...)
		tokens = tokens[share:]
	}
	switch {
	case len(tokens) > 100: // shorter ones do not pay for codes of their own
		w.Dynamic(false, tokens...)
	case len(tokens) > 0:
		w.Fixed(false, tokens...)
	}
	if !z.NoTakeover {
		z.history = append(z.history, data...)
		z.history = z.history[max(0, len(z.history)-MaxWindow):]
	}
	return w.Message()
}

const (
	shortest = 3 // octets of a back reference
	longest  = 258
	tries    = 16 // places that are looked at for a longer one
)

// Tokens finds in data what it repeats from itself and from the history before it, at most window octets away.
func Tokens(history, data []byte, window int) (tokens []Token) {
	text := append(history[:len(history):len(history)], data...)
	seen := newIndex(len(text))
	for i := range history {
		seen.enter(text, i)
	}
	for i := len(history); i < len(text); {
		length, distance := seen.find(text, i, window)
		if length < shortest {
			tokens = append(tokens, Token{Literal: text[i]})
			length = 1
		} else {
			tokens = append(tokens, Copy(length, distance))
		}
		for range length {
			seen.enter(text, i)
			i++
		}
	}
	return tokens
}

// index remembers where each three octets occurred.
type index struct {
	last     []int // by hash: the last place, plus one
	previous []int // by place: the one before with the same hash, plus one
}

const hashes = 1 << 14

func newIndex(n int) *index { return &index{make([]int, hashes), make([]int, n)} }

func hash(text []byte, i int) int {
	return (int(text[i])<<10 ^ int(text[i+1])<<5 ^ int(text[i+2])) % hashes
}

func (x *index) enter(text []byte, i int) {
	if i+shortest > len(text) {
		return
	}
	h := hash(text, i)
	x.previous[i], x.last[h] = x.last[h], i+1
}

// find returns the longest of the nearest repetitions of what is at text[i].
func (x *index) find(text []byte, i, window int) (length, distance int) {
	if i+shortest > len(text) {
		return 0, 0
	}
	place := x.last[hash(text, i)] - 1
	for range tries {
		if place < 0 || i-place > window {
			break
		}
		if n := same(text, place, i); n > length {
			length, distance = n, i-place
		}
		place = x.previous[place] - 1
	}
	return length, distance
}

// same counts the octets at a that are repeated at b, at most longest.
func same(text []byte, a, b int) (n int) {
	for n < longest && b+n < len(text) && text[a+n] == text[b+n] {
		n++
	}
	return n
}
