package check

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"time"
)

// Conn is one connection to the target, with everything that was said on it.
// A script that reopens the connection keeps its Conn and gets one transcript for each.
type Conn struct {
	*Target
	Last *Response // the final response read most recently

	ctx       context.Context
	element   string // {x}
	random    string // {rnd}
	net       net.Conn
	in        []byte // received and not yet taken
	end       error  // what ended the receiving side: io.EOF or a reset; nil while it is open
	asked     []request
	responses []*Response
	logs      []*Transcript
	interims  []*Response
	weak      []string
	notes     []string
	refuses   bool // a step has counted a refusal
	fleeting  bool // something weak may have come by chance
	irregular bool // more than plain requests was sent: the server may close without saying so
}

type request struct {
	method  string
	minor10 bool
}

// errAway is a target that takes no connection any more.
var errAway = errors.New("the target takes no connections")

func (t *Target) open(ctx context.Context, element string) (*Conn, error) {
	token := make([]byte, 4)
	_, _ = rand.Read(token)
	c := &Conn{Target: t, ctx: ctx, element: element, random: hex.EncodeToString(token)}
	return c, c.dial()
}

func (c *Conn) dial() error {
	conn, err := c.Target.dial(c.ctx)
	if err != nil {
		return fmt.Errorf("%w: %w", errAway, err)
	}
	log := &Transcript{start: time.Now()}
	log.add(Dialed, nil, conn.LocalAddr().String())
	// What an earlier connection of the case said, that it closes for instance, says nothing about this one.
	c.net, c.in, c.end, c.asked, c.Last, c.logs = conn, nil, nil, nil, nil, append(c.logs, log)
	return nil
}

func (c *Conn) log() *Transcript { return c.logs[len(c.logs)-1] }

// close ends the connection and settles what can be said about its last response.
func (c *Conn) close() {
	if c.net == nil {
		return
	}
	_ = c.fill(time.Now().Add(time.Millisecond))
	if r := c.Last; r != nil && r.evidence == c.log() {
		regular := !c.irregular && !c.refuses && len(c.asked) == 0 && r.Status != 101 // what follows 101 is not HTTP
		if regular {
			r.Stray = c.in
		}
		r.Ended = c.end != nil && regular
		r.Reset = r.Ended && c.WasReset()
	}
	_ = c.net.Close()
	c.net = nil
}

// Weak notes something allowed that good practice avoids; the case goes on and can no longer pass in full.
func (c *Conn) Weak(format string, args ...any) {
	c.weak = append(c.weak, fmt.Sprintf(format, args...))
}

// Note records a measurement for the report.
func (c *Conn) Note(format string, args ...any) {
	c.notes = append(c.notes, fmt.Sprintf(format, args...))
}

// Send writes requests in one go and awaits one answer for each.
func (c *Conn) Send(requests ...string) error {
	var all strings.Builder
	for _, text := range requests {
		text, err := c.expand(text, c.element, c.random)
		if err != nil {
			return err
		}
		c.ask(text)
		all.WriteString(text)
	}
	return c.Write(all.String())
}

func (c *Conn) ask(text string) {
	line, _, _ := strings.Cut(strings.TrimLeft(text, "\r\n"), "\n")
	method, _, _ := strings.Cut(line, " ")
	c.asked = append(c.asked, request{method, strings.HasSuffix(strings.TrimSpace(line), " HTTP/1.0")})
}

// Write puts octets on the wire as they are. A server that has closed already is not an error:
// what it said before is what counts.
func (c *Conn) Write(text string) error {
	c.log().add(Sent, []byte(text), "")
	_ = c.net.SetWriteDeadline(time.Now().Add(c.Answer))
	_, err := io.WriteString(c.net, text)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		c.log().add(Sent, nil, "the peer stopped reading")
	}
	return nil
}

// fill waits for more octets until the deadline. The error is os.ErrDeadlineExceeded, io.EOF or a reset.
func (c *Conn) fill(deadline time.Time) error { return c.fillAtMost(64<<10, deadline) }

