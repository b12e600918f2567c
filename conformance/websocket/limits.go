package websocket

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/httpdlab/httpdlab/conformance/check"
)

// alwaysFits is the payload in octets that any server is expected to take: a refusal of less is no limit but a fault.
const alwaysFits = 1024

// Fits skips the case if the target refuses messages of n octets, as it may (RFC 6455, 10.4). It is tried once per size.
func Fits(n int) Step {
	return func(c *Conn) error {
		if n <= alwaysFits {
			return nil
		}
		if refusal, _ := c.Once(fmt.Sprintf("websocket fits %d", n), func() any { return c.refusal(n) }).(string); refusal != "" {
			return check.Skipf("the target's limit: a message of %d octets is refused by %s", n, refusal)
		}
		return nil
	}
}

// refusal tells how the target refuses a message of n octets, or "".
func (c *Conn) refusal(n int) (how string) {
	_ = Beside(func(peer *Conn) error {
		how = peer.refusesMessage(Binary(Pattern(n)))
		return nil
	})(c)
	return how
}

// refusesMessage sends a message and tells how the server refuses it; "" if it answers with anything, or not at all.
func (c *Conn) refusesMessage(fragments ...Frame) string {
	c.Lenient = true
	if err := c.Run(Open, Send(fragments...)); err != nil {
		return ""
	}
	m, err := c.Next(max(c.Answer, 10*time.Second))
	switch {
	case err == nil && m.Op == OpClose:
		return fmt.Sprintf("Close %d", c.Closed.Code)
	case err != nil && !c.Open():
		return c.How()
	}
	return ""
}

// Accepts reports whether the target sends a message of these fragments back, and how it refuses it otherwise.
func (c *Conn) Accepts(fragments ...Frame) (back bool, refusal string) {
	_ = Beside(func(peer *Conn) error {
		peer.Lenient = true
		if err := peer.Run(Open, Echo(fragments...)); err == nil {
			back = true
			return nil
		}
		switch {
		case peer.Closed != nil:
			refusal = fmt.Sprintf("Close %d", peer.Closed.Code)
		case !peer.Open():
			refusal = peer.How()
		}
		return nil
	})(c)
	return back, refusal
}

// Heap is the octets that the target says are free, from GET /heap of the board contract.
func (c *Conn) Heap() (free int64, ok bool) {
	if _, known := c.Vars["heap"]; !known {
		return 0, false
	}
	peer, err := c.Peer()
	if err != nil {
		return 0, false
	}
	defer c.Drop(peer)
	if peer.Send("GET {heap} HTTP/1.1\r\nHost: {h}\r\n\r\n") != nil {
		return 0, false
	}
	r, err := peer.Final()
	var heap struct{ Free int64 }
	if err != nil || json.Unmarshal(r.Body, &heap) != nil {
		return 0, false
	}
	return heap.Free, true
}

// WatchingHeap does steps and asks the target not to have lost more than most octets of its heap meanwhile. Without GET /heap it
// only does the steps.
func WatchingHeap(most int64, steps ...Step) Step {
	return func(c *Conn) error {
		before, known := c.Heap()
		if err := c.Run(steps...); err != nil || !known {
			return err
		}
		after, known := c.Heap()
		if lost := before - after; known && lost > most {
			return check.Broken(fmt.Sprintf("at most %d octets of memory taken", most), fmt.Sprintf("%d taken", lost))
		}
		return nil
	}
}
