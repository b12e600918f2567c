package conformance

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/httpdlab/httpdlab/conformance/check"
)

var evidence = flag.String("evidence", "", "folder in which the whole results of the peers are written, as JSON")

// expected compares what a peer fails or does weakly with what is written down in testdata. The first line there names
// the version that was looked at, each further one is a deviation: the case's rule says what is demanded, the peer's
// octets show that it is not met. Servers change, so differences of another version are told, and fail nothing.
func expected(t *testing.T, peer, version string, o Options) {
	o.Jobs, o.Config.Patience = 16, 300*time.Millisecond
	result, err := Run(context.Background(), o)
	require.NoError(t, err)
	report := result.Reports[0]
	if *evidence != "" {
		require.NoError(t, writeFile(filepath.Join(*evidence, peer+".json"), result, WriteJSON))
	}
	var found strings.Builder
	fmt.Fprintf(&found, "# %s\n", version)
	for _, c := range report.Failures(true) {
		fmt.Fprintf(&found, "%s %s (%s): %s\n", c.Verdict, c.ID, c.Source, c.Rule)
	}
	file := filepath.Join("testdata", peer+".txt")
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(found.String()), 0o644))
	}
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	t.Logf("%s in %.1f s: %v", version, report.Took, report.Summary)
	assert.Empty(t, report.Outages)
	looked, deviations, _ := strings.Cut(string(text), "\n")
	_, now, _ := strings.Cut(found.String(), "\n")
	if looked != "# "+version {
		t.Logf("the expectation is written for %s, here is %s: %s", looked[2:], version, differences(deviations, now))
		return
	}
	if !assert.Equal(t, deviations, now) {
		require.NoError(t, WriteText(testWriter{t}, Result{Reports: []check.Report{report}, Strict: true}))
	}
}

// differences lists lines that only one text has.
func differences(before, after string) string {
	was, is := strings.SplitAfter(before, "\n"), strings.SplitAfter(after, "\n")
	var out strings.Builder
	for _, side := range []struct {
		sign        string
		lines, over []string
	}{{"- ", was, is}, {"+ ", is, was}} {
		for _, line := range side.lines {
			if !slices.Contains(side.over, line) {
				out.WriteString("\n" + side.sign + strings.TrimSpace(line))
			}
		}
	}
	if out.Len() == 0 {
		return "no difference"
	}
	return out.String()
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
	release := regexp.MustCompile(`^go\d+\.\d+`).FindString(runtime.Version()) // net/http changes with these only, or in security
	expected(t, "net-http", "net/http of "+release, Options{Targets: []string{server.URL}, Select: []string{"rfc9110", "rfc9112"}, Config: check.Config{Also: []string{"/redirect"}}})
}
