package rfc6455

import (
	"strings"
	"time"

	"github.com/httpdlab/httpdlab/conformance/websocket"
)

const (
	closeAnswered  = "A Close MUST be answered with a Close, if none was sent before."
	nothingBehind  = "Nothing MUST be sent behind a Close."
	bodyOfTwo      = "A Close with a payload MUST begin it with a code of two octets."
	reasonIsUTF8   = "The reason of a Close MUST be UTF-8."
	codeComesBack  = "The Close in answer SHOULD have the code of the one that it answers."
	codeNotOnWire  = "Codes 0 to 999, 1004, 1005, 1006, 1015 and those that nobody has defined MUST NOT be in a Close."
	codeOutOfRange = "Codes above 4999 are outside of every range, so that a Close with one SHOULD fail the connection."
)

// closed makes the case of a closing handshake that must end well.
func closed(section, name, rule, number string, sending Step, codes ...int) Case {
	return Case{
		Section: section, Name: name, Alias: number, Rule: rule,
		Script: script(open, sending, closes(codes...)),
	}
}

// badClose makes the case of a Close that must not be answered as a good one.
func badClose(section, name, rule, number string, frame Frame, codes ...int) Case {
	return Case{
		Section: section, Name: name, Alias: number, Rule: rule, Neighbour: neighbour(open, send(closing(1000, "")), closes(1000, 1005)),
		Script: script(open, send(frame), fails(codes...)),
	}
}

// closeFrames are 7.1, 7.3 and 7.5 of Autobahn, and what a server sends itself.
var closeFrames = []Case{
	{
		Section: "5.5.1", Name: "close-after-a-message", Alias: "autobahn/7.1.1", Rule: closeAnswered,
		Script: script(open, echo(text(world)), send(closing(1000, "")), closes(1000, 1005)),
	},
	closed("5.5.1", "two-closes", nothingBehind, "autobahn/7.1.2", send(closing(1000, ""), websocket.EmptyClose()), 1000, 1005),
	closed("5.5.1", "close-and-ping", nothingBehind, "autobahn/7.1.3", send(closing(1000, ""), ping("")), 1000, 1005),
	closed("5.5.1", "close-and-text", nothingBehind, "autobahn/7.1.4", send(closing(1000, ""), text(world)), 1000, 1005),
	closed("5.5.1", "close-inside-a-message", closeAnswered, "autobahn/7.1.5", send(text(firstPart).NotFinal(), closing(1000, ""), cont(secondPart)), 1000, 1005),
	{
		Section: "5.5.1", Name: "close-behind-a-large-message", Alias: "autobahn/7.1.6", Rule: nothingBehind,
		Script: script(fits(256<<10), open, send(text(websocket.Letters(256<<10)), text(world), closing(1000, ""), ping("")), largeAndClose),
	},
	closed("5.5.1", "empty-close", closeAnswered, "autobahn/7.3.1", send(websocket.EmptyClose()), 1000, 1005),
	badClose("5.5.1", "close-of-one-octet", bodyOfTwo, "autobahn/7.3.2", websocket.Op(websocket.OpClose, "a"), 1002),
	closed("5.5.1", "close-with-code", closeAnswered, "autobahn/7.3.3", send(closing(1000, "")), 1000, 1005),
	closed("5.5.1", "close-with-reason", closeAnswered, "autobahn/7.3.4", send(closing(1000, world)), 1000, 1005),
	closed("5.5.1", "close-with-reason-of-123-octets", closeAnswered, "autobahn/7.3.5", send(closing(1000, strings.Repeat("r", 123))), 1000, 1005),
	badClose("5.5.1", "close-with-reason-of-124-octets", notLong, "autobahn/7.3.6", closing(1000, strings.Repeat("r", 124)), 1002),
	badClose("5.5.1", "reason-that-is-no-utf-8", reasonIsUTF8, "autobahn/7.5.1", closing(1000, "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xed\xa0\x80edited"), 1007, 1002),
	badClose("5.5.1", "reason-cut-in-a-code-point", reasonIsUTF8, "", closing(1000, "bye \xe2\x82"), 1007, 1002),
	closed("5.5.1", "reason-of-41-code-points", closeAnswered, "", send(closing(1000, strings.Repeat("€", 41))), 1000, 1005),
	closed("5.5.1", "reason-with-bom", closeAnswered, "", send(closing(1000, "\ufeffbye")), 1000, 1005),
	{
		Section: "5.5.1", Name: "first-of-two-closes-counts", Rule: "One Close MUST be sent in answer to several, and it speaks of the first.",
		Script: script(open, send(closing(3001, "first"), closing(3002, "second")), closes(3001, 1000, 1005)),
	},
	closed("5.5.1", "close-text-ping-in-one-segment", nothingBehind, "", send(closing(1000, ""), text("x"), ping("y"), binary("z")), 1000, 1005),
	{
		Section: "5.5.1", Name: "data-behind-the-close-of-the-server", Rule: nothingBehind, Neighbour: greeted,
		Script: script(open, send(websocket.Op(3, "")), dataBehindClose),
	},
	serverFrames("5.5.1", "server-closes-in-form", "A Close of the server MUST be empty, or a code that may be sent and a reason in UTF-8.", websocket.BadClose),
	serverFrames("5.5.1", "server-sends-nothing-behind-close", nothingBehind, websocket.AfterClose),
}

// largeAndClose lets the server choose how much it answers before its Close; behind it nothing may come.
func largeAndClose(c *Conn) error {
	for count := 0; ; count++ {
		m, err := c.Next(4 * c.Answer)
		switch {
		case websocket.IsFinding(err):
			return err
		case err != nil || m.Op == websocket.OpClose:
			if c.Closed == nil {
				return broken("a Close in answer", "none")
			}
			return c.Fin()
		case m.Op == websocket.OpPong:
			return broken("no Pong for a Ping behind our Close", m.String())
		case count >= 2:
			return broken("at most two messages back", m.String())
		}
	}
}

// dataBehindClose provokes a Close and goes on sending: none of it may be answered, and the server ends the connection.
func dataBehindClose(c *Conn) error {
	c.CountsRefusal()
	if m, err := c.Next(c.Patience()); err != nil || m.Op != websocket.OpClose {
		return c.GradeEnd(m, err, 1002)
	}
	if err := c.WriteFrames(text("more"), ping("more"), closing(1002, "")); err != nil {
		return err
	}
	m, err := c.Next(c.Patience())
	switch {
	case err == nil:
		return broken("nothing behind the Close", m.String())
	case websocket.IsFinding(err):
		return err
	case c.Open():
		return broken("the server to end the connection", "still open after "+c.Patience().Round(time.Millisecond).String())
	}
	return nil
}
