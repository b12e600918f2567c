package rfc9112

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/httpdlab/httpdlab/conformance/check"
)

// segment is long enough for two writes to travel in two TCP segments.
const segment = 2 * time.Millisecond

// A ClientHello record's beginning: enough to look like TLS to whoever knows TLS.
const clientHello = "\x16\x03\x01\x00\x2f\x01\x00\x00\x2b\x03\x03" +
	"0123456789abcdef0123456789abcdef\x00\x00\x04\x13\x01\x13\x02\x01\x00"

// everySplit sends request once per octet, cut there in two segments, and asks for 2xx each time.
func everySplit(request string) Step {
	return func(c *Conn) error {
		text, err := c.Text(request)
		if err != nil {
			return err
		}
		for at := 1; at < len(text); at++ {
			if err := sendSplit(c, text, at); err != nil {
				return fmt.Errorf("cut after octet %d: %w", at, err)
			}
		}
		return nil
	}
}

// sendSplit sends text in two segments and reads the answer, on a fresh connection if the last one closes.
func sendSplit(c *Conn, text string, at int) error {
	if c.Last != nil && c.Last.Closes() {
		if err := reopen(c); err != nil {
			return err
		}
	}
	if err := c.Send(text[:at]); err != nil {
		return err
	}
	if err := c.Wait(segment); err != nil {
		return err
	}
	if err := c.Write(text[at:]); err != nil {
		return err
	}
	return ok(c)
}

// splitAfter sends a request in segments that end with mark.
func splitAfter(request, mark string) Step {
	return func(c *Conn) error {
		parts := strings.SplitAfter(request, mark)
		if err := c.Send(parts[0]); err != nil {
			return err
		}
		for _, part := range parts[1:] {
			part, err := c.Text(part)
			if err != nil {
				return err
			}
			if err := c.Wait(segment); err != nil {
				return err
			}
			if err := c.Write(part); err != nil {
				return err
			}
		}
		return nil
	}
}

// everyPrefixSilent leaves a connection open after each of a choice of prefixes of a GET, all at once as far as the
// profile allows, and asks each to stay silent.
func everyPrefixSilent(c *Conn) error {
	text, err := c.Text(get)
	if err != nil {
		return err
	}
	stride, room := 1, len(text)
	if c.Sockets > 0 {
		stride, room = 7, c.Sockets-1
	}
	for at := 1; at < len(text); {
		var peers []*Conn
		for ; at < len(text) && len(peers) < room; at += stride {
			peer, err := c.Peer()
			if err != nil {
				return err
			}
			peers = append(peers, peer)
			defer c.Drop(peer)
			_ = peer.Write(text[:at])
		}
		if err := c.Wait(c.Quiet); err != nil {
			return err
		}
		for _, peer := range peers {
			if b := peer.Quietly(segment); len(b) > 0 {
				return wrong("silence until the head is complete", fmt.Sprintf("%q", b[:min(len(b), 80)]))
			}
		}
		for _, peer := range peers {
			_ = reset(peer)
		}
	}
	return nil
}

// skippedOrRefused accepts a refusal; a 2xx only if the folded line was not what made the request valid.
func skippedOrRefused(c *Conn) error {
	if strings.HasPrefix(c.Element(), " Host") {
		return refuse(400)(c)
	}
	return refuseOrServe(400)(c)
}

// mutations sends n damaged requests on connections of their own. Only survival is judged.
func mutations(n int) Step {
	return func(c *Conn) error {
		if c.Sockets > 0 {
			n = min(n, 100) // on a chip every connection costs time
		}
		random := rand.New(rand.NewPCG(9112, 7230))
		text, err := c.Text(post)
		if err != nil {
			if text, err = c.Text(get); err != nil {
				return err
			}
		}
		for i := range n {
			if err := mutant(c, []byte(text), random); err != nil {
				return fmt.Errorf("mutation %d: %w", i, err)
			}
		}
		return reopen(c)
	}
}

// mutant sends one request with one to four random changes.
func mutant(c *Conn, b []byte, random *rand.Rand) error {
	for range 1 + random.IntN(4) {
		switch at := random.IntN(len(b)); random.IntN(3) {
		case 0:
			b[at] = byte(random.UintN(256))
		case 1:
			b = append(b[:at], b[at+1:]...)
		case 2:
			b = append(b[:at], append([]byte{byte(random.UintN(256))}, b[at:]...)...)
		}
	}
	if err := reopen(c); err != nil {
		return err
	}
	_ = c.Write(string(b))
	_ = halfClose(c)
	c.Await(c.Answer)
	if check.Headless(c.Pending()) {
		return nil // what an old server says to what it takes for HTTP/0.9
	}
	r, err := c.Final()
	switch {
	case check.Closed(err):
		return nil
	case err == nil && r.Status == 500:
		return broken("no 500 whatever the request", r.Line())
	}
	return err
}
