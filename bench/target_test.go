package bench

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Whatever is wrong with the target is said in one line, with what to do, and
// leaves no folder.
func TestTargetErrors(t *testing.T) {
	plain := newBoard(t, nil)
	secure := httptest.NewUnstartedServer(http.NotFoundHandler())
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	defer secure.Close()
	nobody := listen(t, nil)
	nobody.Close()
	for _, c := range []struct {
		name, url, want string
	}{
		{"refused", "http://" + nobody.Addr().String(), "refused; start the server, or correct the port"},
		{"no such host", "http://nosuch.invalid/", "nosuch.invalid"},
		{"no host", "http:///path", "names no host"},
		{"scheme", "ftp://127.0.0.1/", `scheme is "ftp"`},
		{"syntax", "http://[::1/", "not a URL"},
		{"path", plain.URL + "/missing", "it answers 404 Not Found; give a path"},
		{"TLS on a plain port", strings.Replace(plain.URL, "http:", "https:", 1) + "/hello", "does not speak TLS; use http://"},
		{"certificate", secure.URL, "--insecure"},
		{"plain on a TLS port", strings.Replace(secure.URL, "https:", "http:", 1), "it answers 400"},
		{"hangs up", "http://" + listen(t, func(c net.Conn) { c.Close() }).Addr().String(), "closes it without an answer"},
		{"not HTTP", "http://" + listen(t, func(c net.Conn) { io.WriteString(c, "220 smtp ready\r\n\r\n") }).Addr().String(), "not a whole HTTP response"},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := options(t, c.url)
			_, err := Run(context.Background(), o)
			var target *TargetError
			require.ErrorAs(t, err, &target)
			require.Contains(t, err.Error(), c.want)
			require.NotContains(t, err.Error(), "\n")
			require.NoDirExists(t, o.Dir)
		})
	}
}

// A host that takes connections and stays silent is given up after five seconds.
func TestSilentTarget(t *testing.T) {
	if testing.Short() {
		t.Skip("takes five seconds")
	}
	t.Parallel()
	o := options(t, "http://"+listen(t, func(c net.Conn) { io.Copy(io.Discard, c) }).Addr().String())
	began := time.Now()
	_, err := Run(context.Background(), o)
	var target *TargetError
	require.ErrorAs(t, err, &target)
	require.ErrorContains(t, err, "takes connections and sends no response within 5s")
	require.InDelta(t, 5, time.Since(began).Seconds(), 0.5)
}

// An interrupt ends the probe at once.
func TestProbeCanceled(t *testing.T) {
	ctx, cancel := context.WithCancelCause(context.Background())
	asked := make(chan bool, 1)
	l := listen(t, func(c net.Conn) { asked <- true; io.Copy(io.Discard, c) })
	go func() { <-asked; cancel(os.ErrProcessDone) }()
	began := time.Now()
	_, err := Run(ctx, options(t, "http://"+l.Addr().String()))
	require.True(t, errors.Is(err, os.ErrProcessDone))
	require.Less(t, time.Since(began), time.Second)
}

func TestHTTPS(t *testing.T) {
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "hi") }))
	defer s.Close()
	o := options(t, s.URL)
	o.Insecure, o.Connections, o.Duration = true, 2, 100*time.Millisecond
	r, err := Run(context.Background(), o)
	require.NoError(t, err)
	require.Greater(t, r.Phases[0].Requests, int64(20))
	require.Empty(t, r.Phases[0].Errors)
}

func TestParseURL(t *testing.T) {
	for given, want := range map[string]string{
		"192.168.4.1":           "http://192.168.4.1",
		"192.168.4.1:8080/a?b":  "http://192.168.4.1:8080/a?b",
		"http://[::1]:80/":      "http://[::1]:80/",
		"https://esp32.local/x": "https://esp32.local/x",
	} {
		u, err := parseURL(given)
		require.NoError(t, err)
		require.Equal(t, want, u.String())
	}
}

// The password of a URL is sent and not recorded.
func TestUserInfo(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if name, password, _ := r.BasicAuth(); name != "u" || password != "secret" {
			w.WriteHeader(http.StatusUnauthorized)
		}
	}))
	defer s.Close()
	o := options(t, strings.Replace(s.URL, "://", "://u:secret@", 1))
	o.Connections, o.Duration = 1, 50*time.Millisecond
	r, err := Run(context.Background(), o)
	require.NoError(t, err)
	require.Empty(t, r.Phases[0].Errors)
	require.NotContains(t, r.Target.URL, "secret")
}

// listen serves each connection with each, until the test is over.
func listen(t *testing.T, each func(net.Conn)) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				each(c)
			}()
		}
	}()
	return l
}
