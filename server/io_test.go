package server

import (
	"bufio"
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"io"
	"math/big"
	"mime/multipart"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestSendFile(t *testing.T) {
	content := bytes.Repeat([]byte("0123456789abcdef"), 1<<18)
	name := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(name, content, 0o600))
	engines(t, func(t *testing.T, cfg Config) {
		s := start(t, cfg, get("/{from}/{count}", func(r *Request) error {
			var from, count int64
			fmt.Sscan(string(r.PathValue("from")), &from)
			fmt.Sscan(string(r.PathValue("count")), &count)
			f, err := os.Open(name)
			if err != nil {
				return err
			}
			defer f.Close()
			return r.SendFile(f, from, count)
		}), get("/", says("next")))
		p := dial(t, s)
		for _, c := range []struct{ from, count, length int }{
			{0, 100, 100}, {5, 0, 0}, {0, -1, len(content)}, {1000000, -1, len(content) - 1000000}, {7, 100000, 100000},
		} {
			p.send(fmt.Sprintf("GET /%d/%d HTTP/1.1\r\nHost: h\r\n\r\n%s", c.from, c.count, plainGet))
			_, body := p.wantStatus("a file", 200)
			require.True(t, body == string(content[c.from:c.from+c.length]), "%v: other content", c)
			p.wantStatus("the request behind it", 200)
		}
		p.send("HEAD /0/-1 HTTP/1.1\r\nHost: h\r\n\r\n" + plainGet)
		resp, _ := p.wantReply("HEAD of a file", "HEAD", 200)
		require.EqualValues(t, len(content), resp.ContentLength)
		p.wantStatus("the request behind HEAD", 200)
		p.send("GET /4194300/100000 HTTP/1.1\r\nHost: h\r\n\r\n") // the file ends before that
		resp, err := http.ReadResponse(p.Reader, nil)
		require.NoError(t, err)
		_, err = io.ReadAll(resp.Body)
		require.ErrorIs(t, err, io.ErrUnexpectedEOF, "a file that is too short ends the connection")
	})
}

func TestServerSentEvents(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		left := make(chan struct{})
		s := start(t, cfg, get("/events", func(r *Request) error {
			stream, err := r.StartEvents()
			if err != nil {
				return err
			}
			require.ErrorIs(t, stream.Send(Message{Event: "a\nb"}), ErrInvalid)
			for n := range 3 {
				if err := stream.Send(Message{Event: "tick", ID: fmt.Sprint(n), Data: "one\ntwo", Retry: time.Second}); err != nil {
					return err
				}
			}
			if err := stream.Comment("alive"); err != nil {
				return err
			}
			if string(r.Query()) == "stay" {
				<-r.Gone()
				close(left)
			}
			return nil
		}))
		p := dial(t, s)
		p.send("GET /events HTTP/1.1\r\nHost: h\r\n\r\n")
		resp, body := p.wantStatus("events", 200)
		require.Equal(t, "text/event-stream", resp.Header.Get("Content-Type"))
		want := ""
		for n := range 3 {
			want += fmt.Sprintf("event: tick\nid: %d\nretry: 1000\ndata: one\ndata: two\n\n", n)
		}
		require.Equal(t, want+": alive\n\n", body)
		p.send("GET /events?stay HTTP/1.1\r\nHost: h\r\n\r\n")
		for line := ""; !strings.HasPrefix(line, ": alive"); {
			var err error
			line, err = p.ReadString('\n')
			require.NoError(t, err)
		}
		p.Close()
		select {
		case <-left:
		case <-time.After(5 * time.Second):
			t.Fatal("the handler does not hear that the peer has left")
		}
	})
}

