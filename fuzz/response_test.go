package fuzz

import (
	"bufio"
	"bytes"
	"net/http"
	"slices"
	"testing"

	"github.com/httpdlab/httpdlab/server/http1"
	"github.com/stretchr/testify/require"
)

func newResponse() *http1.Response {
	r := &http1.Response{}
	r.MaxHead = maxHead
	r.Fields = make([]http1.Field, 0, maxFields)
	return r
}

func readResponse(r *http1.Response, b []byte, m http1.Method) (o result) {
	o.n, o.err = r.Parse(b, m)
	if o.err != 0 {
		o.offset = r.Offset()
	}
	return o
}

func sameResponse(o result, a, b *http1.Response) bool {
	return o.n == 0 || a.Status == b.Status && a.Reason == b.Reason && a.Body == b.Body && a.Minor == b.Minor &&
		a.Chunked == b.Chunked && a.Close == b.Close && a.Upgrade == b.Upgrade &&
		a.ContentLength == b.ContentLength && slices.Equal(a.Fields, b.Fields)
}

// checkResponse holds the properties of Response.Parse: every scanner at both
// ends of a page, whole and in parts.
func checkResponse(t *testing.T, g guard, b []byte, m http1.Method, cuts uint64) {
	b = b[:min(len(b), len(g))]
	first, next := newResponse(), newResponse()
	want := readResponse(first, g.atStart(b), m)
	agree := func(got result, where string) {
		require.True(t, got == want && sameResponse(got, first, next), "%s: %+v, %+v\n%+v\n%+v\n%q", where, got, want, next, first, b)
	}
	for _, scanner := range http1.Scanners() {
		http1.UseScanner(scanner)
		next.Reset()
		agree(readResponse(next, g.atStart(b), m), scanner)
		next.Reset()
		agree(readResponse(next, g.atEnd(b), m), scanner)
	}
	http1.UseScanner(http1.Scanners()[0])
	next.Reset()
	var o result
	for end := 0; end < len(b) && o == (result{}); end += 1 + int(cuts&15) {
		o = readResponse(next, b[:end:end], m)
		cuts = cuts>>4 | cuts<<60
	}
	if o == (result{}) {
		o = readResponse(next, b, m)
	}
	agree(o, "in parts")
	if want.n > 0 {
		compareResponse(t, b, first, m)
	}
}

// compareResponse makes sure that net/http, if it accepts the response too,
// sees the same content.
func compareResponse(t *testing.T, b []byte, r *http1.Response, m http1.Method) {
	theirs, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(b)), &http.Request{Method: m.String()})
	if err != nil {
		return
	}
	require.Equal(t, r.Status, theirs.StatusCode, "%q", b)
	switch r.Body {
	case http1.LengthBody:
		require.Equal(t, r.ContentLength, theirs.ContentLength, "%q", b)
	case http1.ChunkedBody:
		require.Equal(t, []string{"chunked"}, theirs.TransferEncoding, "%q", b)
	case http1.CloseBody:
		require.Equal(t, int64(-1), theirs.ContentLength, "%q", b)
		require.Empty(t, theirs.TransferEncoding, "%q", b)
	case http1.NoBody:
		require.True(t, m == http1.HEAD || theirs.ContentLength == 0 || r.Status == 304 || r.Status < 200, "%q", b)
	}
}

func FuzzResponse(f *testing.F) {
	for _, s := range seeds(f, "responses.txt") {
		f.Add([]byte(s), uint8(http1.GET), uint64(0x0123456789abcdef))
		f.Add([]byte(s), uint8(http1.HEAD), uint64(0))
	}
	g := newGuard(f, 2*maxHead)
	f.Fuzz(func(t *testing.T, b []byte, method uint8, cuts uint64) {
		checkResponse(t, g, b, http1.Method(method)%http1.OtherMethod, cuts)
	})
}
