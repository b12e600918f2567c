//go:build linux && !386 && !s390x

package load

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func request(t testing.TB, method, body string) *Request {
	t.Helper()
	q, err := NewRequest(method, mustURL(t, "http://127.0.0.1/"), nil, []byte(body))
	require.NoError(t, err)
	return q
}

// Every framing that a response may have is read, in one piece, byte by byte,
// and several in a row.
func TestRawReadsEveryFraming(t *testing.T) {
	for _, c := range []struct {
		name, method, response string
		content                int64
		ends                   bool // the server closes after it
	}{
		{"length", "GET", hello, 5, false},
		{"nothing", "GET", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 0, false},
		{"no reason", "GET", "HTTP/1.1 200 \r\nContent-Length: 1\r\n\r\nx", 1, false},
		{"chunked", "GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n", 5, false},
		{"chunked, trailer", "GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nT: u\r\n\r\n", 1, false},
		{"until the end", "GET", "HTTP/1.1 200 OK\r\n\r\nsome content", 12, true},
		{"close", "GET", "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi", 2, true},
		{"1.0", "GET", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi", 2, true},
		{"1.0 kept", "GET", "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nhi", 2, false},
		{"204", "GET", "HTTP/1.1 204 No Content\r\n\r\n", 0, false},
		{"304", "GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 500\r\n\r\n", 0, false},
		{"HEAD", "HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n", 0, false},
		{"interim", "GET", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + hello, 5, false},
		{"101", "GET", "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n", 0, true},
	} {
		for _, piece := range []int{1 << 20, 1} {
			s := serve(t, func(p *peer) {
				for p.request() {
					for b := []byte(c.response); len(b) > 0; {
						n := min(piece, len(b))
						if _, err := p.Write(b[:n]); err != nil {
							return
						}
						b = b[n:]
					}
					if c.ends {
						return
					}
				}
			})
			depth := 3
			if c.ends { // what it has not read when it closes makes a reset of that
				depth = 1
			}
			r := rawWith(t, s, RawConfig{Request: request(t, c.method, ""), Depth: depth}, Schedule{Duration: 80 * time.Millisecond})
			require.Empty(t, r.Errors, c.name)
			require.Greater(t, r.Requests, int64(2), c.name)
			require.Equal(t, c.content*r.Requests, r.BytesIn, c.name)
			if !c.ends {
				require.Equal(t, int64(1), s.accepted.Load(), c.name)
			}
		}
	}
}

// What goes wrong has the stage and the cause that it has with other engines.
func TestRawTellsFailuresApart(t *testing.T) {
	say := func(response string) func(*peer) {
		return func(p *peer) { p.request(); p.say("%s", response) }
	}
	wait := func(response string) func(*peer) {
		return func(p *peer) { p.request(); p.say("%s", response); p.request() }
	}
	for _, c := range []struct {
		name string
		each func(*peer)
		key  string
	}{
		{"no answer", say(""), "ttfb/eof"},
		{"half a head", say("HTTP/1.1 200 OK\r\nContent-Le"), "ttfb/truncated"},
		{"half a content", say("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhell"), "body/truncated"},
		{"half a chunk", say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhell"), "body/truncated"},
		{"more than it said", wait(hello + "!"), "body/protocol"},
		{"two answers", wait(hello + hello), "body/protocol"},
		{"not HTTP", wait("SSH-2.0-OpenSSH_9.2\r\n"), "ttfb/protocol"},
		{"HTTP/2", wait("HTTP/2 200 OK\r\n\r\n"), "ttfb/protocol"},
		{"two lengths", wait("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!"), "ttfb/protocol"},
		{"length and chunks", wait("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), "ttfb/protocol"},
		{"a chunk without size", wait("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nhello\r\n"), "body/protocol"},
		{"an endless head", wait("HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", 1<<16)), "ttfb/protocol"},
		{"reset", func(p *peer) { p.request(); p.reset() }, "ttfb/reset"},
		{"reset in the content", func(p *peer) {
			p.request()
			p.say("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhell")
			p.take(5 * time.Millisecond)
			p.reset()
		}, "body/reset"},
		{"silence", wait(""), "ttfb/timeout"},
		{"silence in the head", wait("HTTP/1.1 200 OK\r\n"), "ttfb/timeout"},
		{"silence in the content", wait("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhell"), "body/timeout"},
		{"refusal", answer("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 4\r\n\r\nbusy"), "status/503"},
	} {
		s := serve(t, c.each)
		timeout := 5 * time.Second
		if strings.HasPrefix(c.name, "silence") {
			timeout = 50 * time.Millisecond
		}
		r := rawWith(t, s, RawConfig{Connections: 2, Timeout: timeout}, Schedule{Duration: 100 * time.Millisecond})
		require.Equal(t, map[string]int64{c.key: r.Requests}, r.Errors, c.name)
		require.NotZero(t, r.Requests, c.name)
		require.Zero(t, r.Service.TotalCount(), c.name)
		require.Positive(t, r.FailedTime, c.name)
	}
}

// A server that does not read its requests shows where it stopped.
func TestRawServerThatDoesNotRead(t *testing.T) {
	var over atomic.Bool
	s := serve(t, func(p *peer) {
		for !over.Load() {
			p.take(10 * time.Millisecond)
		}
	})
	defer over.Store(true)
	q := request(t, http.MethodPost, strings.Repeat("x", 16<<20))
	r := rawWith(t, s, RawConfig{Request: q, Timeout: 100 * time.Millisecond}, Schedule{Duration: 120 * time.Millisecond})
	require.Equal(t, map[string]int64{"write/timeout": r.Requests}, r.Errors)
}

// A server may answer before it has read all: the connection is of no use then.
func TestRawEarlyAnswer(t *testing.T) {
	s := serve(t, func(p *peer) {
		if _, err := p.r.Peek(1); err == nil {
			p.say("HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n")
		}
		p.take(20 * time.Millisecond)
	})
	q := request(t, http.MethodPost, strings.Repeat("x", 16<<20))
	r := rawWith(t, s, RawConfig{Request: q}, Schedule{Duration: 100 * time.Millisecond})
	require.Equal(t, map[string]int64{"status/413": r.Requests}, r.Errors)
	require.Equal(t, r.Requests, s.accepted.Load())
	require.Greater(t, r.Requests, int64(1))
}

// Requests of any size arrive whole, one after the other.
func TestRawLargeRequestsAndResponses(t *testing.T) {
	content := strings.Repeat("0123456789abcdef", 20_000) // more than a loop reads at once
	s := serve(t, func(p *peer) {
		for {
			q, err := http.ReadRequest(p.r)
			if err != nil {
				return
			}
			if got, err := readAll(q); err != nil || got != content {
				p.say("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
				return
			}
			p.say("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(content), content)
		}
	})
	for _, depth := range []int{1, 3} {
		for _, want := range []*Content{nil, {Length: int64(len(content))}, ContentOf([]byte(content))} {
			r := rawWith(t, s, RawConfig{Request: request(t, http.MethodPost, content), Depth: depth, Expect: Expect{Content: want}},
				Schedule{Duration: 400 * time.Millisecond})
			require.Empty(t, r.Errors)
			require.Greater(t, r.Requests, int64(2))
			require.Equal(t, r.Requests*int64(len(content)), r.BytesIn)
		}
	}
}

// A server that never stops sending stops nobody else.
func TestRawEndlessResponse(t *testing.T) {
	var n atomic.Int64
	s := serve(t, func(p *peer) {
		if n.Add(1) > 1 {
			answer(hello)(p)
			return
		}
		p.request()
		p.say("HTTP/1.1 200 OK\r\n\r\n")
		for b := make([]byte, 1<<20); ; {
			if _, err := p.Write(b); err != nil {
				return
			}
		}
	})
	r := rawWith(t, s, RawConfig{Connections: 2, Timeout: 300 * time.Millisecond}, Schedule{Duration: 200 * time.Millisecond})
	require.Equal(t, map[string]int64{"body/timeout": 1}, r.Errors)
	require.Greater(t, r.Requests, int64(10))
}

// What is expected is held against every response.
func TestRawExpect(t *testing.T) {
	chunked := "HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n"
	for _, c := range []struct {
		name, response string
		expect         Expect
		key            string
	}{
		{"the right content", hello, Expect{Status: 200, Content: ContentOf([]byte("hello"))}, ""},
		{"the right chunks", chunked, Expect{Status: 201, Content: ContentOf([]byte("hello"))}, ""},
		{"the right length", hello, Expect{Content: &Content{Length: 5}}, ""},
		{"another length", hello, Expect{Content: &Content{Length: 4}}, "body/content"},
		{"another content", hello, Expect{Content: ContentOf([]byte("hallo"))}, "body/content"},
		{"other chunks", chunked, Expect{Content: ContentOf([]byte("hallo"))}, "body/content"},
		{"another status", hello, Expect{Status: 204}, "status/200"},
		{"a refusal that is expected", "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", Expect{Status: 404}, ""},
	} {
		r := rawWith(t, serve(t, answer(c.response)), RawConfig{Expect: c.expect, Depth: 2}, Schedule{Duration: 100 * time.Millisecond})
		require.NotZero(t, r.Requests, c.name)
		if c.key == "" {
			require.Empty(t, r.Errors, c.name)
		} else {
			require.Equal(t, map[string]int64{c.key: r.Requests}, r.Errors, c.name)
		}
	}
}

// Heads that change from response to response are each taken at their word.
func TestRawHeadsThatChange(t *testing.T) {
	s := serve(t, func(p *peer) {
		for i := 0; p.request(); i++ {
			p.say("%s", []string{
				"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
				"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello!",
				"HTTP/1.1 204 No Content\r\n\r\n",
				"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 5\r\n\r\nsorry",
			}[i%4])
		}
	})
	r := rawWith(t, s, RawConfig{Depth: 4}, Schedule{Duration: 120 * time.Millisecond})
	require.Len(t, r.Errors, 1)
	require.InDelta(t, r.Requests, 4*r.Errors["status/500"], 4)
	require.InDelta(t, r.Requests*4, r.BytesIn, 16)
	require.Equal(t, int64(1), s.accepted.Load())
}

// 300 resets are one kind of error, 300 times.
func TestRawResets(t *testing.T) {
	var n atomic.Int64
	s := serve(t, func(p *peer) {
		if p.request() && n.Add(1) <= 300 {
			p.reset()
			return
		}
		p.say("%s", hello)
		answer(hello)(p)
	})
	r := rawWith(t, s, RawConfig{Connections: 2}, Schedule{Duration: 500 * time.Millisecond})
	require.Equal(t, map[string]int64{"ttfb/reset": 300}, r.Errors)
	require.Greater(t, r.Requests, int64(300))
	require.Zero(t, r.FirstBad, "a good response came last")
}
