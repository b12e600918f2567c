package load

import (
	"bytes"
	"errors"
	"hash/crc32"

	"github.com/httpdlab/httpdlab/bench/measure"
	"github.com/httpdlab/httpdlab/server/http1"
)

var (
	errSurplus = errors.New("bytes follow the response that nobody asked for")
	errContent = errors.New("the content is not what was expected")
	contentKey = (&measure.Failure{Stage: measure.Body, Err: errContent}).Key()
)

// meaning is what a response head says.
type meaning struct {
	status int
	body   http1.Body
	length int64 // of a LengthBody
	close  bool  // the connection ends with this response
}

// interim reports whether the final response is still to come.
// RFC 9110, 15.2: a client MUST be able to parse 1xx responses before the final one.
func (m *meaning) interim() bool { return m.status < 200 && m.status != 101 }

// response is one that is being read.
type response struct {
	meaning
	inBody  bool  // its head was read
	read    int64 // content so far
	crc     uint32
	chunked http1.Chunked
}

// validator reads responses, one loop's.
type validator struct {
	method http1.Method
	expect Expect
	parser http1.Response
	head   []byte  // the last final head
	meant  meaning // by it
}

// maxFields is how many fields a response may have.
const maxFields = 128

func newValidator(method http1.Method, expect Expect) validator {
	v := validator{method: method, expect: expect, head: make([]byte, 0, 1024)}
	v.parser.Fields = make([]http1.Field, 0, maxFields)
	return v
}

// readHead reads the head at the front of b; n is 0 while it is incomplete.
//
// Servers send the same head again and again, and bytes that are the same mean
// the same: only a head that differs from the last one is parsed.
func (v *validator) readHead(r *response, b []byte) (n int, err error) {
	if n = len(v.head); n > 0 && len(b) >= n && bytes.Equal(b[:n], v.head) {
		r.begin(v.meant)
		return n, nil
	}
	n, failure := v.parser.Parse(b, v.method)
	if n == 0 {
		v.parser.Reset()
		if failure != 0 {
			return 0, failure
		}
		return 0, nil
	}
	m := meaning{v.parser.Status, v.parser.Body, v.parser.ContentLength, v.parser.Close}
	if m.status == 101 { // no HTTP any more
		m.close = true
	}
	r.begin(m)
	if !m.interim() {
		v.head, v.meant = append(v.head[:0], b[:n]...), m
	}
	return n, nil
}

func (r *response) begin(m meaning) {
	r.meaning = m
	r.inBody = !m.interim()
	r.read, r.crc = 0, 0
	if m.body == http1.ChunkedBody {
		r.chunked.Reset()
	}
}

// readContent reads what is there of the content and reports how many bytes it took
// and whether that was all of it.
func (v *validator) readContent(r *response, b []byte) (n int, done bool, err error) {
	switch r.body {
	case http1.LengthBody:
		n = int(min(int64(len(b)), r.length-r.read))
		v.add(r, b[:n])
		return n, r.read == r.length, nil
	case http1.ChunkedBody:
		n, produced, failure := r.chunked.Decode(b)
		if failure != 0 {
			return n, false, failure
		}
		v.add(r, b[:produced])
		return n, r.chunked.Done(), nil
	case http1.CloseBody:
		v.add(r, b)
		return len(b), false, nil
	}
	return 0, true, nil
}

func (v *validator) add(r *response, b []byte) {
	r.read += int64(len(b))
	if v.hashes() {
		r.crc = crc32.Update(r.crc, castagnoli, b)
	}
}

func (v *validator) hashes() bool { return v.expect.Content != nil && v.expect.Content.Hashed }

// skippable returns how many bytes of content come next that nobody needs to see.
func (v *validator) skippable(r *response) int64 {
	if !r.inBody || r.body != http1.LengthBody || v.hashes() {
		return 0
	}
	return r.length - r.read
}

// goodStatus and goodContent judge a whole response.
func (v *validator) goodStatus(status int) bool {
	if v.expect.Status != 0 {
		return status == v.expect.Status
	}
	return status < 400
}

func (v *validator) goodContent(r *response) bool {
	want := v.expect.Content
	return want == nil || r.read == want.Length && (!want.Hashed || r.crc == want.CRC)
}
