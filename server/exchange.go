package server

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"

	"github.com/httpdlab/httpdlab/server/http1"
)

// next says what a session does after its received bytes were served as far as possible.
type next uint8

const (
	nextMore    next = iota // needs more bytes, or has none left
	nextRun                 // has a request that can be answered at once
	nextAside               // has a request that needs a goroutine of its own
	nextClose               // ends
	nextLinger              // ends, once the peer has read the last response
	nextStalled             // waits for the peer to read
	nextDone                // has had a request answered that no handler takes
)

// serve answers the requests at the front of data one after the other and reports how many bytes they took. It
// stops at a request that is not there in whole or must not run here, and when r was moved aside.
func (r *Request) serve(data []byte) (used int, n next) {
	if c := r.session.socket.Load(); c != nil {
		return c.serve(r, data)
	}
	r.data = data
	inline := r.inline
	for used < len(data) {
		switch n = r.admit(data[used:]); n {
		case nextRun:
			n = r.run()
		case nextDone:
			n = nextMore
		default:
			return used, n
		}
		used = len(data) - len(r.tail)
		if n != nextMore || r.inline != inline {
			return used, n
		}
		if r.blocked {
			return used, nextStalled
		}
		if c := r.session.socket.Load(); c != nil { // frames may follow the handshake at once
			took, n := c.serve(r, data[used:])
			return used + took, n
		}
	}
	return used, nextMore
}

// admit reads the head at the front of b, decides where its content ends and who answers it.
func (r *Request) admit(b []byte) next {
	r.forget()
	r.listened = r.server.subscribers.Load() != nil
	r.session.need = 0
	size, e := r.head.Parse(b)
	if e != 0 {
		return r.refuse(b, e.Status())
	}
	if size == 0 {
		r.head.Reset()
		return nextMore
	}
	r.buf, r.headLen = b, size
	if e := r.frame(b[size:]); e != 0 {
		return r.refuse(b, e)
	}
	r.routes = r.server.routes.Load()
	status := r.findRoute()
	if status == 0 && r.head.Chunked && r.route.LengthRequired {
		status = 411 // RFC 9110, 15.5.12
	}
	if status == 0 && r.left != 0 && r.collects() {
		return nextMore
	}
	if r.listened {
		r.announce()
	}
	switch {
	case status != 0:
		return r.runRefusal(status)
	case r.left != 0 || r.route.Blocking:
		return nextAside
	}
	return nextRun
}

// frame divides what follows the head into this request's content and the rest. It returns 0 or a status.
func (r *Request) frame(content []byte) (status int) {
	switch {
	case r.head.Chunked:
		r.chunked.Reset()
		if err := r.decode(content); err != nil {
			return statusOf(err)
		}
		r.expect = r.head.Expect100 && len(content) == 0
	case r.head.ContentLength > r.server.cfg.MaxBody:
		return 413
	case r.head.ContentLength > 0:
		have := min(int64(len(content)), r.head.ContentLength)
		r.body, r.tail = content[:have:have], content[have:]
		r.read, r.left = have, r.head.ContentLength-have
		r.expect = r.head.Expect100 && have == 0
	default:
		r.tail = content
	}
	return 0
}

// collects reports whether the rest of the content is awaited before the handler runs.
func (r *Request) collects() bool {
	if !r.inline || r.left < 0 || r.expect || r.route.Blocking || r.head.ContentLength > int64(r.server.cfg.MaxInline) {
		return false
	}
	r.session.need = r.headLen + int(r.head.ContentLength)
	return true
}

// A lastRoute remembers which route was found for a literal path: the next request often has the same.
type lastRoute struct {
	routes *routes
	method http1.Method
	route  *route
}

func (r *Request) isLastRoute(path []byte) bool {
	return r.last.routes == r.routes && r.last.method == r.head.Method && string(path) == r.last.route.Path
}

// findRoute finds the handler, or returns the status that says why there is none.
func (r *Request) findRoute() (status int) {
	if r.head.Form == http1.AbsoluteForm && !r.secure() && hasPrefixFold(r.Target(), "https:") {
		return 421 // RFC 9110, 7.4: an https resource is not for an unsecured connection
	}
	path := r.Path()
	if r.isLastRoute(path) {
		r.route = r.last.route
		return 0
	}
	found, allow := r.routes.find(r.head.Token.Of(r.buf), path, &r.params)
	if found == nil && allow == "" && bytes.IndexByte(path, '%') >= 0 {
		// RFC 3986, 6.2.2.2: an unreserved character is the same resource, encoded or not.
		r.matched = normalized(path)
		found, allow = r.routes.find(r.head.Token.Of(r.buf), r.matched, &r.params)
	}
	switch {
	case found != nil:
		r.route = found
		if found.Path == string(path) && len(found.template.names) == 0 && r.head.Method != http1.OtherMethod {
			r.last = lastRoute{r.routes, r.head.Method, found}
		}
		return 0
	case r.head.Method == http1.OtherMethod:
		return 501 // RFC 9110, 9.1: an unrecognized method
	case r.head.Form == http1.AsteriskForm:
		r.allow = "GET, HEAD, OPTIONS"
		return 204
	case allow == "":
		return 404
	}
	r.allow = allow
	if r.head.Method == http1.OPTIONS {
		return 204 // RFC 9110, 9.3.7
	}
	return 405
}

