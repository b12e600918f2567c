package rfc6455

import (
	"strings"

	"github.com/httpdlab/httpdlab/conformance/check"
	"github.com/httpdlab/httpdlab/conformance/websocket"
)

var plain = []Case{
	{
		Section: "4.1", Name: "frame-behind-request",
		Rule:   "A client waits for the response; a frame that comes with the request is kept or fails the connection, and is not lost.",
		Script: script(frameBehindRequest),
	},
	{
		Section: "4.2", Name: "plain-echo", Plain: true,
		Rule:   "A valid handshake MUST be accepted, and the target sends a text message back.",
		Script: script(websocket.Hello),
	},
}

// frameBehindRequest sends a message in the segment of the request.
func frameBehindRequest(c *Conn) error {
	request, err := c.Text(websocket.Handshake{}.Text(c.Target))
	if err != nil {
		return err
	}
	if err := c.Conn.Send(request + string(websocket.Octets(text("early")))); err != nil {
		return err
	}
	r, err := c.Final()
	switch {
	case check.Closed(err):
		c.Note("closed by %s", c.How())
		return nil
	case err != nil:
		return err
	case r.Status != 101:
		c.Note("refused with %s", r.Line())
		return nil
	}
	switch m, err := c.Next(max(4*c.Quiet, c.Answer/4)); {
	case err == nil && m.Is(text("early")):
		c.Note("kept and answered")
	case err == nil && m.Op == websocket.OpClose, err != nil && !c.Open():
		c.Note("the connection fails")
	case err == nil:
		return wrong("the message or a failed connection", m.String())
	default:
		c.Weak("the frame is lost")
	}
	return nil
}

// valid handshakes that look unusual.
var unusual = []Case{
	{
		Section: "4.2.1", Name: "request-octet-by-octet", Cite: "RFC 9112, 2",
		Rule:   "A request is a stream of octets: the server MUST parse it however it is cut into segments.",
		Script: script(dripped, upgraded, hello),
	},
	table(Case{
		Section: "4.2.1", Name: "request-cut-at-its-end", Cite: "RFC 9112, 2",
		Rule: "A request MUST be parsed also if it is cut inside its last empty line.",
	}, cutsAtEnd()...),
	table(Case{
		Section: "4.2.1", Name: "names-and-tokens-in-any-case",
		Rule: "Names of fields and the tokens websocket and Upgrade MUST be compared without regard to case.",
	},
		accepted("names", upgradeLine, "UPGRADE: websocket\r\n", connLine, "connection: Upgrade\r\n", "Sec-WebSocket-Key", "sEC-wEBsOCKET-kEY", "Sec-WebSocket-Version", "sec-websocket-version"),
		accepted("WebSocket", upgradeLine, "Upgrade: WebSocket\r\n"),
		accepted("uPGRADE", connLine, "Connection: uPGRADE\r\n"),
	),
	table(Case{
		Section: "4.2.1", Name: "connection-is-a-list",
		Rule: "Connection is a list: the server MUST find the token Upgrade in it, wherever it stands.",
	},
		accepted("keep-alive, Upgrade", connLine, "Connection: keep-alive, Upgrade\r\n"),
		accepted("Upgrade,keep-alive", connLine, "Connection: Upgrade,keep-alive\r\n"),
		accepted("two lines", connLine, "Connection: keep-alive\r\nConnection: Upgrade\r\n"),
	),
	table(Case{
		Section: "4.2.1", Name: "upgrade-is-a-list", Cite: "RFC 9110, 7.8",
		Rule: "Upgrade is a list in the client's order: a server SHOULD find websocket behind a protocol that it does not know.",
	}, accepted("h2c, websocket", upgradeLine, "Upgrade: h2c, websocket\r\n")),
	table(Case{
		Section: "4.2.1", Name: "blanks-around-the-key", Cite: "RFC 9110, 5.5",
		Rule: "Blanks and tabs around a value are no part of it: the key MUST be taken without them.",
	},
		accepted("tabs", keyLine, "Sec-WebSocket-Key: \t"+websocket.SampleKey+" \t \r\n"),
		accepted("none", keyLine, "Sec-WebSocket-Key:"+websocket.SampleKey+"\r\n"),
	),
	table(Case{
		Section: "4.2.1", Name: "absolute-form", Cite: "RFC 9112, 3.2.2",
		Rule: "A target in absolute-form MUST be accepted.",
	}, accepted("http://", requestLine, "GET http://{h}{ws} HTTP/1.1\r\n")),
	table(Case{
		Section: "4.2.1", Name: "query-in-target", Cite: "RFC 6455, 4.2.2",
		Rule: "A query names the resource further and MUST NOT make the server answer anything but 101 or an error of HTTP.",
	}, tolerated("?a=b"), tolerated("?a=%2F&b=%00"), tolerated("?"+strings.Repeat("q", 2000))),
	table(Case{
		Section: "4.2.1", Name: "odd-paths", Cite: "RFC 6455, 4.2.2",
		Rule: "A resource that is not there MUST be answered with an error of HTTP, and the server goes on.",
	}, tolerated("-no-such-{rnd}"), tolerated("%2e%2e"), tolerated("/"+strings.Repeat("p", 2000))),
}

// accepted is a row whose handshake, changed so, must be accepted and lead to a working connection.
func accepted(name string, replacements ...string) websocket.Row {
	return websocket.Row{Name: name, Steps: []Step{shake(replacements...), upgraded, hello}}
}

// tolerated is a row whose target has something behind the path.
func tolerated(behind string) websocket.Row {
	return websocket.Row{Name: behind, Steps: []Step{shake("GET {ws} ", "GET {ws}"+behind+" "), anyAnswer}}
}

// anyAnswer asks for 101 that works, or for an error of the client.
func anyAnswer(c *Conn) error {
	r, err := c.Final()
	switch {
	case err != nil:
		return err
	case r.Status == 101:
		return hello(c)
	case r.Status/100 != 4 && r.Status/100 != 2 && r.Status/100 != 3:
		return wrong("101 or 4xx", r.Line())
	}
	return nil
}

func cutsAtEnd() (rows []websocket.Row) {
	for _, at := range [][]int{{1}, {2}, {3}, {4}, {3, 2, 1}} {
		rows = append(rows, websocket.Row{Name: sprint(at), Steps: []Step{inPieces(at...), upgraded, hello}})
	}
	return rows
}
