// Package mutant is a small strict HTTP/1.1 server, and a hundred and more copies of it with one planted fault each.
// The checker must find nothing in the honest one, and each of its cases must catch a mutant.
//
// The server is written for that and nothing else: one goroutine a connection, no care for speed, every refusal
// under a name that a Fault can switch off.
package mutant

import (
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Fault is what a mutant does wrong. The zero Fault is the honest server.
type Fault struct {
	Name  string
	Trips []string // ids or catalogue ids of the cases that must notice

	Lasting  bool                                // it changes what other clients see: a case proves something only without others beside it
	Tolerate string                              // the one complaint of the parser that is not made
	Forbid   func(head string) bool              // valid heads that are refused with 400 all the same
	Stumble  func(head string) bool              // heads that are answered with 500
	Head     func(head string) string            // changes a request head before it is parsed
	Answer   func(q *Request, a *Response)       // changes a response before it is framed
	Wire     func(q *Request, out string) string // changes the octets of a response
}

// is reports whether the fault is the one called name: for faults that sit in one line of the server.
func (f Fault) is(name string) bool { return f.Name == name }

// Server is one running server.
type Server struct {
	Fault
	URL      string
	Sockets  int           // sessions at once, the least recently used is closed for a new one; 0: no limit
	Timeout  time.Duration // for a head or content to come
	MaxHead  int
	MaxURI   int
	Promises bool // sends Strict-Transport-Security, which is wrong on a plain connection

	listener net.Listener
	mu       sync.Mutex
	sessions map[*session]bool
	single   sync.Mutex // held while a mutant waits for one client
	dead     bool
	served   int // connections, ever
	started  time.Time
	last     string // content of the most recent /echo
	shared   int    // what /adder counts in a mutant
}

// session is one connection and what lives as long as it.
type session struct {
	*Server
	conn  net.Conn
	in    []byte
	sum   int // context of /adder
	used  time.Time
	busy  bool
	taken int  // requests served
	hurry bool // a mutant has no patience with the content that is due
}

// Start runs a server with a fault on a loopback port until Close.
func Start(f Fault) (*Server, error) {
	s := &Server{Fault: f, Timeout: 5 * time.Second, MaxHead: 16 << 10, MaxURI: 8 << 10}
	return s, s.Listen()
}

// Listen opens the port. Fields may be set before.
func (s *Server) Listen() (err error) {
	s.listener, err = net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	s.URL, s.started, s.sessions = "http://"+s.listener.Addr().String()+"/", time.Now(), map[*session]bool{}
	go s.accept()
	return nil
}

// Close ends the server and all its connections.
func (s *Server) Close() {
	_ = s.listener.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	for session := range s.sessions {
		_ = session.conn.Close()
	}
}

func (s *Server) accept() {
	for {
		conn, err := s.listener.Accept()
		if err != nil {
			return
		}
		if !s.admit() {
			_ = conn.Close()
			continue
		}
		x := &session{Server: s, conn: conn, used: time.Now()}
		s.mu.Lock()
		s.sessions[x] = true
		s.mu.Unlock()
		go x.run()
	}
}

// admit makes room for one more session by closing the one that was idle longest.
func (s *Server) admit() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.served++
	if s.is("takes 150 connections and no more") && s.served > 150 || s.dead {
		return false
	}
	limit := s.Sockets
	if s.is("keeps fewer sessions than it says") {
		limit -= 3
	}
	if s.Sockets == 0 || len(s.sessions) < limit {
		return true
	}
	var oldest *session
	for x := range s.sessions {
		if !x.busy && (oldest == nil || x.used.Before(oldest.used) != s.is("purges the newest")) {
			oldest = x
		}
	}
	if oldest == nil {
		return false
	}
	delete(s.sessions, oldest)
	_ = oldest.conn.Close()
	return true
}

func (x *session) run() {
	defer func() {
		x.mu.Lock()
		delete(x.sessions, x)
		x.mu.Unlock()
		_ = x.conn.Close()
	}()
	for x.exchange() {
	}
	x.linger()
}

// linger ends our side and waits for the client's, so that no reset destroys the last response (RFC 9112, 9.6).
func (x *session) linger() {
	tcp, ok := x.conn.(*net.TCPConn)
	if !ok {
		return
	}
	if x.is("ends connections by RST") {
		_ = tcp.SetLinger(0)
		return
	}
	_ = tcp.CloseWrite()
	_ = tcp.SetReadDeadline(time.Now().Add(time.Second))
	_, _ = io.Copy(io.Discard, io.LimitReader(tcp, 8<<20))
}

// fill reads more octets.
func (x *session) fill() error {
	if x.is("waits for one client at a time") {
		x.single.Lock()
		defer x.single.Unlock()
	}
	buf := make([]byte, 16<<10)
	timeout := x.Timeout
	if x.hurry {
		timeout = 120 * time.Millisecond
	}
	_ = x.conn.SetReadDeadline(time.Now().Add(timeout))
	n, err := x.conn.Read(buf)
	x.in = append(x.in, buf[:n]...)
	if n > 0 {
		return nil
	}
	return err
}

