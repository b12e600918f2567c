//go:build !amd64 || purego

package websocket

func maskVector([]byte, uint32) int { return 0 }

func utf8Vector([]byte) int { return 0 }