func TestRawSendAndTakeover(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		s := start(t, cfg, get("/hints", func(r *Request) error {
			r.SendRaw([]byte("HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n"))
			return r.SendString("body")
		}), get("/upgrade", func(r *Request) error {
			if err := r.SendRaw([]byte("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: caps\r\n\r\n")); err != nil {
				return err
			}
			c, err := r.Takeover()
			if err != nil {
				return err
			}
			go func() {
				defer c.Close()
				lines := bufio.NewScanner(c)
				for lines.Scan() {
					fmt.Fprintln(c, strings.ToUpper(lines.Text()))
				}
			}()
			return nil
		}))
		p := dial(t, s)
		p.send("GET /hints HTTP/1.1\r\nHost: h\r\n\r\n")
		p.wantReply("early hints", "GET", 103)
		p.wantStatus("the final response", 200)
		p.send("GET /upgrade HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: caps\r\n\r\nfirst\n")
		p.wantReply("switching", "GET", 101)
		for _, word := range []string{"first", "second", "third"} {
			if word != "first" {
				p.send(word + "\n")
			}
			line, err := p.ReadString('\n')
			require.NoError(t, err)
			require.Equal(t, strings.ToUpper(word)+"\n", line)
		}
		within(t, 5*time.Second, "the session has ended for the server", func() bool { return s.OpenSockets() == 0 })
	})
}

// Every documented event comes, with its data, in order; a full subscriber loses events and holds nothing up.
func TestEvents(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		s, err := New(cfg)
		require.NoError(t, err)
		require.NoError(t, s.Register(post("/echo", echo)))
		all, tiny := s.Subscribe(100), s.Subscribe(1)
		require.NoError(t, s.Start())
		p := dial(t, s)
		p.send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhelloGET /nowhere HTTP/1.1\r\nHost: h\r\n\r\n")
		p.wantStatus("an echo", 200)
		p.wantStatus("nothing", 404)
		p.Close()
		within(t, 5*time.Second, "the session ends", func() bool { return s.OpenSockets() == 0 })
		require.NoError(t, s.Stop(t.Context()))
		var got []string
		var session *Session
		for e := range all.C {
			got = append(got, fmt.Sprintf("%v %d", e.ID, e.N))
			if e.Session != nil {
				require.True(t, session == nil || session == e.Session, "all of one session")
				session = e.Session
			}
		}
		require.Equal(t, []string{"start 0", "connected 0", "header 0", "data 5", "headers sent 0", "sent data 5",
			"header 0", "error 404", "headers sent 0", fmt.Sprintf("sent data %d", len(errorText(404))),
			"disconnected 0", "stop 0"}, got)
		require.Zero(t, all.Dropped())
		require.EqualValues(t, len(got)-1, tiny.Dropped())
		tiny.Close()
	})
}

func TestErrorHandlers(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		s := start(t, cfg, get("/", says("x")), get("/deny", func(r *Request) error { return r.Fail(403) }))
		require.ErrorIs(t, s.HandleError(200, nil), ErrInvalid)
		require.NoError(t, s.HandleError(404, func(r *Request, status int) error {
			r.SetField("Location", "/")
			r.SetStatus(303)
			return r.SendString("elsewhere")
		}))
		require.NoError(t, s.HandleError(403, func(r *Request, status int) error {
			return errors.Join(r.SendString(fmt.Sprint("no: ", status)), ErrClose)
		}))
		require.NoError(t, s.HandleError(400, func(r *Request, status int) error { return r.SendString("what?") }))
		p := dial(t, s)
		p.send("GET /nowhere HTTP/1.1\r\nHost: h\r\n\r\nGET /deny HTTP/1.1\r\nHost: h\r\n\r\n")
		resp, _ := p.wantStatus("a captive portal", 303)
		require.Equal(t, "/", resp.Header.Get("Location"))
		_, body := p.wantStatus("a handler's failure", 403)
		require.Equal(t, "no: 403", body)
		p.wantClosed("the error handler's error closes")
		p = dial(t, s)
		p.send("nonsense\r\n\r\n")
		_, body = p.wantStatus("unreadable", 400)
		require.Equal(t, "what?", body)
		p.wantClosed("an unreadable request ends the connection")
		require.NoError(t, s.HandleError(404, nil))
		p = dial(t, s)
		p.send("GET /nowhere HTTP/1.1\r\nHost: h\r\n\r\n")
		p.wantStatus("the default again", 404)
	})
}

