package rfc9112

import (
	"errors"
	"fmt"

	"github.com/httpdlab/httpdlab/conformance/check"
)

var persistence = []Case{
	{
		Section: "9.3", Name: "keep-alive-by-default", Alias: "CONN-11-DEFAULT-KEEPALIVE",
		Rule:   "A connection of HTTP/1.1 SHOULD stay open after a response, unless one side says close.",
		Script: Script{send(get), ok, again},
	},
	{
		Section: "9.3", Name: "no-persistence-is-announced",
		Rule:   "A server that keeps no connections MUST say close in every response.",
		Script: Script{persistentOrAnnounced},
	},
	{
		Section: "9.3", Name: "hundred-requests", Alias: "CONN-KEEPALIVE-100",
		Rule:   "A hundred requests one after another on one connection SHOULD all be served, or the end is announced.",
		Script: Script{manyRequests(100)},
	},
	{
		Section: "9.3", Name: "close-in-upper-case", Alias: "CONN-CLOSE-TOKEN-CASE", Cite: "RFC 9110, 7.6.1",
		Rule:   "Connection options are case-insensitive: after CLOSE the server MUST close.",
		Script: Script{send(getHead + "Connection: CLOSE\r\n\r\n"), ok, hangup},
	},
	{
		Section: "9.3", Name: "close-in-a-list", Alias: "CONN-CLOSE-IN-LIST", Cite: "RFC 9110, 7.6.1",
		Rule:   "Close MUST be honoured also when it is one of several options.",
		Script: Script{send(getHead + "Connection: x-foo, close\r\n\r\n"), ok, hangup},
	},
	{
		Section: "9.3", Name: "close-on-a-second-line", Alias: "CONN-CLOSE-TWO-LINES", Cite: "RFC 9110, 5.3",
		Rule:   "Two Connection lines are one list: close on the second MUST be honoured.",
		Script: Script{send(getHead + "Connection: x-foo\r\nConnection: close\r\n\r\n"), ok, hangup},
	},
	{
		Section: "9.3", Name: "close-among-empty-elements", Alias: "CONN-CLOSE-EMPTY-ELEMENTS", Cite: "RFC 9110, 5.6.1.2",
		Rule:   "A recipient MUST ignore empty list elements: close between commas is honoured.",
		Script: Script{send(getHead + "Connection: ,, close ,\r\n\r\n"), ok, hangup},
	},
	{
		Section: "9.3", Name: "close-is-no-substring", Alias: "CONN-NOT-SUBSTRING", Cite: "RFC 9110, 7.6.1",
		Rule:   "Options are compared whole: for not-close a server SHOULD NOT close.",
		Script: Script{send(getHead + "Connection: not-close\r\n\r\n"), ok, stillOpen},
	},
	{
		Section: "9.3", Name: "close-beats-keep-alive", Alias: "CONN-CLOSE-AND-KEEPALIVE",
		Rule:   "Where both are given close wins over keep-alive: the server MUST close.",
		Script: Script{send(getHead + "Connection: keep-alive, close\r\n\r\n"), ok, hangup},
	},
	{
		Section: "9.3", Name: "http-1.0-closes", Alias: "CONN-10-DEFAULT-CLOSE",
		Rule:   "Without keep-alive the connection of an HTTP/1.0 client SHOULD close after the response.",
		Script: Script{send("GET {p} HTTP/1.0\r\nHost: {h}\r\n\r\n"), ok, hangup},
	},
	{
		Section: "9.3", Name: "http-1.0-keep-alive", Alias: "CONN-10-KEEPALIVE",
		Rule:   "To HTTP/1.0 with keep-alive a server SHOULD close, or say keep-alive and frame by length: never stay open in silence.",
		Script: Script{send("GET {p} HTTP/1.0\r\nHost: {h}\r\nConnection: keep-alive\r\n\r\n"), ok, keptIfSaid},
	},
	{
		Section: "9.3", Name: "keep-alive-parameters", Alias: "CONN-IGNORE-KEEPALIVE-HDR", Cite: "RFC 9112, C.2.2",
		Rule:   "A Keep-Alive field with odd parameters MAY be ignored and disturbs nothing.",
		Script: Script{send(getHead + "Keep-Alive: timeout=-1, max=x\r\n\r\n"), ok, again},
	},
	{
		Section: "9.3", Name: "connection-names-host", Alias: "CONN-NAMED-FIELD", Cite: "RFC 9110, 7.6.1", Twin: getField,
		Rule:   "A Connection option that names Host does not make an origin server forget Host.",
		Script: Script{send(getHead + "Connection: Host\r\n\r\n"), canary("2xx open", "2xx close", "4xx close", "4xx open")},
	},
	{
		Section: "9.3", Name: "unread-content-after-404", Alias: "CONN-UNREAD-404-BODY", Twin: post,
		Rule:   "To keep the connection a server MUST read the whole content, also after 404: it is never answered as a request.",
		Script: Script{send("POST /no-such-{rnd} HTTP/1.1\r\nHost: {h}\r\nContent-Length: {n}\r\n\r\n"+hidden, get), canary("any 2xx open", "any 2xx close", "any close")},
	},
}

// manyRequests asks for n requests in a row to be served; an announced close in between is weak.
func manyRequests(n int) Step {
	return func(c *Conn) error {
		for i := range n {
			if c.Last != nil && c.Last.Closes() {
				c.Weak("the connection ended, as announced, after %d requests", i)
				return hangup(c)
			}
			if err := c.Send(get); err != nil {
				return err
			}
			if err := ok(c); err != nil {
				return fmt.Errorf("request %d: %w", i+1, err)
			}
		}
		return nil
	}
}

