package mutant

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Faults is every mutant. Which cases must notice which of them is written down beside the test that proves it.
var Faults = slices.Concat(lenient, strict, stumbling, careless, wrongFields, wrongMessages, wrongAnswers)

// lenient mutants do not make one complaint of the parser.
var lenient = tolerating(
	"bare LF", "bare CR", "parts of the request line", "target length", "head length", "method is no token",
	"method unknown", "version grammar", "version unknown", "CONNECT", "authority of the target", "https", "target form",
	"target characters", "fold", "no colon", "blank before colon", "name is no token", "control in value",
	"host twice", "host missing", "host value", "length beside coding", "coding in HTTP/1.0", "lengths differ",
	"length grammar", "length overflow", "content length", "coding unknown", "coding twice", "expectation unknown",
	"chunk size", "chunk extension", "chunk overflow", "end of a chunk", "LF in chunks", "CR in chunks",
	"extensions too long", "trailers too long", "trailer",
)

func tolerating(complaints ...string) (faults []Fault) {
	for _, c := range complaints {
		faults = append(faults, Fault{Name: "tolerates: " + c, Tolerate: c})
	}
	return faults
}

// strict mutants refuse something that is valid.
var strict = []Fault{
	forbid("a Host after other fields", `^[^\n]*\n[^Hh]`),
	forbid("a Host in other case", `\nhOsT:`),
	forbid("no blank before a value", `\nHost:[^ \t]`),
	forbid("tabs", `\t`),
	forbid("an empty port", `\nHost: [^\n]*:\r`),
	forbid("an upper-case host", `\nHost: [A-Z]`),
	forbid("an IPv6 host", `\nHost: \[`),
	forbid("HTTP/1.0", ` HTTP/1\.0\r`),
	forbid("HTTP/1.2", ` HTTP/1\.2\r`),
	forbid("absolute targets", `^[A-Z]+ (?i:http)://`),
	forbid("schemes in upper case", `^[A-Z]+ HTTP://`),
	forbid("an empty query", `^\S+ \S+\? `),
	forbid("odd characters in a query", `^\S+ \S+\?a=/`),
	forbid("empty values", `:[ \t]*\r`),
	forbid("odd token characters", `\n!`),
	forbid("unknown fields", `\nX-Unknown`),
	forbid("HEAD", `^HEAD`),
	forbid("POST", `^POST`),
	forbid("codings in upper case", `CHUNKED`),
	forbid("Content-Length: 0", `\nContent-Length: 0\r`),
	forbid("TE", `\nTE:`),
	forbid("Keep-Alive", `\nKeep-Alive:`),
	forbid("cookies", `\nCookie:`),
	forbid("unknown types", `x-nonsense`),
	forbid("many fields", `(?s:(?:\nX-[0-9]{2}.*){20})`),
	forbid("long request lines", `^[^\n]{1000}`),
	forbid("conditions", `\nIf-`),
	forbid("ranges", `\nRange:`),
	forbid("Accept", `\nAccept:`),
	forbid("Upgrade-Insecure-Requests", `\nUpgrade-Insecure-Requests`),
	forbid("Content-Encoding", `\nContent-Encoding`),
	forbid("Expect", `\nExpect`),
	forbid("OPTIONS", `^OPTIONS`),
	forbid("encoded letters", `%6[0-9A-F]`),
	forbid("handshakes in other case", `\nupgrade: WebSocket`),
}

// forbid makes a mutant that refuses the heads that match.
func forbid(what, pattern string) Fault {
	return Fault{Name: "forbids: " + what, Forbid: regexp.MustCompile(pattern).MatchString}
}

