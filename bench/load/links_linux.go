package load

import (
	"net"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// askKernel reports what the kernel knows of a connection.
func askKernel(c net.Conn) (i tcpInfo, known bool) {
	sys, ok := c.(syscall.Conn)
	if !ok {
		return i, false
	}
	raw, err := sys.SyscallConn()
	if err != nil {
		return i, false
	}
	err = raw.Control(func(fd uintptr) {
		if told, err := unix.GetsockoptTCPInfo(int(fd), unix.IPPROTO_TCP, unix.TCP_INFO); err == nil {
			i, known = tcpInfoOf(told), true
		}
	})
	return i, known && err == nil
}

func tcpInfoOf(i *unix.TCPInfo) tcpInfo {
	return tcpInfo{retransmits: i.Total_retrans, rtt: time.Duration(i.Rtt) * time.Microsecond}
}