// runRefusal answers a request that no handler takes; with part of its content missing, that ends the connection.
func (r *Request) runRefusal(status int) next {
	if r.left != 0 {
		r.closing = true
	}
	if r.allow != "" {
		r.fields, _ = http1.AppendField(r.fields, "Allow", r.allow) // RFC 9110, 10.2.1 and 15.5.6
	}
	if status < 400 {
		r.status = status
		return r.answered(r.Send(nil))
	}
	return r.answered(r.Fail(status))
}

// answered goes on after a request that admit has answered by itself.
func (r *Request) answered(err error) next {
	n := r.conclude(err)
	if n == nextMore {
		return nextDone
	}
	return n
}

// refuse answers a request that cannot be read on: the next one's beginning is not known.
func (r *Request) refuse(b []byte, status int) next {
	r.head.Reset()
	r.buf, r.tail, r.body, r.left = b, nil, nil, 0
	r.routes = r.server.routes.Load()
	r.closing = true
	r.head.Method, r.head.Minor, r.head.Close = http1.OtherMethod, 1, true
	if bytes.HasPrefix(bytes.TrimLeft(b, "\r\n"), []byte("HEAD ")) {
		r.head.Method = http1.HEAD // RFC 9110, 9.3.2: no content, whatever the status
	}
	r.head.Fields = r.head.Fields[:0]
	if err := r.Fail(status); err != nil && r.stage == stageHead {
		return nextClose
	}
	r.conclude(nil)
	return nextLinger
}

// run calls the handler and concludes the exchange.
func (r *Request) run() next { return r.conclude(r.call()) }

// call calls the handler; a panic becomes an error and does not end the program.
func (r *Request) call() (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("handler of %s %s panicked: %v", r.route.Method, r.route.Path, p)
			r.server.report(fmt.Errorf("%w\n%s", err, debug.Stack()))
		}
	}()
	return r.route.Handler(r)
}

// conclude completes the response and decides what becomes of the connection.
func (r *Request) conclude(err error) next {
	if r.async {
		err = <-r.completed
	}
	if r.watching != nil {
		r.unwatch()
	}
	if err != nil {
		r.closing = true
		if r.stage == stageHead && !errors.Is(err, ErrClose) {
			r.Fail(statusOf(err))
		}
	}
	switch r.stage {
	case stageHead:
		if err == nil {
			r.mediaType = ""
			r.Send(nil)
		}
	case stageBody:
		r.endContent()
	}
	switch {
	case r.broken != nil:
		return nextClose
	case r.closing && r.head.Close && r.left == 0 && len(r.tail) == 0:
		return nextClose // the client has said that it sends no more
	case r.closing || !r.drain():
		return nextLinger
	}
	return nextMore
}

// statusOf returns the status that answers a request whose handler failed with err before it sent anything.
func statusOf(err error) int {
	var e http1.Error
	switch {
	case errors.As(err, &e):
		return e.Status()
	case errors.Is(err, io.ErrUnexpectedEOF):
		return 400 // RFC 9112, 8: the message is incomplete
	case errors.Is(err, ErrBodyTooLarge):
		return 413
	case errors.Is(err, os.ErrDeadlineExceeded):
		return 408
	case errors.Is(err, ErrBusy):
		return 503
	}
	return 500
}

// keepCopy moves what was received of this request, and what follows it, into a buffer of the request's own, so
// that it outlives the buffer that it was received into.
func (r *Request) keepCopy() {
	head, body, tail := r.buf[:r.headLen], r.body, r.tail
	if r.left == 0 && len(r.trailers) > 0 {
		r.ownTrailers = append(takeBuffer(len(r.trailers)), r.trailers...)
		r.trailers = r.ownTrailers
	}
	room := 0
	if r.left < 0 {
		room = 4 << 10 // for chunks to come
	}
	b := takeBuffer(len(head) + len(body) + len(tail) + room)
	b = append(append(append(b, head...), body...), tail...)
	giveBuffer(r.own)
	r.own, r.buf = b, b
	r.body = b[len(head):][:len(body):len(body)]
	r.tail = b[len(head)+len(body):]
}

// stepAside makes sure that the calling goroutine may block: a loop that waits for the handler goes on elsewhere.
func (r *Request) stepAside() error {
	if !r.inline {
		return nil
	}
	if !r.server.claimAside() {
		return ErrBusy
	}
	r.inline = false
	r.session.home.handOver(r)
	return nil
}

// runAside answers the request on the calling goroutine and gives the session back.
func (r *Request) runAside() {
	n := nextClose
	if r.flush(nil) == nil {
		n = r.run()
	}
	r.leave(n)
}

// leave sends what is left and gives the session back to its loop.
func (r *Request) leave(n next) {
	if r.flush(nil) != nil {
		n = nextClose
	}
	s := r.session
	switch n {
	case nextClose:
		s.parting = hangUp
	case nextLinger:
		s.parting = lingerOn
	default:
		if len(r.tail) > 0 {
			s.in = append(takeBuffer(len(r.tail)), r.tail...)
		}
	}
	r.server.aside.Add(-1)
	s.home.release(r)
}

// ready tells the goroutine that has the request that its connection can be read or written again, or is ending.
func (r *Request) ready(hangup bool) {
	if hangup {
		r.session.hangUp()
	}
	r.wake.signal()
}
