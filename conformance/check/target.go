package check

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
)

// ErrUnreachable is a target that does not accept a connection when the run begins.
var ErrUnreachable = errors.New("the target cannot be reached")

// Config says where the target is and what is known of it beforehand. Zero values ask for the defaults.
type Config struct {
	URL      string            // "http://192.168.4.1/": the path is the resource that plain requests use; https, ws, wss
	Paths    map[string]string // placeholder to path, for resources that cannot be guessed: "echo", "redirect", …
	Also     []string          // more paths whose responses the linter reads
	Timeout  time.Duration     // longest wait for an answer (default 5 s); the target's own speed lowers it
	Patience time.Duration     // how long to watch for the target's own timeouts (default 8 s)
	Outage   time.Duration     // how long to wait for a target that went away (default 10 s)
	Gap      time.Duration     // pause before each connection
	Sockets  int               // connections that may be open at once; 0: no limit
	MaxHead  int               // declared limit of a request head in octets; 0: unknown
	MaxURI   int               // declared limit of a request-target in octets; 0: unknown
	NoClock  bool              // the target has no clock: no Date is due

	Insecure    bool          // TLS: do not verify the target's certificate
	Subprotocol string        // offered in every WebSocket handshake (RFC 6455, 1.9)
	Rest        time.Duration // pause before each case of WebSocket, for a chip whose sockets are in TIME_WAIT
	Stretch     int           // factor of the waits that an RFC or a catalogue names; 0: 1
	Slow        bool          // the target is given full-size loads
}

// MCU adapts a configuration to a chip with a handful of sockets, a small head and no clock.
func (c Config) MCU() Config {
	c.Gap, c.Sockets, c.NoClock = max(c.Gap, 5*time.Millisecond), 3, true
	c.Outage = max(c.Outage, 30*time.Second)
	// lwIP takes the oldest connection in TIME_WAIT when it needs one, so a short rest will do.
	c.Rest, c.Stretch = max(c.Rest, 100*time.Millisecond), max(c.Stretch, 3)
	return c
}

// Target is a server under test: how to reach it, what it offers and how fast it answers.
type Target struct {
	Config
	Addr   string            // to dial, "host:port"
	Vars   map[string]string // what placeholders stand for; a missing resource has no entry
	Answer time.Duration     // how long an answer may take: the timeout, lowered to what the target needs
	Quiet  time.Duration     // how long silence must last to count as silence
	File   *Response         // the response of {file}
	Tried  []string          // how each path answered a WebSocket handshake, until one accepted it

	tls *tls.Config // nil: plain TCP

	mu    sync.Mutex
	twins map[string]func() error
	known map[string]func() any
}

// lacks says why a placeholder has no value: the reason of a SKIP.
var lacks = map[string]string{
	"post":     "no resource was found that accepts POST and reads its content before it answers",
	"echo":     "no resource was found that sends the request body back",
	"file":     "no resource was found with an ETag or Last-Modified",
	"etag":     "no resource was found with an ETag",
	"lm":       "no resource was found with Last-Modified",
	"ranged":   "no resource was found that serves byte ranges",
	"ws":       "no resource was found that accepts a WebSocket handshake",
	"empty":    "no resource was found that answers 204",
	"reset":    "no resource was found that answers 205",
	"chunked":  "no resource was found that answers in chunks",
	"large":    "no resource was found of 64 KiB or more",
	"redirect": "no resource was found that redirects",
	"gzip":     "no resource was found that is compressed on demand",
	"info":     "GET /info of the board contract is missing",
	"adder":    "POST /adder of the board contract is missing",
	"slow":     "GET /slow of the board contract is missing",
	"tree":     "GET /tree/* of the board contract is missing",
	"events":   "GET /events of the board contract is missing",
	"heap":     "GET /heap of the board contract is missing",
	"sink":     "POST /sink of the board contract is missing",
	"bytes":    "GET /bytes of the board contract is missing",
}

var placeholder = regexp.MustCompile(`\{[a-z]+\}`)

// expand puts the target's values into a request. {n} is the number of octets after its head.
// A resource that the target lacks makes a SKIP.
func (t *Target) expand(text, element, random string) (string, error) {
	var missing error
	text = strings.ReplaceAll(text, "{x}", element)
	text = placeholder.ReplaceAllStringFunc(text, func(name string) string {
		key := strings.Trim(name, "{}")
		if key == "rnd" {
			return random
		}
		if value, ok := t.Vars[key]; ok {
			return value
		}
		if why, ok := lacks[key]; ok {
			missing = Skipf("%s", why)
		}
		return name
	})
	if head, body, ok := strings.Cut(text, "\r\n\r\n"); ok && strings.Contains(head, "{n}") {
		text = strings.Replace(text, "{n}", strconv.Itoa(len(body)), 1)
	}
	return text, missing
}

