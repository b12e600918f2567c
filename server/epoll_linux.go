package server

import (
	"syscall"
	"unsafe"
)

// epollET is EPOLLET, which package syscall has as a negative number.
const epollET = 1 << 31

// epoll is one epoll instance, with an eventfd to end its wait from another goroutine.
type epoll struct{ fd, wakeFD int }

func newEpoll() (e epoll, err error) {
	if e.fd, err = syscall.EpollCreate1(syscall.EPOLL_CLOEXEC); err != nil {
		return e, err
	}
	n, _, errno := syscall.RawSyscall(syscall.SYS_EVENTFD2, 0, syscall.O_NONBLOCK|syscall.O_CLOEXEC, 0)
	if errno != 0 {
		syscall.Close(e.fd)
		return e, errno
	}
	e.wakeFD = int(n)
	return e, e.add(e.wakeFD, 0, syscall.EPOLLIN|epollET)
}

func (e epoll) close() {
	syscall.Close(e.wakeFD)
	syscall.Close(e.fd)
}

// add watches fd; its events come back with the same generation.
func (e epoll) add(fd int, generation int32, events uint32) error {
	ev := syscall.EpollEvent{Events: events, Fd: int32(fd), Pad: generation}
	_, _, errno := syscall.RawSyscall6(syscall.SYS_EPOLL_CTL, uintptr(e.fd), syscall.EPOLL_CTL_ADD, uintptr(fd),
		uintptr(unsafe.Pointer(&ev)), 0, 0)
	if errno != 0 {
		return errno
	}
	return nil
}

func (e epoll) remove(fd int) {
	syscall.RawSyscall6(syscall.SYS_EPOLL_CTL, uintptr(e.fd), syscall.EPOLL_CTL_DEL, uintptr(fd), 0, 0, 0)
}

// wake ends the current or the next wait.
func (e epoll) wake() {
	one := uint64(1)
	syscall.RawSyscall(syscall.SYS_WRITE, uintptr(e.wakeFD), uintptr(unsafe.Pointer(&one)), 8)
}

// poll fills events with what is ready and never blocks.
func (e epoll) poll(events []syscall.EpollEvent) int {
	n, _, errno := syscall.RawSyscall6(syscall.SYS_EPOLL_PWAIT, uintptr(e.fd),
		uintptr(unsafe.Pointer(unsafe.SliceData(events))), uintptr(len(events)), 0, 0, 0)
	if errno != 0 {
		return 0
	}
	return int(n)
}

// wait blocks, with the scheduler's knowledge, for at most timeout milliseconds; -1 is for ever.
func (e epoll) wait(events []syscall.EpollEvent, timeout int) int {
	n, err := syscall.EpollWait(e.fd, events, timeout)
	if err != nil {
		return 0
	}
	return n
}
