package load

import (
	"bytes"
	"errors"
	"hash/crc32"

	"github.com/httpdlab/httpdlab/server/http1"
)

var (
	errSurplus = errors.New("bytes follow the response that nobody asked for")
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
	parser  http1.Response
	awaited []awaited // by kind of request
}

// awaited is what is known of the responses to one kind of request.
type awaited struct {
	*kind
	hashed bool    // the content has to be looked at
	head   []byte  // the last final head
	meant  meaning // by it
}

// maxFields is how many fields a response may have.
const maxFields = 128

func newValidator(m *Mix) validator {
	v := validator{awaited: make([]awaited, len(m.kinds))}
	for i := range v.awaited {
		k := &m.kinds[i]
		v.awaited[i] = awaited{kind: k, hashed: k.expect.hashes(), head: make([]byte, 0, 1024)}
	}
	v.parser.Fields = make([]http1.Field, 0, maxFields)
	return v
}

// readHead reads the head of a response to q at the front of b; n is 0 while it
// is incomplete.
//
// Servers send the same head again and again, and bytes that are the same mean
// the same: only a head that differs from the last one is parsed.
func (v *validator) readHead(r *response, q *awaited, b []byte) (n int, err error) {
	if n = len(q.head); n > 0 && len(b) >= n && bytes.Equal(b[:n], q.head) {
		r.begin(q.meant)
		return n, nil
	}
	n, failure := v.parser.Parse(b, q.method)
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
		q.head, q.meant = append(q.head[:0], b[:n]...), m
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
func (r *response) readContent(q *awaited, b []byte) (n int, done bool, err error) {
	switch r.body {
	case http1.LengthBody:
		n = int(min(int64(len(b)), r.length-r.read))
		r.add(q, b[:n])
		return n, r.read == r.length, nil
	case http1.ChunkedBody:
		n, produced, failure := r.chunked.Decode(b)
		if failure != 0 {
			return n, false, failure
		}
		r.add(q, b[:produced])
		return n, r.chunked.Done(), nil
	case http1.CloseBody:
		r.add(q, b)
		return len(b), false, nil
	}
	return 0, true, nil
}

func (r *response) add(q *awaited, b []byte) {
	r.read += int64(len(b))
	if q.hashed {
		r.crc = crc32.Update(r.crc, castagnoli, b)
	}
}

// skippable returns how many bytes of content come next that nobody needs to see.
func (r *response) skippable(q *awaited) int64 {
	if !r.inBody || r.body != http1.LengthBody || q.hashed {
		return 0
	}
	return r.length - r.read
}
