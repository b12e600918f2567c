package rfc6455

import (
	"fmt"

	"github.com/httpdlab/httpdlab/conformance/websocket"
)

const (
	mustBeZero   = "Reserved bits MUST be 0 unless an extension defines them; the receiver fails the connection otherwise."
	unknownFails = "A frame with a reserved opcode MUST fail the connection."
	world        = "Hello, world!"
)

// offence makes the case of one offence behind valid messages, whose answers are due.
func offence(section, name, rule, number string, sending Step, due []Frame) Case {
	return Case{
		Section: section, Name: name, Alias: number, Rule: rule, Neighbour: greeted,
		Script: script(open, sending, failsAfter(due, 1002)),
	}
}

// reserved are chapter 3 of Autobahn, and every combination of bits and frames.
var reserved = []Case{
	offence("5.2", "rsv-1-on-text", mustBeZero, "autobahn/3.1", send(text(world).Reserved(1)), nil),
	offence("5.2", "rsv-2-behind-a-message", mustBeZero, "autobahn/3.2", send(text(world), text(world).Reserved(2), ping("")), []Frame{text(world)}),
	offence("5.2", "rsv-3-behind-a-message", mustBeZero, "autobahn/3.3", sendEach(text(world), text(world).Reserved(3), ping("")), []Frame{text(world)}),
	offence("5.2", "rsv-4-octet-by-octet", mustBeZero, "autobahn/3.4", chop(1, text(world), text(world).Reserved(4), ping("")), []Frame{text(world)}),
	offence("5.2", "rsv-5-on-binary", mustBeZero, "autobahn/3.5", send(binary("\x00\xff\xfe\xfd\xfc\xfb\x00\xff").Reserved(5)), nil),
	offence("5.2", "rsv-6-on-binary", mustBeZero, "autobahn/3.6", send(binary(world).Reserved(6)), nil),
	offence("5.2", "rsv-7-on-close", mustBeZero, "autobahn/3.7", send(websocket.EmptyClose().Reserved(7)), nil),
	table(Case{Section: "5.2", Name: "every-rsv-on-every-frame", Rule: mustBeZero, Neighbour: greeted}, everyRSV()...),
	serverFrames("5.2", "server-reserves-nothing", "A server MUST NOT set reserved bits that nothing negotiated.", websocket.ReservedBits),
	serverFrames("5.2", "server-knows-its-opcodes", "A server MUST NOT send a frame with a reserved opcode.", websocket.BadOpcode),
	serverFrames("5.2", "server-writes-minimal-lengths", "A server MUST write a length in as few octets as it needs, and never with its highest bit.", websocket.NotMinimal, websocket.HighBit),
}

// everyRSV is 42 frames: bits 1 to 7 on six kinds.
func everyRSV() (rows []websocket.Row) {
	for bits := byte(1); bits <= 7; bits++ {
		for _, f := range []Frame{text("hi"), binary("hi"), cont("hi"), ping("hi"), pong("hi"), closing(1000, "")} {
			steps := []Step{open}
			if f.Op == websocket.OpContinuation {
				steps = append(steps, send(text("a").NotFinal()))
			}
			rows = append(rows, websocket.Row{
				Name: fmt.Sprintf("%s RSV=%03b", f.Op, bits), Steps: append(steps, send(f.Reserved(bits)), fails(1002)),
			})
		}
	}
	return rows
}

const payload = "reserved opcode payload"

// opcodes are chapter 4 of Autobahn, and every reserved opcode in every place.
var opcodes = []Case{
	offence("5.2", "opcode-3", unknownFails, "autobahn/4.1.1", send(websocket.Op(3, "")), nil),
	offence("5.2", "opcode-4", unknownFails, "autobahn/4.1.2", send(websocket.Op(4, payload)), nil),
	offence("5.2", "opcode-5-behind-a-message", unknownFails, "autobahn/4.1.3", send(text(world), websocket.Op(5, ""), ping("")), []Frame{text(world)}),
	offence("5.2", "opcode-6-behind-a-message", unknownFails, "autobahn/4.1.4", send(text(world), websocket.Op(6, world), ping("")), []Frame{text(world)}),
	offence("5.2", "opcode-7-octet-by-octet", unknownFails, "autobahn/4.1.5", chop(1, text(world), websocket.Op(7, world), ping("")), []Frame{text(world)}),
	offence("5.2", "opcode-b", unknownFails, "autobahn/4.2.1", send(websocket.Op(11, "")), nil),
	offence("5.2", "opcode-c", unknownFails, "autobahn/4.2.2", send(websocket.Op(12, payload)), nil),
	offence("5.2", "opcode-d-behind-a-message", unknownFails, "autobahn/4.2.3", send(text(world), websocket.Op(13, ""), ping("")), []Frame{text(world)}),
	offence("5.2", "opcode-e-behind-a-message", unknownFails, "autobahn/4.2.4", send(text(world), websocket.Op(14, world), ping("")), []Frame{text(world)}),
	offence("5.2", "opcode-f-octet-by-octet", unknownFails, "autobahn/4.2.5", chop(1, text(world), websocket.Op(15, world), ping("")), []Frame{text(world)}),
	table(Case{Section: "5.2", Name: "every-reserved-opcode", Rule: unknownFails, Neighbour: greeted}, everyOpcode()...),
}

// everyOpcode is 40 frames: ten opcodes, final or not, alone or inside a message.
func everyOpcode() (rows []websocket.Row) {
	for _, op := range []websocket.Opcode{3, 4, 5, 6, 7, 11, 12, 13, 14, 15} {
		for place := range 4 {
			f, steps := websocket.Op(op, "x"), []Step{open}
			name := op.String()
			if place&1 != 0 {
				f, name = f.NotFinal(), name+" FIN=0"
			}
			after := []Frame{f}
			if place&2 != 0 {
				name += " inside a message"
				after = []Frame{text("a").NotFinal(), f, cont("b")}
			}
			rows = append(rows, websocket.Row{Name: name, Steps: append(steps, send(after...), fails(1002))})
		}
	}
	return rows
}
