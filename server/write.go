package server

import (
	"os"
)

const (
	// largeWrite is the size from which on content is sent from where it is instead of being copied first.
	largeWrite = 16 << 10

	// gatherLimit is how much is gathered before it is sent.
	gatherLimit = 64 << 10
)

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
func (r *Request) flush(p []byte) error {
	if r.broken != nil {
		return r.broken
	}
	if !r.inline {
		r.session.link.bound(true, after(r.server.cfg.SendTimeout))
	}
	sent := 0 // of r.out
	for sent < len(r.out) || len(p) > 0 {
		n, err := r.transmit(r.out[sent:], p)
		if n > 0 {
			own := min(n, len(r.out)-sent)
			sent, p = sent+own, p[n-own:]
			continue
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
	r.broken, r.closing, r.blocked, r.out = err, true, false, r.out[:0]
	return err
}

// sendContinue asks the client for the content.
func (r *Request) sendContinue() error {
	r.out = append(roomFor(r.out, 32), "HTTP/1.1 100 Continue\r\n\r\n"...)
	return r.flush(nil)
}
