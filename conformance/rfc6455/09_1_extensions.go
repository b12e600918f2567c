package rfc6455

import (
	"fmt"
	"strings"

	"github.com/httpdlab/httpdlab/conformance/check"
	"github.com/httpdlab/httpdlab/conformance/websocket"
)

const onlyOffered = "A server MUST NOT accept an extension that the client has not offered."

var extensions = []Case{
	{
		Section: "9.1", Name: "no-extension-unasked", Rule: onlyOffered,
		Script: script(open, extensionsAmong(), hello),
	},
	{
		Section: "9.1", Name: "unknown-extension", Rule: "An extension that the server does not know MUST NOT be in the response; the handshake goes on without it.",
		Script: script(offers("x-unknown; a=1; b"), extensionsAmong(), hello),
	},
	{
		Section: "9.1", Name: "extensions-on-two-lines", Rule: onlyOffered,
		Script: script(offers("x-unknown", "permessage-deflate"), extensionsAmong("permessage-deflate"), bye),
	},
	table(Case{
		Section: "9.1", Name: "malformed-extensions",
		Rule: "A list of extensions that does not follow the grammar MUST fail the connection, and no extension come of it.",
	}, malformed(";;=,"), malformed("permessage-deflate; =10"), malformed("permessage-deflate; a=\"unclosed"), malformed("a b"), malformed("permessage-deflate; client_max_window_bits=\"1\x7f0\"")),
}

func offers(lines ...string) Step {
	return func(c *Conn) error { return c.Handshake(websocket.Handshake{Extensions: lines}) }
}

// extensionsAmong asks for no extension in the response but these.
func extensionsAmong(names ...string) Step {
	return func(c *Conn) error {
		for _, e := range websocket.Extensions(c.Response) {
			if !strings.Contains(" "+strings.Join(names, " ")+" ", " "+e.Name+" ") {
				return wrong(fmt.Sprintf("no extension but %q", names), e.Name)
			}
		}
		return nil
	}
}

// malformed asks for a refusal; 101 that ignores the offer is weak.
func malformed(offer string) websocket.Row {
	return websocket.Row{Name: offer, Steps: []Step{func(c *Conn) error {
		if err := c.Conn.Send(websocket.Handshake{Extensions: []string{offer}}.Text(c.Target)); err != nil {
			return err
		}
		r, err := c.Final()
		switch {
		case check.Closed(err):
			c.Weak("closed by %s without an answer; 400 is better", c.How())
			return nil
		case err != nil:
			return err
		case r.Status == 101:
			c.Response = r
			c.Weak("ignored; 400 is better")
			return c.Run(extensionsAmong(), hello)
		case r.Status/100 != 4:
			return wrong("400, or 101 without extension", r.Line())
		}
		return nil
	}}}
}

var origins = []Case{
	origin("foreign-origin", "Origin: https://attacker.example\r\n"),
	origin("null-origin", "Origin: null\r\n"),
	origin("two-origins", "Origin: https://a.example\r\nOrigin: https://b.example\r\n"),
}

// origin makes the case that tells the server's policy.
func origin(name, field string) Case {
	return Case{
		Section: "10.2", Name: name, Rule: "Whom a server serves by Origin is its policy; it answers in any case.",
		Script: script(func(c *Conn) error {
			if err := c.Conn.Send(websocket.Handshake{Fields: field}.Text(c.Target)); err != nil {
				return err
			}
			return noted(c)
		}),
	}
}
