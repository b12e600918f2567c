package rfc7692

import (
	"fmt"
	"strings"
	"time"

	"github.com/httpdlab/httpdlab/conformance/websocket"
)

// verse is a text that repeats itself.
var verse = strings.Repeat("row, row, row your boat, gently down the stream; merrily, merrily; ", 6)

var mixedMessages = []Case{
	{
		Section: "6.2", Name: "compressed-text",
		Rule:   "A message with RSV1 MUST be inflated.",
		Script: script(open(deflate), echo(text("Hello"), text(verse))),
	},
	{
		Section: "6.2", Name: "compressed-binary",
		Rule:   "A binary message with RSV1 MUST be inflated.",
		Script: script(open(deflate), echo(binary("\x00\xff\x00\xff"), binary(pattern(3000)))),
	},
	{
		Section: "6.2", Name: "plain-message",
		Rule:   "A message without RSV1 MUST be taken as it is, although compression was agreed on.",
		Script: script(open(deflate), plain(text("Hello"), binary(hello), text(verse), binary(pattern(300)))),
	},
	{
		Section: "6.2", Name: "mixed-messages", Alias: "PM-13",
		Rule:   "RSV1 MUST be looked at for each message by itself.",
		Script: script(open(deflate), echo(text(verse)), plain(text(verse)), echo(text("")), plain(text("")), echo(binary(pattern(500))), plain(binary(hello)), echo(text(verse))),
	},
	{
		Section: "6.2", Name: "plain-messages-leave-the-context-alone",
		Rule: "A message without RSV1 MUST NOT enter the context that compressed ones refer to.",
		Script: script(
			open(deflate), sameContext, payload(hello), receive(text("Hello")),
			plain(text("World"), binary(pattern(200))), payload(helloAgain), receive(text("Hello")),
		),
	},
	{
		Section: "6.2", Name: "pings-leave-the-context-alone",
		Rule: "A control frame MUST NOT touch the context that compressed messages refer to.",
		Script: script(
			open(deflate), sameContext, payload(hello), receive(text("Hello")),
			send(ping("World")), receive(pong("World")), payload(helloAgain), receive(text("Hello")),
		),
	},
	{
		Section: "6.2", Name: "fragmented-plain-message",
		Rule:   "A fragmented message without RSV1 on its first frame MUST be taken as it is.",
		Script: script(open(deflate), send(text("Hel").NotFinal(), cont("lo")), receive(text("Hello")), echo(text("Hello"))),
	},
	{
		Section: "6.2", Name: "many-in-one-segment",
		Rule:   "Messages that arrive together MUST be answered one by one and in order.",
		Script: script(open(deflate), together),
	},
}

// helloAgain is Hello by a reference into an earlier Hello (RFC 7692, 7.2.3.2).
const helloAgain = "\xf2\x00\x11\x00\x00"

// sameContext gives up if the client must compress each message for itself.
func sameContext(c *conn) error {
	if c.answer.clientAlone {
		return skip("the target has the client compress each message for itself")
	}
	return nil
}

// together sends compressed and plain messages and pings in one write.
func together(c *conn) error {
	var frames, due []Frame
	for i := range 60 {
		m := text(fmt.Sprintf("message %d, %s", i, verse[:i]))
		due = append(due, m)
		if i%3 > 0 {
			m = packed(m)
			m.Payload = string(c.client.Message([]byte(m.Payload)))
		}
		frames = append(frames, m)
		if i%5 == 0 {
			frames, due = append(frames, ping(fmt.Sprint(i))), append(due, pong(fmt.Sprint(i)))
		}
	}
	return c.run(send(frames...), receive(due...))
}

var fragments = []Case{
	{
		Section: "6.2", Name: "cut-anywhere", Alias: "PM-14",
		Rule:   "A compressed message MUST be inflated wherever it was cut into two fragments.",
		Script: script(open(deflate), cutAnywhere),
	},
	{
		Section: "6.2", Name: "fragments-of-one-octet",
		Rule:   "A compressed message MUST be inflated although each fragment holds one octet.",
		Script: script(open(deflate), inFragments(1, text(verse)), inFragments(1, binary(pattern(400)))),
	},
	{
		Section: "6.2", Name: "empty-fragments",
		Rule: "A compressed message MUST be inflated although fragments of it are empty.",
		Script: script(
			open(deflate), send(packed(text("")).NotFinal(), cont(hello)), receive(text("Hello")),
			send(packed(text(hello)).NotFinal(), cont("")), receive(text("Hello")),
			send(packed(text(hello[:2])).NotFinal(), cont("").NotFinal(), cont("").NotFinal(), cont(hello[2:]).NotFinal(), cont("")), receive(text("Hello")),
		),
	},
	{
		Section: "6.2", Name: "pings-between-fragments",
		Rule: "A ping between the fragments of a compressed message MUST be answered without harm to the message.",
		Script: script(
			open(deflate), send(packed(text(hello[:1])).NotFinal(), ping("1"), cont(hello[1:4]).NotFinal(), ping("2"), cont(hello[4:])),
			receive(pong("1"), pong("2"), text("Hello")), echo(text(verse)),
		),
	},
	{
		Section: "6.2", Name: "rsv1-only-on-the-first-fragment",
		Rule:   "A compressed message of many frames from the server MUST have RSV1 on its first frame only.",
		Script: script(open(deflate), echo(binary(noise(40_000)), text(letters(100_000))), measured),
	},
	{
		Section: "6.2", Name: "octet-by-octet",
		Rule:   "A compressed message MUST be inflated although it arrives in segments of one octet.",
		Script: script(open(deflate), dripped),
	},
}

// cutAnywhere sends a message once for each octet, cut there.
func cutAnywhere(c *conn) error {
	for at := range len(hello) + 1 {
		if err := c.run(send(packed(text(hello[:at])).NotFinal(), cont(hello[at:])), receive(text("Hello"))); err != nil {
			return fmt.Errorf("cut before octet %d: %w", at, err)
		}
	}
	return nil
}

// inFragments echoes a message, compressed and in fragments of n octets.
func inFragments(n int, m Frame) step {
	return func(c *conn) error {
		f := packed(m)
		f.Payload = string(c.client.Message([]byte(m.Payload)))
		return c.run(send(websocket.Fragments(f, n)...), receive(m))
	}
}

func dripped(c *conn) error {
	m := packed(text(string(c.client.Message([]byte(verse)))))
	return c.run(base(websocket.Drip(1, time.Millisecond/2, m)), receive(text(verse)))
}
