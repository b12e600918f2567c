package rfc6455

import (
	"github.com/httpdlab/httpdlab/conformance/websocket"
)

const (
	notFragmented = "A control frame MUST NOT be fragmented."
	notLong       = "A control frame MUST NOT have more than 125 octets."
)

// badControl makes the case of a control frame that no receiver may take.
func badControl(name, rule, number string, valid Step, frames ...Frame) Case {
	return Case{
		Section: "5.5", Name: name, Alias: number, Rule: rule, Neighbour: neighbour(open, valid),
		Script: script(open, send(frames...), fails(1002)),
	}
}

var control = []Case{
	badControl("ping-in-two-fragments", notFragmented, "autobahn/5.1", echo(ping(firstPart)), ping(firstPart).NotFinal(), cont(secondPart)),
	badControl("pong-in-two-fragments", notFragmented, "autobahn/5.2", pongThenEcho, pong(firstPart).NotFinal(), cont(secondPart)),
	badControl("ping-without-fin", notFragmented, "", echo(ping("hi")), ping("hi").NotFinal()),
	badControl("close-without-fin", notFragmented, "", bye, closing(1000, "").NotFinal()),
	badControl("ping-of-126-octets", notLong, "autobahn/2.5", echo(ping(websocket.Pattern(125))), ping(websocket.Pattern(126))),
	table(Case{Section: "5.5", Name: "long-control-frames", Rule: notLong, Neighbour: neighbour(open, echo(ping(websocket.Pattern(125))))}, longControls()...),
	serverFrames("5.5", "server-sends-short-control-frames", "A server MUST NOT send a control frame of more than 125 octets.", websocket.LongControl),
	serverFrames("5.5", "server-sends-whole-control-frames", "A server MUST NOT send a control frame without FIN.", websocket.CutControl),
}

func pongThenEcho(c *Conn) error { return c.Run(send(pong(firstPart)), echo(text("hi"))) }

// longControls are headers only: whoever waits for the payload of such a frame lets a client choose how much it buffers.
func longControls() (rows []websocket.Row) {
	for _, f := range []Frame{ping(""), pong(""), closing(1000, "")} {
		for _, x := range []struct {
			name  string
			frame Frame
		}{
			{"126 in 16 bits", f.Written(websocket.In16Bits).Claiming(126)},
			{"126 in 64 bits", f.Written(websocket.In64Bits).Claiming(126)},
			{"65536 in 64 bits", f.Written(websocket.In64Bits).Claiming(65536)},
		} {
			x.frame.Payload = ""
			rows = append(rows, websocket.Row{Name: f.Op.String() + " of " + x.name, Steps: []Step{open, send(x.frame), failsBeforePayload}})
		}
	}
	return rows
}

// failsBeforePayload asks for a failed connection though only the header came; to wait for the payload is weak.
func failsBeforePayload(c *Conn) error {
	c.CountsRefusal()
	m, err := c.Next(c.Patience() / 2)
	if err != nil && c.Open() && !websocket.IsFinding(err) {
		c.Weak("waits for the payload of a control frame that cannot be valid; 1002 at its header is better")
		return nil
	}
	return c.GradeEnd(m, err, 1002)
}
