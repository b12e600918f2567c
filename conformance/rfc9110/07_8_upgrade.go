package rfc9110

import "fmt"

const (
	wsFields = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
	wsKey    = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
	wsAccept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" // for that key (RFC 6455, 1.3)
	wsHead   = "GET {ws} HTTP/1.1\r\nHost: {h}\r\n"
	wsOpen   = wsHead + wsFields + wsKey + "\r\n"
)

var upgrade = []Case{
	{
		Section: "7.8", Name: "upgrade-in-http-1.0", Alias: "UP-10-IGNORED",
		Rule:   "A server MUST ignore Upgrade in a request of HTTP/1.0.",
		Script: Script{send("GET {p} HTTP/1.0\r\nHost: {h}\r\n" + wsFields + wsKey + "\r\n"), noSwitch},
	},
	{
		Section: "7.8", Name: "upgrade-in-http-1.0-where-supported",
		Rule:   "A server MUST ignore Upgrade in a request of HTTP/1.0, also where it supports the protocol.",
		Script: Script{send("GET {ws} HTTP/1.0\r\nHost: {h}\r\n" + wsFields + wsKey + "\r\n"), noSwitch},
	},
	{
		Section: "7.8", Name: "unknown-protocol", Alias: "UP-UNLISTED",
		Rule:   "A server MUST NOT switch to a protocol that it does not speak: the connection stays HTTP.",
		Script: Script{send(getHead + "Connection: upgrade\r\nUpgrade: foo/1\r\n\r\n"), noSwitch, again},
	},
	{
		Section: "7.8", Name: "upgrade-without-connection", Alias: "COMP-UPGRADE-MISSING-CONN",
		Rule:   "Upgrade counts only if Connection names it: without that a server MUST NOT switch.",
		Script: Script{send("GET {ws} HTTP/1.1\r\nHost: {h}\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" + wsKey + "\r\n"), noSwitch},
	},
	{
		Section: "7.8", Name: "upgrade-by-post", Alias: "COMP-UPGRADE-POST", Cite: "RFC 6455, 4.1",
		Rule:   "The opening handshake is a GET: a server MUST NOT switch on POST.",
		Script: Script{send("POST {ws} HTTP/1.1\r\nHost: {h}\r\nContent-Length: 0\r\n" + wsFields + wsKey + "\r\n"), noSwitch},
	},
	{
		Section: "7.8", Name: "h2c", Alias: "SMUG-H2C-UPGRADE", Cite: "RFC 9113, 3.1",
		Rule:   "Upgrade to h2c is ignored by a server that does not speak it, and obsolete for one that does.",
		Script: Script{send(getHead + "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n\r\n"), noSwitch, again},
	},
	{
		Section: "7.8", Name: "upgrade-with-content", Alias: "SMUG-UPGRADE-BODY", Twin: wsOpen,
		Rule:   "The content of a request that upgrades MUST be read before the protocol changes, and is never a request.",
		Script: Script{send("GET {ws} HTTP/1.1\r\nHost: {h}\r\nContent-Length: {n}\r\n" + wsFields + wsKey + "\r\n" + hidden), upgradedOnce},
	},
	{
		Section: "7.8", Name: "expect-before-upgrade", Alias: "EXPECT-UPGRADE-ORDER",
		Rule:   "With Expect and Upgrade in one request the 100 response MUST come before the 101.",
		Script: Script{send("GET {ws} HTTP/1.1\r\nHost: {h}\r\nContent-Length: 0\r\nExpect: 100-continue\r\n" + wsFields + wsKey + "\r\n"), interimFirst},
	},
	{
		Section: "7.8", Name: "switching-protocols", Alias: "UP-101-FIELDS",
		Rule:   "A 101 response MUST have Upgrade and Connection: upgrade, here also the right Sec-WebSocket-Accept, and no length.",
		Script: Script{send(wsOpen), switched},
	},
	{
		Section: "7.8", Name: "handshake-in-other-case", Alias: "UP-WS-CASE", Cite: "RFC 6455, 4.2.1",
		Rule:   "The words of the handshake are case-insensitive, and Connection is a list: it MUST be accepted.",
		Script: Script{send(wsHead + "upgrade: WebSocket\r\nconnection: keep-alive, UPGRADE\r\nsec-websocket-version: 13\r\n" + wsKey + "\r\n"), switched},
	},
	{
		Section: "7.8", Name: "handshake-key", Alias: "UP-WS-BAD-KEY", Cite: "RFC 6455, 4.2.1", Twin: wsOpen,
		Rule:   "A handshake whose key is missing or does not decode to 16 octets MUST be refused.",
		Each:   []string{"", "Sec-WebSocket-Key: AAAA\r\n", "Sec-WebSocket-Key: !!!\r\n", "Sec-WebSocket-Key: \r\n"},
		Script: Script{send(wsHead + wsFields + "{x}\r\n"), reject(400, 426)},
	},
	{
		Section: "7.8", Name: "handshake-version", Alias: "UP-WS-VERSION", Cite: "RFC 6455, 4.4", Twin: wsOpen,
		Rule:   "A WebSocket version that the server does not speak MUST be answered with those it does, in a 426.",
		Script: Script{send(wsHead + "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 7\r\n" + wsKey + "\r\n"), versionOffered},
	},
	{
		Section: "7.8", Name: "upgrade-required-names-protocol", Alias: "UP-426-UPGRADE", Cite: "RFC 9110, 15.5.22",
		Rule: "A 426 response MUST have Upgrade.",
		Lint: whenStatus(426, with("Upgrade")),
	},
}

