package websocket

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/httpdlab/httpdlab/conformance/check"
)

// Times of the grades. The profile of a chip stretches them.
const (
	finTime  = time.Second     // from the server's Close to its FIN
	openTime = 3 * time.Second // from the offence to the end of the connection
)

// Fails asks the server to fail the connection (RFC 6455, 7.1.7) because of what was sent last.
//
//	PASS  a Close with one of the codes, then FIN within a second
//	WEAK  a Close with another code that speaks of an error or with none, FIN or RST without Close, RST after it, FIN late
//	FAIL  an answer to the offence or to what came after it, Close 1000, still open after three seconds
func Fails(codes ...int) Step { return FailsAfter(nil, codes...) }

// FailsAfter is Fails where valid messages came before the offence: their answers are due first. That they are lost is weak.
func FailsAfter(due []Frame, codes ...int) Step {
	return func(c *Conn) error {
		c.CountsRefusal()
		if err := c.untilClose(due); err != nil {
			return err
		}
		return c.gradeEnd(codes)
	}
}

// untilClose reads what is due and then the server's Close, or the end of the connection.
func (c *Conn) untilClose(due []Frame) error {
	for deadline := time.Now().Add(c.Patience()); ; {
		m, err := c.Next(time.Until(deadline))
		if err == nil && len(due) > 0 && m.Is(due[0]) {
			due = due[1:]
			continue
		}
		if err := c.over(m, err); err != nil {
			return err
		}
		if len(due) > 0 {
			c.Weak("%d valid messages before this were not answered", len(due))
		}
		return nil
	}
}

// over asks what Next returned to be a Close or the end of the connection.
func (c *Conn) over(m Message, err error) error {
	switch {
	case err == nil && m.Op == OpClose:
		return nil
	case err == nil:
		return check.Broken("the connection to close", m.String())
	case check.Expired(err):
		return check.Broken("the connection to close", "still open after "+c.Patience().String())
	case IsFinding(err) || c.Open():
		return err
	}
	return nil
}

// GradeEnd is Fails for what Next returned: for a step that lets the server choose, and was not given the other choice.
func (c *Conn) GradeEnd(m Message, err error, codes ...int) error {
	c.CountsRefusal()
	if err := c.over(m, err); err != nil {
		return err
	}
	return c.gradeEnd(codes)
}

// IsFinding tells what the server did wrong from a connection that is merely over.
func IsFinding(err error) bool {
	var f *check.Finding
	return errors.As(err, &f)
}

// Patience is how long an offender may stay connected.
func (c *Conn) Patience() time.Duration { return c.stretch(min(openTime, c.Timeout)) }

// gradeEnd judges how the server has ended the connection, after an offence.
func (c *Conn) gradeEnd(codes []int) error {
	if c.Closed == nil {
		c.Weak("the connection ended by %s without Close; %d is better", c.How(), codes[0])
		return nil
	}
	switch code := c.Closed.Code; {
	case slices.Contains(codes, code):
	case code == 1000 || code == 1001:
		return check.Broken(fmt.Sprintf("Close %d", codes[0]), fmt.Sprintf("Close %d, as if all were well", code))
	case code == 1005:
		c.Weak("Close without a code; %d is better", codes[0])
	default:
		c.Weak("Close %d; %d is better", code, codes[0])
	}
	return c.Fin()
}

// Fin asks the server to end the connection within a second of its Close. Our own Close answers it first.
func (c *Conn) Fin() error {
	limit := c.stretch(finTime)
	if !c.ended(max(10*time.Millisecond, c.Quiet/4)) && !c.goodbye {
		if err := c.WriteFrames(Op(OpClose, "\x03\xe8")); err != nil {
			return err
		}
	}
	start := c.Closed.At
	switch ended := c.ended(c.Patience()); {
	case len(c.Pending()) > 0:
		_, err := c.Next(0)
		return err
	case !ended:
		return check.Broken("the server to end TCP after both Closes", "still open after "+c.Patience().String())
	case c.WasReset():
		c.Weak("the connection ended by RST, not by FIN")
	case time.Since(start) > limit:
		c.Weak("the server ended TCP %.1f s after its Close; %s is better", time.Since(start).Seconds(), limit)
	}
	return nil
}

// ended waits up to d for the end of the connection, and reports whether it came. Frames before it end the waiting.
func (c *Conn) ended(d time.Duration) bool {
	for deadline := time.Now().Add(d); c.Open() && len(c.Pending()) == 0; {
		if c.More(deadline) != nil {
			break
		}
	}
	return !c.Open()
}

// Closes asks for the server's Close in answer to ours, with one of the codes, and for its FIN within a second. 1005 stands
// for a Close without code. Answers that are due before it come first.
func Closes(codes ...int) Step { return ClosesAfter(nil, codes...) }

// ClosesAfter is Closes where valid messages came before our Close: their answers are due first.
func ClosesAfter(due []Frame, codes ...int) Step {
	return func(c *Conn) error {
		if err := c.untilClose(due); err != nil {
			return err
		}
		if c.Closed == nil {
			return check.Broken("a Close in answer", "the end of the connection by "+c.How()+" without one")
		}
		if !slices.Contains(codes, c.Closed.Code) {
			return check.Wrong(fmt.Sprintf("Close with a code of %v", codes), fmt.Sprintf("Close %d", c.Closed.Code))
		}
		return c.Fin()
	}
}

// Bye closes politely at the end of a case about something else: it minds only that no message comes any more.
func Bye(c *Conn) error {
	if err := c.WriteFrames(Close(1000, "")); err != nil {
		return err
	}
	for {
		m, err := c.Next(c.Patience())
		switch {
		case err == nil && m.Op != OpClose:
			return check.Broken("no message any more", m.String())
		case err == nil:
			return nil
		case check.Expired(err):
			c.Weak("our Close was not answered for %s", c.Patience())
			return nil
		case IsFinding(err):
			return err
		case !c.Open():
			return nil
		default:
			return err
		}
	}
}
