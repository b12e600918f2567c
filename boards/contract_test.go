package boards

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"

	"github.com/httpdlab/httpdlab/bench/measure"
	"github.com/httpdlab/httpdlab/server"
)

// TestWebSocketEcho reads back what it sends on /ws, with and without compression.
func TestWebSocketEcho(t *testing.T) {
	serveContract(t, func(t *testing.T, base string) {
		for _, compress := range []bool{false, true} {
			d := websocket.Dialer{Subprotocols: []string{"echo"}, EnableCompression: compress}
			c, _, err := d.Dial("ws"+strings.TrimPrefix(base, "http")+"/ws", nil)
			require.NoError(t, err)
			defer c.Close()
			require.Equal(t, "echo", c.Subprotocol())
			require.NoError(t, c.SetReadDeadline(time.Now().Add(10*time.Second)))
			for _, text := range []string{"", "hello", strings.Repeat("temperature ", 100_000)} {
				require.NoError(t, c.WriteMessage(websocket.TextMessage, []byte(text)))
				_, back, err := c.ReadMessage()
				require.NoError(t, err)
				require.Equal(t, text, string(back))
			}
		}
	})
}

// serveContract serves the contract on each engine in turn.
func serveContract(t *testing.T, f func(t *testing.T, base string)) {
	for _, engine := range []server.Engine{server.EngineAuto, server.EnginePortable} {
		t.Run(engine.String(), func(t *testing.T) {
			cfg := server.DefaultConfig()
			cfg.Addr, cfg.Engine = "127.0.0.1:0", engine
			s, err := server.New(cfg)
			require.NoError(t, err)
			ctx, cancel := context.WithCancel(context.Background())
			require.NoError(t, Contract(ctx, s, hostInfo("host", "v1", cfg)))
			require.NoError(t, s.Start())
			defer func() { cancel(); require.NoError(t, s.Stop(t.Context())) }()
			f(t, "http://"+s.Addr().String())
			http.DefaultClient.CloseIdleConnections()
		})
	}
}

// do sends a request with fields given as "Name: value".
func do(t *testing.T, method, url, body string, fields ...string) (*http.Response, string) {
	var content io.Reader
	if body != "" {
		content = strings.NewReader(body)
	}
	q, err := http.NewRequestWithContext(t.Context(), method, url, content)
	require.NoError(t, err)
	for _, field := range fields {
		name, value, _ := strings.Cut(field, ": ")
		q.Header.Add(name, value)
	}
	a, err := http.DefaultClient.Do(q)
	require.NoError(t, err)
	defer a.Body.Close()
	b, err := io.ReadAll(a.Body)
	require.NoError(t, err)
	return a, string(b)
}

const alphabet = "abcdefghijklmnopqrstuvwxyz"

// contractRows are requests, with Content-Type text/plain; charset=x, and what
// every board answers. A 405 may have any body.
var contractRows = []struct {
	method, path, body string
	status             int
	mediaType, answer  string
}{
	{"GET", "/hello", "", 200, "text/html", "Hello World!"},
	{"HEAD", "/hello", "", 200, "text/html", ""},
	{"GET", "/plaintext", "", 200, "text/plain", "Hello, World!"},
	{"GET", "/", "", 200, "text/plain", routes},
	{"POST", "/echo", "body\x00\xff", 200, "text/plain; charset=x", "body\x00\xff"},
	{"PATCH", "/echo", "x", 200, "text/plain; charset=x", "x"},
	{"GET", "/bytes", "", 200, "application/octet-stream", ""},
	{"GET", "/bytes?n=30", "", 200, "application/octet-stream", alphabet + "abcd"},
	{"GET", "/bytes?n=30&chunked=1", "", 200, "application/octet-stream", alphabet + "abcd"},
	{"GET", "/bytes?n=200001", "", 200, "application/octet-stream", strings.Repeat(alphabet, 7700)[:200001]},
	{"GET", "/bytes?n=200001&chunked=1", "", 200, "application/octet-stream", strings.Repeat(alphabet, 7700)[:200001]},
	{"GET", "/bytes?n=-1", "", 400, "text/plain", "n must be a number from 0 to 1073741824\n"},
	{"GET", "/bytes?n=x", "", 400, "text/plain", "n must be a number from 0 to 1073741824\n"},
	{"POST", "/sink", strings.Repeat("x", 300_000), 200, "application/json", `{"bytes":300000}`},
	{"GET", "/slow?ms=1", "", 200, "text/plain", "1 ms\n"},
	{"GET", "/slow?ms=60001", "", 400, "text/plain", "ms must be a number from 0 to 60000\n"},
	{"GET", "/empty", "", 204, "", ""},
	{"GET", "/tree/a/b?c", "", 200, "text/plain", "a/b"},
	{"GET", "/events?n=x", "", 400, "text/plain", "n must be a number from 0 to 1048576\n"},
	{"POST", "/adder", "five", 400, "text/plain", "the body must be a decimal number\n"},
	{"POST", "/hello", "x", 405, "text/plain", "This resource does not know this method"},
}

