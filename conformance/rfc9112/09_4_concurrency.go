package rfc9112

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

var concurrency = []Case{
	{
		Section: "9.4", Name: "four-at-once", Alias: "CONN-CONCURRENT-4",
		Rule:   "Connections whose octets interleave each get their own answer.",
		Script: Script{interleaved(4)},
	},
	{
		Section: "9.4", Name: "dropped-connections", Alias: "SOCKET-LEAK", Twin: get, Alone: true,
		Rule:   "Two hundred connections, opened and dropped one after another, leave the server able to serve.",
		Script: Script{openAndDrop(200), recovers},
	},
	{
		Section: "9.4", Name: "more-than-the-limit", Alias: "CONN-LIMIT-GRACEFUL", Twin: get, Alone: true,
		Rule:   "A server MAY limit its connections: one too many waits, is refused or pushes out an idle one, and all is well when they close.",
		Script: Script{beyondLimit, alive},
	},
	{
		Section: "9.4", Name: "reset-amid-response", Alias: "RST-MID-RESPONSE", Twin: get,
		Rule:   "A client that resets in the middle of a long response does no harm to the others.",
		Script: Script{send("GET {large} HTTP/1.1\r\nHost: {h}\r\n\r\n"), pause, reset, alive},
	},
	{
		Section: "9.4", Name: "slow-reader", Alias: "CONN-LARGE-RESPONSE-SLOW-READER", Alone: true,
		Rule:   "A client that reads slowly gets the whole response, and the others are served meanwhile.",
		Script: Script{slowReader},
	},
	{
		Section: "9.4", Name: "lives-after-noise", Alias: "ALIVE-AFTER-EACH", Twin: get,
		Rule:   "After any malformed request, this noise for one, a server MUST go on serving others.",
		Each:   []string{"\x00\x00\x00\x00", "GET", "\xff\xfe\r\n\r\n", "POST {p} HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n"},
		Script: Script{write("{x}"), reset, alive},
	},
}

// interleaved sends n requests with different content octet by octet in turn and compares what comes back.
func interleaved(n int) Step {
	return func(c *Conn) error {
		if c.Sockets > 0 {
			n = min(n, c.Sockets-1) // this connection is open too
		}
		peers, texts := make([]*Conn, n), make([]string, n)
		for i := range peers {
			peer, err := c.Peer()
			if err != nil {
				return err
			}
			defer c.Drop(peer)
			texts[i], err = c.Text(fmt.Sprintf("POST {echo} HTTP/1.1\r\nHost: {h}\r\nContent-Length: 8\r\n\r\ncontent%d", i))
			if err != nil {
				return err
			}
			peers[i] = peer
		}
		for at := range len(texts[0]) {
			for i, peer := range peers {
				if err := peer.Write(texts[i][at : at+1]); err != nil {
					return err
				}
			}
		}
		for i, peer := range peers {
			if err := body(fmt.Sprintf("content%d", i))(peer); err != nil {
				return fmt.Errorf("connection %d: %w", i, err)
			}
		}
		return nil
	}
}

func openAndDrop(n int) Step {
	return func(c *Conn) error {
		if c.Sockets > 0 {
			n = min(n, 50)
		}
		for i := range n {
			if err := reopen(c); err != nil {
				return err
			}
			if i%2 == 0 {
				_ = c.Write("GET / HT")
			}
		}
		return reopen(c)
	}
}

// recovers is alive for a server that may have much to work off first: a chip takes milliseconds a connection, and
// those that were dropped still stand in its queue.
func recovers(c *Conn) error {
	deadline := time.Now().Add(4 * c.Answer)
	for {
		err := alive(c)
		if err == nil || time.Now().After(deadline) {
			return err
		}
		if err := c.Wait(c.Quiet); err != nil {
			return err
		}
	}
}

// beyondLimit opens one connection more than the target declares (or 64), uses the first and then all of them.
func beyondLimit(c *Conn) error {
	limit := 64
	if declared, err := strconv.Atoi(c.Vars["sockets"]); err == nil {
		limit = min(limit, declared)
	} else if c.Sockets > 0 {
		return skip("the target does not declare how many connections it takes")
	}
	c.Irregular() // the target may push it out
	if err := c.Send(get); err != nil {
		return err
	}
	if err := ok(c); err != nil {
		return err
	}
	for range limit {
		peer, err := c.Peer()
		if err != nil {
			break // refused: one of the ways that are allowed
		}
		defer c.Drop(peer)
		peer.Irregular()
		_ = peer.Send(get)
		if r, err := peer.Final(); err == nil && r.Status != 200 && r.Status != 503 {
			return wrong("2xx or 503 on every connection", r.Line())
		}
	}
	return nil
}

// slowReader takes 1 KiB at a time with pauses, looks after the others, and then asks for every octet.
func slowReader(c *Conn) error {
	if err := c.Send("GET {large} HTTP/1.1\r\nHost: {h}\r\nConnection: close\r\n\r\n"); err != nil {
		return err
	}
	read := 0
	for range 32 {
		n, err := c.ReadSome(1 << 10)
		if read += n; err == io.EOF {
			break
		} else if err != nil {
			return broken("a response that keeps coming", err.Error())
		}
		if err := c.Wait(5 * time.Millisecond); err != nil {
			return err
		}
	}
	if err := alive(c); err != nil {
		return err
	}
	if err := ok(c); err != nil {
		return fmt.Errorf("after %d octets read slowly: %w", read, err)
	}
	return sameAsBefore(c)
}

// sameAsBefore compares the content with that of a plain GET.
func sameAsBefore(c *Conn) error {
	slow := string(c.Last.Body)
	if err := reopen(c); err != nil {
		return err
	}
	if err := c.Send("GET {large} HTTP/1.1\r\nHost: {h}\r\n\r\n"); err != nil {
		return err
	}
	if err := ok(c); err != nil {
		return err
	}
	if fast := string(c.Last.Body); strings.Compare(fast, slow) != 0 {
		return wrong(fmt.Sprintf("the same %d octets as without haste", len(fast)), fmt.Sprintf("%d other ones", len(slow)))
	}
	return nil
}
