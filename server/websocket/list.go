package websocket

// list reads the comma-separated lists of the handshake (RFC 9110, 5.6.1).
type list struct {
	b []byte
	i int
}

func (l *list) space() {
	for l.i < len(l.b) && (l.b[l.i] == ' ' || l.b[l.i] == '\t') {
		l.i++
	}
}

// take skips white space and c behind it, and reports whether c was there.
func (l *list) take(c byte) bool {
	l.space()
	if l.i < len(l.b) && l.b[l.i] == c {
		l.i++
		return true
	}
	return false
}

// more skips separators and reports whether another element follows. Empty
// elements are ignored (RFC 9110, 5.6.1.2).
func (l *list) more() bool {
	for l.take(',') {
	}
	return l.i < len(l.b)
}

// token reads a token; it is empty if there is none.
func (l *list) token() []byte {
	l.space()
	start := l.i
	for l.i < len(l.b) && isToken(l.b[l.i]) {
		l.i++
	}
	return l.b[start:l.i]
}

// ended reports whether the element is over: only a comma or the end may follow.
func (l *list) ended() bool {
	l.space()
	return l.i == len(l.b) || l.b[l.i] == ','
}

// quoted reads a quoted-string whose content must be a token (RFC 6455, 9.1),
// behind its opening quote, into room. What exceeds room is left out.
func (l *list) quoted(room []byte) (value []byte, ok bool) {
	value = room[:0]
	for count := 0; l.i < len(l.b); count++ {
		c := l.b[l.i]
		l.i++
		if c == '"' {
			return value, count > 0
		}
		if c == '\\' && l.i < len(l.b) {
			c = l.b[l.i]
			l.i++
		}
		if !isToken(c) {
			return nil, false
		}
		if len(value) < cap(value) {
			value = append(value, c)
		}
	}
	return nil, false
}

// isToken reports whether a token may have c in it (RFC 9110, 5.6.2).
func isToken(c byte) bool { return tokenBytes[c] }

var tokenBytes = func() (t [256]bool) {
	for c := '0'; c <= '9'; c++ {
		t[c] = true
	}
	for c := 'a'; c <= 'z'; c++ {
		t[c], t[c-'a'+'A'] = true, true
	}
	for _, c := range "!#$%&'*+-.^_`|~" {
		t[c] = true
	}
	return t
}()

// hasToken reports whether the list b has the element token, in any case.
func hasToken(b []byte, token string) bool {
	l := list{b: b}
	for l.more() {
		if equalFold(l.token(), token) && l.ended() {
			return true
		}
		for !l.ended() {
			l.i++
		}
	}
	return false
}

// equalFold reports whether b is s, ASCII letters in any case.
func equalFold(b []byte, s string) bool {
	if len(b) != len(s) {
		return false
	}
	for i, c := range b {
		if lower(c) != lower(s[i]) {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}
