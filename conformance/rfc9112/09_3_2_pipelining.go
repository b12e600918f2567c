package rfc9112

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/httpdlab/httpdlab/conformance/check"
)

const missing = "GET /no-such-{rnd} HTTP/1.1\r\nHost: {h}\r\n\r\n"

var pipelining = []Case{
	{
		Section: "9.3.2", Name: "two-in-order", Alias: "PIPE-2-ORDER",
		Rule:   "Pipelined requests MUST be answered in their order.",
		Script: Script{send("GET {p}?a=1 HTTP/1.1\r\nHost: {h}\r\n\r\n", missing), ok, status(404)},
	},
	{
		Section: "9.3.2", Name: "ten", Alias: "PIPE-10",
		Rule:   "Ten pipelined requests MUST be answered in order, or up to an announced close: none is lost in between.",
		Script: Script{pipeline(10)},
	},
	{
		Section: "9.3.2", Name: "hundred-to-a-slow-reader", Alias: "PIPE-100",
		Rule:   "A hundred pipelined requests MUST be answered in order also if the client reads slowly: no deadlock.",
		Script: Script{pipelineSlowly(100)},
	},
	{
		Section: "9.3.2", Name: "mixed-methods", Alias: "PIPE-MIXED",
		Rule: "Each pipelined response MUST be framed by the method of its own request.",
		Script: Script{
			send(get, "HEAD {p} HTTP/1.1\r\nHost: {h}\r\n\r\n", post, postChunk, "OPTIONS {p} HTTP/1.1\r\nHost: {h}\r\n\r\n", get),
			ok, ok, ok, ok, anyFinal, ok,
		},
	},
	{
		Section: "9.3.2", Name: "content-then-get", Alias: "PIPE-POST-THEN-GET",
		Rule:   "The request behind a content MUST be found at the octet where the length ends.",
		Script: Script{send(post, get), ok, again2},
	},
	{
		Section: "9.3.2", Name: "chunks-then-get", Alias: "PIPE-CHUNKED-THEN-GET", Cite: "RFC 9112, 7.1",
		Rule:   "The request behind chunked content MUST be found at the octet after its empty line.",
		Script: Script{send(postChunk, get), ok, again2},
	},
	{
		Section: "9.3.2", Name: "valid-then-invalid", Alias: "PIPE-VALID-THEN-INVALID", Twin: get,
		Rule:   "The answer to a valid request MUST arrive whole, also when the request behind it is refused.",
		Script: Script{send(get, "GET {p} HTTP/1.1\r\n\r\n"), ok, refuse(400)},
	},
	{
		Section: "9.3.2", Name: "segment-boundary-anywhere", Alias: "PIPE-SPLIT-AT-EVERY-OFFSET", Alone: true,
		Rule:   "Two pipelined requests MUST get the same two answers wherever TCP cuts them.",
		Script: Script{everySplitOfTwo},
	},
}

// anyFinal asks only for a well-framed final response.
func anyFinal(c *Conn) error {
	_, err := c.Final()
	return err
}

// pipeline sends n requests at once: even ones for {p}, odd ones for a page that does not exist.
func pipeline(n int) Step {
	return func(c *Conn) error {
		if err := sendAlternating(c, n); err != nil {
			return err
		}
		return readAlternating(c, n, 0)
	}
}

func pipelineSlowly(n int) Step {
	return func(c *Conn) error {
		if c.Sockets > 0 {
			return skip("a hundred requests at once are beyond the declared profile")
		}
		if err := sendAlternating(c, n); err != nil {
			return err
		}
		return readAlternating(c, n, time.Millisecond)
	}
}

func sendAlternating(c *Conn, n int) error {
	requests := make([]string, n)
	for i := range requests {
		requests[i] = []string{get, missing}[i%2]
	}
	return c.Send(requests...)
}

func readAlternating(c *Conn, n int, pause time.Duration) error {
	for i := range n {
		if err := c.Wait(pause); err != nil {
			return err
		}
		r, err := c.Final()
		var finding *check.Finding
		if errors.As(err, &finding) {
			return fmt.Errorf("answer %d of %d: %w", i+1, n, err)
		}
		if err != nil {
			return err
		}
		if want := []int{2, 4}[i%2]; r.Status/100 != want {
			return wrong(fmt.Sprintf("answer %d to be %dxx", i+1, want), r.Line())
		}
		if r.Closes() {
			return hangup(c)
		}
	}
	return nil
}

// everySplitOfTwo sends two requests with content between them, cut once at each offset.
func everySplitOfTwo(c *Conn) error {
	first, err := c.Text(post)
	if err != nil {
		return err
	}
	second, err := c.Text(missing)
	if err != nil {
		return err
	}
	both := first + second
	for at := 1; at < len(both); at++ {
		if err := reopen(c); err != nil {
			return err
		}
		if err := c.Send(both[:at]); err != nil {
			return err
		}
		if err := c.Wait(segment); err != nil {
			return err
		}
		if err := c.Write(both[at:]); err != nil {
			return err
		}
		if err := twoAnswers(c); err != nil {
			return fmt.Errorf("cut after octet %d: %w", at, err)
		}
	}
	return nil
}

func twoAnswers(c *Conn) error {
	if err := ok(c); err != nil {
		return err
	}
	if c.Last.Closes() {
		return hangup(c)
	}
	return status(404)(c)
}

// filler is n octets that are good in a field value and in content.
func filler(n int) string { return string(slices.Repeat([]byte{'a'}, n)) }
