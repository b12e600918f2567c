// Package echoing is a small strict WebSocket server that sends messages back, and many copies of it with one planted fault
// each. The checker must find nothing in the honest one, and each of its cases must catch a mutant.
//
// The server is written for that and nothing else: one goroutine a connection, no care for speed, every refusal under a name
// that a Fault can switch off.
package echoing

import (
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/httpdlab/httpdlab/conformance/websocket"
)

// MaxMessage is the largest message in octets that the server sends back.
const MaxMessage = 1 << 20

// Protocol is the subprotocol that the server speaks.
const Protocol = "echo"

// Fault is what a mutant does wrong. The zero Fault is the honest server.
type Fault struct {
	Name  string
	Trips []string // ids of the cases that must notice; nil: the matrix of the test says

	Tolerate string                       // the one complaint that is not made
	Forbid   func(head string) bool       // valid handshakes that are refused with 400 all the same
	Hang     func(head string) bool       // handshakes that are never answered
	Stumble  func(head string) bool       // handshakes that are answered with 500
	Head     func(response string) string // changes the head of a response
	Refuse   func(f websocket.Frame) bool // valid frames that fail the connection with 1002
	Reply    func(f *websocket.Frame)     // changes a frame before it is sent
	Code     func(code int) int           // changes the code of a Close that fails the connection
	Echo     func(message string) string  // changes a message before it is sent back
	Wire     func(octets []byte) []byte   // changes the octets of a frame
}

// is reports whether the fault is the one called name: for faults that sit in one line of the server.
func (f Fault) is(name string) bool { return f.Name == name }

// Server is one running server.
type Server struct {
	Fault
	URL string // ws://host:port/ws

	listener net.Listener
	mu       sync.Mutex
	sessions map[*session]bool
	order    []*session // by age
	single   sync.Mutex // held while a mutant waits for one client
	dead     atomic.Bool
	taken    atomic.Int64 // octets of memory that a mutant has lost
	served   atomic.Int64 // connections, ever
}

// Start runs a server with a fault on a loopback port until Close.
func Start(f Fault) (*Server, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &Server{Fault: f, URL: "ws://" + listener.Addr().String() + "/ws", listener: listener, sessions: map[*session]bool{}}
	go s.accept()
	return s, nil
}

// Close ends the server and all its connections.
func (s *Server) Close() {
	_ = s.listener.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	for x := range s.sessions {
		_ = x.conn.Close()
	}
}

func (s *Server) accept() {
	for {
		conn, err := s.listener.Accept()
		if err != nil {
			return
		}
		if s.dead.Load() || s.is("takes 150 connections and no more") && s.served.Add(1) > 150 {
			_ = conn.Close()
			continue
		}
		x := &session{Server: s, conn: conn}
		s.mu.Lock()
		s.sessions[x] = true
		s.order = append(s.order, x)
		if s.is("drops the oldest of twenty clients") && len(s.sessions) > 20 {
			_ = s.order[0].conn.Close()
		}
		s.mu.Unlock()
		if s.is("serves one client at a time") {
			x.run()
			continue
		}
		go x.run()
	}
}

// session is one connection.
type session struct {
	*Server
	conn     net.Conn
	in       []byte
	reads    int
	message  []byte
	open     websocket.Opcode // of the message that has begun
	begun    bool
	parts    int
	valid    int  // octets of the message that are text to the end of a code point
	closed   bool // our Close was sent
	count    int  // messages sent back
	delayed  []websocket.Frame
	protocol string
}

func (x *session) run() {
	defer func() {
		x.mu.Lock()
		delete(x.sessions, x)
		for i, other := range x.order {
			if other == x {
				x.order = append(x.order[:i], x.order[i+1:]...)
				break
			}
		}
		x.mu.Unlock()
		_ = x.conn.Close()
	}()
	if x.handshake() {
		x.frames()
	}
}

// fill reads more octets.
func (x *session) fill() error {
	buf := make([]byte, 64<<10)
	_ = x.conn.SetReadDeadline(time.Now().Add(20 * time.Second))
	n, err := x.conn.Read(buf)
	x.reads++
	x.in = append(x.in, buf[:n]...)
	if n > 0 {
		return nil
	}
	return err
}

func (x *session) write(b []byte) error {
	_ = x.conn.SetWriteDeadline(time.Now().Add(5 * time.Second))
	_, err := x.conn.Write(b)
	return err
}

// linger ends our side and waits for the client's, so that no reset destroys the last frame.
func (x *session) linger() {
	tcp := x.conn.(*net.TCPConn)
	switch {
	case x.is("ends connections by RST"):
		_ = tcp.SetLinger(0)
		return
	case x.is("ends TCP late"):
		time.Sleep(1200 * time.Millisecond)
	case x.is("never ends TCP"), x.is("never ends TCP if the client does not") && x.closed:
		_ = tcp.SetReadDeadline(time.Now().Add(20 * time.Second))
		_, _ = drain(tcp)
		return
	}
	_ = tcp.CloseWrite()
	_ = tcp.SetReadDeadline(time.Now().Add(time.Second))
	_, _ = drain(tcp)
}

func drain(c net.Conn) (n int, err error) {
	buf := make([]byte, 16<<10)
	for {
		k, err := c.Read(buf)
		if n += k; err != nil {
			return n, err
		}
	}
}
