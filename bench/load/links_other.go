//go:build !linux

package load

import "net"

// askKernel does not know how to ask here.
func askKernel(net.Conn) (tcpInfo, bool) { return tcpInfo{}, false }
