package conformance

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/httpdlab/httpdlab/conformance/check"
	"github.com/httpdlab/httpdlab/conformance/mutant"
)

// two is a result over two targets: the honest server and one that ignores a missing Host.
func two(t *testing.T) Result {
	var urls []string
	for _, f := range []mutant.Fault{{}, {Name: "tolerates: host missing", Tolerate: "host missing"}} {
		urls = append(urls, start(t, f).URL)
	}
	result, err := Run(context.Background(), Options{Targets: urls, Select: []string{"rfc9112/3.2"}, Config: fast})
	require.NoError(t, err)
	return result
}

func TestWriters(t *testing.T) {
	result := two(t)
	require.Equal(t, 1, result.Exit())
	require.Equal(t, 0, Result{Reports: result.Reports[:1]}.Exit())
	out := map[string]*bytes.Buffer{"text": {}, "json": {}, "junit": {}, "html": {}}
	require.NoError(t, WriteText(out["text"], result))
	require.NoError(t, WriteJSON(out["json"], result))
	require.NoError(t, WriteJUnit(out["junit"], result))
	require.NoError(t, WriteHTML(out["html"], result))

	text := out["text"].String()
	require.Contains(t, text, "FAIL must   missing-host: expected a refusal with 400, got HTTP/1.1 200 OK")
	require.Contains(t, text, `again     printf 'GET / HTTP/1.1\r\n\r\n' | nc 127.0.0.1 `)

	var reports []struct {
		Target  string
		Summary map[string]check.Score
		Cases   []struct{ ID, Verdict, Level, Reason string }
	}
	require.NoError(t, json.Unmarshal(out["json"].Bytes(), &reports))
	require.Equal(t, 0, reports[0].Summary["must"].Fail)
	require.Equal(t, 3, reports[1].Summary["must"].Fail, "three cases leave Host out")
	require.NotEmpty(t, reports[1].Cases)

	var suites junitSuites
	require.NoError(t, xml.Unmarshal(out["junit"].Bytes(), &suites))
	require.Equal(t, "rfc9112/3.2", suites.Suites[0].Name)
	require.Zero(t, suites.Suites[0].Failures)

	html := out["html"].String()
	require.Equal(t, 1, strings.Count(html, "<td>missing-host<br>"), "one row for both targets")
	require.Contains(t, html, `href="#t1-rfc9112-3-2-missing-host"`)
	require.Contains(t, html, `id="t1-rfc9112-3-2-missing-host"`)
	require.Equal(t, 3, strings.Count(html, "<li><a class=\"fail\" href=\"#t1-"), "what is to mend comes first")
	require.NotContains(t, html, "http-equiv")
}

// Strict makes WEAK count: a server that serves a bare LF is weak and no more.
func TestStrict(t *testing.T) {
	s := start(t, mutant.Fault{Tolerate: "bare LF"})
	o := Options{Targets: []string{s.URL}, Select: []string{"rfc9112/2.2/bare-lf-after-field"}, Config: fast}
	result, err := Run(context.Background(), o)
	require.NoError(t, err)
	require.Equal(t, 0, result.Exit())
	o.Strict = true
	result, err = Run(context.Background(), o)
	require.NoError(t, err)
	require.Equal(t, 1, result.Exit())
}

func TestWrongUsage(t *testing.T) {
	s := start(t, mutant.Fault{})
	for _, o := range []Options{
		{},
		{Targets: []string{"nonsense"}},
		{Targets: []string{s.URL}, Profile: "pdp11"},
		{Targets: []string{s.URL}, Select: []string{"rfc9999"}},
		{Targets: []string{s.URL}, Config: check.Config{Timeout: time.Hour}},
	} {
		_, err := Run(context.Background(), o)
		require.Error(t, err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	_ = l.Close()
	_, err = Run(context.Background(), Options{Targets: []string{"http://" + l.Addr().String()}})
	require.ErrorIs(t, err, check.ErrUnreachable)
}

func TestList(t *testing.T) {
	cases, err := Cases("rfc9112/3.2/missing-host")
	require.NoError(t, err)
	var b bytes.Buffer
	require.NoError(t, WriteList(&b, cases))
	require.Regexp(t, `^rfc9112/3\.2/missing-host +must +RFC 9112, 3\.2 +A request .*\n$`, b.String())
}
