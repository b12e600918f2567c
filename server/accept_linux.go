package server

import (
	"context"
	"fmt"
	"math"
	"net"
	"os"
	"syscall"
	"time"
	"unsafe"
)

// An acceptor is a loop's listening socket.
type acceptor struct {
	fd          int // -1 when closed
	listening   bool
	pausedUntil time.Duration // when there was no descriptor left for a connection
}

func (a *acceptor) close() {
	if a.fd >= 0 {
		syscall.Close(a.fd)
	}
	a.fd, a.listening, a.pausedUntil = -1, false, 0
}

// acceptPause is how long a loop without a free descriptor does not look at its listener.
const acceptPause = 10 * time.Millisecond

// startLoops listens with one socket a loop, all on the same address, and runs the loops.
func (s *Server) startLoops() error {
	addr := s.cfg.Addr
	var loops []engine
	var siblings []*loop
	var bound net.Addr
	if err := s.addrFree(); err != nil {
		return fmt.Errorf("start the server: %w", err)
	}
	for range s.cfg.Loops {
		fd, at, err := s.listenFD(addr)
		if err == nil {
			var l *loop
			if l, err = newLoop(s, fd); err == nil {
				loops, siblings = append(loops, l), append(siblings, l)
			} else {
				syscall.Close(fd)
			}
		}
		if err != nil {
			closeLoops(loops)
			return fmt.Errorf("start the server: listen on %s: %w", addr, err)
		}
		bound, addr = at, at.String() // the others take the port that the first was given
	}
	if len(siblings) > 1 {
		for _, l := range siblings {
			l.siblings = siblings
		}
	}
	if err := s.launch(bound, loops...); err != nil {
		closeLoops(loops)
		return err
	}
	return nil
}

// addrFree returns an error if somebody listens on the address: sockets that share theirs by SO_REUSEPORT would share
// it with another server of the same user, too, and each would get some of the connections. Sockets bound to different
// interfaces may share theirs.
func (s *Server) addrFree() error {
	if s.cfg.Loops == 1 || s.cfg.Interface != "" {
		return nil
	}
	lc := net.ListenConfig{Control: s.listenControl(false)}
	ln, err := lc.Listen(context.Background(), "tcp", s.cfg.Addr)
	if err != nil {
		return err
	}
	return ln.Close()
}

func closeLoops(loops []engine) {
	for _, e := range loops {
		l := e.(*loop)
		l.acceptor.close()
		l.epoll.close()
	}
}

// listenFD returns a non-blocking listening socket that the runtime knows nothing of.
func (s *Server) listenFD(addr string) (int, net.Addr, error) {
	lc := net.ListenConfig{Control: s.listenControl(s.cfg.Loops > 1)}
	ln, err := lc.Listen(context.Background(), "tcp", addr)
	if err != nil {
		return -1, nil, err
	}
	defer ln.Close()
	f, err := ln.(*net.TCPListener).File()
	if err != nil {
		return -1, nil, err
	}
	defer f.Close()
	n, _, errno := syscall.Syscall(syscall.SYS_FCNTL, f.Fd(), syscall.F_DUPFD_CLOEXEC, 0)
	if errno != 0 {
		return -1, nil, errno
	}
	fd := int(n)
	if err = syscall.SetNonblock(fd, true); err == nil {
		err = syscall.Listen(fd, s.cfg.Backlog)
	}
	if err != nil {
		syscall.Close(fd)
		return -1, nil, err
	}
	return fd, ln.Addr(), nil
}

// soReusePort is SO_REUSEPORT, which package syscall lacks on some platforms.
const soReusePort = 15

// listenControl sets the options that a listening socket needs before it is bound; a shared one is not the only one
// with its address.
func (s *Server) listenControl(shared bool) func(string, string, syscall.RawConn) error {
	return func(_, _ string, raw syscall.RawConn) (err error) {
		control := raw.Control(func(fd uintptr) {
			if shared {
				err = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, soReusePort, 1)
			}
			if s.usesEpoll() && s.cfg.SendBuffer > 0 { // connections inherit it
				setOption(int(fd), syscall.SOL_SOCKET, syscall.SO_SNDBUF, s.cfg.SendBuffer)
			}
			if err == nil && s.cfg.Interface != "" {
				err = os.NewSyscallError("bind to interface "+s.cfg.Interface,
					syscall.BindToDevice(int(fd), s.cfg.Interface))
			}
		})
		if control != nil {
			return control
		}
		return err
	}
}

// listen watches the listener.
func (l *loop) listen() error {
	l.listening = true
	return l.add(l.acceptor.fd, 0, syscall.EPOLLIN)
}

// pause stops watching the listener until a session ends or a moment has passed: connections wait in the backlog.
func (l *loop) pause(until time.Duration) {
	if l.listening {
		l.remove(l.acceptor.fd)
		l.listening = false
	}
	l.pausedUntil = until
}

