package server

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/httpdlab/httpdlab/server/http1"
)

// Errors of reading a request's content.
var (
	ErrBodyTooLarge = errors.New("the content is larger than Config.MaxBody")
	ErrClosed       = errors.New("the connection is closed")
	ErrBusy         = errors.New("as many requests as Config.MaxAside allows are waiting")
)

// ContentLength returns the length of the content in bytes, -1 if it is chunked and so not known beforehand.
func (r *Request) ContentLength() int64 {
	switch {
	case r.head.Chunked:
		return -1
	case r.head.ContentLength > 0:
		return r.head.ContentLength
	}
	return 0
}

// Read reads content into p, as an io.Reader does: io.EOF is its regular end. It waits for bytes for at most
// Config.RecvTimeout (then the error is os.ErrDeadlineExceeded), and asks a client that expects it to continue.
func (r *Request) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	for len(r.body) == 0 {
		if r.left == 0 {
			return 0, io.EOF
		}
		if r.left > 0 && len(p) >= 512 { // past the buffer
			return r.receiveInto(p[:min(int64(len(p)), r.left)])
		}
		if err := r.receiveMore(); err != nil {
			return 0, err
		}
	}
	n := copy(p, r.body)
	r.body = r.body[n:]
	return n, nil
}

// Body returns the whole content, waiting for it if need be. Content that was there with the head is not copied.
func (r *Request) Body() ([]byte, error) {
	if r.left == 0 {
		b := r.body
		r.body = nil
		return b, nil
	}
	r.whole = takeBuffer(len(r.body))
	for {
		if len(r.whole) == cap(r.whole) {
			r.whole = roomFor(r.whole, max(512, growth(int64(len(r.whole)), r.head.ContentLength)))
		}
		n, err := r.Read(r.whole[len(r.whole):cap(r.whole)])
		r.whole = r.whole[:len(r.whole)+n]
		if err == io.EOF {
			return r.whole, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

// receiveInto reads content that is not chunked directly into p.
func (r *Request) receiveInto(p []byte) (int, error) {
	n, err := r.receive(p)
	r.left -= int64(n)
	r.read += int64(n)
	if err == nil {
		r.emit(EventData, n)
	}
	return n, err
}

// receiveMore fills r.body, behind the head in the request's own buffer.
func (r *Request) receiveMore() error {
	if err := r.stepAside(); err != nil {
		return err
	}
	window := r.own[len(r.own):cap(r.own)]
	if len(window) < 512 {
		window = r.freshWindow()
	}
	if r.left > 0 {
		window = window[:min(int64(len(window)), r.left)]
		n, err := r.receiveInto(window)
		r.body = window[:n]
		return err
	}
	n, err := r.receive(window)
	if err != nil {
		return err
	}
	return r.decode(window[:n])
}

// freshWindow returns room for content in a buffer that Body's caller never sees: the views of the head that the
// handler has must stay.
func (r *Request) freshWindow() []byte {
	if cap(r.window) == 0 {
		r.window = takeBuffer(8 << 10)
	}
	return r.window[:cap(r.window)]
}

// decode takes the chunked coding off b; what follows the body becomes the tail.
func (r *Request) decode(b []byte) error {
	consumed, produced, e := r.chunked.Decode(b)
	r.body = b[:produced]
	r.read += int64(produced)
	if produced > 0 {
		r.emit(EventData, produced)
	}
	if e != 0 {
		return r.fail(e)
	}
	if r.read > r.server.cfg.MaxBody {
		r.closing = true
		return ErrBodyTooLarge
	}
	r.left = -1
	if r.chunked.Done() {
		r.left, r.tail = 0, b[consumed:]
	}
	r.keepTrailers(b[produced:consumed])
	return nil
}

// fail ends the connection after this response: the place where the next request begins is lost.
func (r *Request) fail(e http1.Error) error {
	r.closing = true
	return fmt.Errorf("read the content: %w", e)
}

// receive reads from the connection, waiting if need be.
func (r *Request) receive(p []byte) (int, error) {
	if r.broken != nil {
		return 0, r.broken
	}
	if r.expect {
		r.expect = false
		// RFC 9110, 10.1.1: 100 is an interim response, sent before the content is read.
		if err := r.sendContinue(); err != nil {
			return 0, err
		}
	}
	if !r.inline {
		r.session.link.bound(false, after(r.server.cfg.RecvTimeout))
	}
	for {
		n, err := r.session.receive(p)
		if err == ErrWouldBlock {
			if err = r.pause(after(r.server.cfg.RecvTimeout)); err == nil {
				continue
			}
		}
		switch {
		case err == nil:
			return n, nil
		case r.session.aborted.Load():
			return 0, r.breakOff(ErrClosed)
		case err == io.EOF:
			err = io.ErrUnexpectedEOF
		}
		r.closing = true
		return 0, err
	}
}

// pause waits until the connection is ready again.
func (r *Request) pause(deadline time.Time) error {
	if err := r.stepAside(); err != nil {
		return err
	}
	if r.session.aborted.Load() {
		return ErrClosed
	}
	return r.wake.wait(deadline)
}

// drain skips content that the handler left, if that is less than Config.MaxDrain bytes, and reports whether
// the connection can be kept.
func (r *Request) drain() bool {
	r.body = nil
	if r.left == 0 {
		return true
	}
	limit := int64(r.server.cfg.MaxDrain)
	if r.left > limit {
		return false
	}
	for end := r.read + limit; r.left != 0; r.body = nil {
		if r.receiveMore() != nil || r.read > end {
			return false
		}
	}
	return true
}
