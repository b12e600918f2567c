package check

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// quick makes waits short: these servers answer at once or never.
var quick = Config{Timeout: 300 * time.Millisecond, Outage: time.Second}

// raw serves every connection with a function of its own.
func raw(t *testing.T, serve func(net.Conn)) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() { defer c.Close(); serve(c) }()
		}
	}()
	return "http://" + l.Addr().String() + "/"
}

func run(t *testing.T, url string, cases ...Case) Report {
	cfg := quick
	cfg.URL = url
	target, err := Open(context.Background(), cfg)
	require.NoError(t, err)
	runner := Runner{Target: target, Jobs: 4}
	var selected []Selected
	for _, c := range cases {
		selected = append(selected, Selected{Suite: Suite{Name: "s", Title: "RFC 1, X"}, Case: c})
	}
	return runner.Run(context.Background(), selected)
}

func hello(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, "hello") }

func page(t *testing.T, h http.HandlerFunc) string {
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.URL
}

var refusing = Case{Section: "1", Name: "refuse", Rule: "It MUST be refused.", Twin: Get, Script: Script{Send("GET {p} HTTP/1.1\r\n\r\n"), Refuse(400)}}

// The level is the first keyword of the rule, and decides what a violation is worth.
func TestLevels(t *testing.T) {
	url := page(t, hello)
	for rule, want := range map[string]Verdict{"It MUST NOT.": Fail, "It SHOULD.": Weak, "It MAY.": Weak, "It does.": Weak} {
		c := Case{Section: "1", Name: "x", Rule: rule, Script: Script{Send(Get), Status(418)}}
		require.Equal(t, want, run(t, url, c).Cases[0].Verdict, rule)
	}
	require.Equal(t, Must, refusing.Level())
}

func TestRefusalCountsOnlyWithItsTwin(t *testing.T) {
	require.Equal(t, Pass, run(t, page(t, hello), refusing).Cases[0].Verdict)

	twin := refusing
	twin.Twin = "POST /nowhere HTTP/1.1\r\nHost: {h}\r\nContent-Length: 0\r\n\r\n"
	refusesPost := page(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == "POST" {
			w.WriteHeader(400)
		}
	})
	got := run(t, refusesPost, twin).Cases[0]
	require.Equal(t, Skip, got.Verdict)
	require.Contains(t, got.Reason, "twin refused")

	without := refusing
	without.Twin = ""
	got = run(t, page(t, hello), without).Cases[0]
	require.Equal(t, Fail, got.Verdict)
	require.Contains(t, got.Reason, "defect of the checker")
}

// A refusal has arrived with its head, whatever a reset does to its content; without a head there was only a close.
func TestRefusalCutOff(t *testing.T) {
	for sent, want := range map[string]Verdict{"HTTP/1.1 400 Bad Request\r\nContent-Length: 10\r\n\r\ncut": Pass, "": Weak} {
		url := raw(t, func(c net.Conn) {
			for buf := make([]byte, 4096); ; {
				n, err := c.Read(buf)
				switch text := string(buf[:n]); {
				case err != nil:
					return
				case strings.HasSuffix(text, "reset"):
					_ = c.(*net.TCPConn).SetLinger(0)
					return
				case strings.Contains(text, "Host"):
					_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
				default:
					_, _ = io.WriteString(c, sent)
				}
			}
		})
		begun := func(c *Conn) error {
			if sent != "" {
				c.Await(c.Answer)
			}
			return nil
		}
		cut := refusing
		cut.Script = Script{Send("GET {p} HTTP/1.1\r\n\r\n"), begun, Write("reset"), Refuse(400)}
		got := run(t, url, cut).Cases[0]
		require.Equal(t, want, got.Verdict, got.Reason)
	}
}

// A server that answers 400 to everything is not praised for it.
func TestNoCreditWithoutAPage(t *testing.T) {
	got := run(t, page(t, func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(400) }), refusing).Cases[0]
	require.Equal(t, Skip, got.Verdict)
	require.Contains(t, got.Reason, "does not accept a plain GET")
}

// A server that answers 200 to noise fails where it should refuse, and passes nowhere.
func TestNoCreditForTheCredulous(t *testing.T) {
	url := raw(t, func(c net.Conn) {
		buf := make([]byte, 4096)
		for {
			if _, err := c.Read(buf); err != nil {
				return
			}
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
		}
	})
	ok := Case{Section: "1", Name: "ok", Rule: "It MUST be served.", Script: Script{Send(Get), OK}}
	report := run(t, url, refusing, ok)
	require.Equal(t, Fail, report.Cases[0].Verdict)
	require.Equal(t, Skip, report.Cases[1].Verdict)
	require.Zero(t, report.Summary[Must].Pass)
}

func TestInterimIsNotFinalAndSilenceIsNoPass(t *testing.T) {
	url := raw(t, func(c net.Conn) {
		buf := make([]byte, 4096)
		n, _ := c.Read(buf)
		if strings.Contains(string(buf[:n]), "Expect") {
			_, _ = io.WriteString(c, "HTTP/1.1 100 Continue\r\n\r\n")
			_, _ = c.Read(buf) // and nothing more, ever
			return
		}
		_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
	})
	c := Case{Section: "1", Name: "x", Rule: "It SHOULD.", Script: Script{Send("GET {p} HTTP/1.1\r\nHost: {h}\r\nExpect: 100-continue\r\n\r\n"), Tolerate(100)}}
	got := run(t, url, c).Cases[0]
	require.Equal(t, Fail, got.Verdict, "a hang is a failure at every level")
	require.Contains(t, got.Reason, "silence")
	require.Contains(t, got.Repro, "Expect: 100-continue")
}

