//go:build linux && !386 && !s390x

package load

import (
	"bytes"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// canned answers each empty line with response, and allocates nothing: package
// http would.
func canned(response string) func(*peer) {
	return func(p *peer) {
		in, out := make([]byte, 64<<10), bytes.Repeat([]byte(response), 64)
		for {
			n, err := p.Conn.Read(in)
			if err != nil {
				return
			}
			if _, err := p.Write(out[:bytes.Count(in[:n], []byte("\r\n\r\n"))*len(response)]); err != nil {
				return
			}
		}
	}
}

// The engine allocates when it starts, when it is asked for its counts and when
// something fails, and for no request.
func TestRawAllocations(t *testing.T) {
	if rawRacing {
		t.Skip("the race detector allocates")
	}
	chunked := "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
	hashed := Expect{Content: ContentOf([]byte("hello"))}
	for _, c := range []struct {
		name     string
		response string
		config   RawConfig
		rate     float64
	}{
		{"closed", hello, RawConfig{Connections: 4}, 0},
		{"closed, depth 16", hello, RawConfig{Connections: 4, Depth: 16}, 0},
		{"closed, hashed", hello, RawConfig{Connections: 4, Expect: hashed}, 0},
		{"closed, chunked", chunked, RawConfig{Connections: 4, Depth: 4, Expect: hashed}, 0},
		{"closed, refused", "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", RawConfig{Connections: 4}, 0},
		{"open", hello, RawConfig{Connections: 4}, 20000},
	} {
		s := serve(t, canned(c.response))
		run := func(d time.Duration) (requests int64, mallocs uint64) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			r := rawWith(t, s, c.config, Schedule{Rate: c.rate, Duration: d})
			runtime.ReadMemStats(&after)
			return r.Requests, after.Mallocs - before.Mallocs
		}
		undisturbed(t, func(calm require.TestingT) {
			_, start := run(time.Millisecond)
			requests, mallocs := run(200 * time.Millisecond)
			require.Greater(calm, requests, int64(1000), c.name)
			require.Less(calm, float64(mallocs)-float64(start), float64(requests)/20, "%s: %d requests", c.name, requests)
		})
	}
}