// stumbling mutants answer 500 where the RFC leaves the choice between serving and refusing.
var stumbling = []Fault{
	stumble("content on GET", `^GET [^\n]*\n(?s:.*)\nContent-Length: [1-9]`),
	stumble("chunked content on GET", `^GET [^\n]*\n(?s:.*)\nTransfer-Encoding`),
	stumble("content on HEAD", `^HEAD [^\n]*\n(?s:.*)\nContent-Length: [1-9]`),
	stumble("content on OPTIONS", `^OPTIONS [^\n]*\n(?s:.*)\nContent-Length: [1-9]`),
	stumble("content on an unknown method", `^FOO `),
	stumble("Connection: Host", `Connection: Host`),
	stumble("two Content-Types", `(?s:\nContent-Type.*\nContent-Type)`),
	stumble("Max-Forwards", `\nMax-Forwards`),
	stumble("no Host value", `\nHost: \r`),
	stumble("several spaces", `^GET  `),
	stumble("tabs in the request line", `^GET\t`),
	stumble("LF for CRLF", `[^\r]\n`),
	stumble("an empty line of LF", `^\n`),
	stumble("folds", `\n[ \t]`),
	stumble("empty cookies", `\nCookie: \r`),
	stumble("malformed cookies", `\nCookie: =`),
	stumble("cookies without value", `\nCookie: foo=\r`),
	stumble("odd cookies", `\nCookie: a=hello`),
	stumble("large cookies", `\nCookie: k0`),
	stumble("odd expectations", `\nExpect: (?:x|y|100-continue,)`),
	stumble("unknown types", `x-nonsense`),
	stumble("POST without length", `^POST \S+ HTTP/1.1\r\nHost: [^\r]*\r\n\r\n`),
	stumble("the preface of HTTP/2", `^PRI`),
	stumble("odd Keep-Alive", `\nKeep-Alive`),
	stumble("future dates", `2099`),
	stumble("leading zeros", `Content-Length: 0005`),
	stumble("lengths in a list", `Content-Length: [0-9]*,`),
	stumble("equal lengths", `(?s:Content-Length: 5\r\n.*Content-Length: 0?5\r)`),
	stumble("empty list elements", `Transfer-Encoding: ,`),
	stumble("octets above 127", `[^\x00-\x7f]`),
	stumble("Accept", `\nAccept: application/x-none`),
	stumble("HTTP2-Settings", `HTTP2-Settings`),
	stumble("Content_Length", `Content_Length`),
	stumble("large lengths", `Content-Length: [0-9]{9}`),
}

func stumble(over, pattern string) Fault {
	return Fault{Name: "stumbles over " + over, Stumble: regexp.MustCompile(pattern).MatchString}
}

// careless mutants have one bad habit on the connection or in a handler. Each name is asked for in one line of the server.
var careless = named(
	"stays open after a refusal", "stops accepting at forty connections", "serves one connection at a time",
	"ends connections by RST", "drops the connection at once", "serves what breaks off", "dies of noise",
	"closes instead of refusing", "forgets what came with a request", "forgets the first part of a head",
	"refuses empty lines before a request", "never purges", "does not read content", "answers before the content has come",
	"takes what has come for all of a content", "reads late content as a request", "wraps chunk sizes around",
	"forgets trailers", "answers at the last chunk", "believes trailers", "sends 100 to HTTP/1.0",
	"minds the case of an expectation", "sends 100 late", "never sends 100", "sends 100 twice", "sends 100 with a length",
	"looks for close as a substring", "knows close only alone", "keeps HTTP/1.0 open in silence", "never closes",
	"closes after five requests", "closes unannounced", "serves what comes behind close", "sends no Date",
	"keeps its close to itself", "answers HEAD with content", "serves every method alike",
	"sends an answer to whoever asked last", "shares session contexts", "forgets session contexts",
	"upgrades HTTP/1.0", "upgrades without Connection", "upgrades any method", "speaks every WebSocket version", "takes any key",
	"compares If-Match weakly", "refuses nothing for If-Match", "lets a date beat a tag", "does not know a star",
	"compares If-None-Match strongly", "fails If-Unmodified-Since with 500", "reads one date format",
	"serves ranges of HEAD", "compresses unasked", "ignores If-Range", "serves any number of ranges",
	"sleeps with everybody", "does not wait", "speaks HTTP behind an upgrade", "sends 100 after 101",
)

func named(names ...string) (faults []Fault) {
	for _, name := range names {
		faults = append(faults, Fault{Name: name})
	}
	return faults
}

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
	lacking(204, "Accept-Patch"), lacking(204, "Allow"), lacking(304, "ETag"), lacking(206, "ETag"), lacking(416, "Content-Range"),
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

