package fuzz

import (
	"bufio"
	"bytes"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"

	"github.com/httpdlab/httpdlab/server/http1"
	"github.com/stretchr/testify/require"
)

// netHTTPLaxer are our errors for requests that http.ReadRequest accepts, each
// with the reason why they are refused here. Some of them net/http refuses
// later, in its server.
var netHTTPLaxer = map[http1.Error]string{
	http1.ErrBareLF:          "RFC 9112, 2.2: LF alone may be accepted, and is how requests are smuggled",
	http1.ErrBareCR:          "RFC 9112, 2.2: CR without LF is invalid",
	http1.ErrControl:         "RFC 9110, 5.5: control characters in values are dangerous",
	http1.ErrFieldName:       "RFC 9112, 5.1: white space in or behind a name is to be refused",
	http1.ErrFold:            "RFC 9112, 5.2: obs-fold is to be refused, or replaced",
	http1.ErrHostMissing:     "RFC 9112, 3.2: net/http's server checks it",
	http1.ErrHostRepeated:    "RFC 9112, 3.2: net/http's server checks it",
	http1.ErrHost:            "RFC 9112, 3.2: net/http's server checks it, and lets sub-delims pass",
	http1.ErrTarget:          "RFC 9112, 3.2: net/url knows more kinds of URI, and more characters",
	http1.ErrTargetTooLong:   "RFC 9110, 15.5.15: a limit",
	http1.ErrMethodTooLong:   "RFC 9112, 3: a limit",
	http1.ErrHeadTooLong:     "RFC 6585, 5: a limit",
	http1.ErrTooManyFields:   "RFC 6585, 5: a limit",
	http1.ErrExpect:          "RFC 9110, 10.1.1: net/http's server answers 417",
	http1.ErrLengthAndCoding: "RFC 9112, 6.1: such a message ought to be handled as an error",
	http1.ErrLengthRepeated:  "RFC 9112, 6.3: equal values may be merged, or refused",
	http1.ErrCodingVersion:   "RFC 9112, 6.1: Transfer-Encoding in HTTP/1.0 is faulty framing; net/http ignores it",
	http1.ErrVersionMajor:    "RFC 9110, 15.6.6: net/http's server answers 505",
	http1.ErrLength:          "RFC 9110, 8.6: net/http ignores an empty value beside a coding, and trims",
}

// netHTTPStricter are reasons to refuse what is accepted here.
var netHTTPStricter = []struct {
	why string
	is  func(m message, raw string) bool
}{
	{"RFC 9112, 2.2: empty lines before the request line are to be ignored", func(m message, raw string) bool { return strings.HasPrefix(raw, "\r\n") }},
	{"RFC 9112, 3.2: net/url refuses some targets that follow the grammar", func(m message, raw string) bool {
		return strings.ContainsAny(m.target, "%:[@*") || m.method == "CONNECT" || strings.HasPrefix(m.target, "//")
	}},
	{"RFC 9112, 2.3: net/http knows the versions 1.0 and 1.1", func(m message, raw string) bool { return m.minor > 1 }},
	{"RFC 9110, 5.6.1.2: empty list elements are to be ignored", func(m message, raw string) bool {
		return m.chunked && strings.Contains(m.values("Transfer-Encoding")[0], ",")
	}},
	{"RFC 9112, 9.8: net/http gives a meaning to PRI", func(m message, raw string) bool { return m.method == "PRI" }},
}

// checkNetHTTP makes sure that what both accept means the same to both, above
// all where the content ends, and that each disagreement is an intended one.
func checkNetHTTP(t *testing.T, b []byte, ours outcome) {
	in := bufio.NewReaderSize(bytes.NewReader(b), max(4096, len(b)))
	theirs, err := http.ReadRequest(in)
	switch {
	case err == nil && ours.err != 0:
		require.Contains(t, netHTTPLaxer, ours.err, "net/http accepts %q, refused here: %v", b, ours.err)
	case err == nil && ours.message.head == 0: // incomplete here
		require.Contains(t, string(b), "\n", "%q", b)
		require.NotContains(t, string(b), "\r\n\r\n", "%q", b)
	case err == nil:
		compareNetHTTP(t, b, ours.message, theirs, len(b)-in.Buffered())
	case ours.message.head > 0:
		for _, reason := range netHTTPStricter {
			if reason.is(ours.message, string(b)) {
				return
			}
		}
		t.Fatalf("net/http refuses %q, accepted here: %v", b, err)
	}
}

func compareNetHTTP(t *testing.T, b []byte, m message, theirs *http.Request, consumed int) {
	require.Equal(t, m.method, theirs.Method, "%q", b)
	require.Equal(t, m.target, theirs.RequestURI, "%q", b)
	require.Equal(t, m.head, consumed, "%q", b)
	require.Equal(t, m.chunked, len(theirs.TransferEncoding) > 0, "%q", b)
	if !m.chunked {
		require.Equal(t, max(m.length, 0), theirs.ContentLength, "%q", b)
	}
	if m.minor == 1 {
		require.Equal(t, m.close, theirs.Close, "%q", b)
	}
	names := 0
	for _, values := range theirs.Header {
		names += len(values)
	}
	// net/http takes these out of the map.
	left := len(m.fields) - len(m.values("Host"))
	if m.chunked {
		left -= len(m.values("Transfer-Encoding"))
	}
	if len(m.values("Trailer")) == 0 && m.minor == 1 {
		require.Equal(t, left, names, "%q", b)
	}
	for i, f := range m.fields {
		if strings.EqualFold(f[0], "X-Value") {
			require.Equal(t, f[1], theirs.Header.Get("X-Value"), "field %d of %q", i, b)
		}
	}
}

func FuzzNetHTTP(f *testing.F) {
	for _, s := range seeds(f, "requests.txt") {
		f.Add([]byte(s), uint64(0))
	}
	x, g := newReader(f), &grammar{}
	f.Fuzz(func(t *testing.T, b []byte, seed uint64) {
		if seed != 0 {
			g.Rand = rand.New(rand.NewPCG(seed, 1))
			b = append(g.request(), b...)
		}
		b = b[:min(len(b), len(x.g))]
		checkNetHTTP(t, b, x.plain(t, b, x.compare(t, b, seed)))
	})
}
