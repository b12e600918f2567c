package http1

// class is a set of properties of a byte.
type class uint8

const (
	isToken  class = 1 << iota // tchar, RFC 9110, 5.6.2
	isPath                     // pchar without "%", or "/": RFC 3986, 3.3
	isQuery                    // what a query may hold, without "%"
	isHost                     // what a registered name or IPv4 address may hold, without "%"
	isValue                    // field-vchar, SP, HTAB: RFC 9110, 5.5
	isDigit                    // DIGIT
	isHex                      // HEXDIG
	isTarget                   // what some form of request-target may hold
)

const (
	digits     = "0123456789"
	letters    = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	unreserved = letters + digits + "-._~"
	subDelims  = "!$&'()*+,;="
	pathBytes  = unreserved + subDelims + ":@/"
	// Browsers send these in a query as they are (WHATWG URL, query
	// percent-encode set), although RFC 3986, 3.4 lacks them.
	rawInQuery = "[]{}|^`\\"
)

var classes = func() (t [256]class) {
	add := func(set string, c class) {
		for i := range len(set) {
			t[set[i]] |= c
		}
	}
	add(letters+digits+"!#$%&'*+-.^_`|~", isToken)
	add(pathBytes, isPath)
	add(pathBytes+"?"+rawInQuery, isQuery)
	add(pathBytes+"?%"+rawInQuery, isTarget)
	// Sub-delims are left out of isHost: no resolvable name has them, and
	// "a,b" would be two hosts to whoever splits lists.
	add(unreserved, isHost)
	add(digits, isDigit)
	add(digits+"ABCDEFabcdef", isHex)
	for c := range 256 {
		if c == '\t' || c >= ' ' && c != 0x7f {
			t[c] |= isValue
		}
	}
	return t
}()

var lower = func() (t [256]byte) {
	for c := range t {
		t[c] = byte(c)
		if 'A' <= c && c <= 'Z' {
			t[c] |= 0x20
		}
	}
	return t
}()

// all reports whether every byte of b has the property c.
func (c class) all(b []byte) bool {
	if len(b) >= 8 {
		// The last eight bytes are looked at first, so that none are left over.
		for last := b[len(b)-8:]; ; b = b[8:] {
			_ = last[7]
			c &= classes[last[0]] & classes[last[1]] & classes[last[2]] & classes[last[3]] &
				classes[last[4]] & classes[last[5]] & classes[last[6]] & classes[last[7]]
			if last = b; len(b) < 8 {
				return c != 0
			}
		}
	}
	for _, x := range b {
		c &= classes[x]
	}
	return c != 0
}

// holds reports whether s is not empty and all its bytes have a property of c.
func (c class) holds(s string) bool {
	for i := range len(s) {
		if classes[s[i]]&c == 0 {
			return false
		}
	}
	return len(s) > 0
}

// skip returns the offset of the first byte of b, from i on, that neither has a
// property of c nor belongs to a "%" with two hexadecimal digits behind it
// (RFC 3986, 2.1); len(b) if there is none.
func (c class) skip(b []byte, i int) int {
	for len(b)-i >= 4 && classes[b[i]]&classes[b[i+1]]&classes[b[i+2]]&classes[b[i+3]]&c != 0 {
		i += 4
	}
	for i < len(b) {
		if classes[b[i]]&c != 0 {
			i++
			continue
		}
		if b[i] != '%' || len(b)-i < 3 || classes[b[i+1]]&classes[b[i+2]]&isHex == 0 {
			return i
		}
		i += 3
	}
	return i
}