// exchange serves one request and reports whether the connection goes on.
func (x *session) exchange() bool {
	head, err := x.readHead()
	if err != nil {
		return x.broken(err)
	}
	x.mu.Lock()
	x.busy, x.used = true, time.Now()
	crowd := len(x.sessions)
	x.mu.Unlock()
	defer func() {
		x.mu.Lock()
		x.busy, x.used = false, time.Now()
		x.mu.Unlock()
	}()
	if x.Fault.Head != nil {
		head = x.Fault.Head(head)
	}
	q, refusal := parseHead(head, x.Fault.Tolerate, x.MaxURI)
	q.nth = x.taken
	if refusal == nil && x.Forbid != nil && x.Forbid(head) {
		refusal = &complaint{code: 400, why: "forbidden"}
	}
	if x.is("gives up on half-closed clients") {
		_ = x.conn.SetReadDeadline(time.Now().Add(10 * time.Millisecond))
		if _, err := x.conn.Read(make([]byte, 1)); errors.Is(err, io.EOF) {
			return false
		}
	}
	if x.Stumble != nil && x.Stumble(head) || crowd > 30 && x.is("stumbles in a crowd") {
		refusal = &complaint{code: 500, why: "stumbled"}
	}
	if refusal == nil {
		refusal = x.content(q)
	}
	if errors.Is(q.lost, io.ErrUnexpectedEOF) {
		return false
	}
	if refusal != nil {
		return x.refuse(q, refusal)
	}
	return x.reply(q)
}

// broken ends a connection on which no whole request came.
func (x *session) broken(err error) bool {
	var c *complaint
	var timeout net.Error
	switch {
	case errors.As(err, &c):
		return x.refuse(&Request{Method: "GET"}, c)
	case errors.Is(err, syscall.ECONNRESET) && x.is("dies of a reset"):
		x.mu.Lock()
		x.dead = true
		x.mu.Unlock()
	case x.is("serves what breaks off") && len(x.in) > 0:
		x.in = append(x.in, "\r\n"...)
		return x.exchange()
	case errors.As(err, &timeout) && timeout.Timeout() && len(x.in) > 0:
		_ = x.send(&Request{Method: "GET"}, &Response{Status: 408, close: true})
	}
	return false
}

func (x *session) refuse(q *Request, c *complaint) bool {
	if x.is("dies of noise") && c.why == "parts of the request line" {
		x.mu.Lock()
		x.dead = true
		x.mu.Unlock()
	}
	if x.is("closes instead of refusing") {
		return false
	}
	a := &Response{Status: c.code, close: !x.is("stays open after a refusal"), Body: c.why + "\n"}
	if c.code == 405 {
		a.add("Allow", "GET, HEAD")
	}
	return x.send(q, a) == nil && x.is("stays open after a refusal")
}

// readHead returns the next head with its empty line. Empty lines before it are skipped (RFC 9112, 2.2).
func (x *session) readHead() (string, error) {
	for {
		if head, err := x.misread(); head != "" || err != nil {
			return head, err
		}
		for strings.HasPrefix(string(x.in), "\r\n") && !x.is("refuses empty lines before a request") {
			x.in = x.in[2:]
		}
		if n := headEnd(x.in); n > 0 {
			if n > x.MaxHead {
				if err := x.oversized(); err != nil {
					return "", err
				}
			}
			head := string(x.in[:n])
			x.in = x.in[n:]
			if x.is("forgets what came with a request") && x.taken > 0 {
				x.in = nil
			}
			return head, nil
		}
		if len(x.in) > x.MaxHead {
			if err := x.oversized(); err != nil {
				return "", err
			}
		}
		before := len(x.in)
		if err := x.fill(); err != nil {
			return "", err
		}
		if before > 0 && x.is("forgets the first part of a head") {
			x.in = x.in[before:]
		}
		if before == 0 && headEnd(x.in) == 0 && x.is("serves nobody while a head is incomplete") {
			x.single.Lock()
			defer x.single.Unlock()
		}
	}
}

// plain is the head that mutants see where there is none.
const plain = "GET / HTTP/1.1\r\nHost: nobody\r\n\r\n"

// misread is how some mutants see a head, or no head, where there is none.
func (x *session) misread() (head string, err error) {
	text := string(x.in)
	switch {
	case text == "":
	case x.is("answers empty lines") && strings.HasPrefix(text, "\r\n"), x.is("answers noise") && strings.ContainsAny(text[:1], "\x01\x16 "):
		x.in = nil
		return plain, nil
	case x.is("takes a CR for an empty line") && strings.Contains(text, "\r\n\rX"):
		x.in = nil
		return plain, nil
	case x.is("gives up on many empty lines") && strings.HasPrefix(text, strings.Repeat("\r\n", 100)):
		return "", io.EOF
	case x.is("refuses incomplete heads") && headEnd(x.in) == 0 && !strings.HasPrefix("\r\n", text):
		return "", &complaint{400, "incomplete"}
	}
	return "", nil
}

// oversized names what is too long of a head that has no end yet.
func (x *session) oversized() error {
	if line, _, ended := strings.Cut(string(x.in), "\n"); !ended || len(line) > x.MaxURI {
		return complain(x.Fault.Tolerate, 414, "target length")
	}
	return complain(x.Fault.Tolerate, 431, "head length")
}

// headEnd finds the octet behind the first empty line, whatever its line ends; parseHead judges them.
func headEnd(b []byte) int {
	text, at := string(b), 0
	for {
		i := strings.IndexByte(text[at:], '\n')
		if i < 0 {
			return 0
		}
		line := strings.TrimSuffix(text[at:at+i], "\r")
		if at += i + 1; line == "" {
			return at
		}
	}
}
