package mutant

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// file is a resource with validators, ranges and a compressed form.
func (x *session) file(q *Request) *Response {
	a := &Response{Status: 200, Body: fileText, Fields: [][2]string{
		{"Content-Type", "text/plain"}, {"ETag", fileTag}, {"Last-Modified", changed.Format(http.TimeFormat)},
		{"Cache-Control", "max-age=60"}, {"Vary", "Accept-Encoding"}, {"Accept-Ranges", "bytes"},
	}}
	if status := x.precondition(q); status != 0 {
		a.Status, a.Body = status, ""
		a.Set("Content-Type", "")
		if status != 304 {
			a.Body = "the condition does not hold\n"
		}
		return a
	}
	if r := q.Get("Range"); r != "" && (q.Method == "GET" || x.is("serves ranges of HEAD")) && x.ifRange(q) {
		x.cut(a, r)
	}
	if accept := q.Get("Accept-Encoding"); a.Status == 200 && (x.is("compresses unasked") || strings.Contains(accept, "gzip") && !strings.Contains(accept, "q=0")) {
		a.Body = zip(a.Body)
		a.Set("ETag", `"v1-gzip"`)
		a.add("Content-Encoding", "gzip")
	}
	return a
}

// precondition evaluates in the order of RFC 9110, 13.2.2 and returns the status that ends the matter, or 0.
func (x *session) precondition(q *Request) int {
	match, none := q.Get("If-Match"), q.Get("If-None-Match")
	if match != "" && match != "*" && !lists(match, fileTag, x.is("compares If-Match weakly")) && !x.is("refuses nothing for If-Match") {
		return 412
	}
	unless := q.Get("If-Unmodified-Since")
	since, ok := x.date(unless)
	if ok && (match == "" || x.is("lets a date beat If-Match")) && changed.After(since) || !ok && unless != "" && x.is("fails for what is no date") {
		return x.failed()
	}
	if none != "" && !x.is("lets a date beat a tag") {
		if none == "*" && !x.is("does not know a star") || lists(none, fileTag, !x.is("compares If-None-Match strongly")) {
			return 304
		}
		return 0
	}
	if since, ok := x.date(q.Get("If-Modified-Since")); ok && !changed.After(since) {
		return 304
	}
	return 0
}

func (x *session) failed() int {
	if x.is("fails If-Unmodified-Since with 500") {
		return 500
	}
	return 412
}

// date reads the three formats of RFC 9110, 5.6.7.
func (x *session) date(text string) (time.Time, bool) {
	if x.is("reads one date format") {
		t, err := time.Parse(http.TimeFormat, text)
		return t, err == nil
	}
	t, err := http.ParseTime(text)
	if err == nil && t.Year() < 2000 && strings.Contains(text, "-") && x.is("takes every two-digit year for one to come") {
		t = t.AddDate(100, 0, 0)
	}
	return t, err == nil
}

// lists reports whether a list of entity tags has tag.
func lists(list, tag string, weakly bool) bool {
	for _, one := range strings.Split(list, ",") {
		one = strings.Trim(one, " \t")
		if weakly {
			one = strings.TrimPrefix(one, "W/")
		}
		if one == tag {
			return true
		}
	}
	return false
}

// ifRange compares strongly (RFC 9110, 13.1.5).
func (x *session) ifRange(q *Request) bool {
	condition := q.Get("If-Range")
	return condition == "" || condition == fileTag || x.is("ignores If-Range")
}

// cut makes the answer a part, several parts, or 416. What is no byte range is ignored (RFC 9110, 14.2).
func (x *session) cut(a *Response, r string) {
	specs, ok := strings.CutPrefix(r, "bytes=")
	if !ok {
		return
	}
	size := len(a.Body)
	var parts [][2]int
	for _, spec := range strings.Split(specs, ",") {
		first, last, ok := span(strings.TrimSpace(spec), size)
		if !ok {
			return
		}
		if first < size && last >= first {
			parts = append(parts, [2]int{first, last})
		}
	}
	switch {
	case len(parts) > 8 && !x.is("serves any number of ranges"):
		return
	case len(parts) == 0:
		a.Status, a.Body = 416, "the file is shorter\n"
		a.add("Content-Range", fmt.Sprintf("bytes */%d", size))
	case len(parts) == 1:
		first, last := parts[0][0], parts[0][1]
		a.Status, a.Body = 206, a.Body[first:last+1]
		a.add("Content-Range", fmt.Sprintf("bytes %d-%d/%d", first, last, size))
	default:
		x.multipart(a, parts, size)
	}
}

func (x *session) multipart(a *Response, parts [][2]int, size int) {
	var b strings.Builder
	for _, p := range parts {
		fmt.Fprintf(&b, "--cut\r\nContent-Range: bytes %d-%d/%d\r\n\r\n%s\r\n", p[0], p[1], size, a.Body[p[0]:p[1]+1])
	}
	a.Status, a.Body = 206, b.String()+"--cut--\r\n"
	a.Set("Content-Type", "multipart/byteranges; boundary=cut")
}

// span reads first-last, first- or -suffix. Numbers beyond an int stand for the end.
func span(spec string, size int) (first, last int, ok bool) {
	from, to, dash := strings.Cut(spec, "-")
	if !dash || from != "" && !isDigits(from) || to != "" && !isDigits(to) || from+to == "" {
		return 0, 0, false
	}
	if from == "" {
		return max(0, size-saturate(to)), size - 1, true
	}
	first, last = saturate(from), size-1
	if to != "" {
		last = min(saturate(to), size-1)
		if saturate(to) < first {
			return 0, 0, false
		}
	}
	return first, last, true
}

func saturate(digits string) int {
	n, err := strconv.ParseInt(digits, 10, 32)
	if err != nil {
		return 1 << 30
	}
	return int(n)
}
