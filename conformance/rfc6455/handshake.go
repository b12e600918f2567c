package rfc6455

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/httpdlab/httpdlab/conformance/check"
	"github.com/httpdlab/httpdlab/conformance/websocket"
)

// shake sends the valid handshake after these replacements, each a pair of old and new text.
func shake(replacements ...string) Step {
	return func(c *Conn) error {
		text, err := changed(c, replacements)
		if err != nil {
			return err
		}
		return c.Conn.Send(text)
	}
}

// changed is the valid handshake with text replaced; a replacement that finds nothing is a defect of the case.
func changed(c *Conn, replacements []string) (string, error) {
	text := websocket.Handshake{}.Text(c.Target)
	for pair := range slices.Chunk(replacements, 2) {
		if !strings.Contains(text, pair[0]) {
			return "", broken(fmt.Sprintf("%q in the handshake", pair[0]), "a case that replaces nothing: a defect of the checker")
		}
		text = strings.Replace(text, pair[0], pair[1], 1)
	}
	return text, nil
}

// Pieces of the valid handshake, for shake.
const (
	requestLine = "GET {ws} HTTP/1.1\r\n"
	hostLine    = "Host: {h}\r\n"
	upgradeLine = "Upgrade: websocket\r\n"
	connLine    = "Connection: Upgrade\r\n"
	keyLine     = "Sec-WebSocket-Key: " + websocket.SampleKey + "\r\n"
	versionLine = "Sec-WebSocket-Version: 13\r\n"
)

// upgraded asks for 101 with the right Accept for the sample key.
func upgraded(c *Conn) error { return upgradedFor(websocket.SampleKey)(c) }

func upgradedFor(key string) Step {
	return func(c *Conn) error {
		r, err := c.Final()
		if err != nil {
			return err
		}
		if c.Response = r; r.Status != 101 {
			return wrong("101", r.Line())
		}
		if want, got := websocket.Accept(key), r.Get("Sec-WebSocket-Accept"); got != want {
			return wrong("Sec-WebSocket-Accept: "+want, got)
		}
		return nil
	}
}

// declined asks for one of the codes. Another error, a page or a close without an answer are weak; 101 is wrong.
func declined(codes ...int) Step {
	return func(c *Conn) error {
		c.CountsRefusal()
		r, err := c.Final()
		switch {
		case check.Closed(err):
			c.Weak("closed by %s without an answer; %d is better", c.How(), codes[0])
			return nil
		case err != nil:
			return err
		case r.Status == 101:
			return wrong(fmt.Sprintf("a refusal with %d", codes[0]), r.Line())
		case !slices.Contains(codes, r.Status):
			c.Weak("answered %s; %d is better", r.Line(), codes[0])
		}
		c.Response = r
		return nil
	}
}

// noted lets the server choose and tells what it did; it must answer or close in time.
func noted(c *Conn) error {
	r, err := c.Final()
	switch {
	case check.Closed(err):
		c.Note("closed by %s without an answer", c.How())
		return nil
	case err != nil:
		return err
	}
	c.Note("%s", r.Line())
	return nil
}

// shaken is the neighbour of a handshake that must be declined: the valid one.
var shaken = neighbour(open)

// hello asks for a message to come back after a handshake of the case's own, then closes.
func hello(c *Conn) error { return c.Run(echo(text("Hello")), bye) }

// inPieces sends the handshake cut before each of the positions, counted from the end of the request.
func inPieces(fromEnd ...int) Step {
	return func(c *Conn) error {
		request, err := c.Text(websocket.Handshake{}.Text(c.Target))
		if err != nil {
			return err
		}
		at := 0
		for _, n := range append(fromEnd, 0) {
			if err := c.Conn.Write(request[at : len(request)-n]); err != nil {
				return err
			}
			at = len(request) - n
			if err := c.Conn.Wait(5 * time.Millisecond); err != nil {
				return err
			}
		}
		return nil
	}
}

// dripped sends the handshake one octet a segment.
func dripped(c *Conn) error { return check.Drip(websocket.Handshake{}.Text(c.Target))(c.Conn) }
