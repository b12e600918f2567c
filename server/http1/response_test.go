package http1

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func newResponse() *Response {
	r := &Response{}
	r.MaxHead = 1000
	r.Fields = make([]Field, 0, 16)
	return r
}

var bodyNames = [...]string{"no body", "length", "chunked", "until close", "tunnel"}

// describeResponse tells what Parse found out about the response to one method.
func describeResponse(r *Response, b []byte, n int, e Error) string {
	switch {
	case e != 0:
		return fmt.Sprintf("%s at %d", e.Error(), r.Offset())
	case n == 0:
		return "incomplete"
	}
	s := fmt.Sprintf("%d %d %q 1.%d %s %d", n, r.Status, r.Reason.Of(b), r.Minor, bodyNames[r.Body], r.ContentLength)
	if r.Close {
		s += " close"
	}
	if r.Upgrade {
		s += " upgrade"
	}
	return s
}

// responses describes the response to GET, HEAD and CONNECT.
func responses(s string) string {
	var all []string
	for _, m := range []Method{GET, HEAD, CONNECT} {
		r, b := newResponse(), []byte(s)
		n, e := r.Parse(b, m)
		all = append(all, describeResponse(r, b, n, e))
	}
	if all[0] == all[1] && all[0] == all[2] {
		return all[0]
	}
	return strings.Join(all, "; ")
}

func TestResponses(t *testing.T) {
	defer UseScanner(Scanners()[0])
	for _, h := range heads(t, "testdata/responses.txt") {
		for _, scanner := range Scanners() {
			UseScanner(scanner)
			require.Equal(t, h.want, responses(h.bytes), "%s, %s", h.name, scanner)
		}
	}
}

// However a response arrives, the outcome is the same.
func TestResponseSplits(t *testing.T) {
	for _, h := range heads(t, "testdata/responses.txt") {
		whole := newResponse()
		n, e := whole.Parse([]byte(h.bytes), GET)
		want := describeResponse(whole, []byte(h.bytes), n, e)
		for first := range len(h.bytes) {
			r, b := newResponse(), []byte(h.bytes)
			n, e := r.Parse(b[:first:first], GET)
			if n == 0 && e == 0 {
				n, e = r.Parse(b, GET)
			}
			require.Equal(t, want, describeResponse(r, b, n, e), "%s cut at %d", h.name, first)
			if e != 0 {
				_, again := r.Parse(b, GET)
				require.Equal(t, e, again, "an error stays")
			}
		}
	}
}

func TestUpdateResponses(t *testing.T) {
	rewrite(t, "testdata/responses.txt", responses)
}
