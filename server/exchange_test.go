package server

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// What exceeds a limit or breaks the grammar gets its status and a close that lets the client read it.
func TestRefusals(t *testing.T) {
	long := strings.Repeat("a", 70000)
	cases := []struct {
		name, request string
		status        int
	}{
		{"no host", "GET / HTTP/1.1\r\n\r\n", 400},
		{"bare line feed", "GET / HTTP/1.1\nHost: h\n\n", 400},
		{"two lengths", "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400},
		{"length and chunked", "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
		{"bad chunk", "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400},
		{"no such path", "GET /nowhere HTTP/1.1\r\nHost: h\r\n\r\n", 404},
		{"no such method here", "PUT / HTTP/1.1\r\nHost: h\r\n\r\n", 405},
		{"no such method", "FROB / HTTP/1.1\r\nHost: h\r\n\r\n", 501},
		{"no length", "POST /known HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n", 411},
		{"no length, and not all there", "POST /known HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n", 411},
		{"a length", "POST /known HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nx", 200},
		{"length none", "POST /known HTTP/1.1\r\nHost: h\r\n\r\n", 200},
		{"too large", "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 3000\r\n\r\n", 413},
		{"too large in chunks", "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nbb8\r\n" + long[:3000] + "\r\n0\r\n\r\n", 413},
		{"long target", "GET /" + long[:1500] + " HTTP/1.1\r\nHost: h\r\n\r\n", 414},
		{"long target without end", "GET /" + long, 414},
		{"unknown expectation", "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nExpect: tea\r\n\r\nx", 417},
		{"long field", "GET / HTTP/1.1\r\nHost: h\r\nA: " + long + "\r\n\r\n", 431},
		{"many fields", "GET / HTTP/1.1\r\nHost: h\r\n" + strings.Repeat("A: b\r\n", 20) + "\r\n", 431},
		{"unknown coding", "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501},
		{"https without TLS", "GET https://h/ HTTP/1.1\r\nHost: h\r\n\r\n", 421},
		{"version", "GET / HTTP/2.0\r\nHost: h\r\n\r\n", 505},
	}
	engines(t, func(t *testing.T, cfg Config) {
		cfg.MaxTarget, cfg.MaxHeader, cfg.MaxFields, cfg.MaxBody, cfg.MaxInline = 1000, 2000, 10, 2000, 1000
		s := start(t, cfg, get("/", says("hello")), post("/echo", echo),
			URI{Path: "/known", Method: "POST", LengthRequired: true, Handler: echo})
		for _, c := range cases {
			t.Run(c.name, func(t *testing.T) {
				p := dial(t, s)
				p.send(c.request)
				resp, _ := p.wantStatus(c.name, c.status)
				if c.status == 405 {
					require.Equal(t, "GET, HEAD, OPTIONS", resp.Header.Get("Allow"))
				}
				if resp.Close {
					p.wantClosed("an announced close happens")
				} else {
					p.send(plainGet)
					p.wantStatus("the connection goes on", 200)
				}
			})
		}
	})
}

// The client of an early refusal is still sending; it must be able to read the answer all the same.
func TestRefusalReachesASendingClient(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		cfg.MaxBody = 100
		s := start(t, cfg, post("/echo", echo))
		p := dial(t, s)
		p.send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 500000\r\n\r\n")
		p.send(strings.Repeat("x", 500000))
		p.wantStatus("an upload that is too large", 413)
		p.wantClosed("after 413")
	})
}

func TestPersistence(t *testing.T) {
	cases := []struct {
		name, head string
		closes     bool
	}{
		{"1.1", "GET / HTTP/1.1\r\nHost: h\r\n\r\n", false},
		{"1.1 close", "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", true},
		{"1.0", "GET / HTTP/1.0\r\n\r\n", true},
		{"1.0 keep-alive", "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", false},
		{"handler closes", "GET /close HTTP/1.1\r\nHost: h\r\n\r\n", true},
		{"handler sets the field", "GET /field HTTP/1.1\r\nHost: h\r\n\r\n", true},
		{"handler fails before sending", "GET /fail HTTP/1.1\r\nHost: h\r\n\r\n", true},
		{"handler panics", "GET /panic HTTP/1.1\r\nHost: h\r\n\r\n", true},
		{"handler does nothing", "GET /nothing HTTP/1.1\r\nHost: h\r\n\r\n", false},
	}
	engines(t, func(t *testing.T, cfg Config) {
		s := start(t, cfg, get("/", says("hello")),
			get("/close", func(r *Request) error { return errors.Join(r.SendString("bye"), ErrClose) }),
			get("/field", func(r *Request) error {
				return errors.Join(r.SetField("Connection", "close"), r.SendString("bye"))
			}),
			get("/fail", func(*Request) error { return errors.New("no") }),
			get("/panic", func(*Request) error { panic("no") }),
			get("/nothing", func(*Request) error { return nil }))
		for _, c := range cases {
			t.Run(c.name, func(t *testing.T) {
				p := dial(t, s)
				p.send(c.head)
				status := 200
				if strings.Contains(c.name, "fails") || strings.Contains(c.name, "panics") {
					status = 500
				}
				resp, _ := p.wantStatus(c.name, status)
				if c.closes {
					p.wantClosed(c.name)
					return
				}
				if resp.ProtoMinor == 0 || strings.HasPrefix(c.name, "1.0") {
					require.Equal(t, "keep-alive", resp.Header.Get("Connection"))
				}
				p.send(plainGet)
				p.wantStatus("the next request", 200)
			})
		}
	})
}

func TestHeadAndOptions(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		s := start(t, cfg, get("/", says("hello")), get("/stream", func(r *Request) error {
			_, err := r.Write([]byte("hello"))
			return err
		}), get("/none", func(r *Request) error { return errors.Join(r.SetStatus(204), r.SendString("ignored")) }),
			get("/same", func(r *Request) error { return errors.Join(r.SetStatus(304), r.SendString("ignored")) }))
		p := dial(t, s)
		p.send("HEAD / HTTP/1.1\r\nHost: h\r\n\r\nHEAD /stream HTTP/1.1\r\nHost: h\r\n\r\n")
		resp, _ := p.wantReply("HEAD of a GET resource", "HEAD", 200)
		require.EqualValues(t, 5, resp.ContentLength)
		p.wantReply("HEAD of a stream", "HEAD", 200)
		q := dial(t, s)
		q.send("HEAD / HTTP/1.1\r\n\r\n")
		q.wantReply("a HEAD that is wrong has no content either", "HEAD", 400)
		q.wantClosed("after 400")
		p.send("OPTIONS / HTTP/1.1\r\nHost: h\r\n\r\nOPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n")
		resp, _ = p.wantStatus("OPTIONS", 204)
		require.Equal(t, "GET, HEAD, OPTIONS", resp.Header.Get("Allow"))
		require.Empty(t, resp.Header.Values("Content-Length"), "RFC 9110, 8.6: no Content-Length with 204")
		p.wantStatus("OPTIONS *", 204)
		p.send("GET /none HTTP/1.1\r\nHost: h\r\n\r\nGET /same HTTP/1.1\r\nHost: h\r\n\r\n" + plainGet)
		p.wantStatus("no content", 204)
		p.wantStatus("not modified", 304)
		_, body := p.wantStatus("nothing stood between", 200)
		require.Equal(t, "hello", body)
	})
}