func (c *Conn) fillAtMost(limit int, deadline time.Time) error {
	if c.end != nil {
		return c.end
	}
	buf := make([]byte, limit)
	_ = c.net.SetReadDeadline(deadline)
	n, err := c.net.Read(buf)
	if n > 0 {
		c.log().add(Received, buf[:n], "")
		c.in = append(c.in, buf[:n]...)
		return nil
	}
	if err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
		return os.ErrDeadlineExceeded
	}
	c.end = err
	c.log().add(Ended, nil, c.how()+" from the server")
	return err
}

// how names the way in which the server ended the connection.
func (c *Conn) how() string {
	switch {
	case !c.WasReset():
		return "FIN"
	case errors.Is(c.end, syscall.ECONNRESET):
		return "RST"
	}
	return fmt.Sprint(c.end)
}

// Final reads the next final response; interim ones before it are kept aside (RFC 9110, 15.2).
func (c *Conn) Final() (*Response, error) {
	for {
		r, err := c.Response()
		if err != nil {
			return r, err
		}
		if r.Status/100 != 1 || r.Status == 101 {
			return r, nil
		}
		if c.interims = append(c.interims, r); len(c.interims) > 20 {
			return nil, Broken("a final response", "more than 20 interim ones")
		}
	}
}

// Response reads the next response, interim or final.
func (c *Conn) Response() (*Response, error) {
	asked := request{method: "GET"}
	if len(c.asked) > 0 {
		asked = c.asked[0]
	}
	head, err := c.readHead()
	if err != nil {
		return nil, err
	}
	r, err := parseHead(head)
	r.Method, r.Minor10, r.NoClock, r.At, r.evidence = asked.method, asked.minor10, c.NoClock, time.Now(), c.log()
	c.responses = append(c.responses, r)
	if err != nil {
		r.Defect = err.Error()
		return r, Broken("a status line", fmt.Sprintf("%q", clip(head, 80)))
	}
	if r.Status/100 != 1 || r.Status == 101 {
		c.asked, c.Last = c.asked[min(1, len(c.asked)):], r
	}
	if r.Status == 101 {
		return r, nil
	}
	if err := c.readBody(r); err != nil {
		if !c.WasReset() {
			r.Defect = err.Error() // a reset may destroy what was sent well
		}
		return r, err
	}
	return r, nil
}

func (c *Conn) readHead() (string, error) {
	start, limit := time.Now(), c.Answer
	for {
		if n := headEnd(c.in); n > 0 {
			head := string(c.in[:n])
			c.in = c.in[n:]
			return head, nil
		}
		if Headless(c.in) {
			return "", Broken("a status line", fmt.Sprintf("%q", clip(string(c.in), 80)))
		}
		if len(c.in) > maxHead {
			return "", Broken("the end of the response head", "more than 256 KiB of head")
		}
		err := c.fill(start.Add(limit))
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded) && len(c.in) > 0:
			return "", silent("a whole response head", fmt.Sprintf("%q and then silence", clip(string(c.in), 80)))
		case errors.Is(err, os.ErrDeadlineExceeded):
			return "", silent("an answer", "silence for "+limit.Round(time.Millisecond).String())
		case err != nil && len(c.in) > 0:
			return "", silent("a whole response head", fmt.Sprintf("%q and then %s", clip(string(c.in), 80), c.how()))
		case err != nil:
			got := "the connection was closed by " + c.how() + " without an answer"
			return "", &Finding{Want: "an answer", Got: got, hangup: true}
		}
	}
}

// Headless reports octets that cannot begin a response: gibberish, or what HTTP/0.9 would send.
func Headless(b []byte) bool {
	const start = "HTTP/"
	n := min(len(b), len(start))
	return string(b[:n]) != start[:n]
}