// standardPort of each scheme that a target may have.
var standardPort = map[string]string{"http": "80", "ws": "80", "https": "443", "wss": "443"}

// newTarget reads the URL; nothing is sent.
func newTarget(cfg Config) (*Target, error) {
	u, err := url.Parse(cfg.URL)
	if err != nil {
		return nil, fmt.Errorf("read target: %w", err)
	}
	standard, known := standardPort[u.Scheme]
	if !known || u.Host == "" {
		return nil, fmt.Errorf("read target %q: expected http://host[:port][/path], or https, ws, wss", cfg.URL)
	}
	port := cmp.Or(u.Port(), standard)
	setDefault(&cfg.Timeout, 5*time.Second)
	setDefault(&cfg.Patience, 8*time.Second)
	setDefault(&cfg.Outage, 10*time.Second)
	path := u.EscapedPath()
	if path == "" {
		path = "/"
	}
	var secure *tls.Config
	if standard == "443" {
		secure = &tls.Config{ServerName: u.Hostname(), InsecureSkipVerify: cfg.Insecure, NextProtos: []string{"http/1.1"}}
	}
	return &Target{
		Config: cfg, tls: secure, Addr: net.JoinHostPort(u.Hostname(), port),
		Vars:   map[string]string{"h": u.Host, "host": u.Hostname(), "port": port, "p": path},
		Answer: cfg.Timeout, Quiet: 200 * time.Millisecond,
		twins: map[string]func() error{},
	}, nil
}

func setDefault(d *time.Duration, value time.Duration) {
	if *d == 0 {
		*d = value
	}
}

// dial connects. It is patient with a chip, which refuses for a moment while its sockets are in TIME_WAIT;
// any other server that refuses is away.
func (t *Target) dial(ctx context.Context) (conn net.Conn, err error) {
	pause, tries := t.Gap, 1
	if t.Gap > 0 {
		tries = 6
	}
	for range tries {
		if pause > 0 {
			time.Sleep(pause)
		}
		if conn, err = t.connect(ctx); err == nil || ctx.Err() != nil {
			return conn, err
		}
		pause = 2*pause + 20*time.Millisecond
	}
	return nil, err
}

func (t *Target) connect(ctx context.Context) (net.Conn, error) {
	dialer := &net.Dialer{Timeout: t.Timeout}
	if t.tls == nil {
		return dialer.DialContext(ctx, "tcp", t.Addr)
	}
	conn, err := tls.DialWithDialer(dialer, "tcp", t.Addr, t.tls)
	if err != nil {
		return nil, err // not conn: a nil *tls.Conn is no nil net.Conn
	}
	return conn, nil
}

// twin reports why the target does not accept a valid request, once for all cases that rely on it.
func (t *Target) twin(ctx context.Context, text string) error {
	t.mu.Lock()
	once, ok := t.twins[text]
	if !ok {
		once = sync.OnceValue(func() error {
			return patiently(func() error { return t.accepts(ctx, text) })
		})
		t.twins[text] = once
	}
	t.mu.Unlock()
	return once()
}

// accepts sends a valid request and asks for 2xx, exactly framed, or for 101.
func (t *Target) accepts(ctx context.Context, text string) error {
	c, err := t.open(ctx, "")
	if err != nil {
		return err
	}
	defer c.close()
	if err := c.Send(text); err != nil {
		return err
	}
	if err := OK(c); c.Last != nil && c.Last.Status == 101 {
		return nil // the valid neighbour of a handshake
	} else if err != nil {
		return err
	}
	return Again(c)
}

// plainGet is the plainest exchange of HTTP.
var plainGet = Script{Send(Get), OK}

// Serves asks for an exchange to be served on a fresh connection; nil stands for a plain GET.
func (t *Target) Serves(ctx context.Context, exchange Script) error {
	c, err := t.open(ctx, "")
	if err != nil {
		return err
	}
	defer c.close()
	if exchange == nil {
		exchange = plainGet
	}
	for _, step := range exchange {
		if err := step(c); err != nil {
			return err
		}
	}
	return nil
}
