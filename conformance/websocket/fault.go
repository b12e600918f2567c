package websocket

import (
	"fmt"
	"unicode/utf8"
)

// Fault is what a server does wrong in a frame of its own, whatever the case is about.
type Fault struct {
	Kind Kind
	What string // the frame, for people
}

// Kind names a rule for frames that a server sends.
type Kind string

// The kinds of faults, with the section of RFC 6455 that forbids each.
const (
	Masked       Kind = "a frame from the server is masked (RFC 6455, 5.1)"
	ReservedBits Kind = "a frame from the server has reserved bits set that nothing negotiated (RFC 6455, 5.2)"
	BadOpcode    Kind = "a frame from the server has a reserved opcode (RFC 6455, 5.2)"
	NotMinimal   Kind = "a frame from the server writes its length in more octets than needed (RFC 6455, 5.2)"
	HighBit      Kind = "a frame from the server sets the highest bit of its length (RFC 6455, 5.2)"
	LongControl  Kind = "a control frame from the server has more than 125 octets (RFC 6455, 5.5)"
	CutControl   Kind = "a control frame from the server is fragmented (RFC 6455, 5.5)"
	Unstarted    Kind = "a continuation from the server continues nothing (RFC 6455, 5.4)"
	Interrupted  Kind = "a message from the server begins inside another (RFC 6455, 5.4)"
	BadText      Kind = "a text message from the server is not UTF-8 (RFC 6455, 5.6)"
	BadClose     Kind = "a Close from the server has a payload that it must not have (RFC 6455, 5.5.1 and 7.4)"
	AfterClose   Kind = "a frame from the server follows its Close (RFC 6455, 5.5.1)"
	Torn         Kind = "the last frame from the server breaks off"
)

// Kinds lists every kind.
var Kinds = []Kind{
	Masked, ReservedBits, BadOpcode, NotMinimal, HighBit, LongControl, CutControl, Unstarted, Interrupted, BadText, BadClose, AfterClose, Torn,
}

func (f Fault) Error() string { return fmt.Sprintf("%s: %s", f.Kind, f.What) }

// faults judges one frame by itself; allowed is the reserved bits that an extension has negotiated.
func (f Frame) faults(allowed byte) (kinds []Kind) {
	add := func(bad bool, kind Kind) {
		if bad {
			kinds = append(kinds, kind)
		}
	}
	if f.Op == OpContinuation || f.Op.Control() {
		allowed &^= RSV1 // RFC 7692, 6: the bit stands on the first frame of a data message
	}
	add(!f.Bare, Masked)
	add(f.RSV&^allowed != 0, ReservedBits)
	add(!f.Op.Known(), BadOpcode)
	add(f.Form == In16Bits && f.Length < 126 || f.Form == In64Bits && f.Length <= 0xffff, NotMinimal)
	add(f.Length>>63 != 0, HighBit)
	add(f.Op.Control() && f.Length > 125, LongControl)
	add(f.Op.Control() && f.More, CutControl)
	add(f.Op == OpClose && !validClose(f.Payload), BadClose)
	return kinds
}

// validClose reports whether a server may send this payload of a Close.
func validClose(payload string) bool {
	if len(payload) < 2 {
		return payload == ""
	}
	code, reason := closeCode(payload)
	return Sendable(code) && utf8.ValidString(reason)
}

// Sendable reports whether a code may stand in a Close frame (RFC 6455, 7.4; 1012 to 1014 came to the registry later).
func Sendable(code int) bool {
	switch {
	case code >= 3000 && code <= 4999:
		return true
	case code < 1000 || code > 1014:
		return false
	}
	return code != 1004 && code != 1005 && code != 1006
}
