package boards

import (
	"bytes"
	"fmt"
	"hash/fnv"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/httpdlab/httpdlab/server"
)

// The resource of /file: 4 KiB of text that never changes.
var (
	fileContent  = bytes.Repeat([]byte("The quick brown fox jumps over the lazy dog. 0123456789 abcdef\r\n"), 64)
	fileETag     = fmt.Sprintf(`"%x"`, digest(fileContent))
	fileModified = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
)

func digest(b []byte) uint64 {
	h := fnv.New64a()
	h.Write(b)
	return h.Sum64()
}

// file answers with the resource, as far as the request's conditions and
// range want it.
func file(r *server.Request) error {
	r.SetType(server.TypeText)
	r.SetField("ETag", fileETag)
	r.SetField("Last-Modified", fileModified.Format(http.TimeFormat))
	r.SetField("Cache-Control", "max-age=60")
	r.SetField("Accept-Ranges", "bytes")
	switch condition(r) {
	case 304:
		r.SetStatus(304)
		return r.Send(nil)
	case 412:
		return r.SendError(412, "the condition does not hold")
	}
	start, end, status := span(r, len(fileContent))
	switch status {
	case 206:
		r.SetStatus(206)
		r.SetField("Content-Range", fmt.Sprintf("bytes %d-%d/%d", start, end-1, len(fileContent)))
	case 416:
		r.SetField("Content-Range", fmt.Sprintf("bytes */%d", len(fileContent)))
		return r.SendError(416, "the range is outside the file")
	}
	return r.Send(fileContent[start:end])
}

// condition evaluates the preconditions in their order (RFC 9110, 13.2.2) and
// returns 200, 304 or 412.
func condition(r *server.Request) int {
	if list, ok := joined(r, "If-Match"); ok {
		if !matches(list, false) {
			return 412
		}
	} else if t, ok := date(r, "If-Unmodified-Since"); ok && fileModified.After(t) {
		return 412
	}
	if list, ok := joined(r, "If-None-Match"); ok {
		if matches(list, true) {
			return 304
		}
	} else if t, ok := date(r, "If-Modified-Since"); ok && !fileModified.After(t) {
		return 304
	}
	return 200
}

// joined returns the values of all fields of that name as one list.
func joined(r *server.Request, name string) (list string, ok bool) {
	r.Fields(func(field, value []byte) bool {
		if strings.EqualFold(string(field), name) {
			list, ok = list+","+string(value), true
		}
		return true
	})
	return list, ok
}

// matches reports whether our entity tag is in the list; weak comparison takes
// W/ tags too (RFC 9110, 8.8.3.2). Our tag holds no comma, so that a list can
// be cut at each.
func matches(list string, weak bool) bool {
	for tag := range strings.SplitSeq(list, ",") {
		tag = strings.Trim(tag, " \t")
		if weak {
			tag = strings.TrimPrefix(tag, "W/")
		}
		if tag == "*" || tag == fileETag {
			return true
		}
	}
	return false
}

// date reads an HTTP date; one that is malformed is ignored (RFC 9110, 13.1.3).
func date(r *server.Request, name string) (time.Time, bool) {
	t, err := http.ParseTime(string(r.Field(name)))
	return t, err == nil
}

// span returns the part of the n bytes that the request wants: all with 200,
// one range with 206, nothing with 416. Several ranges, other units and what
// is malformed are ignored, as a server may (RFC 9110, 14.2).
func span(r *server.Request, n int) (start, end, status int) {
	whole := func() (int, int, int) { return 0, n, 200 }
	text, ok := strings.CutPrefix(string(r.Field("Range")), "bytes=")
	// RFC 9110, 9.1: Range is defined for GET only.
	if !ok || r.Method() != "GET" || !unchanged(r) {
		return whole()
	}
	first, last, ok := strings.Cut(strings.Trim(text, " \t"), "-")
	if !ok || (first == "" && last == "") {
		return whole()
	}
	a, errA := position(first, 0)
	b, errB := position(last, n-1)
	if errA != nil || errB != nil || (first != "" && last != "" && a > b) {
		return whole()
	}
	if first == "" { // the last b bytes
		a, b = max(0, n-b), n-1
	}
	if a >= n || a > b {
		return 0, 0, 416
	}
	return a, min(b, n-1) + 1, 206
}

// position reads 1*DIGIT, preset if there is none; what overflows is far behind any end.
func position(digits string, preset int) (int, error) {
	if digits == "" {
		return preset, nil
	}
	n, err := strconv.ParseUint(digits, 10, 62)
	if err != nil && strings.Trim(digits, "0123456789") == "" {
		return 1 << 62, nil
	}
	return int(n), err
}

// unchanged evaluates If-Range (RFC 9110, 13.1.5): a strong tag or the exact date.
func unchanged(r *server.Request) bool {
	if !r.HasField("If-Range") {
		return true
	}
	value := string(r.Field("If-Range"))
	t, err := http.ParseTime(value)
	return value == fileETag || err == nil && t.Equal(fileModified)
}
