package main

import (
	"os"
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
	http1.ErrMethod:          "RFC 9112, 2.2: it skips any CR and LF before the request line",
}

// compare makes sure that http_parser and http1, when both accept a head, agree
// where it ends and how long its content is.
func compare(t *testing.T, b []byte) {
	theirs, installed := httpParserFraming(b)
	if !installed {
		t.Skip("libhttp-parser-dev is not installed")
	}
	r := &http1.Request{}
	r.Fields = make([]http1.Field, 0, 100)
	n, err := r.Parse(b)
	switch {
	case theirs.head == 0 || n == 0 && err == 0:
	case err != 0:
		if laxer[err] == "" {
			t.Errorf("http_parser accepts %q, refused here: %v", b, err)
		}
	case theirs.head != n:
		t.Errorf("the head of %q ends at %d for http_parser, at %d here", b, theirs.head, n)
	case r.Chunked && !theirs.chunked && tabBehindCoding(r, b):
		// RFC 9110, 5.5: HTAB is white space too; http_parser overlooks that.
	case theirs.chunked != r.Chunked || !r.Chunked && theirs.length != max(r.ContentLength, 0):
		t.Errorf("the content of %q is %+v for http_parser, %v %d here", b, theirs, r.Chunked, r.ContentLength)
	}
}

func tabBehindCoding(r *http1.Request, b []byte) bool {
	end := r.Value(http1.FieldTransferEncoding).End
	return b[end] == ' ' || b[end] == '\t'
}

func FuzzHTTPParser(f *testing.F) {
	text, err := os.ReadFile("../../../server/http1/testdata/requests.txt")
	if err != nil {
		f.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if s, err := strconv.Unquote(strings.TrimSpace(line)); err == nil && strings.HasPrefix(line, `"`) {
			f.Add([]byte(s))
		}
	}
	f.Fuzz(compare)
}
