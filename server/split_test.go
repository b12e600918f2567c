package server

import (
	"io"
	"math/rand/v2"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The same bytes get the same responses, however they are split and whichever engine serves them.
func TestWholeSplitAndEnginesAgree(t *testing.T) {
	streams := []string{
		plainGet,
		plainGet + plainGet + "GET /q?name=%41 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n" + plainGet,
		"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n0123456789" + plainGet,
		"POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3;x=\"y\"\r\nabc\r\n2\r\nde\r\n0\r\nT: v\r\n\r\n" + plainGet,
		"POST /stream HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc" + "HEAD / HTTP/1.1\r\nHost: h\r\n\r\n" + plainGet,
		"POST /ignore HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nGET /" + plainGet,
		"GET /blocking HTTP/1.1\r\nHost: h\r\n\r\n" + plainGet + "GET /nowhere HTTP/1.1\r\nHost: h\r\n\r\n" + plainGet,
		plainGet + "GET /fail HTTP/1.1\r\nHost: h\r\n\r\n" + plainGet,
		plainGet + "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n" + plainGet,
		plainGet + "GET  / HTTP/1.1\r\nHost: h\r\n\r\n",
		"\r\n\r\n" + plainGet + "\r\n" + plainGet,
		"POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n",
	}
	uris := []URI{
		get("/", says("root")), post("/echo", echo), post("/ignore", says("ignored")), post("/stream", readAll),
		get("/q", func(r *Request) error {
			v, _ := r.QueryValue("name")
			return r.Send(v)
		}),
		{Path: "/blocking", Method: "GET", Blocking: true, Handler: says("blocked")},
		get("/fail", func(*Request) error { return ErrClose }),
	}
	var servers []*Server
	for _, engine := range []Engine{EngineEpoll, EnginePortable} {
		cfg := DefaultConfig()
		cfg.Addr, cfg.Engine, cfg.Loops = "127.0.0.1:0", engine, 1
		servers = append(servers, start(t, cfg, uris...))
	}
	random := rand.New(rand.NewPCG(1, 2))
	for i, stream := range streams {
		want := ""
		for _, s := range servers {
			for split := range 12 {
				got := talk(t, s, stream, split, random)
				if want == "" {
					want = got
				}
				require.Equal(t, want, got, "stream %d, split %d, %v", i, split, s.Config().Engine)
			}
		}
	}
}

// talk sends stream in pieces, all of it at once if split is 0, and returns what comes back, without dates.
func talk(t *testing.T, s *Server, stream string, split int, random *rand.Rand) string {
	c, err := net.Dial("tcp", s.Addr().String())
	require.NoError(t, err)
	defer c.Close()
	require.NoError(t, c.SetDeadline(time.Now().Add(10*time.Second)))
	for rest := stream; rest != ""; {
		n := len(rest)
		if split > 0 {
			n = min(n, 1+random.IntN(3*split))
		}
		if _, err := io.WriteString(c, rest[:n]); err != nil {
			break // the server has ended the connection
		}
		rest = rest[n:]
		if split == 1 {
			time.Sleep(50 * time.Microsecond) // lets the server see the pieces one by one
		}
	}
	c.(*net.TCPConn).CloseWrite()
	answer, err := io.ReadAll(c)
	require.NoError(t, err)
	var kept []string
	for line := range strings.Lines(string(answer)) {
		if !strings.HasPrefix(line, "Date: ") {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "")
}
