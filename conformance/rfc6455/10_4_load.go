package rfc6455

import (
	"fmt"
	"strings"

	"github.com/httpdlab/httpdlab/conformance/websocket"
)

const (
	largeBack = "A large message MUST come back octet for octet, if the server takes it at all."
	manyBack  = "Every one of many messages MUST come back, in order."
)

// shorter is by how much the loads of chapter 9 are smaller without --slow.
const shorter = 16

// load is chapter 9 of Autobahn, with contents compared: sizes of 9.1 to 9.8 are a sixteenth without --slow.
var load = loads()

func loads() (cases []Case) {
	words := []string{"text", "binary"}
	messages := []func(int) Frame{
		func(n int) Frame { return text(letters(n)) }, func(n int) Frame { return binary(websocket.Pattern(n)) },
	}
	for kind, message := range messages {
		for i, n := range []int{64 << 10, 256 << 10, 1 << 20, 4 << 20, 8 << 20, 16 << 20} {
			cases = append(cases, loaded(fmt.Sprintf("%s-of-%s", words[kind], octetsName(n)), fmt.Sprintf("9.%d.%d", 1+kind, i+1), largeBack, oneLarge(message, n)))
		}
	}
	for kind, message := range messages {
		for i, n := range []int{64, 256, 1 << 10, 4 << 10, 16 << 10, 64 << 10, 256 << 10, 1 << 20, 4 << 20} {
			cases = append(cases, loaded(fmt.Sprintf("%s-of-4-mib-in-fragments-of-%s", words[kind], octetsName(n)), fmt.Sprintf("9.%d.%d", 3+kind, i+1), largeBack, inFragments(message, n)))
		}
	}
	for kind, message := range messages {
		for i, n := range []int{64, 128, 256, 512, 1 << 10, 2 << 10} {
			cases = append(cases, loaded(fmt.Sprintf("%s-of-1-mib-%s-a-write", words[kind], octetsName(n)), fmt.Sprintf("9.%d.%d", 5+kind, i+1), largeBack, inWrites(message, n)))
		}
	}
	for kind, message := range messages {
		for i, n := range []int{0, 16, 64, 256, 1 << 10, 4 << 10} {
			cases = append(cases, loaded(fmt.Sprintf("thousand-%s-of-%s", words[kind], octetsName(n)), fmt.Sprintf("9.%d.%d", 7+kind, i+1), manyBack, oneByOne(message, n)))
		}
	}
	return cases
}

func loaded(name, number, rule string, do Step) Case {
	return Case{Section: "10.4", Name: name, Alias: "autobahn/" + number, Rule: rule, Script: script(do, bye)}
}

// octetsName is a size as part of a slug.
func octetsName(n int) string {
	switch {
	case n >= 1<<20:
		return fmt.Sprintf("%d-mib", n>>20)
	case n >= 1<<10:
		return fmt.Sprintf("%d-kib", n>>10)
	}
	return fmt.Sprintf("%d-octets", n)
}

// letters is text of n octets with characters of one to four octets.
func letters(n int) string {
	const mixed = "aé€😀"
	s := strings.Repeat(mixed, n/len(mixed))
	return s + websocket.Letters(n-len(s))
}

// scaled is a size as it is sent: whole with --slow, otherwise a sixteenth.
func scaled(c *Conn, n int) int {
	if c.Slow {
		return n
	}
	c.Note("a sixteenth of the full size; --slow sends all")
	return n / shorter
}

func oneLarge(message func(int) Frame, n int) Step {
	return func(c *Conn) error {
		n := scaled(c, n)
		return c.Run(fits(n), open, echo(message(n)))
	}
}

func inFragments(message func(int) Frame, size int) Step {
	return func(c *Conn) error {
		n := scaled(c, 4<<20)
		return c.Run(fits(n), open, echo(websocket.Fragments(message(n), size)...))
	}
}

func inWrites(message func(int) Frame, size int) Step {
	return func(c *Conn) error {
		n := scaled(c, 1<<20)
		return c.Run(fits(n), open, chop(size, message(n)), receive(message(n)))
	}
}

func oneByOne(message func(int) Frame, size int) Step {
	return func(c *Conn) error {
		if err := c.Run(fits(size), open); err != nil {
			return err
		}
		for range scaled(c, 1000) {
			if err := c.Run(echo(message(size))); err != nil {
				return err
			}
		}
		return nil
	}
}
