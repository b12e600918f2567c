package bench

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/httpdlab/httpdlab/bench/load"
	"github.com/httpdlab/httpdlab/bench/measure"
)

// probeTime is how long a target may be silent before it counts as not there.
const probeTime = 5 * time.Second

// TargetError says that there is nothing to load: the URL is wrong, or nobody
// answers there, or not well. Its text is one line that says what to do.
type TargetError struct {
	URL    string
	Err    error
	Advice string
}

func (e *TargetError) Error() string {
	return fmt.Sprintf("cannot load %s: %v; %s", e.URL, e.Err, e.Advice)
}

func (e *TargetError) Unwrap() error { return e.Err }

// target is a server that answered the probe.
type target struct {
	url      *url.URL
	address  string       // IP address and port
	remote   net.Addr     // the same
	tls      *tls.Config  // nil: plain
	fields   http.Header  // that go with each request
	mix      *load.Mix    // what is sent; nil for an engine that does not speak HTTP requests
	resource *url.URL     // what that engine asks for
	answer   *load.Answer // the probe's
}

// parseURL accepts what a person types: "192.168.4.1" is a URL too.
func parseURL(s string) (*url.URL, error) {
	full := s
	if !strings.Contains(s, "://") {
		full = "http://" + s
	}
	bad := func(err error) (*url.URL, error) {
		return nil, &TargetError{URL: s, Err: err, Advice: "give one like http://192.168.4.1/path"}
	}
	u, err := url.Parse(full)
	if syntax := (*url.Error)(nil); errors.As(err, &syntax) {
		return bad(fmt.Errorf("not a URL: %w", syntax.Err))
	}
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return bad(fmt.Errorf("not an HTTP URL: its scheme is %q", u.Scheme))
	case u.Hostname() == "":
		return bad(errors.New("not a URL: it names no host"))
	}
	return u, nil
}

// hostPort is where to connect for u.
func hostPort(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return net.JoinHostPort(u.Hostname(), port)
}

// probe asks the target once for what is to be loaded.
func probe(ctx context.Context, o *Options) (*target, error) {
	u, err := parseURL(o.URL)
	if err != nil {
		return nil, err
	}
	t := &target{url: u}
	switch {
	case u.Scheme == "https" && o.Engine == Raw:
		return nil, &TargetError{URL: u.Redacted(), Err: errors.New("the engine raw does not speak TLS"), Advice: "use the engine vegeta"}
	case u.Scheme == "https" && len(o.Hostile) > 0:
		return nil, &TargetError{URL: u.Redacted(), Err: errors.New("hostile clients do not speak TLS"), Advice: "use http://"}
	}
	if u.Scheme == "https" {
		t.tls = &tls.Config{ServerName: u.Hostname(), InsecureSkipVerify: o.Insecure, NextProtos: []string{"http/1.1"}}
	}
	if err := t.prepare(o); err != nil {
		return nil, err
	}
	if err := t.greet(ctx, o); err != nil {
		return nil, err
	}
	t.remote = t.answer.Remote
	t.address = t.remote.String()
	return t, nil
}

// prepare encodes what the load will send.
func (t *target) prepare(o *Options) (err error) {
	t.fields = http.Header{}
	if user := t.url.User; user != nil {
		password, _ := user.Password()
		r := http.Request{Header: t.fields}
		r.SetBasicAuth(user.Username(), password)
	}
	t.resource = t.url
	bad := func(err error, advice string) error {
		return &TargetError{URL: t.url.Redacted(), Err: err, Advice: advice}
	}
	switch {
	case o.Scenario == nil:
		q, err := t.get(t.url)
		if err != nil {
			return bad(err, "correct the URL")
		}
		t.mix = load.One(q, load.Expect{})
	case protocols[o.Engine] == load.HTTP:
		if t.mix, err = o.Scenario.Mix(t.url, t.fields); err != nil {
			return bad(err, "correct the scenario")
		}
	case o.Scenario.Requests[0].Path != "":
		if t.resource, err = t.url.Parse(o.Scenario.Requests[0].Path); err != nil {
			return bad(err, "correct the scenario's path")
		}
	}
	return nil
}

