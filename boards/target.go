package boards

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// Target is a board at an address, ready to be asked.
type Target struct {
	Board *Profile
	URL   string // what a load run asks for
	PID   int    // of the process that we started, 0 if none
	end   func() error
}

// ErrNoAddress says that a real board was named but not where it is.
var ErrNoAddress = errors.New("its address is missing")

// Open returns the board as a target. addr is a host, host:port or URL; a
// profile that starts its own server needs none, and does not start one when
// it is given. A real board without it is looked for by multicast DNS, which
// takes 3 s: the only one is taken, and nothing else in its place. serve is the command line that serves the board contract on a
// free loopback port, see [Start].
func (p *Profile) Open(ctx context.Context, addr string, serve []string) (*Target, error) {
	if addr != "" {
		u, err := p.locate(addr)
		return &Target{Board: p, URL: u}, err
	}
	if !p.Start {
		return p.openFound(ctx, Find)
	}
	proc, err := Start(ctx, serve)
	if err != nil {
		return nil, fmt.Errorf("start board %q: %w", p.Name, err)
	}
	return &Target{Board: p, URL: proc.URL + p.Path, PID: proc.PID(), end: proc.End}, nil
}

// openFound returns the only such board that find finds.
func (p *Profile) openFound(ctx context.Context, find func(context.Context) ([]Found, error)) (*Target, error) {
	found, err := find(ctx)
	if err != nil {
		return nil, fmt.Errorf("board %q is real hardware and %w: %w; give it with --addr or ADDR=, e.g. ADDR=192.168.4.1", p.Name, ErrNoAddress, err)
	}
	f, err := p.choose(found)
	if err != nil {
		return nil, err
	}
	u, err := p.locate(f.Addr)
	return &Target{Board: p, URL: u}, err
}

// Close ends what Open started.
func (t *Target) Close() error {
	if t.end == nil {
		return nil
	}
	return t.end()
}

// locate makes a URL of what people type as an address.
func (p *Profile) locate(addr string) (string, error) {
	if !strings.Contains(addr, "://") {
		addr = "http://" + addr
	}
	u, err := url.Parse(addr)
	if err != nil || u.Hostname() == "" {
		return "", fmt.Errorf("board %q: address %q is not a host, host:port or URL", p.Name, addr)
	}
	if u.Path == "" || u.Path == "/" {
		u.Path = p.Path
	}
	return u.String(), nil
}
