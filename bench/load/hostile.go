package load

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// HostileKind is a way of being a bad client.
type HostileKind string

const (
	SlowHead HostileKind = "slow-head" // sends its request head a byte at a time
	SlowBody HostileKind = "slow-body" // announces a body and sends that a byte at a time
	SlowRead HostileKind = "slow-read" // asks for much and reads next to nothing
	HalfOpen HostileKind = "half-open" // connects and says nothing
	Reset    HostileKind = "reset"     // sends a request and resets the connection, again and again
	Surplus  HostileKind = "surplus"   // more connections than there are sockets, and requests on all of them
	Squat    HostileKind = "squat"     // asks once and keeps the connection idle
)

// HostileKinds are all of them.
var HostileKinds = []HostileKind{SlowHead, SlowBody, SlowRead, HalfOpen, Reset, Surplus, Squat}

// ParseHostile finds a kind by its name.
func ParseHostile(name string) (HostileKind, error) {
	if k := HostileKind(name); slices.Contains(HostileKinds, k) {
		return k, nil
	}
	names := make([]string, len(HostileKinds))
	for i, k := range HostileKinds {
		names[i] = string(k)
	}
	return "", fmt.Errorf("no hostile client is called %q; take one of %s", name, strings.Join(names, ", "))
}

const (
	hostileTick  = 100 * time.Millisecond // between two bytes of a slow client, two requests of the surplus
	hostilePause = 20 * time.Millisecond  // before a hostile client connects again
	hostileDial  = 2 * time.Second        // how long it tries to connect
)

// hostile is some bad clients at work.
type hostile struct {
	kind    HostileKind
	address string
	request string // a whole one
	body    string // the path of one with a body

	attempts, connected, cutOff atomic.Int64
}

// run keeps count clients busy until ctx ends.
func (h *hostile) run(ctx context.Context, count int) {
	var all sync.WaitGroup
	for range count {
		all.Go(func() {
			for ctx.Err() == nil {
				h.once(ctx)
				sleep(ctx, hostilePause)
			}
		})
	}
	all.Wait()
}

// once is one connection, from its start to its bad end.
func (h *hostile) once(ctx context.Context) {
	h.attempts.Add(1)
	dialing, cancel := context.WithTimeout(ctx, hostileDial)
	defer cancel()
	var d net.Dialer
	c, err := d.DialContext(dialing, "tcp", h.address)
	if err != nil {
		return
	}
	h.connected.Add(1)
	defer c.Close()
	defer context.AfterFunc(ctx, func() { c.Close() })()
	if h.kind == SlowRead {
		c.(*net.TCPConn).SetReadBuffer(1) // the kernel takes its least
	}
	if h.misbehave(ctx, c.(*net.TCPConn)) && ctx.Err() == nil {
		h.cutOff.Add(1)
	}
}

// misbehave reports whether the server put an end to it.
func (h *hostile) misbehave(ctx context.Context, c *net.TCPConn) bool {
	switch h.kind {
	case SlowHead:
		return h.drip(ctx, c, strings.TrimSuffix(h.request, "\r\n")+"X-Slow: ")
	case SlowBody:
		_, rest, _ := strings.Cut(h.request, " HTTP/1.1\r\n")
		return h.drip(ctx, c, "POST "+h.body+" HTTP/1.1\r\nContent-Length: 1000000\r\n"+rest)
	case HalfOpen:
		return waitForEnd(c)
	case Reset:
		c.Write([]byte(h.request))
		c.SetLinger(0)
		return false
	case SlowRead:
		return h.sip(ctx, c)
	case Surplus:
		return h.insist(ctx, c)
	}
	if _, err := c.Write([]byte(h.request)); err != nil {
		return true
	}
	return waitForEnd(c)
}

// drip sends a start and then a byte at a time. Any answer is the end of it.
func (h *hostile) drip(ctx context.Context, c net.Conn, start string) bool {
	if _, err := c.Write([]byte(start)); err != nil {
		return true
	}
	for ctx.Err() == nil {
		c.SetReadDeadline(time.Now().Add(hostileTick))
		if _, err := c.Read(make([]byte, 1)); !timedOut(err) {
			return true
		}
		if _, err := c.Write([]byte("a")); err != nil {
			return true
		}
	}
	return false
}

// sip asks for much and takes a byte at a time.
func (h *hostile) sip(ctx context.Context, c net.Conn) bool {
	if _, err := c.Write([]byte(h.request)); err != nil {
		return true
	}
	for ctx.Err() == nil {
		if _, err := c.Read(make([]byte, 1)); err != nil {
			return true
		}
		sleep(ctx, hostileTick)
	}
	return false
}

// insist asks again and again, answered or not.
func (h *hostile) insist(ctx context.Context, c net.Conn) bool {
	answer := make([]byte, 4096)
	for ctx.Err() == nil {
		if _, err := c.Write([]byte(h.request)); err != nil {
			return true
		}
		for end := time.Now().Add(hostileTick); time.Now().Before(end); {
			c.SetReadDeadline(end)
			if _, err := c.Read(answer); err != nil && !timedOut(err) {
				return true
			}
		}
	}
	return false
}

// waitForEnd takes whatever the server says until it hangs up.
func waitForEnd(c net.Conn) bool {
	answer := make([]byte, 4096)
	for {
		if _, err := c.Read(answer); err != nil {
			return !errors.Is(err, net.ErrClosed)
		}
	}
}

func timedOut(err error) bool {
	timeout := net.Error(nil)
	return errors.As(err, &timeout) && timeout.Timeout()
}

// newHostile checks what a siege wants of its hostile clients.
func newHostile(s *Siege) (*hostile, error) {
	if _, err := ParseHostile(string(s.Kind)); err != nil {
		return nil, err
	}
	at, err := netip.ParseAddrPort(s.Address)
	if err != nil {
		return nil, fmt.Errorf("%q is not an IP address and port: %w", s.Address, err)
	}
	path, body := s.Path, s.Body
	if path == "" {
		path = "/"
	}
	if body == "" {
		body = path
	}
	for _, p := range []string{path, body} {
		if !strings.HasPrefix(p, "/") || strings.ContainsAny(p, " \r\n") {
			return nil, fmt.Errorf("%q is not a path; give one like /hello", p)
		}
	}
	h := &hostile{kind: s.Kind, address: s.Address, body: body}
	h.request = fmt.Sprintf("GET %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: %s\r\n\r\n", path, at, UserAgent)
	return h, nil
}
