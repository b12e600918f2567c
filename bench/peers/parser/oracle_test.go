package main

import (
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/httpdlab/httpdlab/server/http1"
)

// laxer are our errors for requests that http_parser accepts, with the reason
// why they are refused here.
var laxer = map[http1.Error]string{
	http1.ErrBareLF:          "RFC 9112, 2.2: LF alone may be accepted, and is how requests are smuggled",
	http1.ErrBareCR:          "RFC 9112, 2.2: CR without LF is invalid",
	http1.ErrControl:         "RFC 9110, 5.5: control characters in values are dangerous",
	http1.ErrFold:            "RFC 9112, 5.2: obs-fold is to be refused, or replaced",
	http1.ErrFieldName:       "RFC 9112, 5.1: no white space in or behind a name",
	http1.ErrHostMissing:     "RFC 9112, 3.2: left to its user",
	http1.ErrHostRepeated:    "RFC 9112, 3.2: left to its user",
	http1.ErrHost:            "RFC 9112, 3.2: left to its user",
	http1.ErrTarget:          "RFC 9112, 3.2: left to its user",
	http1.ErrVersion:         "RFC 9112, 2.3: it accepts HTTP/0.9 requests, and more than one digit",
	http1.ErrVersionMajor:    "RFC 9110, 15.6.6: left to its user",
	http1.ErrExpect:          "RFC 9110, 10.1.1: left to its user",
	http1.ErrCoding:          "RFC 9112, 6.1: it reads a list in its own way",
	http1.ErrCodingUnknown:   "RFC 9112, 6.1: left to its user",
	http1.ErrCodingVersion:   "RFC 9112, 6.1: Transfer-Encoding in HTTP/1.0 is faulty framing",
	http1.ErrLengthAndCoding: "RFC 9112, 6.1: to be handled as an error",
	http1.ErrLengthTooLarge:  "RFC 9112, 6.3: it has 64 bits",
	http1.ErrLength:          "RFC 9110, 8.6: it skips white space inside",
	http1.ErrChunkSize:       "RFC 9112, 7.1: it skips white space",
	http1.ErrChunkExtension:  "RFC 9112, 7.1.1: it skips what they are",
	http1.ErrChunkEnd:        "RFC 9112, 7.1: it looks for one of CR and LF",
	http1.ErrTrailer:         "RFC 9112, 7.1.2: it reads trailers as leniently as fields",
	http1.ErrMethod:          "RFC 9112, 2.2: it skips any CR and LF before the request line",
}

// most is how many requests of an input are compared.
const most = 8

// compare makes sure that http_parser and http1, as far as both accept what
// follows each other in b, agree where each head and each content ends.
func compare(t *testing.T, b []byte) {
	theirs, installed := httpParserMessages(b, most)
	if !installed {
		t.Skip("libhttp-parser-dev is not installed")
	}
	r := &http1.Request{}
	r.Fields = make([]http1.Field, 0, 100)
	at := 0
	for i, their := range theirs {
		n, err := r.Parse(b[at:])
		switch {
		case err != 0:
			if laxer[err] == "" {
				t.Errorf("request %d: http_parser accepts %q, refused here: %v", i, b, err)
			}
			return
		case n == 0:
			t.Errorf("request %d: http_parser accepts %q, incomplete here", i, b)
			return
		case at+n != their.head || r.Chunked != their.chunked:
			t.Errorf("request %d: the head of %q ends at %d for http_parser, at %d here; chunked %v, %v", i, b, their.head, at+n, their.chunked, r.Chunked)
			return
		}
		at += n
		our, err := content(r, b[at:])
		switch {
		case err != 0:
			if laxer[err] == "" && their.end > 0 {
				t.Errorf("request %d: http_parser accepts the content of %q, refused here: %v", i, b, err)
			}
			return
		case our.end < 0 && their.end == 0:
			return // incomplete for both
		case at+our.end != their.end || our.length != their.length:
			t.Errorf("request %d: the content of %q is %+v for http_parser, %+v from %d on here", i, b, their, our, at)
			return
		case r.Close || r.Upgrade || r.Method == http1.CONNECT:
			return // what follows is no request, or nobody reads it
		}
		at += our.end
	}
}

// content reads the content of r from the front of b; its end is -1 if b is
// incomplete.
func content(r *http1.Request, b []byte) (m message, err http1.Error) {
	if !r.Chunked {
		length := max(r.ContentLength, 0)
		if length > int64(len(b)) {
			return message{end: -1}, 0
		}
		return message{end: int(length), length: length}, 0
	}
	var c http1.Chunked
	consumed, produced, err := c.Decode(append([]byte(nil), b...))
	if err == 0 && !c.Done() {
		consumed = -1
	}
	return message{end: consumed, length: int64(produced)}, err
}

// The oracle sees what it is to be compared with: requests behind each other, and
// their contents.
func TestHTTPParserMessages(t *testing.T) {
	const first = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
	const second = "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n"
	b := []byte(first + "5\r\nhello\r\n0\r\n\r\n" + second + "abc" + "GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n")
	theirs, installed := httpParserMessages(b, most)
	if !installed {
		t.Skip("libhttp-parser-dev is not installed")
	}
	end := len(first) + 15
	want := []message{{len(first), end, 5, true}, {end + len(second), end + len(second) + 3, 3, false}}
	if !slices.Equal(theirs, want) {
		t.Errorf("%+v, not %+v", theirs, want)
	}
	compare(t, b)
}

func FuzzHTTPParser(f *testing.F) {
	text, err := os.ReadFile("../../../server/http1/testdata/requests.txt")
	if err != nil {
		f.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if s, err := strconv.Unquote(strings.TrimSpace(line)); err == nil && strings.HasPrefix(line, `"`) {
			f.Add([]byte(s))
			f.Add([]byte(s + "hello" + s))
			f.Add([]byte("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;x\r\nhello\r\n0\r\nA: b\r\n\r\n" + s))
		}
	}
	f.Fuzz(compare)
}
