package load

import (
	"encoding/json"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func mix(t testing.TB, base string, parts ...Part) *Mix {
	t.Helper()
	s := &Scenario{Name: "test", Requests: parts}
	require.NoError(t, s.validate())
	m, err := s.Mix(mustURL(t, base), nil)
	require.NoError(t, err)
	return m
}

func TestBuiltInScenarios(t *testing.T) {
	for _, name := range Scenarios {
		s, err := BuiltIn(name, 0)
		require.NoError(t, err)
		require.Equal(t, name, s.Name)
		require.NotEmpty(t, s.Title)
		m, err := s.Mix(mustURL(t, "http://h/"), nil)
		if s.Protocol != HTTP {
			require.ErrorContains(t, err, string(s.Protocol))
			continue
		}
		require.NoError(t, err, name)
		require.NotEmpty(t, m.deck)
	}
	_, err := BuiltIn("helo", 0)
	require.ErrorContains(t, err, `no scenario is called "helo"`)
	_, err = BuiltIn("upload", mostBody+1)
	require.ErrorContains(t, err, "bytes")
	s, err := BuiltIn("download", 100)
	require.NoError(t, err)
	require.Equal(t, "/bytes?n=100", s.Requests[0].Path)
}

// The hash of a pattern is the one of its bytes, whatever its length.
func TestPatternContent(t *testing.T) {
	for _, n := range []int64{0, 1, 26, 27, 65535, 65536, 65520, 65521, 200_001} {
		require.Equal(t, ContentOf(pattern(n)), patternContent(n), "%d", n)
	}
	require.Equal(t, "abcdefghijklmnopqrstuvwxyzab", string(pattern(28)))
}

// After each round, every kind had exactly its share, and no round is like the
// one before.
func TestDealerIsExact(t *testing.T) {
	m := mix(t, "http://h/", Part{Path: "/a", Weight: 20}, Part{Path: "/b", Weight: 50}, Part{Path: "/c", Weight: 30})
	require.Len(t, m.deck, 10)
	d, counts := m.dealer(1, 0), [3]int{}
	var rounds []string
	for range 100 {
		round := ""
		for range 10 {
			k := d.deal()
			counts[k]++
			round += string("abc"[k])
		}
		rounds = append(rounds, round)
	}
	require.Equal(t, [3]int{200, 500, 300}, counts)
	require.NotEqual(t, rounds[0], rounds[1])
	again := m.dealer(1, 0)
	for _, round := range rounds {
		for i := range round {
			require.Equal(t, string(round[i]), string("abc"[again.deal()]), "the same seed deals the same")
		}
	}
}

func TestTape(t *testing.T) {
	m := mix(t, "http://h/", Part{Path: "/a", Weight: 3}, Part{Path: "/long", Method: "POST", Body: "content"})
	for _, depth := range []int{1, 5, 600} {
		tp := newTape(m, depth, false, 1, 0)
		counts := [2]int{}
		text := ""
		for place, k := range tp.order {
			counts[k]++
			b, n := tp.next(place, 0, 1)
			require.Equal(t, 1, n)
			require.Equal(t, len(b), tp.size(place))
			text += string(b)
		}
		require.GreaterOrEqual(t, len(tp.order), max(depth, leastPlaces))
		require.Equal(t, counts[0], 3*counts[1])
		require.Equal(t, text+text, string(tp.joined)+text[len(tp.joined)-len(text):])
		last := len(tp.order) - 1
		b, n := tp.next(last, 3, depth)
		require.Equal(t, depth, n, "as many as may be under way are in one piece")
		require.Equal(t, (text + text)[tp.starts[last]+3:][:len(b)], string(b))
		require.Equal(t, len(b), tp.starts[last+depth]-tp.starts[last]-3)
	}
}

// Too much for one piece is sent from where it is.
func TestTapeOfLargeRequests(t *testing.T) {
	m := mix(t, "http://h/", Part{Path: "/a", Weight: 9}, Part{Path: "/b", Method: "POST", Size: mostJoined})
	tp := newTape(m, 16, false, 1, 0)
	require.Nil(t, tp.joined)
	for place, k := range tp.order {
		b, n := tp.next(place, 1, 16)
		require.Equal(t, 1, n)
		require.Equal(t, m.kinds[k].request.wire[1:], b)
	}
}

// board answers as the board contract says, and counts what it was asked for.
func board(t testing.TB) (*httptest.Server, func() map[string]int) {
	var mu sync.Mutex
	counts := map[string]int{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		counts[r.Method+" "+r.URL.Path]++
		mu.Unlock()
		body := make([]byte, r.ContentLength)
		for n := 0; n < len(body); {
			k, err := r.Body.Read(body[n:])
			if n += k; err != nil {
				break
			}
		}
		switch r.URL.Path {
		case "/hello":
			w.Write([]byte("Hello World!"))
		case "/echo":
			w.Write(body)
		case "/sink":
			json.NewEncoder(noNewline{w}).Encode(map[string]int{"bytes": len(body)})
		case "/empty":
			w.WriteHeader(204)
		case "/bytes":
			w.Write(pattern(4096))
		}
	}))
	t.Cleanup(s.Close)
	return s, func() map[string]int { mu.Lock(); defer mu.Unlock(); return counts }
}

