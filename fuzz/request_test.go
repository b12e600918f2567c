package fuzz

import (
	"slices"
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

// result is what can be compared without looking into the buffer: the request
// with its offsets.
type result struct {
	n      int
	err    http1.Error
	offset int
}

// reader parses with two requests, so that their results can be compared.
type reader struct {
	g           guard
	first, next *http1.Request
	buffer      []byte
}

func newReader(t testing.TB) *reader {
	return &reader{g: newGuard(t, 2*maxHead), first: newRequest(), next: newRequest()}
}

func read(r *http1.Request, b []byte) (o result) {
	o.n, o.err = r.Parse(b)
	if o.err != 0 {
		o.offset = r.Offset()
	}
	return o
}

// same reports whether two requests with the same result say the same.
func same(o result, a, b *http1.Request) bool {
	return o.n == 0 || a.Method == b.Method && a.Form == b.Form && a.Token == b.Token && a.Target == b.Target &&
		a.Path == b.Path && a.Query == b.Query && a.Host == b.Host && a.Minor == b.Minor && a.Chunked == b.Chunked &&
		a.Close == b.Close && a.Upgrade == b.Upgrade && a.Expect100 == b.Expect100 &&
		a.ContentLength == b.ContentLength && slices.Equal(a.Fields, b.Fields) &&
		a.Value(http1.FieldHost) == b.Value(http1.FieldHost) && a.Value(http1.FieldWebSocketKey) == b.Value(http1.FieldWebSocketKey)
}

// check holds all properties of Request.Parse against b; cuts chooses where the
// input is cut.
func (x *reader) check(t *testing.T, b []byte, cuts uint64) outcome {
	b = b[:min(len(b), len(x.g))]
	return x.plain(t, b, x.compare(t, b, cuts))
}

// compare lets every scanner read b, at both ends of a page, in parts and cut.
func (x *reader) compare(t *testing.T, b []byte, cuts uint64) result {
	atStart := x.g.atStart(b)
	x.first.Reset()
	want := read(x.first, atStart)
	agree := func(got result, where, scanner string) {
		if got != want || !same(got, x.first, x.next) {
			require.FailNow(t, "readers disagree", "%s, %s: %+v, %+v\n%+v\n%+v\n%q", scanner, where, got, want, *x.next, *x.first, b)
		}
	}
	for _, scanner := range http1.Scanners() {
		http1.UseScanner(scanner)
		x.next.Reset()
		agree(read(x.next, atStart), "at the start of a page", scanner)
	}
	atEnd := x.g.atEnd(b)
	for _, scanner := range http1.Scanners() {
		http1.UseScanner(scanner)
		x.next.Reset()
		agree(read(x.next, atEnd), "at the end of a page", scanner)
	}
	http1.UseScanner(http1.Scanners()[0])
	agree(x.inParts(b, cuts), "in parts", "best")
	x.prefixes(t, b, want, cuts)
	return want
}

// plain holds what was read against what the obvious parser reads.
func (x *reader) plain(t *testing.T, b []byte, got result) (o outcome) {
	plain, ok := plainParse(string(b[:min(len(b), maxHead)]))
	require.Equal(t, ok, got.n > 0, "the obvious parser disagrees about %q: %+v", b, got)
	o.err, o.offset = got.err, got.offset
	if ok {
		o.message = understood(x.first, b, got.n)
		require.Equal(t, plain, o.message, "%q", b)
		checkWritten(t, plain)
	}
	return o
}

// inParts lets the input arrive in up to nine parts, each time at another place.
func (x *reader) inParts(b []byte, cuts uint64) (o result) {
	x.next.Reset()
	x.buffer = append(x.buffer[:0], b...)
	x.buffer = append(x.buffer, b...)
	end := 0
	for place := range 8 {
		end += int(cuts & 0xff)
		cuts >>= 8
		if end >= len(b) {
			break
		}
		part := x.buffer[:end]
		if place%2 == 1 {
			part = x.buffer[len(b):][:end]
		}
		if o = read(x.next, part); o.err != 0 || o.n > 0 {
			return o
		}
	}
	return read(x.next, b)
}

// prefixes makes sure that a strict prefix of an accepted head is incomplete,
// and that nothing is refused for what comes later.
func (x *reader) prefixes(t *testing.T, b []byte, whole result, cuts uint64) {
	limit := len(b)
	switch {
	case whole.n > 0:
		limit = whole.n - 1
	case whole.err != 0:
		limit = min(whole.offset, len(b))
	}
	for _, n := range []int{limit, int(cuts % uint64(limit+1)), int(cuts >> 32 % uint64(limit+1))} {
		x.next.Reset()
		o := read(x.next, b[:n:n])
		if o != (result{}) && o != whole || o.n > 0 {
			require.FailNow(t, "a prefix is not incomplete", "%d bytes of %q: %+v, whole %+v", n, b, o, whole)
		}
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
	x := newReader(f)
	f.Fuzz(func(t *testing.T, b []byte, cuts uint64) { x.check(t, b, cuts) })
}

// FuzzTarget aims at the request-target and at Host.
func FuzzTarget(f *testing.F) {
	for _, s := range []string{"/", "/a?b", "*", "http://b/c?d", "b:80", "/%41", "[::1]:80", "http://[1::2]:3?", "a.b:1"} {
		f.Add("GET", s, "h")
		f.Add("OPTIONS", s, s)
		f.Add("CONNECT", s, "h")
	}
	x := newReader(f)
	f.Fuzz(func(t *testing.T, method, target, host string) {
		x.check(t, []byte(method+" "+target+" HTTP/1.1\r\nHost: "+host+"\r\n\r\n"), 0x1005)
	})
}
