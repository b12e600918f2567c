package http1

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A head is one entry of testdata/requests.txt or responses.txt: a name, the
// bytes as a Go string, and what comes out of them.
type head struct{ name, bytes, want string }

// heads reads a table. Each entry has three lines: "-- name", the quoted bytes,
// and the result as describe gives it.
func heads(t testing.TB, file string) (all []head) {
	f, err := os.Open(file)
	require.NoError(t, err)
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		name, ok := strings.CutPrefix(lines.Text(), "-- ")
		if !ok {
			continue
		}
		lines.Scan()
		bytes, err := strconv.Unquote(lines.Text())
		require.NoError(t, err, name)
		lines.Scan()
		all = append(all, head{name, bytes, lines.Text()})
	}
	require.NotEmpty(t, all)
	return all
}

func requests(t testing.TB) []head { return heads(t, "testdata/requests.txt") }

func newRequest() *Request {
	r := &Request{MaxTarget: 200}
	r.MaxHead = 1000
	r.Fields = make([]Field, 0, 16)
	return r
}

// describe tells everything that Parse found out.
func describe(r *Request, b []byte, n int, e Error) string {
	switch {
	case e != 0:
		return fmt.Sprintf("%d %s at %d", e.Status(), e.Error(), r.Offset())
	case n == 0:
		return "incomplete"
	}
	var s strings.Builder
	form := [...]string{"origin", "absolute", "authority", "asterisk"}[r.Form]
	fmt.Fprintf(&s, "%d %v", n, r.Method)
	if r.Method == OtherMethod {
		fmt.Fprintf(&s, "=%s", r.Token.Of(b))
	}
	fmt.Fprintf(&s, " %s %s path=%s query=%s host=%s 1.%d", form, r.Target.Of(b), r.Path.Of(b), r.Query.Of(b), r.Host.Of(b), r.Minor)
	if r.ContentLength >= 0 {
		fmt.Fprintf(&s, " length=%d", r.ContentLength)
	}
	for _, flag := range []struct {
		set  bool
		name string
	}{{r.Chunked, "chunked"}, {r.Close, "close"}, {r.Upgrade, "upgrade"}, {r.Expect100, "expect"}} {
		if flag.set {
			s.WriteString(" " + flag.name)
		}
	}
	for _, f := range r.Fields {
		fmt.Fprintf(&s, " %q=%q", f.Name.Of(b), f.Value.Of(b))
	}
	for k := FieldHost; k < knownFields; k++ {
		for i := r.next(b, k, 0); i >= 0; i = r.next(b, k, i+1) {
			fmt.Fprintf(&s, " %v:%d", k, i)
		}
	}
	return s.String()
}

func TestRequests(t *testing.T) {
	for _, h := range requests(t) {
		r, b := newRequest(), []byte(h.bytes)
		n, e := r.Parse(b)
		require.Equal(t, h.want, describe(r, b, n, e), h.name)
		require.LessOrEqual(t, n, len(b))
	}
}

// A strict prefix of an accepted head is incomplete, and of a refused one it is
// incomplete or refused at the same place for the same reason.
func TestRequestPrefixes(t *testing.T) {
	for _, h := range requests(t) {
		n, e := newRequest().Parse([]byte(h.bytes))
		for end := range len(h.bytes) {
			r, b := newRequest(), []byte(h.bytes[:end])
			if n > 0 && end >= n {
				break
			}
			got, early := r.Parse(b[:end:end])
			require.Zero(t, got, "%s cut at %d", h.name, end)
			if early != 0 {
				require.Equal(t, h.want, describe(r, b, got, early), "%s cut at %d", h.name, end)
				require.Equal(t, e, early)
			}
		}
	}
}

// However the bytes arrive, in a buffer that moves, the outcome is the same.
func TestRequestSplits(t *testing.T) {
	for _, h := range requests(t) {
		for first := range len(h.bytes) {
			for _, step := range []int{1, 7, len(h.bytes)} {
				if step == 1 && first > 0 {
					continue // the first time was byte by byte
				}
				r := newRequest()
				n, e, b := 0, Error(0), []byte(nil)
				for end := first; n == 0 && e == 0; end += step {
					b = []byte(h.bytes[:min(end, len(h.bytes))])
					n, e = r.Parse(b)
					if end >= len(h.bytes) {
						break
					}
				}
				require.Equal(t, h.want, describe(r, b, n, e), "%s from %d by %d", h.name, first, step)
			}
		}
	}
}

// One request value serves one head after the other, and nothing stays behind.
func TestRequestReuse(t *testing.T) {
	r := newRequest()
	for _, h := range requests(t) {
		b := []byte(h.bytes)
		n, e := r.Parse(b)
		require.Equal(t, h.want, describe(r, b, n, e), h.name)
		if e != 0 {
			again, same := r.Parse([]byte("GET / HTTP/1.1\r\nHost: a\r\n\r\n"))
			require.Equal(t, e, same, "an error stays")
			require.Zero(t, again)
		}
		if n == 0 {
			r.Reset()
		}
	}
}

func TestLookup(t *testing.T) {
	b := []byte("GET / HTTP/1.1\r\nHost: a\r\nCookie: x=1\r\nACCEPT:\r\ncookie: y=2\r\n\r\n")
	r := newRequest()
	_, e := r.Parse(b)
	require.Zero(t, e)
	var cookies []string
	for i := r.Find(b, "Cookie", 0); i >= 0; i = r.Find(b, "Cookie", i+1) {
		cookies = append(cookies, string(r.Fields[i].Value.Of(b)))
	}
	require.Equal(t, []string{"x=1", "y=2"}, cookies)
	value, ok := r.Lookup(b, "accept")
	require.True(t, ok)
	require.Zero(t, value.Len())
	_, ok = r.Lookup(b, "accep")
	require.False(t, ok)
	require.True(t, r.Has(FieldHost))
	require.False(t, r.Has(FieldUpgrade))
	require.Equal(t, "a", string(r.Value(FieldHost).Of(b)))
	require.Zero(t, r.Value(FieldUpgrade))
}
