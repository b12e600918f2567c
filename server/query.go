package server

import "bytes"

// Query returns the target's query as it was sent, without the question mark.
func (r *Request) Query() []byte { return r.head.Query.Of(r.buf) }

// QueryValue returns the decoded value of the first query parameter of that name; a parameter without = has
// an empty value. Names are decoded too, and case-sensitive. It allocates only if something is encoded.
func (r *Request) QueryValue(name string) (value []byte, ok bool) {
	return FormValue(r.Query(), name)
}

// FormValue returns the decoded value of the first pair of that name in an application/x-www-form-urlencoded
// text, such as a query or a form's content.
func FormValue(form []byte, name string) (value []byte, ok bool) {
	for len(form) > 0 {
		pair := form
		if end := bytes.IndexByte(form, '&'); end >= 0 {
			pair, form = form[:end], form[end+1:]
		} else {
			form = nil
		}
		key, value, _ := bytes.Cut(pair, equalsSign)
		if len(pair) > 0 && string(decoded(key, true)) == name {
			return decoded(value, true), true
		}
	}
	return nil, false
}

var equalsSign = []byte("=")

// decoded resolves %XX and, in forms, + in text; it returns text itself if there is nothing to resolve. A
// percent sign that no two hexadecimal digits follow stands for itself.
func decoded(text []byte, form bool) []byte {
	at := bytes.IndexByte(text, '%')
	if form && at < 0 {
		at = bytes.IndexByte(text, '+')
	}
	if at < 0 {
		return text
	}
	plain := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c == '+' && form {
			c = ' '
		} else if c == '%' && i+2 < len(text) {
			if high, low := unhex(text[i+1]), unhex(text[i+2]); high|low < 16 {
				c = high<<4 | low
				i += 2
			}
		}
		plain = append(plain, c)
	}
	return plain
}

// normalized resolves %XX where it stands for an unreserved character (RFC 3986, 2.3).
func normalized(path []byte) []byte {
	plain := make([]byte, 0, len(path))
	for i := 0; i < len(path); i++ {
		c := path[i]
		if c == '%' && i+2 < len(path) {
			if high, low := unhex(path[i+1]), unhex(path[i+2]); high|low < 16 && unreserved(high<<4|low) {
				c = high<<4 | low
				i += 2
			}
		}
		plain = append(plain, c)
	}
	return plain
}

func unreserved(c byte) bool {
	return 'a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9' || c == '-' || c == '.' || c == '_' || c == '~'
}

// unhex returns the value of a hexadecimal digit, 255 for another byte.
func unhex(c byte) byte {
	switch {
	case '0' <= c && c <= '9':
		return c - '0'
	case 'a' <= c|0x20 && c|0x20 <= 'f':
		return c | 0x20 - 'a' + 10
	}
	return 255
}

// Cookie returns the value of the first cookie of that name, from any Cookie field, without the quotes around
// it; nil if there is none. Names are case-sensitive (RFC 6265, 5.4).
func (r *Request) Cookie(name string) (value []byte) {
	r.Fields(func(field, line []byte) bool {
		if len(field) == len("cookie") && bytes.EqualFold(field, cookieName) {
			value = cookieIn(line, name)
		}
		return value == nil
	})
	return value
}

var cookieName = []byte("cookie")

func cookieIn(line []byte, name string) []byte {
	for len(line) > 0 {
		pair := line
		if end := bytes.IndexByte(line, ';'); end >= 0 {
			pair, line = line[:end], line[end+1:]
		} else {
			line = nil
		}
		key, value, found := bytes.Cut(bytes.TrimSpace(pair), equalsSign)
		if !found || string(bytes.TrimSpace(key)) != name {
			continue
		}
		value = bytes.TrimSpace(value)
		if len(value) >= 2 && value[0] == '"' && value[len(value)-1] == '"' {
			value = value[1 : len(value)-1]
		}
		if len(value) == 0 {
			return []byte{} // nil says that there is no such cookie
		}
		return value[:len(value):len(value)]
	}
	return nil
}
