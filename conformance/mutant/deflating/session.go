package deflating

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"net"
	"unicode/utf8"

	"github.com/httpdlab/httpdlab/conformance/inflate"
)

// session is one connection behind its handshake.
type session struct {
	*Server
	agreement
	conn net.Conn
	in   *bufio.Reader
	out  inflate.Deflater

	context []byte // what messages of the client may refer to
	message
}

// message is what has come of a message yet.
type message struct {
	opcode     byte // 0: none is open
	compressed bool
	payload    []byte
}

// gone says that the connection has ended, or shall end, without a Close.
const gone = -1

// run echoes until the connection ends, and returns the code to close with: 0 if the client closed first.
func (x *session) run() (code int) {
	for {
		f, problem, err := readFrame(x.in, x.Limit)
		switch {
		case err != nil:
			return gone
		case problem != 0:
			return problem
		case f.opcode() >= opClose:
			code = x.control(f)
		default:
			code = x.data(f)
		}
		switch code {
		case goOn:
		case 0:
			return 0
		default:
			return code
		}
	}
}

// goOn is no code.
const goOn = -2

// fail ends the connection with a Close.
func (x *session) fail(code int) {
	switch {
	case code == gone, x.is("drops the connection instead of closing"):
		return
	case x.is("stays open after an offence"):
		if again := x.run(); again != 0 {
			x.fail(again)
		}
		return
	case x.is("dies of an offence"):
		x.Close()
		return
	case x.is("closes with 1000 after an offence"):
		code = 1000
	case x.is("closes with 1002 whatever it was"):
		code = 1002
	case x.is("closes with 1011 whatever it was"):
		code = 1011
	}
	x.write(appendFrame(nil, finBit|opClose, binary.BigEndian.AppendUint16(nil, uint16(code))))
	linger(x.conn)
}

func (x *session) write(b []byte) { _, _ = x.conn.Write(b) }

// control answers Ping and Close.
func (x *session) control(f frame) (code int) {
	name := map[byte]string{opClose: "Close", opPing: "Ping", opPong: "Pong"}[f.opcode()]
	rsv1 := f.first&rsvBits == rsv1Bit && x.on && x.is("takes RSV1 on "+name)
	switch {
	case f.first&rsvBits != 0 && !rsv1, !f.fin(), len(f.payload) > 125, name == "":
		return 1002
	case f.opcode() == opPing:
		first := byte(finBit | opPong)
		if x.is("sets RSV1 on Pong") && x.on {
			first |= rsv1Bit
		}
		if x.is("forgets the context at a Ping") {
			x.context = nil
		}
		if x.is("loses a compressed message at a Ping") && x.compressed {
			x.message = message{}
		}
		x.write(appendFrame(nil, first, f.payload))
	case f.opcode() == opClose:
		first := byte(finBit | opClose)
		if x.is("sets RSV1 on Close") && x.on {
			first |= rsv1Bit
		}
		x.write(appendFrame(nil, first, f.payload))
		linger(x.conn)
		return 0
	}
	return goOn
}

// data takes a frame of a message, and echoes the message at its end.
func (x *session) data(f frame) (code int) {
	if code := x.reserved(f); code != goOn {
		return code
	}
	if f.opcode() != opContinuation {
		x.message = message{opcode: f.opcode(), compressed: f.first&rsv1Bit != 0 && x.on}
	} else if x.is("looks at RSV1 of the last frame") {
		x.compressed = f.first&rsv1Bit != 0
	}
	x.payload = append(x.payload, f.payload...)
	if len(x.payload) > x.Limit {
		return 1009
	}
	if !f.fin() {
		return goOn
	}
	m := x.message
	x.message = message{}
	return x.finish(m)
}

// reserved judges the first octet of a data frame.
func (x *session) reserved(f frame) (code int) {
	rsv1, others := f.first&rsv1Bit != 0, f.first&rsvBits&^rsv1Bit != 0
	first := f.opcode() == opText || f.opcode() == opBinary
	switch {
	case f.opcode() > opBinary,
		first == (x.opcode != 0),
		others && !x.is("takes RSV2 and RSV3"),
		rsv1 && !x.on && !x.is("takes RSV1 without having agreed"),
		rsv1 && !first && !x.is("takes RSV1 on continuations"):
		return 1002 // RFC 6455, 5.2; RFC 7692, 6
	case x.is("refuses empty fragments") && len(f.payload) == 0 && (!first || !f.fin()),
		x.is("refuses fragments of compressed messages") && rsv1 && !f.fin(),
		x.is("refuses uncompressed messages") && x.on && first && !rsv1:
		return 1002
	}
	return goOn
}

// finish echoes a whole message.
func (x *session) finish(m message) (code int) {
	data := m.payload
	if m.compressed && x.is("echoes the octets as they came") {
		x.echo(m.opcode, m.payload)
		return goOn
	}
	if m.compressed && !x.is("does not inflate") {
		if data, code = x.inflate(m.payload); code != 0 {
			return code
		}
	} else if x.is("puts uncompressed messages into the context") {
		x.remember(data)
	}
	unchecked := x.is("checks UTF-8 of compressed texts never") && m.compressed
	if m.opcode == opText && !utf8.Valid(data) && !unchecked { // RFC 6455, 8.1
		return 1007
	}
	x.echo(m.opcode, data)
	return goOn
}

// remember keeps what later messages may refer to.
func (x *session) remember(data []byte) {
	x.context = append(x.context, data...)
	x.context = bytes.Clone(x.context[max(0, len(x.context)-inflate.MaxWindow):])
	if x.is("inflates with a narrow window") {
		x.context = x.context[max(0, len(x.context)-256):]
	}
	if x.clientAlone || x.is("forgets the context of the client") {
		x.context = nil
	}
}
