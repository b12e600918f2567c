package websocket

import (
	"encoding/binary"
	"math"
)

// Decoder reads the frames that the peer sends. The zero value reads a client
// that agreed to no extension; the options are set before the first frame.
type Decoder struct {
	// MaxMessage is the largest accepted message in bytes; 0 means no limit.
	// What exceeds it is refused from its header. A compressed message may be
	// longer by what packing adds to what does not shrink.
	MaxMessage int64
	// Server says that the peer is a server, which does not mask.
	Server bool
	// Deflate says that permessage-deflate was agreed on.
	Deflate bool
	// AnyText leaves texts unchecked. Compressed texts are never checked here.
	AnyText bool

	// What Decode found: a frame, or a part of the payload of a data frame.
	Header
	Payload    []byte // this part, without mask; it lies in the buffer
	First      bool   // the part begins its frame
	Left       int64  // bytes of the frame that are still to come
	Message    Opcode // Text or Binary: what the data frames belong to
	Compressed bool   // the message is compressed

	open    bool  // a message is under way
	failure Error // kept once it occurred
	total   int64 // payload bytes of the message in the frames before this one
	mask    uint32
	text    UTF8
}

// Decode reads the next frame, or as much of it as there is, from the front of
// b and reports how many bytes it took. It returns 0 and no error while there
// is nothing to report. Control frames come whole; the payload of data frames
// comes in as many parts as it arrives in, so b never has to hold a frame of
// more than MaxHeader+MaxControl bytes. An error ends the connection with
// err.Code(), and Decode keeps returning it.
func (d *Decoder) Decode(b []byte) (n int, err Error) {
	if opcode, payload, n := d.Whole(b); n > 0 {
		d.Header = Header{Final: true, Masked: true, Opcode: opcode, Key: binary.LittleEndian.Uint32(b[2:]), Length: int64(len(payload))}
		d.Payload, d.First, d.Message, d.Compressed = payload, true, opcode, false
		return n, 0
	}
	if d.failure != 0 {
		return 0, d.failure
	}
	if d.Left > 0 {
		if len(b) == 0 {
			return 0, 0
		}
		d.First = false
	} else {
		n, err = d.Header.Parse(b)
		if err == 0 && len(b) >= 2 {
			err = d.check(n > 0)
		}
		if err != 0 {
			return 0, d.fail(err)
		}
		if n == 0 || d.Opcode.Control() && int64(len(b)-n) < d.Length {
			return 0, 0
		}
		d.begin()
	}
	part := b[n:]
	if int64(len(part)) > d.Left {
		part = part[:d.Left:d.Left]
	}
	if err = d.payload(part); err != 0 {
		return 0, d.fail(err)
	}
	return n + len(part), 0
}

// End reports whether Decode found the end of a data message.
func (d *Decoder) End() bool { return d.Left == 0 && d.Final && !d.Opcode.Control() }

// Between reports whether no data message is under way, and no part of a frame.
func (d *Decoder) Between() bool { return !d.open && d.Left == 0 }

func (d *Decoder) fail(e Error) Error {
	d.failure, d.Payload = e, nil
	return e
}

// check enforces the rules that depend on the connection. The length is known
// if the header is whole.
func (d *Decoder) check(whole bool) Error {
	switch {
	case d.Masked == d.Server: // RFC 6455, 5.1: clients mask, servers do not.
		if d.Masked {
			return ErrMasked
		}
		return ErrUnmasked
	case d.Opcode.Control():
		return 0
	// RFC 7692, 6.2: RSV1 belongs to the first frame of a message.
	case d.RSV1 && (!d.Deflate || d.Opcode == Continuation):
		return ErrReserved
	case d.Opcode == Continuation && !d.open: // RFC 6455, 5.4
		return ErrContinuation
	case d.Opcode != Continuation && d.open: // RFC 6455, 5.4: messages do not interleave.
		return ErrInterleaved
	case whole && d.Length > d.room():
		return ErrTooLarge
	}
	return 0
}

// room returns how many bytes the message may still grow by.
func (d *Decoder) room() int64 {
	limit := int64(math.MaxInt64)
	if d.MaxMessage > 0 {
		limit = d.MaxMessage
		if d.RSV1 || d.open && d.Compressed {
			// RFC 1951, 3.2.4: a stored block has 5 bytes of its own; zlib's have 16 KB of text.
			limit += min(limit>>10+64, math.MaxInt64-limit)
		}
	}
	if d.open {
		limit -= d.total
	}
	return limit
}

// begin enters the frame whose header was read.
func (d *Decoder) begin() {
	d.First, d.Left, d.mask = true, d.Length, d.Key
	if d.Opcode.Control() {
		return
	}
	if d.Opcode != Continuation {
		d.open, d.total = true, 0
		d.Message, d.Compressed = d.Opcode, d.RSV1
		d.text.Reset()
	}
	d.total += d.Length
}

// payload takes the next part of the frame's payload and, at the end of the
// message, leaves it.
func (d *Decoder) payload(part []byte) Error {
	d.Payload = part
	d.Left -= int64(len(part))
	if d.Masked {
		d.mask = Mask(part, d.mask)
	}
	if d.Opcode.Control() {
		return 0
	}
	end := d.Final && d.Left == 0
	if d.Message == Text && !d.Compressed && !d.AnyText {
		// RFC 6455, 8.1: a text that is not UTF-8 fails the connection.
		if _, ok := d.text.Validate(part); !ok || end && !d.text.Complete() {
			return ErrUTF8
		}
	}
	d.open = !end
	return 0
}
