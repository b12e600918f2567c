package rfc9112

import (
	"fmt"
	"time"
)

// Section 9.5 says that servers usually have timeouts and asks for none: the catalogue's SHOULD is not in the text.
// These cases measure, and judge only that a stalled client does not keep others from being served.
var timeouts = []Case{
	{
		Section: "9.5", Name: "slow-head", Alias: "SLOW-HEADER-TIMEOUT",
		Rule:   "How long a head may drip in; meanwhile others are served.",
		Script: Script{stall("GET {p} HTTP/1.1\r\nHost: {h}\r\nX-Drip: ", "a")},
	},
	{
		Section: "9.5", Name: "stalled-content", Alias: "SLOW-BODY-TIMEOUT",
		Rule:   "How long content may stall; meanwhile others are served.",
		Script: Script{stall("POST {post} HTTP/1.1\r\nHost: {h}\r\nContent-Length: 10\r\n\r\nhel", "")},
	},
	{
		Section: "9.5", Name: "idle-after-response", Alias: "IDLE-KEEPALIVE-TIMEOUT",
		Rule:   "How long an idle connection is kept; it ends by FIN and without stray octets.",
		Script: Script{send(get), ok, stall("", "")},
	},
	{
		Section: "9.5", Name: "silent-from-the-start", Alias: "IDLE-NEVER-SENDS",
		Rule:   "How long a client may say nothing at all; meanwhile others are served.",
		Script: Script{stall("", "")},
	},
	{
		Section: "9.5", Name: "content-after-the-timeout", Alias: "SMUG-CLIENT-PAUSE", Twin: post,
		Rule:   "A timeout while content is due MUST end the connection: what comes late is never read as a request.",
		Script: Script{lateContent},
	},
}

// stall says begin, then drip once in a while, and watches when and how the server ends it.
func stall(begin, drip string) Step {
	return func(c *Conn) error {
		text, err := c.Text(begin)
		if err != nil {
			return err
		}
		c.Irregular()
		_ = c.Write(text)
		start, pace := time.Now(), max(c.Patience/4, 10*time.Millisecond)
		if err := pause(c); err != nil { // let the server notice before others come
			return err
		}
		if err := alive(c); err != nil {
			return err
		}
		for time.Since(start) < c.Patience {
			if c.Ended(min(pace, c.Patience-time.Since(start))) {
				break
			}
			_ = c.Write(drip)
		}
		return ending(c, time.Since(start))
	}
}

// ending judges what a stalled client got to see.
func ending(c *Conn, after time.Duration) error {
	if len(c.Pending()) > 0 {
		r, err := c.Final()
		if err != nil {
			return err
		}
		if r.Status != 408 && r.Status != 400 {
			return broken("408 or nothing for a request that never came", r.Line())
		}
		c.Note("answered %s", r.Line())
	}
	switch {
	case !c.Ended(0):
		c.Note("still open after %s", after.Round(100*time.Millisecond))
	case c.WasReset():
		c.Weak("ended by RST after %s", after.Round(100*time.Millisecond))
	default:
		c.Note("closed after %s", after.Round(100*time.Millisecond))
	}
	return nil
}

// lateContent waits as long as patience allows, sends a request where content is due and counts the answers.
func lateContent(c *Conn) error {
	late, err := c.Text(hidden)
	if err != nil {
		return err
	}
	head := fmt.Sprintf("%sContent-Length: %d\r\n\r\n", postHead, len(late))
	if err := c.Send(head); err != nil {
		return err
	}
	ended := c.Ended(c.Patience)
	if !ended && len(c.Pending()) == 0 {
		c.Note("no timeout within %s", c.Patience)
	}
	_ = c.Write(late)
	return canary("2xx open", "2xx close", "408 close", "4xx close", "close")(c)
}