// bodies are requests to /echo, with what they carry.
func bodies() map[string]struct{ request, content string } {
	big := strings.Repeat("0123456789abcdef", 20000)
	chunked := "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
	var chunks strings.Builder
	for i := 0; i < len(big); i += 1000 {
		fmt.Fprintf(&chunks, "3e8;a=b\r\n%s\r\n", big[i:i+1000])
	}
	return map[string]struct{ request, content string }{
		"empty":       {"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n", ""},
		"none":        {"POST /echo HTTP/1.1\r\nHost: h\r\n\r\n", ""},
		"short":       {"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello", "hello"},
		"long":        {fmt.Sprintf("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n%s", len(big), big), big},
		"chunks":      {chunked + "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n", "hello world"},
		"trailers":    {chunked + "5\r\nhello\r\n0\r\nX: y\r\nZ: w\r\n\r\n", "hello"},
		"long chunks": {chunked + chunks.String() + "0\r\n\r\n", big},
	}
}

// A body is the same however it is cut, and the request behind it is found.
func TestBodies(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		stream := func(r *Request) error {
			_, err := io.CopyBuffer(struct{ io.Writer }{r}, struct{ io.Reader }{r}, make([]byte, 777))
			return err
		}
		s := start(t, cfg, post("/echo", echo), get("/", says("next")), post("/stream", stream))
		for name, b := range bodies() {
			for _, path := range []string{"/echo", "/stream"} {
				request := strings.Replace(b.request, "/echo", path, 1)
				for _, step := range []int{1, 7, 100, 5000, 1 << 20} {
					if len(request)/step > 1000 {
						continue
					}
					t.Run(fmt.Sprint(name, path, step), func(t *testing.T) {
						p := dial(t, s)
						go func() {
							rest := request + plainGet
							for len(rest) > 0 {
								n := min(step, len(rest))
								if _, err := io.WriteString(p.Conn, rest[:n]); err != nil {
									return
								}
								rest = rest[n:]
							}
						}()
						_, body := p.wantStatus("the echo", 200)
						require.Equal(t, len(b.content), len(body))
						require.Equal(t, b.content, body)
						_, body = p.wantStatus("the next request", 200)
						require.Equal(t, "next", body)
					})
				}
			}
		}
	})
}

