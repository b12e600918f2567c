package websocket

import (
	"strings"
	"unicode/utf8"
)

// Close codes of RFC 6455, 7.4.1 and of the IANA registry.
const (
	NormalClosure       = 1000
	GoingAway           = 1001
	ProtocolError       = 1002
	UnsupportedData     = 1003
	NoStatus            = 1005 // never sent: a Close without a code was received
	AbnormalClosure     = 1006 // never sent: the connection ended without Close
	InvalidPayload      = 1007
	PolicyViolation     = 1008
	MessageTooBig       = 1009
	MandatoryExtension  = 1010
	InternalError       = 1011
	ServiceRestart      = 1012
	TryAgainLater       = 1013
	BadGateway          = 1014
	firstLibraryCode    = 3000
	lastApplicationCode = 4999
)

// SendableCode reports whether a Close frame may carry code.
func SendableCode(code int) bool {
	switch {
	case code >= NormalClosure && code <= UnsupportedData:
		return true
	// RFC 6455, 7.4.1: 1004 is reserved, 1005, 1006 and 1015 are never sent.
	// 1012 to 1014 were registered later.
	case code >= InvalidPayload && code <= BadGateway:
		return true
	}
	// RFC 6455, 7.4.2: up to 2999 is the protocol's, from 3000 on the
	// libraries' and applications'.
	return code >= firstLibraryCode && code <= lastApplicationCode
}

// ParseClose takes the payload of a Close frame apart. The code is NoStatus if
// there is none; the reason is a part of payload.
func ParseClose(payload []byte) (code int, reason []byte, err Error) {
	switch len(payload) {
	case 0:
		return NoStatus, nil, 0
	case 1: // RFC 6455, 5.5.1: if there is a body, it starts with two bytes of code.
		return ProtocolError, nil, ErrCloseLength
	}
	code, reason = int(payload[0])<<8|int(payload[1]), payload[2:]
	if !SendableCode(code) {
		return ProtocolError, nil, ErrCloseCode
	}
	// RFC 6455, 5.5.1: the reason is UTF-8.
	if !ValidText(reason) {
		return InvalidPayload, nil, ErrUTF8
	}
	return code, reason, 0
}

// AppendClose appends a server's Close frame. A code that must not be sent,
// NoStatus among them, makes a Close without payload. A reason is cut at
// MaxReason bytes, never inside a character, and where it is not UTF-8.
func AppendClose(dst []byte, code int, reason string) []byte {
	var payload [MaxControl]byte
	return AppendFrame(dst, Close, appendClosePayload(payload[:0], code, reason))
}

// AppendMaskedClose is AppendClose for a client; key as in AppendMaskedFrame.
func AppendMaskedClose(dst []byte, key uint32, code int, reason string) []byte {
	var payload [MaxControl]byte
	return AppendMaskedFrame(dst, Close, key, appendClosePayload(payload[:0], code, reason))
}

func appendClosePayload(dst []byte, code int, reason string) []byte {
	if !SendableCode(code) {
		return dst
	}
	if len(reason) > MaxReason {
		cut := MaxReason
		for cut > 0 && reason[cut]&0xc0 == 0x80 {
			cut--
		}
		reason = reason[:cut]
	}
	// RFC 6455, 5.5.1: the reason is UTF-8.
	for i, c := range reason {
		if c == utf8.RuneError && !strings.HasPrefix(reason[i:], string(utf8.RuneError)) {
			reason = reason[:i]
			break
		}
	}
	dst = append(dst, byte(code>>8), byte(code))
	return append(dst, reason...)
}