func (c *Conn) readBody(r *Response) error {
	length, err := r.framing()
	if err != nil {
		return Wrong("", err.Error())
	}
	for deadline := time.Now().Add(8 * c.Answer); ; {
		done, err := c.takeBody(r, length)
		if done || err != nil {
			return err
		}
		if len(c.in) > maxBody {
			return Broken("the end of the body", fmt.Sprintf("%d octets and still more", len(c.in)))
		}
		next := time.Now().Add(c.Answer)
		if next.After(deadline) {
			next = deadline
		}
		err = c.fill(next)
		switch {
		case errors.Is(err, io.EOF) && length < 0 && !r.Coding:
			r.Body, c.in = c.in, nil // RFC 9112, 6.3: the close ends the body
			return nil
		case c.WasReset():
			r.Body, c.in = c.in, nil // what has come of it
			return &Finding{Want: "the whole response", Got: r.Line() + ", cut off by RST", hangup: true}
		case err != nil:
			what := "silence"
			if c.end != nil {
				what = c.how()
			}
			return silent("the rest of the body", fmt.Sprintf("%d octets of it and then %s", len(c.in), what))
		}
	}
}

// takeBody takes the whole body from what was received, if it is there.
func (c *Conn) takeBody(r *Response, length int) (done bool, err error) {
	switch {
	case r.Coding:
		content, trailers, n, err := chunks(c.in)
		if err != nil {
			return true, Broken("", "expected "+err.Error())
		}
		if n > 0 {
			r.Body, r.Trailers, c.in = content, trailers, c.in[n:]
		}
		return n > 0, nil
	case length >= 0 && len(c.in) >= length:
		r.Body, c.in = append([]byte(nil), c.in[:length]...), c.in[length:]
		return true, nil
	}
	return false, nil
}

// Quietly waits for d and returns what came meanwhile; it takes nothing.
func (c *Conn) Quietly(d time.Duration) []byte {
	for deadline := time.Now().Add(d); c.fill(deadline) == nil; {
	}
	return c.in
}

// Ended waits up to d for the server to close and reports whether it did.
// Octets that come before the end stay in Pending.
func (c *Conn) Ended(d time.Duration) bool {
	for deadline := time.Now().Add(d); c.end == nil && len(c.in) < maxBody; {
		if errors.Is(c.fill(deadline), os.ErrDeadlineExceeded) {
			break
		}
	}
	return c.end != nil
}

// WasReset reports whether the server ended the connection by anything but FIN.
func (c *Conn) WasReset() bool {
	fin := errors.Is(c.end, io.EOF) || errors.Is(c.end, io.ErrUnexpectedEOF) // the latter: without close_notify of TLS
	return c.end != nil && !fin
}

// ReadSome waits for at most n octets more and reports how many came. The error is io.EOF at the end.
func (c *Conn) ReadSome(n int) (int, error) {
	before := len(c.in)
	err := c.fillAtMost(n, time.Now().Add(c.Answer))
	return len(c.in) - before, err
}

// Irregular says that the server may end this connection without announcing it.
func (c *Conn) Irregular() { c.irregular = true }

// Pending is what was received and not yet taken.
func (c *Conn) Pending() []byte { return c.in }

// Wait sleeps, or returns the context's error when the run is stopped.
func (c *Conn) Wait(d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-c.ctx.Done():
		return c.ctx.Err()
	}
}

// Peer opens another connection beside this one, for the same case. The caller closes it with Drop.
func (c *Conn) Peer() (*Conn, error) { return c.open(c.ctx, c.element) }

// Drop closes a connection that Peer opened and keeps its transcript with the case.
func (c *Conn) Drop(peer *Conn) {
	peer.close()
	c.logs = append(peer.logs, c.logs...) // the case's own connection stays last
	c.responses = append(c.responses, peer.responses...)
}

// Text expands the placeholders of a request for this connection.
func (c *Conn) Text(text string) (string, error) { return c.expand(text, c.element, c.random) }

// Element is what {x} stands for.
func (c *Conn) Element() string { return c.element }

// Interims is the interim responses that Final has passed over, on all connections of the case.
func (c *Conn) Interims() []*Response { return c.interims }
