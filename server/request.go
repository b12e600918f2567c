package server

import (
	"net/netip"
	"sync"

	"github.com/httpdlab/httpdlab/server/http1"
)

// A Request is one request and the response to it, as httpd_req_t is. It and every []byte that it returns are
// valid until its handler returns; what is to live longer must be copied. Only one goroutine may use it.
type Request struct {
	head      http1.Request
	chunked   http1.Chunked
	server    *Server
	session   *Session
	routes    *routes
	route     *route
	last      lastRoute
	listened  bool // somebody listens to events
	params    [maxParams]span
	matched   []byte // what params are parts of, if not of the path as it was sent
	inline    bool   // the handler runs on a loop, which waits for it
	wake      *waker
	goAside   func() // runAside: a go statement with a method would allocate
	watching  *watch
	completed chan error // of Async

	// Received bytes: the head, then the part of the body that is there, then what follows the request.
	buf         []byte
	headLen     int
	body        []byte // received and not yet read
	tail        []byte // received after the body
	left        int64  // bytes of body still to come; below 0: not known, it is chunked
	read        int64  // bytes of body received
	whole       []byte // of Body, when it had to be put together
	window      []byte // where content is received when own is full
	data        []byte // what serve was given: this request and what followed
	own         []byte // the buffer that buf lies in, if it is this request's alone
	trailers    []byte // the trailer section, once the body has ended, or what may be a part of it
	ownTrailers []byte // the buffer of trailers, if it came in pieces
	expect      bool   // the client waits for 100 (Continue)
	handed      Frame  // what a WebSocket handler is given

	response
}

var requests = sync.Pool{New: func() any {
	r := &Request{wake: newWaker()}
	r.goAside = r.runAside
	return r
}}

// takeRequest returns a request for the server's use, again and again, until giveRequest.
func (s *Server) takeRequest() *Request {
	r := requests.Get().(*Request)
	if r.server != s {
		r.server = s
		r.head = http1.Request{MaxTarget: uint16(s.cfg.MaxTarget)}
		r.head.MaxHead = uint16(s.cfg.MaxHeader)
		r.head.Fields = make([]http1.Field, 0, s.cfg.MaxFields)
	}
	r.out = takeBuffer(2 << 10)
	return r
}

func giveRequest(r *Request) {
	giveBuffer(r.out)
	giveBuffer(r.own)
	r.forget()
	r.out, r.own, r.data, r.session, r.inline = nil, nil, nil, nil, false
	r.broken, r.handed = nil, Frame{}
	requests.Put(r)
}

// forget drops what belongs to the last exchange.
func (r *Request) forget() {
	if r.whole != nil || r.window != nil || r.ownTrailers != nil {
		giveBuffer(r.ownTrailers)
		r.ownTrailers = nil
		giveBuffer(r.whole)
		giveBuffer(r.window)
		r.whole, r.window = nil, nil
	}
	r.route, r.buf, r.body, r.tail, r.trailers, r.matched = nil, nil, nil, nil, nil, nil
	r.headLen, r.left, r.read, r.expect = 0, 0, 0, false
	r.response.reset()
}

// Server returns the server.
func (r *Request) Server() *Server { return r.server }

// Session returns the connection that the request came on.
func (r *Request) Session() *Session { return r.session }

// RemoteAddr returns the peer's address; it is invalid for a connection that has none, such as a pipe.
func (r *Request) RemoteAddr() netip.AddrPort { return r.session.RemoteAddr() }

// UserContext returns the value registered with the handler.
func (r *Request) UserContext() any {
	if r.route == nil {
		return nil
	}
	return r.route.UserContext
}

// GlobalContext returns Config.UserContext.
func (r *Request) GlobalContext() any { return r.server.cfg.UserContext }

// Context returns the session's context value; see Session.Context.
func (r *Request) Context() any { return r.session.Context() }

// SetContext sets the session's context value; see Session.SetContext.
func (r *Request) SetContext(value any, free func(any)) { r.session.SetContext(value, free) }

// Method returns the method. It does not allocate for the methods that http1 knows.
func (r *Request) Method() string {
	if r.head.Method == http1.OtherMethod {
		return string(r.head.Token.Of(r.buf))
	}
	return r.head.Method.String()
}

// Minor returns the minor version of HTTP/1: 0 or 1.
func (r *Request) Minor() int { return int(r.head.Minor) }

// Target returns the request target as it was sent.
func (r *Request) Target() []byte { return r.head.Target.Of(r.buf) }

// Host returns host and port that the request is for; it is empty if an HTTP/1.0 client gave none.
func (r *Request) Host() []byte { return r.head.Host.Of(r.buf) }

// Path returns the target's path as it was sent, undecoded and without the query.
func (r *Request) Path() []byte {
	if r.head.Path.Len() == 0 {
		return rootPath // RFC 9110, 4.2.3: an empty path is equivalent to /
	}
	return r.head.Path.Of(r.buf)
}

var rootPath = []byte("/")

// PathValue returns the decoded text of the {name} segment of the registered path, nil if it has none.
func (r *Request) PathValue(name string) []byte {
	if r.route == nil {
		return nil
	}
	for i, n := range r.route.template.names {
		if n == name {
			p := r.params[i]
			return decoded(r.matchedPath()[p.start:p.end], false)
		}
	}
	return nil
}

// matchedPath returns the path that was matched: the target's, or its normal form.
func (r *Request) matchedPath() []byte {
	if r.matched != nil {
		return r.matched
	}
	return r.Path()
}

// PathTail returns what the final * of the registered path stands for in this request, undecoded.
func (r *Request) PathTail() []byte {
	if r.route == nil || !r.route.template.open {
		return nil
	}
	t := r.route.template
	path, at := r.matchedPath(), len(t.literals[len(t.names)])
	if n := len(t.names); n > 0 {
		at += r.params[n-1].end
	}
	if t.optional && at < len(path) {
		at++
	}
	return path[min(at, len(path)):]
}

// Fields calls f for every field line in the order received, until f returns false.
func (r *Request) Fields(f func(name, value []byte) bool) {
	for _, field := range r.head.Fields {
		if !f(field.Name.Of(r.buf), field.Value.Of(r.buf)) {
			return
		}
	}
}

// Field returns the value of the first field of that name, in any case of letters; nil if there is none.
func (r *Request) Field(name string) []byte {
	value, ok := r.head.Lookup(r.buf, name)
	if !ok {
		return nil
	}
	return value.Of(r.buf)
}

// HasField reports whether a field of that name is there, which may be empty.
func (r *Request) HasField(name string) bool {
	_, ok := r.head.Lookup(r.buf, name)
	return ok
}

// RawHead returns the whole request head as it was received, with its empty line.
func (r *Request) RawHead() []byte { return r.buf[:r.headLen:r.headLen] }
