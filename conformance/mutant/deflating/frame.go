package deflating

import (
	"bufio"
	"encoding/binary"
	"io"
)

const (
	opContinuation = 0
	opText         = 1
	opBinary       = 2
	opClose        = 8
	opPing         = 9
	opPong         = 10
)

const (
	finBit  = 0x80
	rsv1Bit = 0x40
	rsvBits = 0x70
)

// frame is one frame, its payload unmasked.
type frame struct {
	first   byte // FIN, RSV1 to RSV3, opcode
	payload []byte
}

func (f frame) opcode() byte { return f.first & 15 }
func (f frame) fin() bool    { return f.first&finBit != 0 }

// readFrame reads a frame of a client. Its size is bounded by limit.
func readFrame(r *bufio.Reader, limit int) (f frame, problem int, err error) {
	var head [2]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return f, 0, err
	}
	f.first = head[0]
	size := uint64(head[1] & 0x7f)
	if size >= 126 {
		long := make([]byte, map[uint64]int{126: 2, 127: 8}[size])
		if _, err := io.ReadFull(r, long); err != nil {
			return f, 0, err
		}
		size = binary.BigEndian.Uint64(append(make([]byte, 8-len(long)), long...))
	}
	switch {
	case head[1]&0x80 == 0: // RFC 6455, 5.1
		return f, 1002, nil
	case size > uint64(limit):
		return f, 1009, nil
	}
	rest := make([]byte, 4+size)
	if _, err := io.ReadFull(r, rest); err != nil {
		return f, 0, err
	}
	f.payload = rest[4:]
	for i := range f.payload {
		f.payload[i] ^= rest[i%4]
	}
	return f, 0, nil
}

// appendFrame appends a frame of a server.
func appendFrame(b []byte, first byte, payload []byte) []byte {
	b = append(b, first)
	switch n := len(payload); {
	case n < 126:
		b = append(b, byte(n))
	case n < 1<<16:
		b = binary.BigEndian.AppendUint16(append(b, 126), uint16(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, 127), uint64(n))
	}
	return append(b, payload...)
}
