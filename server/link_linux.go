package server

import (
	"io"
	"net"
	"net/netip"
	"os"
	"syscall"
	"time"
	"unsafe"
)

// socket is the link of the epoll engine: a non-blocking descriptor. The calls below never block, so they go
// to the kernel without telling the scheduler (syscall.RawSyscall), which costs a third of the throughput.
type socket int

func (s socket) recv(p []byte) (int, error) {
	n, errno := recvfrom(int(s), p)
	switch {
	case n > 0:
		return n, nil
	case errno == syscall.EAGAIN:
		return 0, ErrWouldBlock
	case errno != 0:
		return 0, errno
	}
	return 0, io.EOF
}

func (s socket) send(p, q []byte) (n int, err error) {
	var errno syscall.Errno
	if len(q) == 0 {
		n, errno = sendto(int(s), p)
	} else {
		n, errno = sendTwo(int(s), p, q)
	}
	switch {
	case errno == syscall.EAGAIN:
		return 0, ErrWouldBlock
	case errno != 0:
		return 0, errno
	}
	return n, nil
}

// sendFile hands the kernel at most 1 MiB at a time: reading the file may block, so the scheduler is told.
func (s socket) sendFile(f *os.File, offset, n int64) (int64, error) {
	raw, err := f.SyscallConn()
	if err != nil {
		return 0, err
	}
	sent := 0
	control := raw.Control(func(fd uintptr) {
		for {
			sent, err = syscall.Sendfile(int(s), int(fd), &offset, int(min(n, 1<<20)))
			if err != syscall.EINTR {
				return
			}
		}
	})
	switch {
	case control != nil:
		return 0, control
	case err == syscall.EAGAIN:
		return 0, ErrWouldBlock
	case err != nil:
		return 0, err
	case sent == 0:
		return 0, io.ErrUnexpectedEOF // the file is shorter than it was
	}
	return int64(sent), nil
}

func (s socket) bound(bool, time.Time) {}
func (s socket) closeWrite() error     { return syscall.Shutdown(int(s), syscall.SHUT_WR) }
func (s socket) abort()                { syscall.Shutdown(int(s), syscall.SHUT_RDWR) }
func (s socket) close() error          { return syscall.Close(int(s)) }
func (s socket) descriptor() int       { return int(s) }

// conn hands a duplicate of the descriptor to package net.
func (s socket) conn() (net.Conn, error) {
	fd, _, errno := syscall.RawSyscall(syscall.SYS_FCNTL, uintptr(s), syscall.F_DUPFD_CLOEXEC, 0)
	if errno != 0 {
		return nil, errno
	}
	f := os.NewFile(fd, "tcp")
	defer f.Close()
	return net.FileConn(f)
}

func (s socket) letGo() { syscall.Close(int(s)) }

func (s socket) local() netip.AddrPort {
	sa, err := syscall.Getsockname(int(s))
	return addrPortFrom(sa, err)
}

func (s socket) remote() netip.AddrPort {
	sa, err := syscall.Getpeername(int(s))
	return addrPortFrom(sa, err)
}

func addrPortFrom(sa syscall.Sockaddr, err error) netip.AddrPort {
	if err != nil {
		return netip.AddrPort{}
	}
	switch sa := sa.(type) {
	case *syscall.SockaddrInet4:
		return netip.AddrPortFrom(netip.AddrFrom4(sa.Addr), uint16(sa.Port))
	case *syscall.SockaddrInet6:
		return netip.AddrPortFrom(netip.AddrFrom16(sa.Addr).Unmap(), uint16(sa.Port))
	}
	return netip.AddrPort{}
}

// recvfrom reads into p, which must not be empty.
func recvfrom(fd int, p []byte) (int, syscall.Errno) {
	for {
		n, _, errno := syscall.RawSyscall6(syscall.SYS_RECVFROM, uintptr(fd),
			uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p)), 0, 0, 0)
		if errno != syscall.EINTR {
			return int(n), errno
		}
	}
}

// sendto writes p; a connection that is gone is an error and no signal.
func sendto(fd int, p []byte) (int, syscall.Errno) {
	for {
		n, _, errno := syscall.RawSyscall6(syscall.SYS_SENDTO, uintptr(fd),
			uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p)), syscall.MSG_NOSIGNAL, 0, 0)
		if errno != syscall.EINTR {
			return int(n), errno
		}
	}
}

// sendTwo writes p and then q in one call.
func sendTwo(fd int, p, q []byte) (int, syscall.Errno) {
	parts := [2]syscall.Iovec{{Base: unsafe.SliceData(p)}, {Base: unsafe.SliceData(q)}}
	parts[0].SetLen(len(p))
	parts[1].SetLen(len(q))
	m := syscall.Msghdr{Iov: &parts[0], Iovlen: 2}
	for {
		n, _, errno := syscall.RawSyscall(syscall.SYS_SENDMSG, uintptr(fd), uintptr(unsafe.Pointer(&m)), syscall.MSG_NOSIGNAL)
		if errno != syscall.EINTR {
			return int(n), errno
		}
	}
}