// Octets that a GET smuggles behind itself are counted as the answers they get.
func TestCanariesAreCounted(t *testing.T) {
	two := Case{Section: "1", Name: "x", Rule: "It MUST be one.", Twin: Get, Script: Script{Send(Get + Get), Canary("2xx open", "4xx close")}}
	got := run(t, page(t, hello), two).Cases[0]
	require.Equal(t, Fail, got.Verdict)
	require.Equal(t, "200 200 open", got.Actual)
}

func TestEachElementIsTriedAndTheWorstKept(t *testing.T) {
	c := Case{Section: "1", Name: "x", Rule: "It MUST be served.", Each: []string{"/", "/gone", "/"}, Script: Script{Send("GET {x} HTTP/1.1\r\nHost: {h}\r\n\r\n"), OK}}
	url := page(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/gone" {
			w.WriteHeader(410)
		}
	})
	got := run(t, url, c).Cases[0]
	require.Equal(t, Fail, got.Verdict)
	require.Contains(t, got.Reason, `with "/gone"`)
	require.Contains(t, got.Reason, "1 of 3")
}

func TestLinterReadsWhatOthersReceive(t *testing.T) {
	lint := Case{Section: "1", Name: "no-x", Rule: "It MUST NOT have X.", Lint: func(r *Response) error {
		if r.Method != "HEAD" {
			return NotApplicable
		}
		if r.Get("X") != "" {
			return Wrong("no X", r.Get("X"))
		}
		return nil
	}}
	asks := Case{Section: "1", Name: "head", Rule: "It MUST be served.", Script: Script{Send("HEAD {p} HTTP/1.1\r\nHost: {h}\r\n\r\n"), OK}}
	url := page(t, func(w http.ResponseWriter, r *http.Request) { w.Header().Set("X", "1") })
	require.Equal(t, Skip, run(t, url, lint).Cases[0].Verdict, "nothing to judge")
	report := run(t, url, lint, asks)
	require.Equal(t, Fail, report.Cases[0].Verdict)
	require.Contains(t, report.Cases[0].Reason, "s/1/head")
}

func TestUnreachable(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	_ = l.Close()
	start := time.Now()
	_, err = Open(context.Background(), Config{URL: "http://" + l.Addr().String()})
	require.ErrorIs(t, err, ErrUnreachable)
	require.Less(t, time.Since(start), 5*time.Second)
	for _, bad := range []string{"", "ftp://x", "gopher://x", "127.0.0.1:80"} {
		_, err = Open(context.Background(), Config{URL: bad})
		require.Error(t, err, bad)
		require.False(t, errors.Is(err, ErrUnreachable), bad)
	}
}

// A run that is stopped has the cases that ended before, and no verdict on the one that was cut short.
func TestStoppedRunKeepsWhatItHas(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	url := page(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == "STOP" {
			stop()
			<-r.Context().Done()
		}
	})
	target, err := Open(ctx, Config{URL: url, Timeout: 300 * time.Millisecond})
	require.NoError(t, err)
	suite := Suite{Name: "s", Title: "RFC 1, X"}
	var cases []Selected
	for _, method := range []string{"GET", "STOP", "HEAD"} {
		script := Script{Send(method + " {p} HTTP/1.1\r\nHost: {h}\r\n\r\n"), OK}
		cases = append(cases, Selected{Suite: suite, Case: Case{Section: "1", Name: strings.ToLower(method), Rule: "It MUST be served.", Script: script}})
	}
	report := (&Runner{Target: target, Jobs: 1}).Run(ctx, cases)
	require.Len(t, report.Cases, 1)
	require.Equal(t, "s/1/get", report.Cases[0].ID)
	require.Equal(t, Pass, report.Cases[0].Verdict)
}

// A target that dies on one request is waited for, the culprit is named, and the rest still runs.
func TestOutageIsNamedAndSurvived(t *testing.T) {
	var down atomic.Bool
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	addr := l.Addr().String()
	server := &http.Server{}
	server.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == "KILL" && down.CompareAndSwap(false, true) {
			go func() {
				_ = server.Close()
				time.AfterFunc(400*time.Millisecond, func() {
					if l, err := net.Listen("tcp", addr); err == nil {
						reborn := &http.Server{Handler: http.HandlerFunc(hello)}
						t.Cleanup(func() { _ = reborn.Close() })
						_ = reborn.Serve(l)
					}
				})
			}()
		}
	})
	go func() { _ = server.Serve(l) }()
	kill := Case{Section: "1", Name: "kill", Rule: "It MUST live.", Twin: Get, Script: Script{Send("KILL {p} HTTP/1.1\r\nHost: {h}\r\n\r\n"), Hangup}}
	after := Case{Section: "1", Name: "after", Rule: "It MUST be served.", Alone: true, Script: Script{Send(Get), OK}}
	report := run(t, "http://"+addr+"/", kill, after)
	require.Len(t, report.Outages, 1)
	require.Contains(t, report.Outages[0], "s/1/kill")
	require.Equal(t, Pass, report.Cases[1].Verdict, report.Cases[1].Reason)
}
