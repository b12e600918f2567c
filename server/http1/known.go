package http1

import "math/bits"

// Known is a field name that the parsers recognise while they read.
type Known uint8

const (
	unknown Known = iota
	FieldHost
	FieldConnection
	FieldContentLength
	FieldTransferEncoding
	FieldUpgrade
	FieldExpect
	FieldWebSocketKey
	FieldWebSocketVersion
	FieldWebSocketProtocol
	FieldWebSocketExtensions
	FieldWebSocketAccept
	knownFields
)

var knownNames = [knownFields]string{
	FieldHost:                "host",
	FieldConnection:          "connection",
	FieldContentLength:       "content-length",
	FieldTransferEncoding:    "transfer-encoding",
	FieldUpgrade:             "upgrade",
	FieldExpect:              "expect",
	FieldWebSocketKey:        "sec-websocket-key",
	FieldWebSocketVersion:    "sec-websocket-version",
	FieldWebSocketProtocol:   "sec-websocket-protocol",
	FieldWebSocketExtensions: "sec-websocket-extensions",
	FieldWebSocketAccept:     "sec-websocket-accept",
}

// String returns the name in lower case.
func (k Known) String() string { return knownNames[k] }

// knownOf returns which known field name is, unknown if it is none.
func knownOf(name []byte) Known {
	for k := FieldHost; k < knownFields; k++ {
		if equalFold(name, knownNames[k]) {
			return k
		}
	}
	return unknown
}

// knownSet tells which known fields a head has, and where the first of each is.
type knownSet struct {
	seen     uint32 // bit k: field k occurs
	repeated uint32 // bit k: it occurs more than once
	first    [knownFields]uint8
}

func (s *knownSet) add(k Known, index int) {
	if k == unknown {
		return
	}
	bit := uint32(1) << k
	if s.seen&bit != 0 {
		s.repeated |= bit
		return
	}
	s.seen |= bit
	if index < 256 {
		s.first[k] = uint8(index)
	}
}

func (s *knownSet) each(yield func(Known) bool) {
	for m := s.seen; m != 0; m &= m - 1 {
		if !yield(Known(bits.TrailingZeros32(m))) {
			return
		}
	}
}
