package mutant

import (
	"io"
	"net"
	"strings"
)

// Degenerate is servers that speak no HTTP to mention. Each gets a connection and serves it to its end. A checker that
// gives them points for what they refuse is easily fooled.
var Degenerate = map[string]func(net.Conn){
	"answers 400 to everything": func(c net.Conn) { each(c, "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n") },
	"answers 400 and closes": func(c net.Conn) {
		once(c, "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
	},
	"answers 200 to everything": func(c net.Conn) {
		each(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: text/plain\r\n\r\nok")
	},
	"answers 200 and closes": func(c net.Conn) {
		once(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\nok")
	},
	"closes at once":     func(c net.Conn) {},
	"never answers":      func(c net.Conn) { _, _ = io.Copy(io.Discard, c) },
	"echoes the request": func(c net.Conn) { _, _ = io.Copy(c, c) },
	"sends a body without end": func(c net.Conn) {
		once(c, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n")
		for rest := strings.Repeat("a", 64<<10); ; {
			if _, err := io.WriteString(c, rest); err != nil {
				return
			}
		}
	},
	"closes after the head": func(c net.Conn) { once(c, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n") },
}

// each answers whatever one read returns.
func each(c net.Conn, answer string) {
	for buf := make([]byte, 64<<10); ; {
		if _, err := c.Read(buf); err != nil {
			return
		}
		if _, err := io.WriteString(c, answer); err != nil {
			return
		}
	}
}

func once(c net.Conn, answer string) {
	_, _ = c.Read(make([]byte, 64<<10))
	_, _ = io.WriteString(c, answer)
}

// StartDegenerate serves a degenerate server on a loopback port.
func StartDegenerate(serve func(net.Conn)) (url string, stop func(), err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				serve(c)
			}()
		}
	}()
	return "http://" + l.Addr().String() + "/", func() { _ = l.Close() }, nil
}