func TestContract(t *testing.T) {
	serveContract(t, func(t *testing.T, base string) {
		for _, x := range contractRows {
			a, body := do(t, x.method, base+x.path, x.body, "Content-Type: text/plain; charset=x")
			require.Equal(t, x.status, a.StatusCode, x.path)
			require.Equal(t, x.mediaType, a.Header.Get("Content-Type"), x.path)
			if x.status != 405 {
				require.Equal(t, x.answer, body, x.path)
			}
		}
	})
}

// The sum belongs to the connection: another one begins at zero.
func TestAdderKeepsItsSumPerConnection(t *testing.T) {
	serveContract(t, func(t *testing.T, base string) {
		for range 2 {
			for _, want := range []string{"5", "12", "9"} {
				add := map[string]string{"5": "5", "12": " 7\n", "9": "-3"}[want]
				_, sum := do(t, "POST", base+"/adder", add)
				require.Equal(t, want, sum)
			}
			http.DefaultClient.CloseIdleConnections()
		}
	})
}

func TestEvents(t *testing.T) {
	serveContract(t, func(t *testing.T, base string) {
		a, body := do(t, "GET", base+"/events?n=3&ms=20", "")
		require.Equal(t, "text/event-stream", a.Header.Get("Content-Type"))
		events := strings.Split(strings.TrimSuffix(body, "\n\n"), "\n\n")
		require.Len(t, events, 3)
		last := int64(-1)
		for i, e := range events {
			var n int
			var uptime int64
			_, err := fmt.Sscanf(e, "id: %d\ndata: {\"n\":%d,\"uptime_ms\":%d}", new(int), &n, &uptime)
			require.NoError(t, err, e)
			require.Equal(t, i, n)
			require.True(t, last < 0 || uptime >= last+19, "20 ms apart: %d after %d", uptime, last)
			last = uptime
		}
	})
}

// An event reaches the client when it happens, not when the stream ends.
func TestEventsArriveOneByOne(t *testing.T) {
	serveContract(t, func(t *testing.T, base string) {
		q, err := http.NewRequestWithContext(t.Context(), "GET", base+"/events?n=2&ms=60000", nil)
		require.NoError(t, err)
		client := &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{}}
		a, err := client.Do(q)
		require.NoError(t, err)
		defer a.Body.Close()
		line, err := bufio.NewReader(a.Body).ReadString('\n')
		require.NoError(t, err)
		require.Equal(t, "id: 0\n", line)
	})
}

// A waiting handler stops nobody.
func TestSlowStopsNobody(t *testing.T) {
	serveContract(t, func(t *testing.T, base string) {
		slow := make(chan time.Time, 1)
		go func() {
			do(t, "GET", base+"/slow?ms=400", "")
			slow <- time.Now()
		}()
		for range 20 {
			do(t, "GET", base+"/hello", "")
		}
		quick := time.Now()
		require.True(t, (<-slow).After(quick))
	})
}

var fileText = string(fileContent)