// wire makes a mutant that changes octets of responses.
func wire(name string, change func(out string) string) Fault {
	return Fault{Name: name, Wire: func(_ *Request, out string) string { return change(out) }}
}

var statusCode = regexp.MustCompile(`^(HTTP/1\.1 [0-9]{3}) [^\r]*`)

// wrongMessages mutants send responses whose octets are wrong.
var wrongMessages = []Fault{
	wire("leaves the space before no reason out", func(out string) string { return statusCode.ReplaceAllString(out, "$1") }),
	wire("has a bell in its reason", func(out string) string { return statusCode.ReplaceAllString(out, "$1 O\x07K") }),
	wire("ends a line in LF", func(out string) string { return strings.Replace(out, "\r\n", "\n", 1) }),
	wire("has a blank before a colon", func(out string) string { return strings.Replace(out, "Server:", "Server :", 1) }),
	wire("says HTTP/1.0", func(out string) string { return strings.Replace(out, "HTTP/1.1", "HTTP/1.0", 1) }),
	wire("sends a stray octet", func(out string) string { return out + "x" }),
	wire("sends an octet too few", func(out string) string { return out[:max(0, len(out)-1)] }),
	wire("cuts long responses", func(out string) string { return out[:min(len(out), 10000)] }),
	wire("ends chunks in LF", func(out string) string {
		if head, body, ok := strings.Cut(out, "\r\n\r\n"); ok && strings.Contains(head, "chunked") {
			return head + "\r\n\r\n" + strings.ReplaceAll(body, "\r\n", "\n")
		}
		return out
	}),
	wire("promises chunked twice", func(out string) string {
		return strings.Replace(out, "Transfer-Encoding: chunked", "Transfer-Encoding: chunked, chunked", 1)
	}),
	wire("sends length and coding", func(out string) string {
		return strings.Replace(out, "Transfer-Encoding:", "Content-Length: 1\r\nTransfer-Encoding:", 1)
	}),
	wire("sends coding with 204", func(out string) string {
		if strings.HasPrefix(out, "HTTP/1.1 204") {
			return strings.Replace(out, "\r\n", "\r\nTransfer-Encoding: chunked\r\n", 1)
		}
		return out
	}),
	wire("sends length with 204", func(out string) string {
		if strings.HasPrefix(out, "HTTP/1.1 204") {
			return strings.Replace(out, "\r\n", "\r\nContent-Length: 0\r\n", 1)
		}
		return out
	}),
	wire("sends content with 204", withContent("204")),
	wire("sends content with 205", func(out string) string {
		if strings.HasPrefix(out, "HTTP/1.1 205") {
			return strings.Replace(out, "Content-Length: 0\r\n", "Content-Length: 1\r\n", 1) + "x"
		}
		return out
	}),
	wire("sends content with 304", withContent("304")),
	wire("sends another length with 304", func(out string) string {
		if strings.HasPrefix(out, "HTTP/1.1 304") {
			return strings.Replace(out, "\r\n", "\r\nContent-Length: 1\r\n", 1)
		}
		return out
	}),
	wire("frames errors badly", func(out string) string {
		if strings.HasPrefix(out, "HTTP/1.1 4") {
			return strings.Replace(out, "Content-Length: ", "Content-Length: 9", 1)
		}
		return out
	}),
	{Name: "chunks for HTTP/1.0", Wire: func(q *Request, out string) string {
		if head, body, ok := strings.Cut(out, "\r\n\r\n"); ok && q.Minor == 0 && strings.HasPrefix(q.Path, "/") {
			head = regexp.MustCompile(`\r\nContent-Length: [0-9]+`).ReplaceAllString(head, "")
			return head + "\r\nTransfer-Encoding: chunked\r\n\r\n" + inChunks(body)
		}
		return out
	}},
	{Name: "sends content for HEAD in chunks", Wire: func(q *Request, out string) string {
		if q.Method == "HEAD" && strings.Contains(out, "chunked") {
			return out + "0\r\n\r\n"
		}
		return out
	}},
	{Name: "forgets the length of no content", Wire: func(q *Request, out string) string {
		if q.Method == "OPTIONS" {
			return strings.Replace(out, "HTTP/1.1 204 No Content\r\n", "HTTP/1.1 200 OK\r\nConnection: close\r\n", 1)
		}
		return out
	}},
}

