package conformance

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/httpdlab/httpdlab/conformance/check"
)

// expected compares what a peer fails or does weakly with what is written down in testdata. Each line is a deviation
// that was looked at: the case's rule says what is demanded, the peer's octets show that it is not met.
func expected(t *testing.T, peer string, o Options) {
	o.Jobs, o.Config.Patience = 16, 300*time.Millisecond
	result, err := Run(context.Background(), o)
	require.NoError(t, err)
	report := result.Reports[0]
	var found strings.Builder
	for _, c := range report.Failures(true) {
		fmt.Fprintf(&found, "%s %s (%s): %s\n", c.Verdict, c.ID, c.Source, c.Rule)
	}
	file := filepath.Join("testdata", peer+".txt")
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(found.String()), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	if !assert.Equal(t, string(want), found.String()) {
		require.NoError(t, WriteText(testWriter{t}, Result{Reports: []check.Report{report}, Strict: true}))
	}
	assert.Empty(t, report.Outages)
	t.Logf("%s in %.1f s: %v", peer, report.Took, report.Summary)
}

type testWriter struct{ t *testing.T }

func (w testWriter) Write(b []byte) (int, error) {
	w.t.Log(string(b))
	return len(b), nil
}

// goHandler is a page, a file with validators and an echo, as net/http's documentation would have one write them.
func goHandler() http.Handler {
	mux := http.NewServeMux()
	changed := time.Date(2025, 1, 2, 3, 4, 5, 0, time.UTC)
	mux.HandleFunc("/{$}", func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, "Hello World!\n") })
	mux.HandleFunc("GET /file", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"v1"`)
		http.ServeContent(w, r, "file.txt", changed, strings.NewReader("0123456789abcdefghijklmnopqrstuvwxyz\n"))
	})
	mux.HandleFunc("/echo", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		_, _ = w.Write(body)
	})
	mux.HandleFunc("GET /bytes", func(w http.ResponseWriter, r *http.Request) {
		for range 64 {
			_, _ = io.WriteString(w, strings.Repeat("abcdefghijklmnop", 128)) // 128 KiB, in chunks
		}
	})
	mux.Handle("GET /redirect", http.RedirectHandler("/file", http.StatusFound))
	mux.HandleFunc("GET /empty", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusNoContent) })
	return mux
}

func TestNetHTTP(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(goHandler())
	t.Cleanup(server.Close)
	expected(t, "net-http", Options{Targets: []string{server.URL}, Select: []string{"rfc9110", "rfc9112"}, Config: check.Config{Also: []string{"/redirect"}}})
}

const nginxConf = `
daemon off; master_process off; worker_processes 1; error_log %[1]s/error.log; pid %[1]s/pid;
events { worker_connections 512; }
http {
	access_log off; default_type text/plain; gzip on; gzip_types text/plain; gzip_min_length 10;
	client_body_temp_path %[1]s/body; proxy_temp_path %[1]s/proxy; fastcgi_temp_path %[1]s/f; uwsgi_temp_path %[1]s/u; scgi_temp_path %[1]s/s;
	server {
		listen 127.0.0.1:%[2]d; root %[1]s/www;
		location = /echo { proxy_pass http://%[3]s; proxy_http_version 1.1; }
		location = /empty { return 204; }
		location = /redirect { return 302 /file; }
		location = /large { try_files /bytes =404; gzip off; }
	}
}
`

// nginx as Debian has it, with static files and, behind it, an echo.
func TestNginx(t *testing.T) {
	t.Parallel()
	program, err := exec.LookPath("nginx")
	if err != nil {
		program = "/usr/sbin/nginx"
	}
	version, err := exec.Command(program, "-v").CombinedOutput()
	if err != nil || !strings.Contains(string(version), "nginx/1.22.") {
		t.Skipf("the expectation is written for nginx 1.22, here is %q %v", version, err)
	}
	dir, err := os.MkdirTemp("", "nginx")
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	for name, size := range map[string]int{"index.html": 20, "file": 40, "bytes": 128 << 10} {
		require.NoError(t, os.MkdirAll(dir+"/www", 0o755))
		require.NoError(t, os.WriteFile(dir+"/www/"+name, []byte(strings.Repeat("a", size)), 0o644))
	}
	port := freePort(t)
	echo := httptest.NewServer(goHandler())
	t.Cleanup(echo.Close)
	conf := filepath.Join(dir, "nginx.conf")
	require.NoError(t, os.WriteFile(conf, fmt.Appendf(nil, nginxConf, dir, port, echo.Listener.Addr()), 0o644))
	require.NoError(t, os.Chmod(dir, 0o755))
	server := exec.Command(program, "-c", conf, "-p", dir, "-e", dir+"/error.log")
	require.NoError(t, server.Start())
	t.Cleanup(func() {
		_ = server.Process.Kill()
		_ = server.Wait()
	})
	address := fmt.Sprintf("127.0.0.1:%d", port)
	require.Eventually(t, func() bool {
		c, err := net.Dial("tcp", address)
		if err == nil {
			_ = c.Close()
		}
		return err == nil
	}, 5*time.Second, 20*time.Millisecond, "nginx did not start")
	expected(t, "nginx", Options{Targets: []string{"http://" + address + "/"}, Select: []string{"rfc9110", "rfc9112"}, Config: check.Config{
		Paths: map[string]string{"large": "/large", "redirect": "/redirect"},
	}})
}

func freePort(t *testing.T) int {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}