// noSwitch asks for any answer but 101.
func noSwitch(c *Conn) error {
	r, err := c.Final()
	if err != nil {
		return err
	}
	if r.Status == 101 {
		return wrong("no change of protocol", r.Line())
	}
	if r.Status >= 500 && r.Status != 501 && r.Status != 505 {
		return wrong("an answer without failure", r.Line())
	}
	return nil
}

func switched(c *Conn) error {
	r, err := c.Final()
	if err != nil {
		return err
	}
	switch {
	case r.Status != 101:
		return wrong("101", r.Line())
	case !r.Has("Connection", "upgrade") || !r.Has("Upgrade", "websocket"):
		return wrong("Upgrade: websocket and Connection: upgrade", fmt.Sprintf("%q", r.Head))
	case r.Get("Sec-WebSocket-Accept") != wsAccept:
		return wrong("Sec-WebSocket-Accept: "+wsAccept, r.Get("Sec-WebSocket-Accept"))
	}
	if err := without(r, "Content-Length"); err != nil {
		return err
	}
	return without(r, "Transfer-Encoding")
}

// interimFirst reads in order: nothing else may come before 100, and 101 or a refusal follows.
// A server need not send 100 where no content is due.
func interimFirst(c *Conn) error {
	r, err := c.Final()
	if err != nil {
		return err
	}
	if r.Status != 101 {
		return nil
	}
	if b := c.Quietly(c.Quiet); len(b) > 8 && string(b[:9]) == "HTTP/1.1 " {
		return wrong("100 before 101", fmt.Sprintf("%q behind it", b[:min(len(b), 40)]))
	}
	return nil
}

// upgradedOnce asks for a refusal, or for one answer and no second of HTTP.
func upgradedOnce(c *Conn) error {
	r, err := c.Final()
	if err != nil {
		return err
	}
	if b := c.Quietly(c.Quiet); len(b) > 4 && string(b[:5]) == "HTTP/" {
		return wrong("one answer", r.Line()+" and then "+fmt.Sprintf("%q", b[:min(len(b), 40)]))
	}
	return nil
}

func versionOffered(c *Conn) error {
	if err := reject(426, 400)(c); err != nil {
		return err
	}
	if c.Last.Get("Sec-WebSocket-Version") == "" {
		return wrong("Sec-WebSocket-Version with what is spoken", c.Last.Line())
	}
	return nil
}
