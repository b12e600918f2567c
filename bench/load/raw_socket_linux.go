//go:build !386 && !s390x

package load

import (
	"net"
	"net/netip"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The calls here never block and never tell Go's scheduler, which makes them
// cheap; only poller.wait blocks.

// sockaddr is an address as the kernel reads it.
type sockaddr struct {
	family int
	length uintptr
	raw    syscall.RawSockaddrInet6 // also large enough for IPv4
}

func sockaddrOf(a netip.AddrPort) (s sockaddr, err error) {
	port := [2]byte{byte(a.Port() >> 8), byte(a.Port())}
	if ip := a.Addr().Unmap(); ip.Is4() {
		s.family, s.length = syscall.AF_INET, syscall.SizeofSockaddrInet4
		v4 := (*syscall.RawSockaddrInet4)(unsafe.Pointer(&s.raw))
		v4.Family, v4.Addr = syscall.AF_INET, ip.As4()
		v4.Port = *(*uint16)(unsafe.Pointer(&port))
		return s, nil
	}
	s.family, s.length = syscall.AF_INET6, syscall.SizeofSockaddrInet6
	s.raw.Family, s.raw.Addr = syscall.AF_INET6, a.Addr().As16()
	s.raw.Port = *(*uint16)(unsafe.Pointer(&port))
	if zone := a.Addr().Zone(); zone != "" {
		on, err := net.InterfaceByName(zone)
		if err != nil {
			return s, err
		}
		s.raw.Scope_id = uint32(on.Index)
	}
	return s, nil
}

// dial returns a socket that is about to be connected.
func dial(to *sockaddr) (fd int, errno syscall.Errno) {
	n, _, errno := syscall.RawSyscall(syscall.SYS_SOCKET, uintptr(to.family),
		syscall.SOCK_STREAM|syscall.SOCK_NONBLOCK|syscall.SOCK_CLOEXEC, 0)
	if errno != 0 {
		return -1, errno
	}
	one := int32(1)
	syscall.RawSyscall6(syscall.SYS_SETSOCKOPT, n, syscall.IPPROTO_TCP, syscall.TCP_NODELAY,
		uintptr(unsafe.Pointer(&one)), unsafe.Sizeof(one), 0)
	_, _, errno = syscall.RawSyscall(syscall.SYS_CONNECT, n, uintptr(unsafe.Pointer(&to.raw)), to.length)
	if errno != 0 && errno != syscall.EINPROGRESS && errno != syscall.EINTR {
		hangUp(int(n))
		return -1, errno
	}
	return int(n), 0
}

// connected returns how the attempt to connect ended, 0 if well.
func connected(fd int) syscall.Errno {
	failure, size := int32(0), uint32(4)
	_, _, errno := syscall.RawSyscall6(syscall.SYS_GETSOCKOPT, uintptr(fd), syscall.SOL_SOCKET, syscall.SO_ERROR,
		uintptr(unsafe.Pointer(&failure)), uintptr(unsafe.Pointer(&size)), 0)
	if errno != 0 {
		return errno
	}
	return syscall.Errno(failure)
}

// askSocket reports what the kernel knows of a connection.
func askSocket(fd int) (tcpInfo, bool) {
	var i unix.TCPInfo
	size := uint32(unsafe.Sizeof(i))
	_, _, errno := syscall.RawSyscall6(syscall.SYS_GETSOCKOPT, uintptr(fd), syscall.IPPROTO_TCP, syscall.TCP_INFO,
		uintptr(unsafe.Pointer(&i)), uintptr(unsafe.Pointer(&size)), 0)
	return tcpInfoOf(&i), errno == 0
}

func receive(fd int, b []byte) (int, syscall.Errno) {
	n, _, errno := syscall.RawSyscall6(syscall.SYS_RECVFROM, uintptr(fd),
		uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(len(b)), 0, 0, 0)
	return int(n), errno
}

// skip takes up to n bytes out of the socket without copying them.
func skip(fd, n int) (int, syscall.Errno) {
	got, _, errno := syscall.RawSyscall6(syscall.SYS_RECVFROM, uintptr(fd), 0, uintptr(n), syscall.MSG_TRUNC, 0, 0)
	return int(got), errno
}

func transmit(fd int, b []byte) (int, syscall.Errno) {
	n, _, errno := syscall.RawSyscall6(syscall.SYS_SENDTO, uintptr(fd),
		uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(len(b)), syscall.MSG_NOSIGNAL, 0, 0)
	return int(n), errno
}

// finish says that nothing more will be sent.
func finish(fd int) { syscall.RawSyscall(syscall.SYS_SHUTDOWN, uintptr(fd), syscall.SHUT_WR, 0) }

func hangUp(fd int) { syscall.RawSyscall(syscall.SYS_CLOSE, uintptr(fd), 0, 0) }

const (
	edgeTriggered = 1 << 31 // EPOLLET, which package syscall has as a negative number
	epollPwait2   = 441     // since Linux 5.11, the same on every architecture that is younger than MIPS
	setTimerSlack = 29      // PR_SET_TIMERSLACK
)

// poller is one epoll instance, with an eventfd that ends its wait.
type poller struct {
	fd, wakeFD int
	coarse     bool // the kernel waits in milliseconds only
}

func newPoller() (p poller, err error) {
	if p.fd, err = syscall.EpollCreate1(syscall.EPOLL_CLOEXEC); err != nil {
		return p, err
	}
	n, _, errno := syscall.RawSyscall(syscall.SYS_EVENTFD2, 0, syscall.O_NONBLOCK|syscall.O_CLOEXEC, 0)
	if errno != 0 {
		syscall.Close(p.fd)
		return p, errno
	}
	p.wakeFD = int(n)
	if errno := p.watch(p.wakeFD, wakeEvent, 0, syscall.EPOLLIN|edgeTriggered); errno != 0 {
		p.close()
		return p, errno
	}
	return p, nil
}

func (p *poller) close() {
	syscall.Close(p.wakeFD)
	syscall.Close(p.fd)
}

// watch makes events of fd come back with an index and a generation.
func (p *poller) watch(fd int, index, generation int32, events uint32) syscall.Errno {
	ev := syscall.EpollEvent{Events: events, Fd: index, Pad: generation}
	_, _, errno := syscall.RawSyscall6(syscall.SYS_EPOLL_CTL, uintptr(p.fd), syscall.EPOLL_CTL_ADD, uintptr(fd),
		uintptr(unsafe.Pointer(&ev)), 0, 0)
	return errno
}

// wake ends the current or the next wait, from any goroutine.
func (p *poller) wake() {
	one := uint64(1)
	syscall.RawSyscall(syscall.SYS_WRITE, uintptr(p.wakeFD), uintptr(unsafe.Pointer(&one)), 8)
}

// poll fills events with what is ready and does not block.
func (p *poller) poll(events []syscall.EpollEvent) int {
	n, _, errno := syscall.RawSyscall6(syscall.SYS_EPOLL_PWAIT, uintptr(p.fd),
		uintptr(unsafe.Pointer(unsafe.SliceData(events))), uintptr(len(events)), 0, 0, 0)
	if errno != 0 {
		return 0
	}
	return int(n)
}

// wait is poll that blocks for up to d. Where the kernel counts in milliseconds
// it does not wait beyond d, so the last one is spent asking.
func (p *poller) wait(events []syscall.EpollEvent, d time.Duration) int {
	if !p.coarse {
		t := [2]int64{int64(d / time.Second), int64(d % time.Second)}
		n, _, errno := syscall.Syscall6(epollPwait2, uintptr(p.fd),
			uintptr(unsafe.Pointer(unsafe.SliceData(events))), uintptr(len(events)), uintptr(unsafe.Pointer(&t)), 0, 0)
		if errno == 0 {
			return int(n)
		}
		p.coarse = errno != syscall.EINTR
		return 0
	}
	n, err := syscall.EpollWait(p.fd, events, int(d/time.Millisecond))
	if err != nil {
		return 0
	}
	return n
}

// sharpenTimers makes this thread's waits end within microseconds of their time;
// the kernel's default is 50 late.
func sharpenTimers() {
	syscall.RawSyscall(syscall.SYS_PRCTL, setTimerSlack, 1, 0)
}
