package rfc7692

import (
	"fmt"

	"github.com/httpdlab/httpdlab/conformance/check"
	"github.com/httpdlab/httpdlab/conformance/inflate"
	"github.com/httpdlab/httpdlab/conformance/websocket"
)

var everyWindow = []string{"8", "9", "10", "11", "12", "13", "14", "15"}

var serverWindow = []Case{
	{
		Section: "7.1.2.1", Name: "answered", Alias: "PM-04", Each: everyWindow, Neighbour: neighbour,
		Rule:   "A server that accepts an offer with server_max_window_bits MUST answer with the same value or a smaller one.",
		Script: script(shake("permessage-deflate; server_max_window_bits={x}"), agreeing(parameters.keepsServerWindow), greeting),
	},
	{
		Section: "7.1.2.1", Name: "full-window-answered", Neighbour: neighbour,
		Rule:   "A server that accepts an offer with server_max_window_bits=15 SHOULD say so in its answer.",
		Script: script(shake("permessage-deflate; server_max_window_bits=15"), saysWindow, greeting),
	},
	{
		Section: "7.1.2.1", Name: "kept", Alias: "PM-04",
		Rule:   "Back references of the server MUST NOT reach farther than the window that was agreed on.",
		Script: script(eachWindow("permessage-deflate; server_max_window_bits=%d", held, beyondWindow, measured)),
	},
	{
		Section: "7.1.2.1", Name: "kept-across-messages",
		Rule:   "Back references of the server into earlier messages MUST NOT reach farther than the window that was agreed on.",
		Script: script(eachWindow("permessage-deflate; server_max_window_bits=%d", held, beyondWindowAcross, measured)),
	},
	{
		Section: "7.1.2.1", Name: "quoted", Neighbour: neighbour,
		Rule: "A value in quotes SHOULD be accepted like one without.",
		Script: script(
			openElse("permessage-deflate; server_max_window_bits=10"), reopen,
			preferred(`permessage-deflate; server_max_window_bits="10"`), agreeing(parameters.keepsServerWindow), greeting,
		),
	},
	{
		Section: "7.1.2.1", Name: "reach",
		Rule:   "How far the server reaches back without a limit is measured.",
		Script: script(open(deflate), again(letters(9000)), echo(binary(noise(31_000)+noise(31_000)[:500])), measured, noteReach),
	},
}

// saysWindow asks an answer with permessage-deflate to name the window.
func saysWindow(c *conn) error {
	if c.on && c.answer.serverBits == 0 {
		return wrong(serverMaxBits+" in the answer", "an answer without it")
	}
	return nil
}

// openElse goes on only if the target accepts the offer.
func openElse(offer string) step {
	return func(c *conn) error {
		if err := shake(offer)(c); err != nil || c.on {
			return err
		}
		return skip("the target declines %q", offer)
	}
}

// eachWindow does steps on a connection for each size of a window that the target accepts.
func eachWindow(offer string, steps ...step) step {
	return func(c *conn) error {
		var declined []int
		for bits := 8; bits <= 15; bits++ {
			if err := c.run(reopen, shake(fmt.Sprintf(offer, bits))); err != nil {
				return err
			}
			if !c.on {
				declined = append(declined, bits)
				continue
			}
			if err := c.run(steps...); err != nil {
				return fmt.Errorf("with %d bits: %w", bits, err)
			}
		}
		switch len(declined) {
		case 0:
		case 8:
			return skip("the target declines %q with every number of bits", offer)
		default:
			c.Note("declines %v bits", declined)
		}
		return nil
	}
}

// held takes the server by the window that was offered, even if it answers without one.
func held(c *conn) error {
	if offer := offered(c.offers)[0].serverBits; c.answer.serverBits == 0 || c.answer.serverBits > offer {
		c.answer.serverBits = offer
	}
	return nil
}

// beyondWindow echoes messages in which everything is repeated at one distance: within the window, at its edge, beyond.
func beyondWindow(c *conn) error {
	reach := c.answer.serverWindow()
	for _, distance := range []int{reach / 2, reach, reach + 1, reach + 7, 2 * reach, 4 * reach} {
		if distance > inflate.MaxWindow {
			break
		}
		unique := noise(distance)
		if err := echo(binary(unique + unique[:min(distance, 300)]))(c); err != nil {
			return fmt.Errorf("repeated after %d octets: %w", distance, err)
		}
	}
	return echo(text(letters(3 * reach)))(c)
}

// beyondWindowAcross is beyondWindow with what is repeated in messages of their own.
func beyondWindowAcross(c *conn) error {
	reach := c.answer.serverWindow()
	for _, distance := range []int{reach / 2, reach, reach + 1, reach + 7, 2 * reach} {
		unique := noise(distance)
		if err := echo(binary(unique), binary(unique[:min(distance, 300)]))(c); err != nil {
			return fmt.Errorf("repeated after %d octets: %w", distance, err)
		}
	}
	return echo(text(verse), text(verse), text(letters(2*reach)), text(letters(2*reach)))(c)
}

