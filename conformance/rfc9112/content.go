package rfc9112

import (
	"fmt"
	"strings"
)

// body asks for a 2xx response whose content is exactly want.
func body(want string) Step {
	return func(c *Conn) error {
		if err := ok(c); err != nil {
			return err
		}
		if got := string(c.Last.Body); got != want {
			return wrong(fmt.Sprintf("the content %q back", short(want)), fmt.Sprintf("%q", short(got)))
		}
		return nil
	}
}

func short(s string) string {
	if len(s) > 40 {
		return fmt.Sprintf("%s… (%d octets)", s[:40], len(s))
	}
	return s
}

// everyOctet is the 256 octets in order, with an empty line in the middle.
func everyOctet() string {
	var b strings.Builder
	for i := range 256 {
		if i == 128 {
			b.WriteString("\r\n\r\n")
		}
		b.WriteByte(byte(i))
	}
	return b.String()
}

// inChunks cuts text into chunks of the size given.
func inChunks(text string, size int) string {
	var b strings.Builder
	for len(text) > 0 {
		n := min(size, len(text))
		b.WriteString(chunk(text[:n]))
		text = text[n:]
	}
	return b.String()
}
