package websocket

import (
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/httpdlab/httpdlab/conformance/check"
)

// Opcode says what a frame is (RFC 6455, 11.8). Those without a name are reserved.
type Opcode byte

// The opcodes that RFC 6455 defines.
const (
	OpContinuation Opcode = 0x0
	OpText         Opcode = 0x1
	OpBinary       Opcode = 0x2
	OpClose        Opcode = 0x8
	OpPing         Opcode = 0x9
	OpPong         Opcode = 0xa
)

var opcodeName = map[Opcode]string{
	OpContinuation: "CONT", OpText: "TEXT", OpBinary: "BINARY", OpClose: "CLOSE", OpPing: "PING", OpPong: "PONG",
}

// String is the name of the opcode, or OP and its number in hex.
func (o Opcode) String() string {
	if name, ok := opcodeName[o]; ok {
		return name
	}
	return fmt.Sprintf("OP%X", byte(o))
}

// Control reports whether the opcode is one of a control frame.
func (o Opcode) Control() bool { return o&8 != 0 }

// Known reports whether RFC 6455 defines the opcode.
func (o Opcode) Known() bool { return opcodeName[o] != "" }

// The reserved bits, as a number of three bits.
const (
	RSV1 = 4
	RSV2 = 2
	RSV3 = 1
)

// Form is the way in which the length of a payload is written (RFC 6455, 5.2).
type Form byte

// Forms of the length: Shortest chooses by the length, the others are as wide as they say.
const (
	Shortest Form = 0
	In16Bits Form = 126
	In64Bits Form = 127
)

// DefaultKey masks what a case does not mask otherwise.
const DefaultKey uint32 = 0x37fa213d

// Frame is one frame with all that can be right or wrong about it. A frame to send is masked unless it is Bare.
type Frame struct {
	Op      Opcode
	Payload string // before it is masked
	More    bool   // FIN is 0
	RSV     byte   // [0..7], RSV1 is 4
	Bare    bool   // sent without a mask
	Key     uint32
	Form    Form
	Length  uint64 // what the header says; of a frame to send 0 stands for the truth
}

// Frames of a client, final and masked.

// Text is a text frame.
func Text(payload string) Frame { return Op(OpText, payload) }

// Binary is a binary frame.
func Binary(payload string) Frame { return Op(OpBinary, payload) }

// Cont is a continuation frame.
func Cont(payload string) Frame { return Op(OpContinuation, payload) }

// Ping is a ping frame.
func Ping(payload string) Frame { return Op(OpPing, payload) }

// Pong is a pong frame.
func Pong(payload string) Frame { return Op(OpPong, payload) }

// Close is a close frame with a code [0..65535] and a reason.
func Close(code int, reason string) Frame {
	return Op(OpClose, string([]byte{byte(code >> 8), byte(code)})+reason)
}

// EmptyClose is a close frame without a payload.
func EmptyClose() Frame { return Op(OpClose, "") }

// Op is a frame of any opcode [0..15].
func Op(o Opcode, payload string) Frame { return Frame{Op: o, Payload: payload, Key: DefaultKey} }

// NotFinal clears FIN: more fragments follow.
func (f Frame) NotFinal() Frame { f.More = true; return f }

// Reserved sets the reserved bits, RSV1 is 4.
func (f Frame) Reserved(bits byte) Frame { f.RSV = bits; return f }

// Unmasked leaves the mask out.
func (f Frame) Unmasked() Frame { f.Bare = true; return f }

// MaskedBy masks with this key.
func (f Frame) MaskedBy(key uint32) Frame { f.Key = key; return f }

// Written writes the length in this form, minimal or not.
func (f Frame) Written(form Form) Frame { f.Form = form; return f }

// Claiming says another length in the header than the payload has.
func (f Frame) Claiming(n uint64) Frame { f.Length = n; return f }

// HeaderOnly keeps the payload back, after the header has announced it.
func (f Frame) HeaderOnly() Frame { f.Length, f.Payload = uint64(len(f.Payload)), ""; return f }

// Append writes the frame behind b as it goes over the wire.
func (f Frame) Append(b []byte) []byte {
	length := f.Length
	if length == 0 {
		length = uint64(len(f.Payload))
	}
	first := f.RSV<<4 | byte(f.Op)
	if !f.More {
		first |= 0x80
	}
	b = appendLength(append(b, first), length, f.Form, f.Bare)
	if f.Bare {
		return append(b, f.Payload...)
	}
	b = binary.BigEndian.AppendUint32(b, f.Key)
	start := len(b)
	b = append(b, f.Payload...)
	mask(b[start:], f.Key)
	return b
}

func appendLength(b []byte, length uint64, form Form, bare bool) []byte {
	masked := byte(0x80)
	if bare {
		masked = 0
	}
	switch {
	case form == In64Bits || form == Shortest && length > 0xffff:
		return binary.BigEndian.AppendUint64(append(b, masked|127), length)
	case form == In16Bits || form == Shortest && length > 125:
		return binary.BigEndian.AppendUint16(append(b, masked|126), uint16(length))
	}
	return append(b, masked|byte(length))
}

// mask applies a key to a payload (RFC 6455, 5.3).
func mask(b []byte, key uint32) {
	k := [4]byte{byte(key >> 24), byte(key >> 16), byte(key >> 8), byte(key)}
	for i := range b {
		b[i] ^= k[i&3]
	}
}

// Octets is the frames as they go over the wire.
func Octets(frames ...Frame) (b []byte) {
	for _, f := range frames {
		b = f.Append(b)
	}
	return b
}

// shown is how many octets of a payload stand in a line of the transcript.
const shown = 48

// String describes the frame on one line.
func (f Frame) String() string {
	var b strings.Builder
	b.WriteString(f.Op.String())
	if f.More {
		b.WriteString(" FIN=0")
	}
	if f.RSV != 0 {
		fmt.Fprintf(&b, " RSV=%03b", f.RSV)
	}
	if f.Bare {
		b.WriteString(" unmasked")
	}
	if f.Form != Shortest {
		fmt.Fprintf(&b, " length in %d bits", map[Form]int{In16Bits: 16, In64Bits: 64}[f.Form])
	}
	if f.Length != 0 && f.Length != uint64(len(f.Payload)) {
		fmt.Fprintf(&b, " claiming %d octets", f.Length)
	}
	if f.Op == OpClose && len(f.Payload) >= 2 {
		code, reason := closeCode(f.Payload)
		fmt.Fprintf(&b, " %d", code)
		if reason != "" {
			fmt.Fprintf(&b, ", %d octets %q", len(reason), brief(reason))
		}
		return b.String()
	}
	fmt.Fprintf(&b, ", %d octets", len(f.Payload))
	if f.Payload != "" {
		fmt.Fprintf(&b, " %s", brief(f.Payload))
	}
	return b.String()
}

func closeCode(payload string) (code int, reason string) {
	return int(payload[0])<<8 | int(payload[1]), payload[2:]
}

// brief shows the start of a payload.
func brief(payload string) string {
	if len(payload) > shown {
		return check.Escape([]byte(payload[:shown])) + "…"
	}
	return check.Escape([]byte(payload))
}
