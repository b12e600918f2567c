// Package deflating is a small WebSocket echo server with permessage-deflate, and copies of it with one planted fault
// each. The checker must find nothing in the honest one, and each of its cases must catch a mutant.
//
// It inflates with compress/flate, which the checker does not use, and compresses with the checker's own Deflater,
// because it must be able to compress wrongly.
package deflating

import (
	"bufio"
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Fault is what a mutant does wrong: its name is asked for in one line of the server. The zero Fault is the honest
// server.
type Fault struct{ Name string }

func (f Fault) is(name string) bool { return f.Name == name }

// Server is one running server. Every GET but that of /ws is answered with 200.
type Server struct {
	Fault
	URL   string
	Limit int // of a message in octets, inflated or not

	listener net.Listener
	mu       sync.Mutex
	conns    map[net.Conn]bool
	dead     bool
	heap     int // what GET /heap says is in use
}

// Start runs a server with a fault on a loopback port until Close.
func Start(f Fault) (*Server, error) {
	s := &Server{Fault: f, Limit: 1 << 20, conns: map[net.Conn]bool{}}
	var err error
	if s.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		return nil, err
	}
	s.URL = "http://" + s.listener.Addr().String() + "/"
	go s.accept()
	return s, nil
}

// Close ends the server and all its connections.
func (s *Server) Close() {
	_ = s.listener.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dead = true
	for c := range s.conns {
		_ = c.Close()
	}
}

func (s *Server) accept() {
	for {
		c, err := s.listener.Accept()
		if err != nil {
			return
		}
		s.mu.Lock()
		s.conns[c] = true
		if s.dead {
			_ = c.Close()
		}
		s.mu.Unlock()
		go s.serve(c)
	}
}

func (s *Server) serve(c net.Conn) {
	defer func() {
		s.mu.Lock()
		delete(s.conns, c)
		s.mu.Unlock()
		_ = c.Close()
	}()
	r := bufio.NewReader(c)
	for {
		q, err := http.ReadRequest(r)
		if err != nil {
			return
		}
		_, _ = io.Copy(io.Discard, q.Body)
		if strings.EqualFold(q.Header.Get("Upgrade"), "websocket") && q.URL.Path == "/ws" {
			s.upgrade(c, r, q)
			return
		}
		body := "ok"
		if q.URL.Path == "/heap" {
			body = s.memory()
		}
		fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\nContent-Type: text/plain\r\n\r\n%s", len(body), body)
	}
}

// memory is what GET /heap of the board contract tells.
func (s *Server) memory() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	const total = 1 << 30
	return fmt.Sprintf(`{"uptime_ms":1,"boot_count":1,"free":%d,"min_free":%d,"largest_block":%d,"total":%d}`, total-s.heap, total-s.heap, total-s.heap, total)
}

// upgrade answers the opening handshake (RFC 6455, 4.2.2) and echoes until the end.
func (s *Server) upgrade(c net.Conn, r *bufio.Reader, q *http.Request) {
	fields := q.Header.Values("Sec-WebSocket-Extensions")
	agreed := s.agree(fields)
	if s.is("refuses what it cannot agree to") && len(fields) > 0 && !agreed.on {
		fmt.Fprint(c, "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
		return
	}
	sum := sha1.Sum([]byte(q.Header.Get("Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	answer := ""
	if agreed.on {
		answer = "Sec-WebSocket-Extensions: " + agreed.answer + "\r\n"
	}
	if s.is("answers on two lines") && agreed.on {
		answer += answer
	}
	fmt.Fprintf(c, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n%sSec-WebSocket-Accept: %s\r\n\r\n",
		answer, base64.StdEncoding.EncodeToString(sum[:]))
	x := &session{Server: s, conn: c, in: r, agreement: agreed}
	x.out.Window, x.out.NoTakeover = 1<<agreed.serverBits, agreed.serverAlone
	if code := x.run(); code != 0 {
		x.fail(code)
	}
}

// linger waits for the client's end, so that the Close is not lost by a reset.
func linger(c net.Conn) {
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.CloseWrite()
	}
	_ = c.SetReadDeadline(time.Now().Add(500 * time.Millisecond))
	_, _ = io.Copy(io.Discard, c)
}
