package check

import (
	"fmt"
	"net"
	"slices"
	"strings"
	"time"
)

// Get is the plainest valid request: the default twin.
const Get = "GET {p} HTTP/1.1\r\nHost: {h}\r\n\r\n"

// Send writes requests in one go; each awaits an answer.
func Send(requests ...string) Step {
	return func(c *Conn) error { return c.Send(requests...) }
}

// Write sends more octets of a request that Send has begun, or octets that are no request at all.
func Write(text string) Step {
	return func(c *Conn) error {
		text, err := c.Text(text)
		if err != nil {
			return err
		}
		c.irregular = true
		return c.Write(text)
	}
}

// Drip sends a request one octet a segment.
func Drip(text string) Step {
	return func(c *Conn) error {
		text, err := c.Text(text)
		if err != nil {
			return err
		}
		c.ask(text)
		for i := range len(text) {
			if err := c.Write(text[i : i+1]); err != nil {
				return err
			}
			if err := c.Wait(time.Millisecond); err != nil {
				return err
			}
		}
		return nil
	}
}

// answer reads the next final response. A refusal has arrived with its head: what a reset has destroyed of its content,
// which is a matter of chance, does not make it another answer.
func (c *Conn) answer() (*Response, error) {
	r, err := c.Final()
	if Closed(err) && r != nil && r.Status >= 400 {
		return r, nil
	}
	return r, err
}

// Final asks for a final response and lets judge look at it.
func Final(judge func(*Conn, *Response) error) Step {
	return func(c *Conn) error {
		r, err := c.answer()
		if err != nil {
			return err
		}
		return judge(c, r)
	}
}

// Status asks for a final response with one of the codes.
func Status(codes ...int) Step {
	return Final(func(_ *Conn, r *Response) error {
		if slices.Contains(codes, r.Status) {
			return nil
		}
		return Wrong("status "+list(codes), r.Line())
	})
}

// OK asks for a final response of class 2xx.
var OK = Final(func(_ *Conn, r *Response) error {
	if r.Status/100 == 2 {
		return nil
	}
	return Wrong("a 2xx response", r.Line())
})

// Tolerate accepts any 2xx and the codes listed: the rule leaves the server the choice.
func Tolerate(codes ...int) Step {
	return Final(func(_ *Conn, r *Response) error {
		if r.Status/100 == 2 || slices.Contains(codes, r.Status) {
			return nil
		}
		return Wrong("a 2xx response or status "+list(codes), r.Line())
	})
}

// Prefer accepts any 2xx in full and the codes as second best.
func Prefer(codes ...int) Step {
	return Final(func(c *Conn, r *Response) error {
		if slices.Contains(codes, r.Status) {
			c.Weak("answered %s rather than 2xx", r.Line())
			return nil
		}
		if r.Status/100 == 2 {
			return nil
		}
		return Wrong("a 2xx response", r.Line())
	})
}

// Refuse asks for one of the codes (400 if none is given). Another refusal, or a close without an answer,
// is weak; a response that shows the request was processed is wrong.
func Refuse(codes ...int) Step { return refusal{codes: codes}.step }

// Reject is Refuse where the rule demands the answer itself: a close without one is wrong.
func Reject(codes ...int) Step { return refusal{codes: codes, answer: true}.step }

// RefuseOrServe also lets the server process the request as if it were valid, weakly.
func RefuseOrServe(codes ...int) Step { return refusal{codes: codes, serve: true}.step }

type refusal struct {
	codes  []int
	answer bool // a close without an answer is wrong
	serve  bool // to process the request is weak, not wrong
}

func (want refusal) step(c *Conn) error {
	codes := want.codes
	if len(codes) == 0 {
		codes = []int{400}
	}
	c.refuses = true
	r, err := c.answer()
	switch {
	case Closed(err) && want.answer:
		return Wrong("status "+list(codes), "the connection was closed by "+c.how()+" without an answer")
	case Closed(err):
		c.Weak("closed by %s without a whole answer; %s is better", c.how(), list(codes))
		c.fleeting = true // the answer may have been on its way when the reset overtook it
		return nil
	case err != nil:
		return err
	case slices.Contains(codes, r.Status):
		return nil
	case r.Status/100 != 5 && !refuses(r.Status) && !want.serve:
		return Wrong("a refusal with "+list(codes), r.Line())
	}
	c.Weak("answered %s rather than %s", r.Line(), list(codes))
	return nil
}

