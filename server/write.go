package server

import (
	"os"
	"unsafe"
)

const (
	// largeWrite is the size from which on content is sent from where it is instead of being copied first.
	largeWrite = 16 << 10

	// gatherLimit is how much is gathered before it is sent.
	gatherLimit = 64 << 10

	// sendTurn is how much a loop sends of one response before it looks after others.
	sendTurn = 1 << 20
)

// bytesOf returns the bytes of a text without copying them. They must not be changed.
func bytesOf(text string) []byte { return unsafe.Slice(unsafe.StringData(text), len(text)) }

// write appends p to what is to be sent, or sends both.
func (r *Request) write(p []byte) error {
	if len(p) >= largeWrite {
		return r.flush(p)
	}
	r.out = append(roomFor(r.out, len(p)), p...)
	return r.limitOut()
}

// limitOut sends what has been gathered once it is enough.
func (r *Request) limitOut() error {
	if len(r.out) < min(gatherLimit, r.server.cfg.MaxPending) {
		return r.broken
	}
	return r.flush(nil)
}

// Flush sends what has been written. It does not wait for the peer unless that is far behind.
func (r *Request) Flush() error { return r.flush(nil) }

// flush sends r.out and then p. Inline, what the kernel does not take stays in r.out; if that is more than
// Config.MaxPending, the request moves aside, where all is sent before flush returns.
func (r *Request) flush(p []byte) error { return r.push(p, false) }

// push is flush; a p that never changes is not copied when the loop is to send the rest of it.
func (r *Request) push(p []byte, constant bool) error {
	if r.broken != nil {
		return r.broken
	}
	if r.constant != nil {
		if r.inline && len(p) == 0 {
			return nil // the loop sends it
		}
		r.copyConstant()
	}
	if !r.inline {
		r.session.link.bound(true, after(r.server.cfg.SendTimeout))
	}
	turn, sent := 0, 0 // of all, of r.out
	for sent < len(r.out) || len(p) > 0 {
		n, err := r.transmit(r.out[sent:], p)
		if n > 0 {
			own := min(n, len(r.out)-sent)
			sent, p = sent+own, p[n-own:]
			if turn += n; turn < sendTurn || !constant || !r.inline || len(p) == 0 {
				continue
			}
		}
		if constant && r.inline && (n > 0 || err == ErrWouldBlock) {
			r.keep(sent, nil)
			r.constant, r.paused = p, n > 0
			return nil
		}
		if err == ErrWouldBlock {
			if r.inline && len(r.out)-sent+len(p) <= r.server.cfg.MaxPending {
				r.keep(sent, p)
				return nil
			}
			if err = r.pause(after(r.server.cfg.SendTimeout)); err == nil {
				continue
			}
		}
		return r.breakOff(err)
	}
	r.out, r.blocked = r.out[:0], false
	return nil
}

// copyConstant makes what is left of a constant text a part of r.out.
func (r *Request) copyConstant() {
	r.out = append(roomFor(r.out, len(r.constant)), r.constant...)
	r.constant = nil
}

// transmit sends once; the first part may be empty.
func (r *Request) transmit(p, q []byte) (int, error) {
	if len(p) == 0 {
		p, q = q, nil
	}
	return r.session.transmit(p, q)
}

// keep leaves in r.out what the kernel did not take.
func (r *Request) keep(sent int, p []byte) {
	rest := copy(r.out, r.out[sent:])
	r.out = append(roomFor(r.out[:rest], len(p)), p...)
	r.blocked = true
}

// breakOff notes that nothing can be sent any more.
func (r *Request) breakOff(err error) error {
	if err == nil {
		err = os.ErrClosed
	}
	r.broken, r.closing, r.blocked, r.out, r.constant = err, true, false, r.out[:0], nil
	return err
}

// sendContinue asks the client for the content.
func (r *Request) sendContinue() error {
	r.out = append(roomFor(r.out, 32), "HTTP/1.1 100 Continue\r\n\r\n"...)
	return r.flush(nil)
}