// resume watches the listener again.
func (l *loop) resume() {
	l.pausedUntil = 0
	if !l.listening && l.acceptor.fd >= 0 && !l.stopping {
		l.listen()
	}
}

// accept takes the connections that wait, at most as many as a round has events, so that sessions get their turn.
func (l *loop) accept() {
	for n := range len(l.events) {
		if l.acceptor.fd < 0 {
			return
		}
		if l.full() {
			// Only the first one is known to wait; for the others the listener's event comes again.
			if n > 0 {
				return
			}
			if !l.server.cfg.LRUPurge || !l.purge() {
				l.pause(l.now + acceptPause)
				return
			}
		}
		fd, errno := accept4(l.acceptor.fd)
		switch errno {
		case 0:
			l.open(fd)
		case syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.ENOMEM:
			// The listener stays readable: without a pause the loop would spin.
			if !l.server.cfg.LRUPurge || !l.purge() {
				l.pause(l.now + acceptPause)
				return
			}
		case syscall.ECONNABORTED:
		default:
			return
		}
	}
}

// full reports whether a new session needs another one's place.
func (l *loop) full() bool { return l.server.open.Load() >= int64(l.server.cfg.MaxOpenSockets) }

// purgeable returns the session that LRU purge would close: a lingering one, or else the one that has been idle for
// longest, or else the one that has been at a head for longest; nil if there is none.
func (l *loop) purgeable() *Session {
	for _, p := range [...]phase{phaseLinger, phaseIdle, phaseHead, phaseSocket, phasePong} {
		if s := l.queues[p].first; s != nil {
			return s
		}
	}
	return nil
}

// purge closes the least recently used session, if there is one to close. It returns false if that is another loop's:
// the other one closes it, in its own time.
func (l *loop) purge() bool {
	if older := l.olderLoop(); older != nil {
		older.post(mail{purge: true})
		return false
	}
	s := l.purgeable()
	if s != nil {
		l.drop(s)
	}
	return s != nil
}

// olderLoop returns the loop that has the least recently used session of all, nil if that is l.
func (l *loop) olderLoop() (older *loop) {
	oldest := int64(math.MaxInt64)
	if s := l.purgeable(); s != nil {
		oldest = int64(s.since)
	}
	for _, other := range l.siblings {
		if at := other.oldest.Load(); other != l && at < oldest {
			older, oldest = other, at
		}
	}
	return older
}

// accept4 accepts a connection as a non-blocking descriptor.
func accept4(listener int) (int, syscall.Errno) {
	fd, _, errno := syscall.RawSyscall6(syscall.SYS_ACCEPT4, uintptr(listener), 0, 0,
		syscall.SOCK_NONBLOCK|syscall.SOCK_CLOEXEC, 0, 0)
	return int(fd), errno
}

// open makes a session of a new connection.
func (l *loop) open(fd int) {
	setOption(fd, syscall.IPPROTO_TCP, syscall.TCP_NODELAY, 1)
	l.setKeepAlive(fd)
	l.generation++
	s := &Session{server: l.server, link: socket(fd), home: l, generation: l.generation, fd: int32(fd)}
	l.server.open.Add(1)
	l.count++
	l.place(fd, s)
	l.enter(s, phaseIdle, l.now)
	if l.server.cfg.Open != nil && l.server.cfg.Open(s) != nil {
		l.drop(s)
		return
	}
	l.server.emit(Event{ID: EventConnected, Session: s})
	if l.add(fd, s.generation, sessionEvents) != nil {
		l.drop(s)
	}
}

func (l *loop) setKeepAlive(fd int) {
	k := &l.server.cfg.TCPKeepAlive
	if !k.Enable {
		return
	}
	setOption(fd, syscall.SOL_SOCKET, syscall.SO_KEEPALIVE, 1)
	if k.Idle > 0 {
		setOption(fd, syscall.IPPROTO_TCP, syscall.TCP_KEEPIDLE, max(1, int(k.Idle/time.Second)))
	}
	if k.Interval > 0 {
		setOption(fd, syscall.IPPROTO_TCP, syscall.TCP_KEEPINTVL, max(1, int(k.Interval/time.Second)))
	}
	if k.Count > 0 {
		setOption(fd, syscall.IPPROTO_TCP, syscall.TCP_KEEPCNT, k.Count)
	}
}

// setOption sets a socket option that the connection can do without.
func setOption(fd, level, name, value int) {
	v := int32(value)
	syscall.RawSyscall6(syscall.SYS_SETSOCKOPT, uintptr(fd), uintptr(level), uintptr(name),
		uintptr(unsafe.Pointer(&v)), 4, 0)
}
