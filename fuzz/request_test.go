package fuzz

import (
	"testing"

	"github.com/httpdlab/httpdlab/server/http1"
	"github.com/stretchr/testify/require"
)

func newRequest() *http1.Request {
	r := &http1.Request{MaxTarget: maxTarget}
	r.MaxHead = maxHead
	r.Fields = make([]http1.Field, 0, maxFields)
	return r
}

// understood is what the parser under test made of b.
func understood(r *http1.Request, b []byte, n int) message {
	m := message{
		head: n, method: string(r.Token.Of(b)), target: string(r.Target.Of(b)), host: string(r.Host.Of(b)),
		minor: int(r.Minor), length: r.ContentLength, chunked: r.Chunked, close: r.Close, upgrade: r.Upgrade,
		expect: r.Expect100, path: string(r.Path.Of(b)), query: string(r.Query.Of(b)),
	}
	for _, f := range r.Fields {
		m.fields = append(m.fields, [2]string{string(f.Name.Of(b)), string(f.Value.Of(b))})
	}
	return m
}

// outcome is everything that one call of Parse can say.
type outcome struct {
	message message
	err     http1.Error
	offset  int
}

func parse(r *http1.Request, b []byte) (o outcome) {
	n, err := r.Parse(b)
	switch {
	case err != 0:
		o.err, o.offset = err, r.Offset()
	case n > 0:
		o.message = understood(r, b, n)
	}
	return o
}

// checkRequest holds all properties of Request.Parse against b; cuts chooses
// where the input is cut.
func checkRequest(t *testing.T, g guard, b []byte, cuts uint64) outcome {
	if len(b) > len(g) {
		b = b[:len(g)]
	}
	var want outcome
	defer http1.UseScanner(http1.Scanners()[0])
	for i, scanner := range http1.Scanners() {
		http1.UseScanner(scanner)
		got := parse(newRequest(), g.atEnd(b))
		if i == 0 {
			want = got
		}
		require.Equal(t, want, got, "%s at the end of a page, %q", scanner, b)
		require.Equal(t, want, parse(newRequest(), g.atStart(b)), "%s at the start of a page, %q", scanner, b)
		require.Equal(t, want, parseInParts(b, cuts), "%s in parts, %q", scanner, b)
	}
	checkPrefixes(t, b, want, cuts)
	plain, ok := plainParse(string(b[:min(len(b), maxHead)]))
	require.Equal(t, ok, want.message.head > 0, "the obvious parser disagrees about %q: %+v", b, want)
	if ok {
		require.Equal(t, plain, want.message, "%q", b)
		require.LessOrEqual(t, plain.head, len(b))
		checkWritten(t, plain)
	}
	return want
}

// parseInParts lets the input arrive in up to nine parts, each time in another
// buffer.
func parseInParts(b []byte, cuts uint64) (o outcome) {
	r := newRequest()
	end := 0
	for range 8 {
		end += int(cuts & 0xff)
		cuts >>= 8
		if end >= len(b) {
			break
		}
		part := append([]byte(nil), b[:end]...)
		if o = parse(r, part); o.err != 0 || o.message.head > 0 {
			return o
		}
	}
	return parse(r, b)
}

// checkPrefixes makes sure that a strict prefix of an accepted head is
// incomplete, and that nothing is refused for what comes later.
func checkPrefixes(t *testing.T, b []byte, whole outcome, cuts uint64) {
	limit := len(b)
	switch {
	case whole.message.head > 0:
		limit = whole.message.head - 1
	case whole.err != 0:
		limit = min(whole.offset, len(b))
	}
	if limit <= 0 {
		return
	}
	for _, n := range []int{limit, int(cuts % uint64(limit+1)), int(cuts >> 32 % uint64(limit+1))} {
		o := parse(newRequest(), b[:n:n])
		if whole.err == 0 {
			require.Equal(t, outcome{}, o, "%d bytes of %q", n, b)
		} else if o.err != 0 {
			require.Equal(t, whole, o, "%d bytes of %q", n, b)
		}
		require.Zero(t, o.message.head, "%d bytes of %q", n, b)
	}
}

// checkWritten writes what was read, and reads it again.
func checkWritten(t *testing.T, m message) {
	b, err := http1.AppendRequestLine(nil, m.method, m.target)
	require.Zero(t, err)
	for _, f := range m.fields {
		b, err = http1.AppendField(b, f[0], f[1])
		require.Zero(t, err)
	}
	b = http1.AppendEnd(b)
	if m.minor != 1 || len(b) > maxHead {
		return // written heads are HTTP/1.1
	}
	m.head = len(b)
	require.Equal(t, outcome{message: m}, parse(newRequest(), b))
}

func FuzzRequest(f *testing.F) {
	for _, s := range seeds(f, "requests.txt") {
		f.Add([]byte(s), uint64(0x0102030405060708))
	}
	g := newGuard(f, 2*maxHead)
	f.Fuzz(func(t *testing.T, b []byte, cuts uint64) { checkRequest(t, g, b, cuts) })
}

// FuzzTarget aims at the request-target and at Host.
func FuzzTarget(f *testing.F) {
	for _, s := range []string{"/", "/a?b", "*", "http://b/c?d", "b:80", "/%41", "[::1]:80", "http://[1::2]:3?", "a.b:1"} {
		f.Add("GET", s, "h")
		f.Add("OPTIONS", s, s)
		f.Add("CONNECT", s, "h")
	}
	g := newGuard(f, 2*maxHead)
	f.Fuzz(func(t *testing.T, method, target, host string) {
		checkRequest(t, g, []byte(method+" "+target+" HTTP/1.1\r\nHost: "+host+"\r\n\r\n"), 0x1005)
	})
}
