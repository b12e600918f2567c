package rfc6455

import (
	"fmt"
	"strings"
	"time"

	"github.com/httpdlab/httpdlab/conformance/check"
	"github.com/httpdlab/httpdlab/conformance/websocket"
)

// handshakes that take room or time.
var heavyHandshakes = []Case{
	table(Case{
		Section: "10.4", Name: "heavy-requests", Neighbour: shaken,
		Rule: "A request larger than the server's limits MUST be refused or served, and the next handshake be served.",
	},
		heavy("a line of 8 KiB", "GET {ws} ", "GET {ws}?"+strings.Repeat("q", 8<<10)+" "),
		heavy("a field of 64 KiB", versionLine, versionLine+"X-Long: "+strings.Repeat("v", 64<<10)+"\r\n"),
		heavy("a field of 2 MiB", versionLine, versionLine+"X-Long: "+strings.Repeat("v", 2<<20)+"\r\n"),
		heavy("a thousand fields", versionLine, versionLine+strings.Repeat("X-Many: v\r\n", 1000)),
	),
	{
		Section: "10.4", Name: "content-with-the-request", Cite: "RFC 9112, 6.3", Neighbour: shaken,
		Rule:   "Content of a handshake MUST NOT be read as frames.",
		Script: script(shake(versionLine, versionLine+"Content-Length: 8\r\n"), contentIsNoFrame),
	},
	{
		Section: "10.4", Name: "chunked-content-with-the-request", Cite: "RFC 9112, 6.3", Neighbour: shaken,
		Rule:   "Chunked content of a handshake MUST NOT be read as frames.",
		Script: script(shake(versionLine, versionLine+"Transfer-Encoding: chunked\r\n"), chunksAreNoFrame),
	},
	{
		Section: "10.4", Name: "half-a-handshake",
		Rule:   "While one client has sent half a request others MUST be served.",
		Script: script(halfRequest, later, websocket.Beside(open, hello)),
	},
	{
		Section: "10.4", Name: "patience-with-half-a-handshake", Alone: true,
		Rule:   "How long the server waits for the rest of a request.",
		Script: script(halfRequest, handshakeTimeout),
	},
}

func heavy(name, old, replacement string) websocket.Row {
	return websocket.Row{Name: name, Steps: []Step{shakeAside(old, replacement), heavyAnswer}}
}

// shakeAside sends a large handshake while the answer is awaited.
func shakeAside(old, replacement string) Step {
	return func(c *Conn) error {
		request, err := changed(c, []string{old, replacement})
		if err != nil {
			return err
		}
		if request, err = c.Text(request); err != nil {
			return err
		}
		c.Pour([]byte(request), 0, 0)
		return nil
	}
}

// heavyAnswer accepts a refusal, a close, or a handshake that works.
func heavyAnswer(c *Conn) error {
	r, err := c.Final()
	switch {
	case check.Closed(err):
		return nil
	case err != nil && c.WasReset():
		return nil // the refusal may be lost in the reset of what was not read
	case err != nil:
		return err
	case r.Status == 101:
		return hello(c)
	case r.Status/100 != 4:
		return wrong("101, 400, 413, 414, 431 or a close", r.Line())
	}
	return nil
}

// contentIsNoFrame sends a ping and part of another as content: eight octets, that must be swallowed or refused.
func contentIsNoFrame(c *Conn) error {
	c.CountsRefusal()
	hidden := string(websocket.Octets(ping("xx")))
	c.OwesPong("xx")
	return c.Run(later, websocket.SendOctets(hidden), notTakenForFrames)
}

// later lets what was sent arrive alone, and the server look at it.
func later(c *Conn) error { return c.Conn.Wait(20 * time.Millisecond) }

func chunksAreNoFrame(c *Conn) error {
	c.CountsRefusal()
	hidden := websocket.Octets(ping("xx"))
	c.OwesPong("xx")
	return c.Run(later, websocket.SendOctets(fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(hidden), hidden)), notTakenForFrames)
}

// notTakenForFrames asks for a refusal, or for 101 and no answer to what was content.
func notTakenForFrames(c *Conn) error {
	r, err := c.Final()
	switch {
	case check.Closed(err):
		c.Weak("closed by %s without an answer; 400 is better", c.How())
		return nil
	case err != nil:
		return err
	case r.Status != 101:
		return nil
	}
	m, err := c.Next(c.Quiet)
	switch {
	case err == nil:
		return broken("content to be no frames", m.String())
	case websocket.IsFinding(err):
		return err
	case !c.Open():
		c.Weak("upgraded, and then ended by %s", c.How())
		return nil
	}
	return hello(c)
}

// halfRequest sends a request up to the middle of its fields.
func halfRequest(c *Conn) error {
	request, err := c.Text(websocket.Handshake{}.Text(c.Target))
	if err != nil {
		return err
	}
	c.Irregular()
	return c.Conn.Write(request[:len(request)/2])
}

// handshakeTimeout measures when the server gives up.
func handshakeTimeout(c *Conn) error {
	limit := min(2*time.Second, c.Conn.Target.Patience)
	if c.Slow {
		limit = 30 * time.Second
	}
	start := time.Now()
	ended := c.Ended(limit)
	if said := string(c.Pending()); strings.HasPrefix(said, "HTTP/1.1 ") && said[9] < '4' {
		return broken("the rest of the request to be awaited", fmt.Sprintf("%.40q", said))
	}
	if ended {
		c.Note("closed after %.1f s", time.Since(start).Seconds())
		return nil
	}
	c.Note("still open after %s", limit)
	return nil
}
