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
	switch string(token) {
	case "GET":
		return GET
	case "POST":
		return POST
	}
	for m, name := range methodNames[:OtherMethod] {
		if string(token) == name {
			return Method(m)
		}
	}
	return OtherMethod
}
