package websocket

import (
	"time"
)

// directly is how many octets are written at once without reading meanwhile.
const directly = 16 << 10

// WriteFrames puts frames on the wire in one write. Many octets are written while the answers are read.
func (c *Conn) WriteFrames(frames ...Frame) error { return c.write(0, 0, frames) }

// write writes frames, chop octets at a time (0: all at once), pause apart.
func (c *Conn) write(chop int, pause time.Duration, frames []Frame) error {
	for _, f := range frames {
		c.Remark("client: %s", f)
		switch f.Op {
		case OpPing:
			c.pings = append(c.pings, f.Payload)
		case OpClose:
			c.goodbye = true
		}
	}
	return c.pour(Octets(frames...), chop, pause)
}

// pour writes octets, beside the reading if they are many or slow.
func (c *Conn) pour(b []byte, chop int, pause time.Duration) error {
	if err := c.written(); err != nil {
		return err
	}
	c.lastSent = time.Now()
	if len(b) <= directly && (chop == 0 || chop >= len(b)) {
		return c.Conn.Write(string(b))
	}
	c.writing = c.Pour(b, chop, pause)
	return nil
}

// written waits until what Pour began is written, and reads meanwhile: a server may answer before it has all.
func (c *Conn) written() error {
	for c.writing != nil {
		select {
		case <-c.writing:
			c.writing = nil
		case <-c.Context().Done():
			return c.Context().Err()
		default:
			if err := c.More(time.Now().Add(5 * time.Millisecond)); err != nil && !c.Open() {
				<-c.writing // nobody reads any more, so that this write fails at once
				c.writing = nil
			}
		}
	}
	return nil
}

// pouring reports whether octets are still being written.
func (c *Conn) pouring() bool {
	if c.writing == nil {
		return false
	}
	select {
	case <-c.writing:
		return false
	default:
		return true
	}
}