// greet asks once for what the URL names. Any answer shows that a server is
// there; if it is the URL that will be loaded, the answer has to be a good one.
func (t *target) greet(ctx context.Context, o *Options) (err error) {
	u := t.url
	if o.Scenario != nil {
		u = &url.URL{Scheme: t.url.Scheme, Host: t.url.Host, Path: "/"}
	}
	q, err := t.get(u)
	if err != nil {
		return &TargetError{URL: u.Redacted(), Err: err, Advice: "correct the URL"}
	}
	pool := load.NewPool(hostPort(u), t.tls, 1)
	defer pool.Close()
	limit, cancel := context.WithTimeout(ctx, probeTime)
	defer cancel()
	t.answer, err = pool.Do(limit, q)
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case err != nil:
		return unreachable(u, err)
	case t.answer.Status >= 400 && o.Scenario == nil:
		return &TargetError{URL: u.Redacted(),
			Err:    fmt.Errorf("it answers %d %s", t.answer.Status, http.StatusText(t.answer.Status)),
			Advice: "give a path that the server answers well"}
	}
	return nil
}

// get encodes a GET of u, a resource of the target.
func (t *target) get(u *url.URL) (*load.Request, error) {
	return load.NewRequest(http.MethodGet, u, t.fields, nil)
}

// pool returns connections to the address that answered the probe, so that no
// name is looked up under load.
func (t *target) pool(connections int) *load.Pool {
	return load.NewPool(t.address, t.tls, connections)
}

// info is the answer of GET /info, nil if the target has no such route.
func (t *target) info(ctx context.Context, pool *load.Pool) json.RawMessage {
	status, content, err := t.ask(ctx, pool, "/info")
	if err != nil || status != http.StatusOK || !json.Valid(content) {
		return nil
	}
	return content
}

// ask gets path over the pool.
func (t *target) ask(ctx context.Context, pool *load.Pool, path string) (status int, content []byte, err error) {
	q, err := t.get(&url.URL{Scheme: t.url.Scheme, Host: t.url.Host, Path: path})
	if err != nil {
		return 0, nil, err
	}
	a, err := pool.Do(ctx, q)
	if err != nil {
		return 0, nil, err
	}
	return a.Status, a.Content, nil
}

// unreachable explains why the probe got no answer.
func unreachable(u *url.URL, err error) error {
	e := &TargetError{URL: u.Redacted(), Err: err, Advice: "see whether it is an HTTP server"}
	var failure *measure.Failure
	if !errors.As(err, &failure) {
		return e
	}
	stage, cause, _ := strings.Cut(failure.Key(), "/")
	switch {
	case cause == "refused":
		e.Err, e.Advice = fmt.Errorf("connection to %s refused", hostPort(u)), "start the server, or correct the port"
	case cause == "timeout" && stage == string(measure.Connect):
		e.Err, e.Advice = fmt.Errorf("no host answers at %s within %v", hostPort(u), probeTime), "see whether it is switched on and in this network"
	case cause == "timeout":
		e.Err, e.Advice = fmt.Errorf("%s takes connections and sends no response within %v", hostPort(u), probeTime), "see whether it is an HTTP server and not hanging"
	case cause == "unreachable":
		e.Err, e.Advice = fmt.Errorf("no way to %s", hostPort(u)), "see whether this machine is in the target's network"
	case cause == "no-such-host":
		e.Err, e.Advice = fmt.Errorf("no host is called %s", u.Hostname()), "correct the name, or give the IP address"
	case stage == string(measure.DNS):
		e.Err, e.Advice = fmt.Errorf("the name %s cannot be looked up (%s)", u.Hostname(), cause), "give the IP address"
	case cause == "certificate":
		e.Err, e.Advice = fmt.Errorf("its certificate is not accepted: %w", root(failure)), "use --insecure if you trust it"
	case cause == "not-tls":
		e.Err, e.Advice = errors.New("it does not speak TLS"), "use http:// instead of https://"
	case stage == string(measure.TLS):
		e.Err = fmt.Errorf("the TLS handshake failed: %w", root(failure))
		e.Advice = "see which TLS versions and certificates it has"
	case cause == "eof" || cause == "reset":
		e.Err, e.Advice = errors.New("it takes the connection and closes it without an answer"), "see whether it speaks HTTP, or wants https://"
	case cause == "protocol" || cause == "truncated":
		e.Err, e.Advice = fmt.Errorf("its answer is not a whole HTTP response: %w", root(failure)), "see whether it is an HTTP/1.1 server"
	}
	return e
}

// root is what a failure wraps, without its stage.
func root(f *measure.Failure) error { return f.Err }