// Handlers come and go while the server runs.
func TestRegisterWhileRunning(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		cfg.MaxHandlers = 3
		s := start(t, cfg, get("/", says("root")))
		p := dial(t, s)
		status := func(method, path string, want int) {
			t.Helper()
			p.send(method + " " + path + " HTTP/1.1\r\nHost: h\r\n\r\n")
			p.wantReply(method+" "+path, method, want)
		}
		status("GET", "/a", 404)
		require.NoError(t, s.Handle("GET", "/a", says("a")))
		require.NoError(t, s.Handle("POST", "/a", says("a")))
		status("GET", "/a", 200)
		require.ErrorIs(t, s.Handle("GET", "/b", says("b")), ErrHandlersFull)
		require.NoError(t, s.Unregister("GET", "/a"))
		require.ErrorIs(t, s.Unregister("GET", "/a"), ErrNotFound)
		status("GET", "/a", 405)
		require.ErrorIs(t, s.Handle("POST", "/a", says("a")), ErrHandlerExists)
		require.NoError(t, s.UnregisterPath("/a"))
		require.ErrorIs(t, s.UnregisterPath("/a"), ErrNotFound)
		status("POST", "/a", 404)
		require.NoError(t, s.Handle(AnyMethod, "/a", func(r *Request) error { return r.SendString(r.Method()) }))
		status("PROPFIND", "/a", 200)
		status("FROB", "/a", 200)
		require.ErrorIs(t, s.Handle("GET", "a", says("")), ErrInvalid)
		require.ErrorIs(t, s.Handle("G T", "/", says("")), ErrInvalid)
		require.ErrorIs(t, s.Handle("GET", "/c", nil), ErrInvalid)
	})
}

// authority makes certificates for tests.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) *authority {
	a := &authority{}
	a.key, _ = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test authority"},
		NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &a.key.PublicKey, a.key)
	require.NoError(t, err)
	a.cert, err = x509.ParseCertificate(der)
	require.NoError(t, err)
	return a
}

func (a *authority) issue(t *testing.T, name string) tls.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: name},
		NotAfter: time.Now().Add(time.Hour), DNSNames: []string{name}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, &key.PublicKey, a.key)
	require.NoError(t, err)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

func (a *authority) pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	return pool
}

// TLS with client certificates and ALPN; a peer that does not shake hands stops nobody.
func TestTLS(t *testing.T) {
	a := newAuthority(t)
	cfg := DefaultConfig()
	cfg.Addr, cfg.HeadTimeout = "127.0.0.1:0", 500*time.Millisecond
	cfg.TLS = &tls.Config{Certificates: []tls.Certificate{a.issue(t, "server")}, ClientCAs: a.pool(),
		ClientAuth: tls.RequireAndVerifyClientCert, NextProtos: []string{"http/1.1"}}
	s := start(t, cfg, get("/", func(r *Request) error {
		state := r.TLS()
		return r.SendString(state.PeerCertificates[0].Subject.CommonName + " " + state.NegotiatedProtocol)
	}))
	silent, err := net.Dial("tcp", s.Addr().String())
	require.NoError(t, err)
	defer silent.Close()
	client := &tls.Config{RootCAs: a.pool(), Certificates: []tls.Certificate{a.issue(t, "client")}, NextProtos: []string{"http/1.1"}}
	c, err := tls.Dial("tcp", s.Addr().String(), client)
	require.NoError(t, err)
	p := &peer{t, c, bufio.NewReader(c)}
	p.send(plainGet)
	_, body := p.wantStatus("over TLS", 200)
	require.Equal(t, "client http/1.1", body)
	c.Close()
	client.Certificates = nil
	if c, err = tls.Dial("tcp", s.Addr().String(), client); err == nil { // TLS 1.3 tells on the first read
		_, err = c.Read(make([]byte, 1))
		c.Close()
	}
	require.ErrorContains(t, err, "certificate")
	require.NoError(t, silent.SetReadDeadline(time.Now().Add(5*time.Second)))
	_, err = silent.Read(make([]byte, 1))
	require.ErrorIs(t, err, io.EOF, "a handshake that never begins is cut")
}

