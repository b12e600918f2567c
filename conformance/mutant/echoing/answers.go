package echoing

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/httpdlab/httpdlab/conformance/websocket"
)

// answer does what a frame asks for.
func (x *session) answer(f websocket.Frame) error {
	switch {
	case !f.Op.Known():
		return nil // a mutant that tolerates it passes over it
	case f.Op == websocket.OpPing:
		return x.pong(f)
	case f.Op == websocket.OpPong:
		if x.is("answers pongs") {
			return x.send(websocket.Text("pong?"))
		}
		return nil
	case f.Op == websocket.OpClose:
		return x.close(f)
	}
	return x.data(f)
}

func (x *session) pong(f websocket.Frame) error {
	pong := websocket.Pong(f.Payload)
	x.count++
	switch {
	case x.is("answers no pings"), x.is("answers every second ping") && x.count%2 == 0 && len(x.in) > 0:
		return nil
	case x.is("answers empty pings only") && f.Payload != "", x.is("answers no empty pings") && f.Payload == "":
		return nil
	case x.is("keeps pongs until the message is whole") && x.begun:
		x.delayed = append(x.delayed, pong)
		return nil
	case x.is("sends pongs in reverse"):
		x.delayed = append([]websocket.Frame{pong}, x.delayed...)
		if len(x.in) > 0 {
			return nil
		}
		return x.flush()
	case x.is("loses memory with each ping"):
		x.taken.Add(1 << 20)
	}
	return x.send(pong)
}

func (x *session) flush() error {
	for _, f := range x.delayed {
		if err := x.send(f); err != nil {
			return err
		}
	}
	x.delayed = nil
	return nil
}

// close answers a Close.
func (x *session) close(f websocket.Frame) error {
	if bad := x.judgeClose(f.Payload); bad != nil {
		return bad
	}
	reply := websocket.EmptyClose()
	if len(f.Payload) >= 2 {
		reply.Payload = f.Payload[:2]
	}
	switch {
	case x.is("answers no Close"):
		return nil
	case x.is("ends TCP without answering a Close"):
		x.closed = true
		return nil
	case x.is("answers Close with a code of its own"):
		reply = websocket.Close(1011, "")
	case x.is("answers every Close with 1000"):
		reply = websocket.Close(1000, "")
	case x.is("answers an empty Close with 1005") && f.Payload == "":
		reply = websocket.Close(1005, "")
	case x.is("answers with the last of several Closes") && len(x.in) > 7:
		reply = websocket.Close(3002, "")
	case x.is("answers Close with a reason that is no text"):
		reply.Payload = "\x03\xe8\xff"
	case x.is("gives up on a Close inside a message") && x.begun:
		return nil
	}
	if err := x.send(reply); err != nil {
		return err
	}
	x.closed = true
	if x.is("answers behind its Close") {
		for {
			f, err := x.next()
			if err != nil || x.answer(f) != nil {
				return nil
			}
		}
	}
	return nil
}

func (x *session) judgeClose(payload string) error {
	if len(payload) == 0 {
		return nil
	}
	if len(payload) == 1 {
		return x.complain(1002, "close of one octet")
	}
	code := int(payload[0])<<8 | int(payload[1])
	switch {
	case !utf8.ValidString(payload[2:]) && x.Tolerate != "reason":
		return &offence{1007, "reason"}
	case code > 4999:
		return x.complain(1002, "code above 4999")
	case (code == 1004 || code == 1005 || code == 1006 || code == 1015) && x.Tolerate == "codes for nobody":
		return nil
	case !websocket.Sendable(code):
		return x.complain(1002, "code that nobody defined")
	}
	return nil
}

func (x *session) complain(code int, why string) error {
	if x.Tolerate == why {
		return nil
	}
	return &offence{code, why}
}

// data adds a fragment to its message and sends the message back when it is whole.
func (x *session) data(f websocket.Frame) error {
	if f.Op != websocket.OpContinuation {
		x.open = f.Op
		if x.Tolerate != "interrupted" || !x.begun {
			x.message, x.parts, x.valid = nil, 0, 0
		}
	}
	x.begun = f.More
	x.message = append(x.message, f.Payload...)
	x.parts++
	if x.open == websocket.OpText && x.Tolerate != "text" && !x.is("judges text at the end of the message") {
		if !prefixOfText(x.message[x.valid:]) && !x.tolerant(string(x.message)) || x.is("judges every fragment as a text") && !utf8.ValidString(f.Payload) {
			return &offence{1007, "text"}
		}
	}
	if f.More {
		x.valid = max(x.valid, len(x.message)-utf8.UTFMax)
		for x.valid > 0 && !utf8.RuneStart(x.message[x.valid]) {
			x.valid--
		}
		return nil
	}
	return x.echo(string(x.message))
}

// tolerant mutants take some text that is none.
func (x *session) tolerant(s string) bool {
	switch x.Tolerate {
	case "text":
		return true
	case "surrogates":
		return strings.Contains(s, "\xed")
	case "overlong text":
		return strings.ContainsAny(s, "\xc0") || strings.Contains(s, "\xe0\x80") || strings.Contains(s, "\xf0\x80")
	case "text above U+10FFFF":
		return strings.Contains(s, "\xf4\x90")
	}
	return false
}

func (x *session) echo(message string) error {
	if x.open == websocket.OpText && !utf8.ValidString(message) && !x.tolerant(message) && x.Tolerate != "cut text" {
		return &offence{1007, "text"}
	}
	op := x.open
	x.count++
	switch {
	case x.is("answers text as binary"):
		op = websocket.OpBinary
	case x.is("answers binary as text") && utf8.ValidString(message):
		op = websocket.OpText
	case x.is("forgets every fiftieth message") && x.count%50 == 0:
		return nil
	case x.is("ignores messages above 700 octets") && len(message) > 700:
		return nil
	case x.is("answers twice"):
		_ = x.send(websocket.Op(op, message))
	case x.is("loses memory with each message"):
		x.taken.Add(16 << 20)
	}
	if x.Echo != nil {
		message = x.Echo(message)
	}
	f := websocket.Op(op, message)
	var err error
	switch {
	case x.is("tears its frames for pongs") && len(x.in) > 0 && len(message) > 1:
		b := f.Unmasked().Append(nil)
		_ = x.write(b[:len(b)/2])
		if next, bad := x.next(); bad == nil && next.Op == websocket.OpPing {
			_ = x.pong(next)
		}
		err = x.write(b[len(b)/2:])
	case x.is("sends messages inside messages") && len(message) > 100:
		_ = x.send(websocket.Op(op, message[:1]).NotFinal())
		_ = x.send(websocket.Op(op, message[1:2]).NotFinal())
		err = x.send(websocket.Cont(message[2:]))
	case x.is("sends orphans") && op == websocket.OpBinary:
		err = x.send(websocket.Cont(message))
	default:
		err = x.send(f)
	}
	if flushed := x.flush(); err == nil {
		err = flushed
	}
	return err
}

// send writes a frame of the server.
func (x *session) send(f websocket.Frame) error {
	f = f.Unmasked()
	if x.Reply != nil {
		x.Reply(&f)
	}
	out := f.Append(nil)
	if x.Wire != nil {
		out = x.Wire(out)
	}
	if err := x.write(out); err != nil {
		return fmt.Errorf("send: %w", err)
	}
	return nil
}
