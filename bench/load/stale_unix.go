//go:build unix

package load

import (
	"crypto/tls"
	"net"
	"syscall"
)

// closedByPeer reports whether the peer has closed an idle connection, or sent
// what nobody asked for. A server may close an idle connection at any time
// (RFC 9112, 9.5), so sending on one and counting the failure would blame it
// for what it is allowed to do.
func closedByPeer(c net.Conn) bool {
	_, isTLS := c.(*tls.Conn)
	sys, ok := socket(c).(syscall.Conn)
	if !ok {
		return false
	}
	raw, err := sys.SyscallConn()
	if err != nil {
		return true
	}
	closed := false
	err = raw.Read(func(fd uintptr) bool {
		var b [1]byte
		n, _, err := syscall.Recvfrom(int(fd), b[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		switch {
		case err == syscall.EAGAIN || err == syscall.EINTR:
		case err != nil || n == 0:
			closed = true
		default:
			closed = !isTLS // TLS may deliver a session ticket at leisure
		}
		return true
	})
	return closed || err != nil
}