func withContent(code string) func(string) string {
	return func(out string) string {
		if strings.HasPrefix(out, "HTTP/1.1 "+code) {
			return out + "x"
		}
		return out
	}
}

// answer makes a mutant that gives another answer where the condition holds.
func answer(name string, when func(q *Request, a *Response) bool, then func(q *Request, a *Response)) Fault {
	return Fault{Name: name, Answer: func(q *Request, a *Response) {
		if when(q, a) {
			then(q, a)
		}
	}}
}

// become changes status and content.
func become(status int, body string) func(*Request, *Response) {
	return func(_ *Request, a *Response) {
		a.Status, a.Body, a.chunked, a.bare = status, body, false, false
		a.Set("Transfer-Encoding", "")
		a.Set("Content-Length", strconv.Itoa(len(body)))
	}
}

func isMethod(methods ...string) func(*Request, *Response) bool {
	return func(q *Request, _ *Response) bool { return slices.Contains(methods, q.Method) }
}

func under(prefix string) func(*Request, *Response) bool {
	return func(q *Request, _ *Response) bool { return strings.HasPrefix(q.Path, prefix) }
}

func isStatus(code int) func(*Request, *Response) bool {
	return func(_ *Request, a *Response) bool { return a.Status == code }
}

// wrongAnswers mutants answer well-formed requests wrongly.
var wrongAnswers = []Fault{
	answer("finds everything", isStatus(404), become(200, "here")),
	answer("finds everything with HEAD", func(q *Request, a *Response) bool { return a.Status == 404 && q.Method == "HEAD" }, become(200, "")),
	answer("tunnels", isMethod("CONNECT"), become(200, "")),
	answer("gives HEAD another length", isMethod("HEAD"), func(_ *Request, a *Response) { a.Set("Content-Length", "3") }),
	answer("gives HEAD other fields", isMethod("HEAD"), func(_ *Request, a *Response) { a.Set("Content-Type", "text/html") }),
	answer("answers POST with 304", func(q *Request, _ *Response) bool { return q.Method == "POST" && q.Get("If-Modified-Since") != "" }, become(304, "")),
	answer("reflects TRACE", isMethod("TRACE"), func(q *Request, a *Response) { become(200, "Cookie: "+q.Get("Cookie"))(q, a) }),
	answer("lists methods that it refuses", isMethod("OPTIONS"), func(_ *Request, a *Response) { a.Set("Allow", "GET, TRACE") }),
	answer("makes a new tag each time", under("/file"), func(_ *Request, a *Response) {
		a.Set("ETag", `"`+strconv.FormatInt(time.Now().UnixNano(), 36)+`"`)
	}),
	answer("ignores conditions", isStatus(304), func(_ *Request, a *Response) { become(200, fileText)(nil, a) }),
	answer("fails preconditions with 500", isStatus(412), become(500, "")),
	answer("takes invalid conditions for true", func(q *Request, _ *Response) bool {
		return strings.Contains(q.Get("If-None-Match")+q.Get("If-Modified-Since"), "no") || strings.Contains(q.Get("If-Modified-Since"), "y") || strings.Count(q.Get("If-Modified-Since"), "GMT") > 1
	}, become(304, "")),
	answer("finds conditions on nothing", func(q *Request, a *Response) bool { return a.Status == 404 && q.Get("If-None-Match") != "" }, become(412, "")),
	answer("sends another part", isStatus(206), func(_ *Request, a *Response) {
		if a.Body != "" {
			a.Body = "?" + a.Body[1:]
		}
	}),
	answer("fails on ranges", func(q *Request, _ *Response) bool { return q.Get("Range") != "" }, become(500, "")),
	answer("sends a part for every range", func(q *Request, _ *Response) bool { return q.Get("Range") != "" }, become(206, "x")),
	answer("does not serve ranges it advertises", isStatus(206), become(200, fileText)),
	answer("gives several parts a range", func(_ *Request, a *Response) bool { return strings.HasPrefix(a.get("Content-Type"), "multipart") }, func(_ *Request, a *Response) {
		a.add("Content-Range", "bytes 0-2/37")
	}),
	answer("keeps the tag of other octets", func(_ *Request, a *Response) bool { return a.get("Content-Encoding") == "gzip" }, func(_ *Request, a *Response) { a.Set("ETag", fileTag) }),
	answer("claims gzip", func(q *Request, a *Response) bool {
		return q.Path == "/file" && a.get("Content-Encoding") == "" && a.Status == 200
	}, func(_ *Request, a *Response) {
		a.add("Content-Encoding", "gzip")
	}),
	answer("compresses every page", func(q *Request, a *Response) bool { return q.Path == "/" && a.Status == 200 }, func(_ *Request, a *Response) { a.add("Content-Encoding", "br") }),
	answer("reflects decoded text", func(q *Request, _ *Response) bool { return strings.Contains(q.Target, "%0d%0a") }, func(_ *Request, a *Response) {
		a.add("X", "\r\nInjected: 1")
	}),
	answer("reflects cookies", func(q *Request, _ *Response) bool { return q.Get("Cookie") != "" }, func(q *Request, a *Response) { a.add("X-Cookie", q.Get("Cookie")) }),
	answer("redirects to what it reads in a path", under("//"), func(q *Request, a *Response) {
		become(302, "")(q, a)
		a.Set("Location", q.Path)
	}),
	answer("redirects to another host", isStatus(302), func(_ *Request, a *Response) { a.Set("Location", "http://elsewhere.example/") }),
	answer("serves what lies outside", func(q *Request, _ *Response) bool { return strings.Contains(q.Path, "passwd") }, become(200, "root:x:0:0")),
	answer("cuts a path at NUL", func(q *Request, _ *Response) bool { return strings.Contains(q.Path, "%00") }, become(200, "cut")),
	answer("takes an encoded slash for a slash", func(q *Request, _ *Response) bool { return strings.Contains(q.Path, "%2F") }, become(200, "slash")),
	answer("serves dots with 500", func(q *Request, _ *Response) bool { return strings.Contains(q.Path, "..") }, become(500, "")),
	answer("switches to any protocol", func(q *Request, _ *Response) bool { return q.Get("Upgrade") != "" && q.Path != "/ws" }, func(q *Request, a *Response) {
		a.Status, a.Body, a.bare = 101, "", true
		a.Set("Content-Length", "")
	}),
	answer("answers OPTIONS * with 404", func(q *Request, _ *Response) bool { return q.Target == "*" }, become(404, "")),
	answer("answers GET twice differently", func(q *Request, _ *Response) bool { return q.nth%2 == 1 && q.Path == "/" && q.Method == "GET" }, become(500, "")),
	answer("has no wildcard tail", under("/tree"), become(200, "a")),
	answer("matches the query too", func(q *Request, _ *Response) bool { return strings.HasPrefix(q.Path, "/tree") && q.Query != "" }, func(q *Request, a *Response) { become(200, "a?"+q.Query)(q, a) }),
	answer("refuses PUT", isMethod("PUT"), become(405, "")),
	answer("answers a wrong method with 404", isStatus(405), become(404, "")),
	answer("miscounts", under("/sink"), become(200, `{"bytes":5}`)),
	answer("changes the type", under("/echo"), func(_ *Request, a *Response) { a.Set("Content-Type", "text/plain") }),
	answer("pads content", under("/bytes"), func(q *Request, a *Response) {
		if !a.chunked {
			become(200, a.Body+"x")(q, a)
		}
	}),
	answer("loses an event", func(q *Request, _ *Response) bool {
		return strings.HasPrefix(q.Path, "/events") && !strings.Contains(q.Query, "n=1&")
	}, become(200, "data: 0\n\n")),
	answer("does not tell its chip", under("/info"), become(200, `{"board":"x"}`)),
	answer("tells half of its heap", under("/heap"), become(200, `{"free":1}`)),
	answer("stops its clock", under("/info"), become(200, `{"board":"x","uptime_ms":1,"boot_count":1}`)),
}