// 100 (Continue) comes when the handler reads, and not when it does not.
func TestExpectContinue(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		s := start(t, cfg, post("/echo", echo), post("/refuse", func(r *Request) error {
			return r.SendError(403, "")
		}))
		p := dial(t, s)
		p.send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n")
		line, err := p.ReadString('\n')
		require.NoError(t, err)
		require.Equal(t, "HTTP/1.1 100 Continue\r\n", line)
		_, err = p.ReadString('\n')
		require.NoError(t, err)
		p.send("hello")
		_, body := p.wantStatus("the echo", 200)
		require.Equal(t, "hello", body)
		p.send("POST /refuse HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n")
		p.wantStatus("a refusal without reading", 403)
		p.wantClosed("whether the content follows is not known")
	})
}

// What a handler does not read is skipped, or ends the connection if it is much.
func TestUnreadBody(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		cfg.MaxDrain, cfg.MaxInline = 100000, 10
		s := start(t, cfg, post("/", says("ignored")))
		p := dial(t, s)
		p.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 50000\r\n\r\n")
		p.send(strings.Repeat("x", 50000) + "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\n")
		resp, _ := p.wantStatus("little is left", 200)
		require.False(t, resp.Close)
		resp, _ = p.wantStatus("much is left", 200)
		require.True(t, resp.Close)
		p.wantClosed("much is left")
	})
}

// The content of a response arrives exactly, however large it is and however it is written.
func TestLargeResponses(t *testing.T) {
	pattern := bytes.Repeat([]byte("0123456789abcdef"), 1<<16)
	engines(t, func(t *testing.T, cfg Config) {
		s := start(t, cfg, get("/send", func(r *Request) error { return r.Send(pattern) }),
			get("/chunks", func(r *Request) error {
				for i := 0; i < len(pattern); i += 4096 {
					if err := r.SendChunk(pattern[i : i+4096]); err != nil {
						return err
					}
				}
				return r.SendChunk(nil)
			}),
			get("/write", func(r *Request) error {
				r.SetLength(int64(len(pattern)))
				_, err := io.Copy(struct{ io.Writer }{r}, bytes.NewReader(pattern))
				return err
			}))
		for _, path := range []string{"/send", "/chunks", "/write"} {
			for _, version := range []string{"1.1", "1.0"} {
				p := dial(t, s)
				request := "GET " + path + " HTTP/" + version + "\r\nHost: h\r\n\r\n"
				p.send(strings.Repeat(request, 2)) // pipelined, and not read at first
				_, body := p.wantStatus(path, 200)
				require.True(t, body == string(pattern), "%s HTTP/%s: other content", path, version)
				if version == "1.1" {
					_, body = p.wantStatus(path, 200)
					require.True(t, body == string(pattern), "%s HTTP/%s: other content", path, version)
				}
			}
		}
	})
}

// An announced length is kept, or the connection ends so that the peer can see it was not.
func TestLengthIsExact(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		s := start(t, cfg, get("/less", func(r *Request) error {
			r.SetLength(10)
			_, err := r.Write([]byte("12345"))
			return err
		}), get("/more", func(r *Request) error {
			r.SetLength(3)
			_, err := r.Write([]byte("12345"))
			require.ErrorIs(t, err, ErrLength)
			return nil
		}))
		for _, path := range []string{"/less", "/more"} {
			p := dial(t, s)
			p.send("GET " + path + " HTTP/1.1\r\nHost: h\r\n\r\n")
			resp, err := http.ReadResponse(p.Reader, nil)
			require.NoError(t, err)
			_, err = io.ReadAll(resp.Body)
			require.ErrorIs(t, err, io.ErrUnexpectedEOF)
		}
	})
}

// Neither CR nor LF gets into a head, and the server's own fields stay its own.
func TestFieldsAreSafe(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		s := start(t, cfg, get("/", func(r *Request) error {
			require.ErrorIs(t, r.SetField("X", "a\r\nY: b"), ErrField)
			require.ErrorIs(t, r.SetField("X\n", "a"), ErrField)
			require.ErrorIs(t, r.SetType("text/plain\r\nX: y"), ErrField)
			require.ErrorIs(t, r.SetField("Content-Length", "7"), ErrField)
			require.ErrorIs(t, r.SetField("X", strings.Repeat("x", 1<<20)), ErrFieldsOut)
			require.NoError(t, r.SetField("A", "1"))
			require.NoError(t, r.AddField("A", "2"))
			require.NoError(t, r.SetField("B", "1"))
			require.NoError(t, r.SetField("b", "3"))
			return r.SendString("x")
		}))
		p := dial(t, s)
		p.send(plainGet)
		resp, _ := p.wantStatus("safe fields", 200)
		require.Equal(t, []string{"1", "2"}, resp.Header.Values("A"))
		require.Equal(t, []string{"3"}, resp.Header.Values("B"))
		require.Empty(t, resp.Header.Values("Y"))
	})
}

