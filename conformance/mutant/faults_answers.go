package mutant

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

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
	answer("gives HEAD of a large page another length", func(q *Request, _ *Response) bool { return q.Method == "HEAD" && q.Path == "/bytes" }, func(_ *Request, a *Response) {
		if !a.chunked {
			a.Set("Content-Length", strconv.Itoa(len(a.Body)-1))
		}
	}),
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
	answer("fails every If-Match", func(q *Request, _ *Response) bool { return q.Get("If-Match") != "" }, become(412, "no")),
	answer("minds If-Range without Range", func(q *Request, _ *Response) bool { return q.Get("If-Range") != "" && q.Get("Range") == "" }, become(412, "no")),
	answer("minds conditions of OPTIONS", func(q *Request, _ *Response) bool { return q.Method == "OPTIONS" && q.Get("If-None-Match") != "" }, become(412, "no")),
	answer("refuses unknown units", func(q *Request, _ *Response) bool { return strings.HasPrefix(q.Get("Range"), "foo") }, become(416, "no")),
	answer("minds Content-Range of GET", func(q *Request, _ *Response) bool { return q.Get("Content-Range") != "" }, become(400, "no")),
	answer("says what a 304 does not carry", isStatus(304), func(_ *Request, a *Response) { a.Set("Content-Type", "text/plain") }),
	answer("refuses without a word", func(_ *Request, a *Response) bool { return a.Status >= 400 }, func(q *Request, a *Response) { become(a.Status, "")(q, a) }),
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
	answer("compresses every page", func(q *Request, a *Response) bool { return q.Path == "/" && a.Status == 200 }, func(_ *Request, a *Response) { a.add("Content-Encoding", "br") }),
	answer("reflects decoded text", func(q *Request, _ *Response) bool { return strings.Contains(q.Target, "%0d%0a") }, func(_ *Request, a *Response) {
		a.add("X", "\r\nInjected: 1")
	}),
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
	answer("loses an octet", func(q *Request, _ *Response) bool { return q.Path == "/echo" && string(q.Body) == "hello" }, become(200, "hell")),
	answer("miscounts", under("/sink"), become(200, `{"bytes":5}`)),
	answer("changes the type", under("/echo"), func(_ *Request, a *Response) { a.Set("Content-Type", "text/plain") }),
	answer("pads content", under("/bytes"), func(q *Request, a *Response) {
		if !a.chunked && q.Query != "n=10" {
			become(200, a.Body+"x")(q, a)
		}
	}),
	answer("loses an event", func(q *Request, _ *Response) bool {
		return strings.HasPrefix(q.Path, "/events") && !strings.Contains(q.Query, "n=1&")
	}, become(200, "data: 0\n\n")),
	answer("does not tell its chip", under("/info"), become(200, `{"board":"x"}`)),
	answer("tells half of its heap", under("/heap"), become(200, `{"free":1}`)),
	answer("stops its uptime", under("/info"), become(200, `{"board":"x","uptime_ms":1,"boot_count":1}`)),
}
