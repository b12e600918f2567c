package server

import (
	"errors"
	"net"
	"net/netip"
	"os"
	"time"
)

// A link moves the bytes of one connection: a non-blocking descriptor under an event loop, or a net.Conn that
// blocks. The first returns ErrWouldBlock where the second waits.
type link interface {
	recv(p []byte) (int, error)
	send(p, q []byte) (int, error) // p, then q
	sendFile(f *os.File, offset, n int64) (int64, error)
	// bound sets the deadline of later calls of recv or, if writing, of send; the zero time is none. Links that
	// do not block ignore it.
	bound(writing bool, deadline time.Time)
	closeWrite() error
	abort() // from any goroutine: makes recv and send fail
	close() error
	conn() (net.Conn, error) // the same connection, for somebody who does not know the engine
	letGo()                  // like close, after conn
	local() netip.AddrPort
	remote() netip.AddrPort
	descriptor() int // -1 if there is none
}

// ErrWouldBlock says that the peer has sent nothing, or that it takes nothing more, at the moment.
var ErrWouldBlock = errors.New("the operation would block")

// A waker lets one goroutine wait for readiness that another one reports.
type waker struct {
	ready chan struct{}
	timer *time.Timer
}

func newWaker() *waker {
	t := time.NewTimer(time.Hour)
	t.Stop()
	return &waker{ready: make(chan struct{}, 1), timer: t}
}

// signal reports readiness; it is kept until somebody waits.
func (w *waker) signal() {
	select {
	case w.ready <- struct{}{}:
	default:
	}
}

// wait returns after a signal, or with os.ErrDeadlineExceeded at the deadline; the zero deadline never comes.
func (w *waker) wait(deadline time.Time) error {
	if deadline.IsZero() {
		<-w.ready
		return nil
	}
	w.timer.Reset(time.Until(deadline))
	select {
	case <-w.ready:
		w.timer.Stop()
		return nil
	case <-w.timer.C:
		return os.ErrDeadlineExceeded
	}
}

// after returns the time d from now, or the zero time if d is 0.
func after(d time.Duration) time.Time {
	if d == 0 {
		return time.Time{}
	}
	return time.Now().Add(d)
}

func addrPortOf(a net.Addr) netip.AddrPort {
	if t, ok := a.(*net.TCPAddr); ok {
		return t.AddrPort()
	}
	return netip.AddrPort{}
}
