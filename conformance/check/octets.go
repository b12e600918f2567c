package check

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"
)

// What a protocol above HTTP needs of a connection: octets in and out, and a word in the transcript.

// More waits until the deadline for octets beyond those in Pending. The error is os.ErrDeadlineExceeded, io.EOF or a
// reset.
func (c *Conn) More(deadline time.Time) error { return c.fill(deadline) }

// Take removes at most n octets from Pending and returns them.
func (c *Conn) Take(n int) []byte {
	n = min(n, len(c.in))
	taken := c.in[:n:n]
	c.in = c.in[n:]
	return taken
}

// Remark puts a line into the transcript that says what octets mean.
func (c *Conn) Remark(format string, args ...any) {
	c.log().add(Remarked, nil, fmt.Sprintf(format, args...))
}

// CountsRefusal says that this case counts a refusal, so that it must have a twin.
func (c *Conn) CountsRefusal() { c.refuses = true }

// Context ends when the run is stopped.
func (c *Conn) Context() context.Context { return c.ctx }

// How names the way in which the server ended the connection: "FIN", "RST".
func (c *Conn) How() string { return c.how() }

// Open reports whether the server has not ended the connection, as far as was read.
func (c *Conn) Open() bool { return c.end == nil }

// Pour writes octets beside the reading, chop at a time (0: all at once) with a pause between, and closes done when all
// are written or the server takes no more. Nothing else may be written meanwhile.
func (c *Conn) Pour(b []byte, chop int, pause time.Duration) (done <-chan struct{}) {
	note := ""
	if chop > 0 && chop < len(b) {
		note = fmt.Sprintf("%d octets a write", chop)
	} else {
		chop = max(len(b), 1)
	}
	if pause > 0 {
		note += fmt.Sprintf(", %s apart", pause)
	}
	c.log().add(Sent, b, note)
	finished := make(chan struct{})
	go func(to io.Writer) {
		defer close(finished)
		for len(b) > 0 {
			n := min(chop, len(b))
			if _, err := to.Write(b[:n]); err != nil {
				return
			}
			if b = b[n:]; pause > 0 {
				time.Sleep(pause)
			}
		}
	}(c.net)
	_ = c.net.SetWriteDeadline(time.Now().Add(pourTime))
	return finished
}

// pourTime bounds how long Pour writes.
const pourTime = time.Minute

// Expired reports whether More ended because its deadline passed.
func Expired(err error) bool { return errors.Is(err, os.ErrDeadlineExceeded) }

// Once returns what f returned when it was first called for this target and key.
func (t *Target) Once(key string, f func() any) any {
	t.mu.Lock()
	if t.known == nil {
		t.known = map[string]func() any{}
	}
	once, ok := t.known[key]
	if !ok {
		once = sync.OnceValue(f)
		t.known[key] = once
	}
	t.mu.Unlock()
	return once()
}