// persistentOrAnnounced asks for a second answer on one of three connections, or for the announcement that there is none.
func persistentOrAnnounced(c *Conn) error {
	for range 3 {
		if err := reopen(c); err != nil {
			return err
		}
		if err := c.Send(get); err != nil {
			return err
		}
		if err := ok(c); err != nil || c.Last.Closes() {
			return err
		}
		if err := c.Send(get); err != nil {
			return err
		}
		if err := ok(c); !check.Closed(err) {
			return err
		}
	}
	return wrong("Connection: close in every response", "none, and the connection ended after each")
}

// stillOpen asks for the next request to be served on this connection; to announce a close is wrong here.
func stillOpen(c *Conn) error {
	if c.Last.Closes() {
		return wrong("a connection that stays open", "Connection: "+c.Last.Get("Connection"))
	}
	return again(c)
}

// keptIfSaid asks for the close, unless the response says keep-alive and has a length.
func keptIfSaid(c *Conn) error {
	if !c.Last.Has("Connection", "keep-alive") {
		return hangup(c)
	}
	if !c.Last.Length {
		return wrong("a Content-Length beside keep-alive", c.Last.Head)
	}
	if err := c.Send("GET {p} HTTP/1.0\r\nHost: {h}\r\nConnection: keep-alive\r\n\r\n"); err != nil {
		return err
	}
	return ok(c)
}

var teardown = []Case{
	{
		Section: "9.6", Name: "close-is-announced", Alias: "RESP-CLOSE-ANNOUNCED",
		Rule: "A server that is going to close SHOULD say so in the last response.",
		Lint: func(r *check.Response) error {
			if !r.Ended {
				return check.NotApplicable
			}
			if !r.Closes() && !r.Minor10 {
				return wrong("Connection: close in the last response", "none, and then the end of the connection")
			}
			return nil
		},
	},
	{
		Section: "9.6", Name: "nothing-after-close", Alias: "RESP-KEEPALIVE-NOT-LYING",
		Rule:   "After a response with Connection: close a server MUST NOT send another one, and closes.",
		Script: Script{send(getHead+"Connection: close\r\n\r\n", get, get), ok, hangup},
	},
	{
		Section: "9.6", Name: "request-after-close", Alias: "PIPE-AFTER-CLOSE",
		Rule:   "A server MUST NOT process a request that comes after one with Connection: close.",
		Script: Script{send(getHead+"Connection: close\r\n\r\n", get), answers("2xx close")},
	},
	{
		Section: "9.6", Name: "close-by-fin", Alias: "CONN-FIN-NOT-RST",
		Rule:   "A server SHOULD end a connection so that the client gets the whole response: by FIN, not RST.",
		Script: Script{send(getHead + "Connection: close\r\n\r\n"), ok, finNotReset},
	},
	{
		Section: "9.6", Name: "half-closed-client", Alias: "PIPE-HALF-CLOSE",
		Rule:   "A client that has ended its own side SHOULD still get the whole response.",
		Script: Script{send(get), halfClose, ok},
	},
	{
		Section: "9.6", Name: "oversized-head-is-answered", Alias: "LINGER-NO-RST-ON-ERROR", Twin: get,
		Rule:   "A server that refuses in the middle of a request SHOULD linger, so that a reset does not destroy its answer.",
		Script: Script{oversizedHead},
	},
	{
		Section: "9.6", Name: "unread-content-is-answered", Alias: "LINGER-UNREAD-BODY", Twin: postField,
		Rule:   "A server that answers before it has read a long content SHOULD read on or linger, so that the client sees the answer.",
		Script: Script{unreadContent},
	},
}

func finNotReset(c *Conn) error {
	if !c.Ended(c.Answer) {
		return wrong("the connection to close", "it stayed open")
	}
	if c.WasReset() {
		return wrong("FIN", "RST")
	}
	return nil
}

// oversizedHead sends ever more of a field value, without ever ending the head.
func oversizedHead(c *Conn) error {
	wait := c.Quiet
	for _, size := range []int{64 << 10, 3 << 20} {
		if err := reopen(c); err != nil {
			return err
		}
		if err := c.Send(getHead + "X: "); err != nil {
			return err
		}
		if err := c.Write(filler(size)); err != nil {
			return err
		}
		if c.Await(wait); len(c.Pending()) > 0 || c.Ended(0) {
			return reject(431, 400, 413)(c)
		}
		wait = c.Answer // for this much an answer is due
	}
	return skip("the server still reads after 3 MiB of head")
}

// unreadContent posts a megabyte to a resource that does not exist.
func unreadContent(c *Conn) error {
	if err := c.Send("POST /no-such-{rnd} HTTP/1.1\r\nHost: {h}\r\nContent-Length: 1048576\r\n\r\n"); err != nil {
		return err
	}
	if err := c.Write(filler(1 << 20)); err != nil {
		return err
	}
	r, err := c.Final()
	var lost *check.Finding
	if errors.As(err, &lost) {
		return wrong("a readable answer", lost.Got)
	}
	if err != nil {
		return err
	}
	if r.Status < 400 {
		return wrong("a refusal", r.Line())
	}
	if b := c.Quietly(c.Quiet); len(b) > 0 {
		return broken("nothing after the answer", fmt.Sprintf("%q", short(string(b))))
	}
	return nil
}
