package rfc6455

import (
	"github.com/httpdlab/httpdlab/conformance/websocket"
)

// refused makes the case of a handshake that must be declined with 400 or with one of the codes.
func refused(name, rule string, codes []int, replacements ...string) Case {
	return Case{
		Section: "4.2.1", Name: name, Rule: rule, Neighbour: shaken,
		Script: script(shake(replacements...), declined(codes...)),
	}
}

var (
	badRequest  = []int{400}
	upgradeDue  = []int{400, 426}
	wrongMethod = []int{405, 400, 501}
)

const (
	needsUpgrade = "A request whose Upgrade does not name websocket MUST NOT be upgraded."
	needsToken   = "A request whose Connection does not name Upgrade MUST NOT be upgraded."
	needsKey     = "A request without a key of 16 octets in base64 MUST NOT be upgraded."
)

// handshakes that lack what 4.2.1 demands.
var refusals = []Case{
	refused("upgrade-missing", needsUpgrade, upgradeDue, upgradeLine, ""),
	refused("upgrade-to-something-else", needsUpgrade, upgradeDue, upgradeLine, "Upgrade: foo\r\n"),
	refused("upgrade-to-a-longer-token", needsUpgrade, upgradeDue, upgradeLine, "Upgrade: websocketx\r\n"),
	refused("connection-missing", needsToken, upgradeDue, connLine, ""),
	refused("connection-keep-alive", needsToken, upgradeDue, connLine, "Connection: keep-alive\r\n"),
	refused("connection-with-a-longer-token", needsToken, upgradeDue, connLine, "Connection: Upgradex\r\n"),
	refused("key-missing", needsKey, badRequest, keyLine, ""),
	refused("key-empty", needsKey, badRequest, keyLine, "Sec-WebSocket-Key:\r\n"),
	refused("key-of-15-octets", needsKey, badRequest, websocket.SampleKey, "AAECAwQFBgcICQoLDA0O"),
	refused("key-of-17-octets", needsKey, badRequest, websocket.SampleKey, "AAECAwQFBgcICQoLDA0ODxA="),
	refused("key-not-base64", needsKey, badRequest, websocket.SampleKey, "dGhl!HNhbXBsZSBub25jZQ=="),
	{
		Section: "4.2.1", Name: "key-with-loose-padding-bits",
		Rule:   "Base64 whose last character has bits that nothing stands for decodes to 16 octets: a choice of the server.",
		Script: script(shake(websocket.SampleKey, "dGhlIHNhbXBsZSBub25jZR=="), noted),
	},
	{
		Section: "4.2.1", Name: "key-twice", Cite: "RFC 6455, 11.3.1", Neighbour: shaken,
		Rule:   "Sec-WebSocket-Key MUST NOT appear more than once in a request.",
		Script: script(shake(keyLine, keyLine+keyLine), equalKeys),
	},
	{
		Section: "4.2.1", Name: "two-keys", Cite: "RFC 6455, 11.3.1", Neighbour: shaken,
		Rule:   "Sec-WebSocket-Key MUST NOT appear more than once in a request: which of two is answered nobody can know.",
		Script: script(shake(keyLine, keyLine+"Sec-WebSocket-Key: AAECAwQFBgcICQoLDA0ODw==\r\n"), declined(400)),
	},
	refused("method-post", "The method of a handshake MUST be GET.", wrongMethod, "GET ", "POST ", upgradeLine, upgradeLine+"Content-Length: 0\r\n"),
	refused("method-head", "The method of a handshake MUST be GET.", wrongMethod, "GET ", "HEAD "),
	refused("method-put", "The method of a handshake MUST be GET.", wrongMethod, "GET ", "PUT ", upgradeLine, upgradeLine+"Content-Length: 0\r\n"),
	refused("http-1.0", "The version of HTTP of a handshake MUST be 1.1 or higher.", []int{400, 426, 505}, "HTTP/1.1", "HTTP/1.0"),
	refused("host-missing", "A handshake MUST have a Host.", badRequest, hostLine, ""),
	refused("host-twice", "A handshake MUST have one Host.", badRequest, hostLine, hostLine+"Host: other\r\n"),
	{
		Section: "4.2.1", Name: "host-empty",
		Rule:   "A Host without a value is for a target without authority: a choice of the server here.",
		Script: script(shake(hostLine, "Host:\r\n"), noted),
	},
	{
		Section: "4.2.1", Name: "blank-before-colon", Cite: "RFC 9112, 5.1", Neighbour: shaken,
		Rule:   "A blank between the name of a field and its colon MUST be answered with 400.",
		Script: script(shake("Upgrade: ", "Upgrade : "), declined(400)),
	},
	{
		Section: "4.2.1", Name: "nul-in-value", Cite: "RFC 9110, 5.5", Neighbour: shaken,
		Rule:   "A value with NUL MUST be refused, or the NUL be replaced, before it is used.",
		Script: script(shake(keyLine, keyLine+"X-A: a\x00b\r\n"), nulTolerated),
	},
	{
		Section: "4.2.1", Name: "folded-line", Cite: "RFC 9112, 5.2",
		Rule:   "A folded line is obsolete: a server refuses it or reads it as one.",
		Script: script(shake(connLine, "Connection:\r\n Upgrade\r\n"), noted),
	},
	{
		Section: "4.2.1", Name: "bare-lf", Cite: "RFC 9112, 2.2",
		Rule:   "A line that ends in LF alone is a choice of the server.",
		Script: script(shake(upgradeLine, "Upgrade: websocket\n"), noted),
	},
}

// equalKeys asks for a refusal; 101 with the one Accept that both keys have is weak.
func equalKeys(c *Conn) error {
	c.CountsRefusal()
	if err := declined(400)(c); c.Last == nil || c.Last.Status != 101 {
		return err
	}
	if got := c.Last.Get("Sec-WebSocket-Accept"); got != websocket.Accept(websocket.SampleKey) {
		return wrong("400 or the Accept of the key", got)
	}
	c.Weak("accepted, as both are the same")
	return nil
}

// nulTolerated asks for a refusal; to accept the request is weak, for nobody sees what was made of the NUL.
func nulTolerated(c *Conn) error {
	err := declined(400)(c)
	if c.Last != nil && c.Last.Status == 101 {
		c.Weak("accepted; a NUL is better refused")
		return hello(c)
	}
	return err
}