// refuses tells a status that turns a request down as malformed, too large or unsupported. 404 and 405 come from
// a server that took the request for a valid one, 500 and its kin from one that tripped over it: it did not process the
// request either, so it is weak to answer that where a refusal is due, and not wrong.
func refuses(status int) bool {
	return status/100 == 4 && status != 404 && status != 405 || status == 501 || status == 505
}

// Hangup asks the server to close, without another octet.
func Hangup(c *Conn) error {
	ended := c.closing()
	switch {
	case len(c.in) > 0:
		return Wrong("the connection to close", fmt.Sprintf("more octets: %q", clip(string(c.in), 80)))
	case !ended:
		return Late("the connection to close", "it stayed open for "+c.Answer.Round(time.Millisecond).String())
	case c.WasReset() && !c.irregular && !c.refuses:
		c.Weak("closed by %s, not by FIN", c.how())
	}
	return nil
}

// KnownMethods skips a case that tells methods apart on a resource that serves a request whatever its method.
func KnownMethods(c *Conn) error {
	if err := c.Send("NO-SUCH-METHOD {p} HTTP/1.1\r\nHost: {h}\r\n\r\n"); err != nil {
		return err
	}
	if r, err := c.Final(); err == nil && r.Status/100 == 2 {
		return Skipf("the resource serves a request whatever its method, so its answers do not tell methods apart")
	}
	return Reopen(c)
}

// Silence asks the server to say nothing for a while, and to keep the connection open.
func Silence(c *Conn) error {
	if b := c.Quietly(c.Quiet); len(b) > 0 {
		return Wrong("silence", fmt.Sprintf("%q", clip(string(b), 80)))
	}
	if c.end != nil {
		return Late("silence on an open connection", c.how())
	}
	return nil
}

// Pause lets the target's quiet time pass without looking.
func Pause(c *Conn) error { return c.Wait(c.Quiet) }

// Again asks for a plain request to be served on the same connection, unless the server said that it closes
// or refused what came before.
func Again(c *Conn) error {
	if c.Last != nil && c.Last.Closes() {
		return Hangup(c)
	}
	if c.Last != nil && c.Last.Status >= 400 {
		return nil
	}
	if err := c.Send(Get); err != nil {
		return err
	}
	return OK(c)
}

// HalfClose ends our sending side (FIN) and goes on reading.
func HalfClose(c *Conn) error {
	c.irregular = true
	c.log().add(Ended, nil, "FIN from us, still reading")
	if half, ok := c.net.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return Skipf("this transport cannot close one side")
}

// Reset drops the connection with RST.
func Reset(c *Conn) error {
	socket := c.net
	if secure, ok := socket.(interface{ NetConn() net.Conn }); ok {
		socket = secure.NetConn()
	}
	if tcp, ok := socket.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	c.irregular = true
	c.log().add(Ended, nil, "RST from us")
	_ = socket.Close()
	return nil
}

// Reopen goes on with a fresh connection.
func Reopen(c *Conn) error {
	c.close()
	c.irregular = false
	return c.dial()
}

// Alive asks for a plain request to be served on a fresh connection beside this one.
func Alive(c *Conn) error {
	peer, err := c.Peer()
	if err != nil {
		return err
	}
	defer c.Drop(peer)
	if err := peer.Send(Get); err != nil {
		return err
	}
	if err := OK(peer); err != nil {
		return Broken("another client to be served meanwhile", err.Error())
	}
	return nil
}

func list(codes []int) string {
	return strings.Join(strings.Fields(strings.Trim(fmt.Sprint(codes), "[]")), " or ")
}