type noNewline struct{ http.ResponseWriter }

func (w noNewline) Write(b []byte) (int, error) {
	return w.ResponseWriter.Write([]byte(strings.TrimSuffix(string(b), "\n")))
}

// mixEngines carry out a schedule of several requests, on four connections.
var mixEngines = map[string]func(testing.TB, string, *Mix, Schedule) result{"pool": attackMix}

// Every engine sends the mix in its shares and validates each answer.
func TestMixedScenario(t *testing.T) {
	for engine, run := range mixEngines {
		for _, rate := range []float64{0, 1500} {
			s, counts := board(t)
			scenario, err := BuiltIn("mixed", 0)
			require.NoError(t, err)
			m, err := scenario.Mix(mustURL(t, s.URL), nil)
			require.NoError(t, err)
			r := run(t, s.Listener.Addr().String(), m, Schedule{Rate: rate, Duration: 400 * time.Millisecond, Seed: 4})
			require.Empty(t, r.Errors, engine)
			require.Greater(t, r.Requests, int64(200))
			total, share := float64(r.Requests), counts()
			for what, part := range map[string]float64{"GET /hello": .55, "GET /bytes": .2, "POST /echo": .15, "POST /sink": .05, "GET /empty": .05} {
				require.InDelta(t, part*total, share[what], 4*math.Sqrt(part*total)+4, "%s: %s", engine, what)
			}
		}
	}
}

// Another content than expected is an error of its own, and so is another length.
func TestWrongContent(t *testing.T) {
	s := serve(t, answer(hello))
	for _, x := range []struct {
		expect Expectation
		errors string
	}{
		{Expectation{Content: "hello"}, ""},
		{Expectation{Content: "hallo"}, "body/content"},
		{Expectation{Content: "hello!"}, "body/content"},
		{Expectation{Status: 201}, "status/200"},
		{Expectation{Length: new(int64)}, "body/content"},
	} {
		m := mix(t, s.url(), Part{Path: "/", Expect: x.expect})
		for _, run := range mixEngines {
			r := run(t, s.Addr().String(), m, Schedule{Duration: 30 * time.Millisecond})
			want := map[string]int64{}
			if x.errors != "" {
				want[x.errors] = r.Requests
			}
			require.Equal(t, want, r.Errors)
			require.Positive(t, r.Requests)
		}
	}
}