// A handler that sleeps, an upload that trickles and a reader that stalls do not stop the only loop.
func TestOthersAreServedMeanwhile(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		cfg.Loops = 1
		release := make(chan struct{})
		huge := make([]byte, 20<<20)
		s := start(t, cfg, get("/", says("quick")),
			URI{Path: "/slow", Method: "GET", Blocking: true, Handler: func(r *Request) error {
				<-release
				return r.SendString("slow")
			}},
			post("/echo", echo),
			get("/huge", func(r *Request) error { return r.Send(huge) }))
		slow, upload, stalled := dial(t, s), dial(t, s), dial(t, s)
		slow.send("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n" + plainGet)
		upload.send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\nabc")
		stalled.send("GET /huge HTTP/1.1\r\nHost: h\r\n\r\n")
		quick := dial(t, s)
		for range 100 {
			quick.send(plainGet)
			_, body := quick.wantStatus("a quick request among slow ones", 200)
			require.Equal(t, "quick", body)
		}
		close(release)
		_, body := slow.wantStatus("the slow handler", 200)
		require.Equal(t, "slow", body)
		_, body = slow.wantStatus("the request behind it", 200)
		require.Equal(t, "quick", body)
		upload.send(strings.Repeat("x", 100000-3))
		_, body = upload.wantStatus("the upload", 200)
		require.Len(t, body, 100000)
		_, body = stalled.wantStatus("the stalled reader", 200)
		require.Len(t, body, len(huge))
	})
}

func TestDeadlines(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		cfg.IdleTimeout, cfg.HeadTimeout, cfg.RecvTimeout = 300*time.Millisecond, 200*time.Millisecond, 200*time.Millisecond
		cfg.SendTimeout = 300 * time.Millisecond
		huge := make([]byte, 20<<20)
		done := make(chan error, 1)
		s := start(t, cfg, get("/", says("x")), post("/echo", echo), get("/huge", func(r *Request) error {
			err := r.Send(huge)
			done <- err
			return err
		}))
		p := dial(t, s)
		p.wantClosed("an idle connection")
		p = dial(t, s)
		p.send("GET / HT")
		p.wantStatus("half a head", 408)
		p.wantClosed("half a head")
		for _, length := range []int{100, 100000} { // collected, and read by the handler
			p = dial(t, s)
			p.send(fmt.Sprintf("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\nabc", length))
			p.wantStatus("half a body", 408)
			p.wantClosed("half a body")
		}
		p = dial(t, s)
		p.send("GET /huge HTTP/1.1\r\nHost: h\r\n\r\n")
		select {
		case err := <-done:
			require.Error(t, err, "a peer that does not read")
		case <-time.After(5 * time.Second):
			t.Fatal("the handler still sends to a peer that does not read")
		}
	})
}

// The peer's end of sending is not the end of its reading.
func TestHalfClose(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		s := start(t, cfg, get("/", says("hello")))
		p := dial(t, s)
		p.send(plainGet)
		require.NoError(t, p.Conn.(*net.TCPConn).CloseWrite())
		p.wantStatus("a half-closed connection", 200)
		p.wantClosed("after the peer's end")
	})
}

// Trailer fields are there after the content, whole or in pieces, on the loop or aside.
func TestTrailers(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		handler := func(r *Request) error {
			if _, err := r.Body(); err != nil {
				return err
			}
			return r.SendString(string(r.Trailer("x-sum")) + "|" + string(r.Trailer("0a")) + "|" + string(r.Trailer("none")))
		}
		s := start(t, cfg, post("/", handler), URI{Path: "/aside", Method: "POST", Blocking: true, Handler: handler})
		for _, path := range []string{"/", "/aside"} {
			for _, step := range []int{1, 3, 1000} {
				p := dial(t, s)
				request := "POST " + path + " HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n" +
					"5\r\nhello\r\n000;x=\":\"\r\n0a: zero\r\nX-Sum:  12 34 \r\n\r\n"
				for rest := request; rest != ""; {
					n := min(step, len(rest))
					p.send(rest[:n])
					rest = rest[n:]
				}
				_, body := p.wantStatus("trailers", 200)
				require.Equal(t, "12 34|zero|", body)
				p.send(strings.Replace(plainGet, "/ ", "/nowhere ", 1))
				p.wantStatus("the next request", 404)
			}
		}
	})
}
