//go:build !386 && !s390x

package load

func init() { socketClients = append(socketClients, false) }
