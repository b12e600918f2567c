package deflating

import (
	"bytes"
	"compress/flate"
	"errors"
	"io"
	"strings"

	"github.com/httpdlab/httpdlab/conformance/inflate"
)

// tail is put back before inflating; the final block behind it ends the stream for flate.
const (
	tail = "\x00\x00\xff\xff"
	end  = "\x01\x00\x00\xff\xff"
)

// inflate returns the data of a compressed message (RFC 7692, 7.2.2), or the code to close with.
func (x *session) inflate(payload []byte) (data []byte, code int) {
	if code := x.fancies(payload); code != 0 {
		return nil, code
	}
	limit := x.Limit
	if x.is("knows no limit of inflated data") {
		limit = 80 << 20 // enough for the checker's bombs
	}
	r := bytes.NewReader(append(payload[:len(payload):len(payload)], tail+end...))
	context := x.context
	if x.is("takes references to before the start") && len(context) == 0 {
		context = make([]byte, inflate.MaxWindow)
	}
	for r.Len() > 0 {
		more, err := x.blocks(r, context, limit-len(data))
		data = append(data, more...)
		switch {
		case len(data) > limit:
			return nil, 1009
		case err != nil && !x.forgives(err):
			return nil, 1007
		case err != nil, x.is("ignores what is behind a final block"):
			r.Reset(nil)
		}
		context = append(context[:len(context):len(context)], more[max(0, len(more)-inflate.MaxWindow):]...)
	}
	x.account(len(data))
	x.remember(data)
	return data, 0
}

// blocks inflates up to a final block. With context it reads what comes before that first.
func (x *session) blocks(r *bytes.Reader, context []byte, limit int) ([]byte, error) {
	context = context[max(0, len(context)-inflate.MaxWindow):]
	return io.ReadAll(io.LimitReader(flate.NewReaderDict(r, context), int64(limit)+1))
}

// fancies refuses valid payloads that a mutant does not like.
func (x *session) fancies(payload []byte) (code int) {
	if !strings.HasPrefix(x.Name, "refuses") {
		return 0
	}
	var z inflate.Inflater
	m, _ := z.Message(payload)
	for i, b := range m.Blocks {
		last := i == len(m.Blocks)-1
		if x.is("refuses final blocks") && b.Final ||
			x.is("refuses stored blocks") && b.Kind == inflate.Stored && b.Size > 0 ||
			x.is("refuses dynamic blocks") && b.Kind == inflate.Dynamic ||
			x.is("refuses several blocks") && i > 0 && !last ||
			x.is("refuses empty compressed messages") && len(payload) == 1 {
			return 1007
		}
	}
	return 0
}

// forgives says whether a mutant takes an error for the end.
func (x *session) forgives(err error) bool {
	var corrupt flate.CorruptInputError
	return errors.As(err, &corrupt) && x.is("echoes what came before an error") ||
		errors.Is(err, io.ErrUnexpectedEOF) && x.is("takes truncated messages")
}

// account notes how much memory a mutant does not give back.
func (x *session) account(n int) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.is("keeps all that it inflates") {
		x.heap += n
	}
}

const (
	minCompressed = 20   // octets; shorter messages are not compressed
	fragment      = 4096 // octets of a frame at most
)

// echo sends a message; of one beyond the limit, which only a mutant has taken, as much as the limit.
func (x *session) echo(opcode byte, data []byte) {
	data = data[:min(len(data), x.Limit)]
	first, payload := opcode, data
	if x.compresses(data) {
		first, payload = opcode|rsv1Bit, x.compress(data)
	}
	var out []byte
	for {
		n := min(len(payload), fragment)
		fin := byte(0)
		if n == len(payload) {
			fin = finBit
		}
		out = appendFrame(out, first|fin, payload[:n])
		payload = payload[n:]
		if fin != 0 {
			x.write(out)
			return
		}
		first = opContinuation
		if x.is("sets RSV1 on continuations") {
			first |= rsv1Bit
		}
	}
}

// compresses says whether a message goes out with RSV1.
func (x *session) compresses(data []byte) bool {
	switch {
	case x.is("compresses after declining") && x.declined, x.is("echoes the octets as they came"):
		return true
	case x.is("compresses empty messages to nothing") && len(data) == 0:
		return x.on
	case x.is("never compresses"):
		return false
	}
	return x.on && len(data) >= minCompressed
}

// compress makes the payload of a message (RFC 7692, 7.2.1).
func (x *session) compress(data []byte) []byte {
	switch {
	case x.is("sets RSV1 but does not compress"), x.is("echoes the octets as they came"):
		return data
	case x.is("compresses empty messages to nothing") && len(data) == 0:
		return nil
	case x.is("reaches back too far by one"):
		x.out.Window = 1<<x.serverBits + 1
	}
	payload := x.out.Message(data)
	switch {
	case x.is("does not strip the tail"):
		return append(payload, tail...)
	case x.is("strips an octet too many") && len(payload) > 1:
		return payload[:len(payload)-1]
	case x.is("ends with a final block"):
		return new(inflate.Writer).Fixed(true, inflate.Literals(string(data))...).Stream()
	case x.is("loses the last octet of compressed messages"):
		return new(inflate.Writer).Fixed(false, inflate.Literals(string(data[:len(data)-1]))...).Message()
	}
	return payload
}