func noteReach(c *conn) error {
	c.Note("the farthest back reference was %d octets, the window allows %d", c.farthest, c.answer.serverWindow())
	return nil
}

var clientWindow = []Case{
	{
		Section: "7.1.2.2", Name: "not-offered", Alias: "PM-01",
		Rule:   "If the offer has no client_max_window_bits the answer MUST NOT have it.",
		Script: script(open(deflate), agreeing(parameters.keepsClientWindow), echo(text("Hello"))),
	},
	{
		Section: "7.1.2.2", Name: "offered-without-value", Alias: "PM-02",
		Rule:   "If the answer has client_max_window_bits it MUST have a value from 8 to 15.",
		Script: script(open("permessage-deflate; client_max_window_bits"), fullWindow),
	},
	{
		Section: "7.1.2.2", Name: "answered", Alias: "PM-02", Each: everyWindow, Neighbour: neighbour,
		Rule:   "If the answer has client_max_window_bits its value MUST NOT be larger than the one offered.",
		Script: script(shake("permessage-deflate; client_max_window_bits={x}"), agreeing(parameters.keepsClientWindow), greeting),
	},
	{
		Section: "7.1.2.2", Name: "whole-window",
		Rule:   "A server MUST inflate back references as far as the window that the client may use.",
		Script: script(eachWindow("permessage-deflate; client_max_window_bits=%d", fullWindow)),
	},
	{
		Section: "7.1.2.2", Name: "whole-window-without-a-limit",
		Rule:   "Without client_max_window_bits a server MUST inflate back references of 32768 octets.",
		Script: script(open(deflate), fullWindow),
	},
	{
		Section: "7.1.2.2", Name: "beyond-the-window", Alias: "PM-23",
		Rule:   "What a server does with a back reference beyond the window that it asked for is measured.",
		Script: script(openElse("permessage-deflate; client_max_window_bits=9"), narrow, beyondClientWindow),
	},
}

// fullWindow sends back references of every power of two up to the window, and of the window itself.
func fullWindow(c *conn) error {
	window := c.answer.clientWindow()
	for distance := window; distance > 1; distance /= 2 {
		unique := noise(distance)
		var w inflate.Writer
		message := w.Stored(false, unique[:distance/2]).Stored(false, unique[distance/2:]).Fixed(false, inflate.Copy(3, distance), inflate.Copy(258, distance)).Message()
		repeated := unique + repeat(unique, 3+258)
		if err := c.run(send(packed(binary(string(message)))), receive(binary(repeated))); err != nil {
			return fmt.Errorf("a back reference of %d octets: %w", distance, err)
		}
	}
	return nil
}

// repeat is the first n octets of text without end.
func repeat(text string, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = text[i%len(text)]
	}
	return string(b)
}

// narrow goes on only if the server has limited the client.
func narrow(c *conn) error {
	if c.answer.clientWindow() == inflate.MaxWindow {
		return skip("the target does not limit the window of the client")
	}
	return nil
}

// beyondClientWindow reaches one octet too far. A receiver may inflate that all the same: but not to something else.
func beyondClientWindow(c *conn) error {
	distance := c.answer.clientWindow() + 1
	unique := noise(distance)
	var w inflate.Writer
	message := w.Stored(false, unique).Fixed(false, inflate.Copy(100, distance)).Message()
	if err := send(packed(binary(string(message))))(c); err != nil {
		return err
	}
	m, err := c.Next(c.Answer)
	if check.Expired(err) {
		return c.absent(binary(unique), err)
	}
	if err != nil || m.Op == websocket.OpClose {
		c.Note("refuses it")
		return nil
	}
	if m.Payload, err = c.data(m); err != nil {
		return err
	}
	c.Note("inflates it, as its window is larger than it said")
	return same(binary(unique+unique[:100]), m)
}

var examples = []Case{
	{
		Section: "7.1.3", Name: "offers-of-the-rfc", Alias: "PM-05", Neighbour: neighbour,
		Rule: "Every offer that the RFC gives as an example MUST be accepted as it stands or be declined.",
		Each: []string{
			"permessage-deflate",
			"permessage-deflate; client_max_window_bits; server_max_window_bits=10",
			"permessage-deflate; client_max_window_bits; server_max_window_bits=10, permessage-deflate; client_max_window_bits",
			"permessage-deflate; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=12; client_max_window_bits=12",
			`permessage-deflate; server_max_window_bits="10"`,
		},
		Script: script(shake("{x}"), agreeable, greeting),
	},
}