func TestForms(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		s := start(t, cfg, get("/private", func(r *Request) error {
			user, password, ok := r.BasicAuth()
			if !ok || user != "me" || password != "a:b" {
				return r.DemandAuth("here")
			}
			return r.SendString("welcome")
		}), post("/form", func(r *Request) error {
			parts, err := r.Multipart()
			if err != nil {
				return r.Fail(400)
			}
			sum := 0
			for {
				part, err := parts.NextPart()
				if err == io.EOF {
					return r.SendString(fmt.Sprint(sum))
				}
				if err != nil {
					return err
				}
				n, err := io.Copy(io.Discard, part)
				if err != nil {
					return err
				}
				sum += int(n)
			}
		}))
		base := "http://" + s.Addr().String()
		do := func(method, path, contentType, body string, auth ...string) (*http.Response, string) {
			request, err := http.NewRequest(method, base+path, strings.NewReader(body))
			require.NoError(t, err)
			request.Header.Set("Content-Type", contentType)
			request.Close = true
			if len(auth) > 0 {
				request.SetBasicAuth(auth[0], auth[1])
			}
			resp, err := http.DefaultClient.Do(request)
			require.NoError(t, err)
			defer resp.Body.Close()
			content, err := io.ReadAll(resp.Body)
			require.NoError(t, err)
			return resp, string(content)
		}
		resp, _ := do("GET", "/private", "", "")
		require.Equal(t, 401, resp.StatusCode)
		require.Contains(t, resp.Header.Get("WWW-Authenticate"), `realm="here"`)
		resp, _ = do("GET", "/private", "", "", "me", "a:b")
		require.Equal(t, 200, resp.StatusCode)
		var form bytes.Buffer
		w := multipart.NewWriter(&form)
		for range 3 {
			part, _ := w.CreateFormFile("file", "name")
			part.Write(make([]byte, 100000))
		}
		w.Close()
		_, body := do("POST", "/form", w.FormDataContentType(), form.String())
		require.Equal(t, "300000", body)
		resp, _ = do("POST", "/form", "text/plain", "x")
		require.Equal(t, 400, resp.StatusCode)
	})
}

// A long text is sent by the loop itself, however slowly its readers take it, and is neither copied nor accounted for.
func TestLongTextsNeedNobodyAside(t *testing.T) {
	text := strings.Repeat("0123456789abcdef", 20<<20/16)
	cfg := DefaultConfig()
	cfg.Addr, cfg.Engine, cfg.Loops, cfg.MaxHeld = "127.0.0.1:0", EngineEpoll, 1, 1<<20
	s := start(t, cfg, get("/", says("short")), get("/long", says(text)), get("/raw", func(r *Request) error {
		if err := r.SendString(text); err != nil {
			return err
		}
		return r.SendRaw([]byte("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nraw"))
	}))
	var slow []*peer
	for range 5 {
		p := dial(t, s)
		p.send("GET /long HTTP/1.1\r\nHost: h\r\n\r\n" + plainGet)
		slow = append(slow, p)
	}
	other := dial(t, s)
	other.send(plainGet)
	other.wantStatus("beside peers that do not read", 200)
	require.Zero(t, s.aside.Load(), "requests aside")
	require.Less(t, s.held.Load(), cfg.MaxHeld)
	for _, p := range slow {
		_, body := p.wantStatus("a long text", 200)
		require.True(t, body == text, "a long text")
		_, body = p.wantStatus("the request behind it", 200)
		require.Equal(t, "short", body)
	}
	other.send("GET /raw HTTP/1.1\r\nHost: h\r\n\r\n")
	_, body := other.wantStatus("a long text", 200)
	require.True(t, body == text, "a long text")
	_, body = other.wantStatus("what follows it", 200)
	require.Equal(t, "raw", body)
}
