package mutant

import "strconv"

// fieldFault makes a mutant whose /fields has another value for one field; an empty value adds a second line instead.
func fieldFault(name, value string) Fault {
	return Fault{Name: "sends " + name + ": " + value, Answer: func(q *Request, a *Response) {
		if q.Path == "/fields" {
			a.Set(name, value)
		}
	}}
}

// twice makes a mutant that sends a field of /fields a second time.
func twice(name, value string) Fault {
	return Fault{Name: "sends " + name + " twice", Answer: func(q *Request, a *Response) {
		if q.Path == "/fields" {
			a.add(name, value)
		}
	}}
}

// lacking makes a mutant whose /status/NNN has no such field.
func lacking(code int, name string) Fault {
	return Fault{Name: strconv.Itoa(code) + " lacks " + name, Answer: func(q *Request, a *Response) {
		if a.Status == code {
			a.Set(name, "")
		}
	}}
}

var wrongFields = []Fault{
	fieldFault("Cache-Control", "no-cache=set-cookie"),
	fieldFault("Cache-Control", "private=x-a"),
	fieldFault("Cache-Control", `max-age="60"`),
	fieldFault("Cache-Control", `s-maxage="60"`),
	fieldFault("Cache-Control", "max-age==60;"),
	fieldFault("Set-Cookie", "a b=1"),
	fieldFault("Set-Cookie", "a=1; Path=/; Path=/x"),
	twice("Set-Cookie", "a=2"),
	fieldFault("Set-Cookie", "a=1; Expires=Sunday, 06-Nov-94 08:49:37 GMT"),
	fieldFault("Cross-Origin-Embedder-Policy", "required"),
	fieldFault("Cross-Origin-Opener-Policy", "same"),
	fieldFault("Cross-Origin-Resource-Policy", "any"),
	fieldFault("Content-Security-Policy", "default_src 'self'"),
	twice("Content-Security-Policy", "default-src 'none'"),
	fieldFault("Content-Security-Policy-Report-Only", "default_src 'self'"),
	twice("Content-Security-Policy-Report-Only", "default-src 'none'"),
	fieldFault("Permissions-Policy", "camera 'none'"),
	fieldFault("X-Content-Type-Options", "sniff"),
	fieldFault("X-Frame-Options", "ALLOW"),
	fieldFault("Access-Control-Allow-Origin", "a.example"),
	fieldFault("Access-Control-Allow-Credentials", "True"),
	fieldFault("Access-Control-Expose-Headers", "X A"),
	fieldFault("Access-Control-Max-Age", "-1"),
	fieldFault("Access-Control-Allow-Methods", "GET PATCH"),
	fieldFault("Access-Control-Allow-Headers", "a:b"),
	fieldFault("Age", "old"),
	fieldFault("Retry-After", "soon"),
	fieldFault("Proxy-Authorization", "@"),
	fieldFault("Location", "/a b"),
	fieldFault("Last-Modified", "yesterday"),
	fieldFault("Last-Modified", "Thu, 01 Jan 2099 00:00:00 GMT"),
	fieldFault("Expires", "0"),
	fieldFault("Content-Range", "bytes=0-6/7"),
	fieldFault("Content-Language", "de_AT"),
	fieldFault("Content-Encoding", "gz ip"),
	fieldFault("Accept-Ranges", "byte s"),
	fieldFault("Accept-Encoding", "gzip;q=2"),
	fieldFault("Accept-Patch", "text"),
	fieldFault("Allow", "GET HEAD"),
	fieldFault("ETag", "v1"),
	fieldFault("Vary", "a b"),
	fieldFault("Vary", "a,, b"),
	fieldFault("Content-Encoding", "identity"),
	fieldFault("Keep-Alive", "timeout=5"),
	fieldFault("Connection", "Date"),
	fieldFault("Server", "honest/"),
	fieldFault("Transfer-Encoding", "gzip, chunked;q"),
	fieldFault("Content-Length", "7, 7"),
	fieldFault("Content-Type", "text"),
	fieldFault("Host", "x"),
	fieldFault("Date", "Mon, 06 Nov 1994 08:49:37 GMT"),
	fieldFault("Date", "Sun, 06 Nov 1994 08:49:37 GMT"),
	twice("Server", "again"),
	fieldFault("Connection", "keep alive"),
	fieldFault("Strict-Transport-Security", "max-age=1"),
	fieldFault("Strict-Transport-Security", "max-age=1 includeSubDomains"),
	fieldFault("Strict-Transport-Security", "max-age=1; max-age=2"),
	fieldFault("Strict-Transport-Security", "includeSubDomains"),
	{Name: "sends Strict-Transport-Security twice", Answer: func(q *Request, a *Response) {
		a.add("Strict-Transport-Security", "max-age=1")
		a.add("Strict-Transport-Security", "max-age=2")
	}},
	lacking(300, "Location"), lacking(401, "WWW-Authenticate"), lacking(407, "Proxy-Authenticate"),
	lacking(415, "Accept"), lacking(426, "Upgrade"), lacking(302, "Location"), lacking(405, "Allow"),
	lacking(204, "Accept-Patch"), lacking(204, "Allow"), lacking(304, "ETag"), lacking(206, "ETag"), lacking(206, "Content-Type"), lacking(416, "Content-Range"), lacking(206, "Content-Range"),
	lacking(426, "Sec-WebSocket-Version"), lacking(101, "Sec-WebSocket-Accept"), lacking(101, "Connection"), lacking(200, "Vary"),
	{Name: "413 says soon", Answer: func(q *Request, a *Response) {
		if a.Status == 413 {
			a.Set("Retry-After", "soon")
		}
	}},
	{Name: "300 is empty", Answer: func(q *Request, a *Response) {
		if a.Status == 300 {
			a.Body = ""
			a.Set("Content-Length", "0")
		}
	}},
}