func TestReadScenario(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "body.bin"), []byte("from a file"), 0o600))
	write := func(text string) string {
		name := filepath.Join(dir, "mine.toml")
		require.NoError(t, os.WriteFile(name, []byte(text), 0o600))
		return name
	}
	s, err := FindScenario(write(`
[[request]]
weight = 9
path = "/hello?a=1"
expect = { status = 200, content = "Hello World!" }

[[request]]
method = "POST"
path = "/echo"
fields = { Content-Type = "text/plain" }
body_file = "body.bin"
[request.expect]
echo = true
`), 0)
	require.NoError(t, err)
	require.Equal(t, "mine", s.Name)
	m, err := s.Mix(mustURL(t, "http://board:81/x"), http.Header{"Authorization": {"Basic eA=="}})
	require.NoError(t, err)
	require.Len(t, m.deck, 10)
	require.Equal(t, "GET /hello?a=1 HTTP/1.1\r\nHost: board:81\r\nAuthorization: Basic eA==\r\nUser-Agent: httpdlab\r\n\r\n", string(m.kinds[0].request.wire))
	require.Equal(t, "POST /echo HTTP/1.1\r\nHost: board:81\r\nAuthorization: Basic eA==\r\nContent-Length: 11\r\nContent-Type: text/plain\r\nUser-Agent: httpdlab\r\n\r\nfrom a file", string(m.kinds[1].request.wire))
	require.Equal(t, ContentOf([]byte("from a file")), m.kinds[1].expect.Content)

	b, err := json.Marshal(s) // as a run record has it
	require.NoError(t, err)
	var again Scenario
	require.NoError(t, json.Unmarshal(b, &again))
	require.Equal(t, *s, again)

	for text, says := range map[string]string{
		"":                                  "no [[request]]",
		"name = 5":                          "line 1",
		"\n\ncolour = 1\n[[request]]":       "line 3: nothing is called colour",
		"[[request]]\npath=\"/\"\nsize = 3": "line 3: nothing is called request.size",
		"[[request]]\npath = \"x\"":         "line 2: request 1: path",
		"[[request]]\n\n[[request]]\nweight = -1":                "line 4: request 2: weight",
		"[[request]]\n[request.expect]\nstatus = 99":             "line 3: request 1: status",
		"[[request]]\nexpect = { echo = true, content = \"x\" }": "line 2: request 1: expect",
		"[[request]]\nbody = \"x\"\nbody_size = 3":               "line 2: request 1: body",
		"[[request]]\nbody_file = \"none\"":                      "line 2: request 1: body_file",
		"[[request]]\nmethod = \"CONNECT\"":                      "line 2: request 1: method",
		"[[request]]\nmethod = \"A B\"":                          "line 2: request 1: method",
		"[[request]]\nexpect = { crc32c = \"00000000\" }":        "crc32c needs the length",
		"[[request]]\nexpect = { length = 1, crc32c = \"123\" }": "eight hexadecimal digits",
		"protocol = \"gopher\"\n[[request]]":                     "protocol is",
		"protocol = \"events\"\n[[request]]\n[[request]]":        "one request",
		"[[request]]\npath = \"/\"\n[message]\nsize = 99999999":  "messages of",
		"[[request]]\nweight = \"heavy\"":                        "line 2",
		"[[request":                                              "line 1",
	} {
		_, err := ReadScenario(write(text))
		require.ErrorContains(t, err, says, text)
		require.ErrorContains(t, err, "mine.toml")
	}
	_, err = FindScenario("none.toml", 0)
	require.ErrorIs(t, err, os.ErrNotExist)
	_, err = FindScenario("none.toml", 5)
	require.ErrorContains(t, err, "sizes stand in the file")
}

func TestMeanBody(t *testing.T) {
	m := mix(t, "http://h/", Part{Path: "/", Weight: 3}, Part{Path: "/sink", Method: "POST", Size: 1000})
	require.Equal(t, 250.0, m.MeanBody())
	require.Zero(t, NewMix().MeanBody())
}