// fileRows are conditional and partial requests for /file, and their answers.
var fileRows = []struct {
	name   string
	fields []string
	status int
	body   string
}{
	{"plain", nil, 200, fileText},
	{"same tag", []string{"If-None-Match: " + fileETag}, 304, ""},
	{"weak tag in a list", []string{`If-None-Match: "x", W/` + fileETag}, 304, ""},
	{"tag on a second line", []string{`If-None-Match: "x"`, `If-None-Match: ` + fileETag}, 304, ""},
	{"any tag", []string{"If-None-Match: *"}, 304, ""},
	{"other tag wins over date", []string{`If-None-Match: "x"`, "If-Modified-Since: Thu, 01 Jan 2026 00:00:00 GMT"}, 200, fileText},
	{"not modified", []string{"If-Modified-Since: Thu, 01 Jan 2026 00:00:00 GMT"}, 304, ""},
	{"modified", []string{"If-Modified-Since: Wed, 31 Dec 2025 23:59:59 GMT"}, 200, fileText},
	{"malformed date", []string{"If-Modified-Since: yesterday"}, 200, fileText},
	{"match", []string{"If-Match: " + fileETag}, 200, fileText},
	{"match is strong", []string{"If-Match: W/" + fileETag}, 412, "the condition does not hold"},
	{"no match", []string{`If-Match: "x"`}, 412, "the condition does not hold"},
	{"unmodified", []string{"If-Unmodified-Since: Thu, 01 Jan 2026 00:00:00 GMT"}, 200, fileText},
	{"modified since", []string{"If-Unmodified-Since: Wed, 31 Dec 2025 23:59:59 GMT"}, 412, "the condition does not hold"},
	{"first bytes", []string{"Range: bytes=0-9"}, 206, fileText[:10]},
	{"from", []string{"Range: bytes=100-"}, 206, fileText[100:]},
	{"past the end", []string{fmt.Sprintf("Range: bytes=%d-99999", len(fileContent)-1)}, 206, fileText[len(fileContent)-1:]},
	{"last bytes", []string{"Range: bytes=-7"}, 206, fileText[len(fileContent)-7:]},
	{"more than all", []string{"Range: bytes=-99999"}, 206, fileText},
	{"behind the end", []string{fmt.Sprintf("Range: bytes=%d-", len(fileContent))}, 416, "the range is outside the file"},
	{"overflow", []string{"Range: bytes=99999999999999999999-"}, 416, "the range is outside the file"},
	{"last none", []string{"Range: bytes=-0"}, 416, "the range is outside the file"},
	{"backwards", []string{"Range: bytes=9-0"}, 200, fileText},
	{"several", []string{"Range: bytes=0-1,4-5"}, 200, fileText},
	{"sign", []string{"Range: bytes=+1-5"}, 200, fileText},
	{"other unit", []string{"Range: lines=0-9"}, 200, fileText},
	{"if range, same", []string{"Range: bytes=0-9", "If-Range: " + fileETag}, 206, fileText[:10]},
	{"if range, other", []string{"Range: bytes=0-9", `If-Range: "x"`}, 200, fileText},
	{"if range, weak", []string{"Range: bytes=0-9", "If-Range: W/" + fileETag}, 200, fileText},
	{"if range, date", []string{"Range: bytes=0-9", "If-Range: Thu, 01 Jan 2026 00:00:00 GMT"}, 206, fileText[:10]},
}

func TestFile(t *testing.T) {
	n := len(fileContent)
	serveContract(t, func(t *testing.T, base string) {
		for _, x := range fileRows {
			a, body := do(t, "GET", base+"/file", "", x.fields...)
			require.Equal(t, x.status, a.StatusCode, x.name)
			require.Equal(t, x.body, body, x.name)
			require.Equal(t, fileETag, a.Header.Get("ETag"), x.name)
			if x.status == 206 {
				require.Contains(t, a.Header.Get("Content-Range"), fmt.Sprintf("/%d", n), x.name)
			}
			if x.status == 416 {
				require.Equal(t, fmt.Sprintf("bytes */%d", n), a.Header.Get("Content-Range"), x.name)
			}
		}
		a, body := do(t, "HEAD", base+"/file", "", "Range: bytes=0-9")
		require.Equal(t, 200, a.StatusCode, "ranges are for GET")
		require.Empty(t, body)
		require.Equal(t, int64(n), a.ContentLength)
	})
}

// What the board says of its memory is what the watcher reads.
func TestInfoAndHeap(t *testing.T) {
	serveContract(t, func(t *testing.T, base string) {
		_, body := do(t, "GET", base+"/info", "")
		var info Info
		require.NoError(t, json.Unmarshal([]byte(body), &info))
		require.Equal(t, "host", info.Board)
		require.Equal(t, "v1", info.AppSHA)
		require.Positive(t, info.Cores)
		require.Equal(t, server.DefaultConfig().MaxOpenSockets, info.MaxOpenSockets)

		var heap measure.Heap
		for range 2 {
			_, body = do(t, "GET", base+"/heap", "")
			require.NoError(t, json.Unmarshal([]byte(body), &heap))
			require.Positive(t, heap.Total)
			require.Less(t, heap.Free, heap.Total)
			require.LessOrEqual(t, heap.MinFree, heap.Free)
			require.Positive(t, heap.MinFree)
		}
	})
}
