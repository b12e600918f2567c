package http1

// Method is a request method that has a number; the numbers are those of
// httpd_method_t. Methods are case-sensitive (RFC 9110, 9.1).
type Method uint8

const (
	DELETE Method = iota
	GET
	HEAD
	POST
	PUT
	CONNECT
	OPTIONS
	TRACE
	COPY
	LOCK
	MKCOL
	MOVE
	PROPFIND
	PROPPATCH
	SEARCH
	UNLOCK
	BIND
	REBIND
	UNBIND
	ACL
	REPORT
	MKACTIVITY
	CHECKOUT
	MERGE
	MSEARCH
	NOTIFY
	SUBSCRIBE
	UNSUBSCRIBE
	PATCH
	PURGE
	MKCALENDAR
	LINK
	UNLINK
	OtherMethod // any other token; Request.Token has it
)

var methodNames = [...]string{
	"DELETE", "GET", "HEAD", "POST", "PUT", "CONNECT", "OPTIONS", "TRACE",
	"COPY", "LOCK", "MKCOL", "MOVE", "PROPFIND", "PROPPATCH", "SEARCH", "UNLOCK",
	"BIND", "REBIND", "UNBIND", "ACL", "REPORT", "MKACTIVITY", "CHECKOUT", "MERGE",
	"M-SEARCH", "NOTIFY", "SUBSCRIBE", "UNSUBSCRIBE", "PATCH", "PURGE", "MKCALENDAR",
	"LINK", "UNLINK", "OTHER",
}

// String returns the method as it stands in a request, "OTHER" for OtherMethod.
func (m Method) String() string {
	if m > OtherMethod {
		m = OtherMethod
	}
	return methodNames[m]
}

// maxMethod is the length from which on a method is refused unread; RFC 9112,
// 3 asks for 501 when a method is longer than any that is implemented.
const maxMethod = 64

// MethodOf returns the method that token names.
func MethodOf(token []byte) Method {
	for m, name := range methodNames[:OtherMethod] {
		if string(token) == name {
			return Method(m)
		}
	}
	return OtherMethod
}

// wordMethod returns the method whose at most eight bytes a word has, as load64
// reads them, with zeros behind. It compares words where MethodOf compares bytes.
func wordMethod(word uint64) Method {
	if m := &methodWords[methodHash(word)]; m.word == word {
		return m.method
	}
	return OtherMethod
}

// methodHash differs for all methods of up to eight bytes.
func methodHash(word uint64) uint64 { return word * methodFactor >> methodShift }

const (
	methodFactor = 0x6cff3c8f24380475
	methodShift  = 58
)

type methodWord struct {
	word   uint64
	method Method
}

// methodWords has the methods at their hashes, and between them words that no token
// is, not even an empty one.
var methodWords = func() (t [64]methodWord) {
	for i := range t {
		t[i] = methodWord{1, OtherMethod}
	}
	for m, name := range methodNames[:OtherMethod] {
		if len(name) <= 8 {
			var padded [8]byte
			copy(padded[:], name)
			word := load64(padded[:], 0)
			t[methodHash(word)].word = word
			t[methodHash(word)].method = Method(m)
		}
	}
	return t
}()

// methodMasks have as many bytes set as their indices say.
var methodMasks = [...]uint64{0, 1<<8 - 1, 1<<16 - 1, 1<<24 - 1, 1<<32 - 1, 1<<40 - 1, 1<<48 - 1, 1<<56 - 1, 1<<64 - 1}
