package rfc7692

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/httpdlab/httpdlab/conformance/check"
	"github.com/httpdlab/httpdlab/conformance/inflate"
	"github.com/httpdlab/httpdlab/conformance/websocket"
)

// encoding is text that is not UTF-8 once it is inflated.
var encoding = []Case{
	{
		Section: "8", Name: "text-that-is-not-utf-8", Alias: "PM-21", Cite: "RFC 6455, 8.1", Neighbour: neighbour,
		Rule:   "A compressed text that inflates to anything but UTF-8 MUST fail the connection.",
		Each:   []string{"\xff", "Hello \xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "abc\x80"},
		Script: script(open(deflate), invalidText, fails(1007)),
	},
	{
		Section: "8", Name: "text-that-ends-inside-a-character", Cite: "RFC 6455, 8.1", Neighbour: neighbour,
		Rule:   "A compressed text that inflates to UTF-8 but for its end MUST fail the connection.",
		Each:   []string{"Hello \xe2\x82", "\xf0\x9f\x98"},
		Script: script(open(deflate), invalidText, fails(1007)),
	},
	{
		Section: "8", Name: "fragmented-text-that-is-not-utf-8", Alias: "PM-21", Cite: "RFC 6455, 8.1", Neighbour: neighbour,
		Rule:   "A compressed text in fragments that inflates to anything but UTF-8 MUST fail the connection.",
		Script: script(open(deflate), invalidFragments, fails(1007)),
	},
	{
		Section: "8", Name: "text-by-reference-that-is-not-utf-8", Cite: "RFC 6455, 8.1", Neighbour: neighbour,
		Rule: "A compressed text whose octets above 127 come by back reference MUST be looked at like any other.",
		Script: script(open(deflate), sameContext,
			send(packed(binary(stored("\xc3\xa4\xff\xfe")))), receive(binary("\xc3\xa4\xff\xfe")), payload(reference(3, 4)), fails(1007)),
	},
	{
		Section: "8", Name: "characters-across-fragments", Cite: "RFC 6455, 8.1",
		Rule:   "A compressed text MUST be looked at as a whole, although blocks and fragments end inside its characters.",
		Script: script(open(deflate), inFragments(1, text("κόσμε, €, 😀")), acrossBlocks),
	},
	{
		Section: "8", Name: "binary-that-is-not-utf-8", Cite: "RFC 6455, 5.6",
		Rule:   "A compressed binary message MUST be taken whatever it inflates to.",
		Script: script(open(deflate), echo(binary("\xff\xfe\x80"), binary(everyOctet))),
	},
}

func invalidText(c *conn) error {
	return payload(string(new(inflate.Writer).Fixed(false, inflate.Literals(c.Element())...).Message()))(c)
}

func invalidFragments(c *conn) error {
	octets := string(new(inflate.Writer).Fixed(false, inflate.Literals(verse+"\xe2\x28\xa1")...).Message())
	return send(websocket.Fragments(packed(text(octets)), 20)...)(c)
}

// acrossBlocks has a block end inside each character.
func acrossBlocks(c *conn) error {
	const message = "κόσμε, €, 😀"
	var w inflate.Writer
	for i := range len(message) {
		w.Stored(false, message[i:i+1])
	}
	return c.run(payload(string(w.Message())), receive(text(message)))
}

var bombs = []Case{
	{
		Section: "8", Name: "bomb", Alias: "PM-22", Alone: true, Neighbour: neighbour,
		Rule:   "A few octets that inflate to 64 MiB SHOULD be refused with 1009, while others are served and memory stays bounded.",
		Script: script(open(deflate), explode(64<<20, 1)),
	},
	{
		Section: "8", Name: "bomb-in-fragments", Alias: "PM-22", Alone: true, Neighbour: neighbour,
		Rule:   "Fragments that inflate to 64 MiB together SHOULD be refused with 1009, while others are served and memory stays bounded.",
		Script: script(open(deflate), explode(64<<20, 64)),
	},
	{
		Section: "8", Name: "large-bomb", Alias: "PM-22", Alone: true, Slow: true, Neighbour: neighbour,
		Rule:   "A megabyte that inflates to 1 GiB SHOULD be refused with 1009, while others are served and memory stays bounded.",
		Script: script(open(deflate), explode(1<<30, 1)),
	},
	{
		Section: "8", Name: "many-large-messages", Alias: "PM-22", Alone: true, Neighbour: neighbour,
		Rule:   "Many messages that inflate to much MUST leave no memory behind when they have been echoed.",
		Script: script(open(deflate), manyLarge),
	},
}

// bomb is a message that inflates to n octets, a 258th of it for each two bits or so.
func bomb(n int) string {
	copies := make([]inflate.Token, 1<<14)
	for i := range copies {
		copies[i] = inflate.Copy(258, 1)
	}
	var w inflate.Writer
	w.Fixed(false, inflate.Literals("a")...)
	for made := 1; made < n; made += 258 * len(copies) {
		w.Dynamic(false, copies...)
	}
	return string(w.Message())
}

// heapNoise is how much the heap of a target may differ between two looks at it, in octets.
const heapNoise = 64 << 20

// explode sends a bomb, looks after the other clients meanwhile, and asks for a refusal.
func explode(n, frames int) step {
	return func(c *conn) error {
		octets := bomb(n)
		before := c.heap()
		sent := send(websocket.Fragments(packed(text(octets)), len(octets)/frames+1)...)
		if err := sent(c); err != nil {
			return err
		}
		waited, err := c.others()
		if err != nil {
			return err
		}
		if err := c.refusedBomb(n); err != nil {
			return err
		}
		if waited > max(time.Second, c.Quiet) {
			return check.Late("another client to be served within a second meanwhile", fmt.Sprintf("%.1f s", waited.Seconds()))
		}
		if after := c.heap(); after > before+heapNoise {
			return broken("a bounded heap", fmt.Sprintf("%d MiB more in use after a bomb of %d octets", (after-before)>>20, len(octets)))
		}
		return nil
	}
}

// refusedBomb asks for the end of the connection. Who sends the whole back has no limit, which is weak, or has one that
// does not hold for what is inflated.
func (c *conn) refusedBomb(n int) error {
	c.CountsRefusal()
	err := fails(1009)(c)
	if err == nil || !c.Open() || c.Closed != nil {
		return err
	}
	if err := c.run(reopen, shake(), send(binary("").Claiming(uint64(n)))); err != nil {
		return err
	}
	if m, err := c.Next(max(c.Quiet, 300*time.Millisecond)); check.Expired(err) {
		return wrong("Close 1009", fmt.Sprintf("%d MiB made of a small message: there is no limit", n>>20))
	} else if err == nil && m.Op != websocket.OpClose {
		return broken("no message", m.String())
	}
	return broken("Close 1009, as for a plain message of that size", fmt.Sprintf("%d MiB made of a small message", n>>20))
}

// others asks for another client to be served and returns how long that took.
func (c *conn) others() (time.Duration, error) {
	start := time.Now()
	if err := websocket.Beside(websocket.Hello)(c.Conn); err != nil {
		return 0, broken("another client to be served meanwhile", err.Error())
	}
	return time.Since(start), nil
}

// manyLarge echoes 80 MiB in messages of 512 KiB, if the target takes such messages.
func manyLarge(c *conn) error {
	const n, count = 512 << 10, 160
	message := text(strings.Repeat("a", n))
	octets := string(c.client.Message([]byte(message.Payload)))
	if err := c.run(payload(octets), receive(message)); err != nil {
		if c.Closed != nil && c.Closed.Code == 1009 {
			return skip("the target takes no messages of 512 KiB")
		}
		return err
	}
	before := c.heap()
	for range count {
		if err := c.run(payload(octets), receive(message)); err != nil {
			return err
		}
	}
	if after := c.heap(); after > before+heapNoise {
		return broken("a heap that does not grow with the number of messages", fmt.Sprintf("%d MiB more in use after %d of %d octets", (after-before)>>20, count, n))
	}
	return nil
}

// heap is how much memory the target says is in use, in octets; 0 if it does not tell.
func (c *conn) heap() uint64 {
	peer, err := c.Peer()
	if err != nil || c.Vars["heap"] == "" {
		return 0
	}
	defer c.Drop(peer)
	if peer.Send("GET {heap} HTTP/1.1\r\nHost: {h}\r\n\r\n") != nil {
		return 0
	}
	var memory struct{ Free, Total uint64 }
	if r, err := peer.Final(); err != nil || json.Unmarshal(r.Body, &memory) != nil || memory.Free > memory.Total {
		return 0
	}
	return memory.Total - memory.Free
}
