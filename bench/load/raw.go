package load

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/httpdlab/httpdlab/bench/measure"
)

// RawConfig says what a raw engine sends, and over what.
type RawConfig struct {
	Address     string               // IP address and port; plain TCP
	Request     *Request             // sent over and over, if there is no Mix
	Mix         *Mix                 // several requests, each with what a good response is
	Connections int                  // [1, 65536] kept busy in a closed loop, or the most that an open one uses
	Depth       int                  // [1, 1024] requests under way on a connection (pipelining); 0 means 1
	Loops       int                  // [1, Connections] event loops, each with a thread of its own; 0 means 1
	Fresh       bool                 // each request on a connection of its own; needs depth 1
	Expect      Expect               // what a good response to Request is
	Timeout     time.Duration        // of a request, from its send; 0 means 10 s
	Clock       func() time.Duration // since Run.Started
}

// Raw is the engine for the fastest servers: event loops of its own over epoll,
// no allocation a request, and every response validated by package http1. It
// needs Linux.
//
// Each loop counts alone and hands its counts over when Cut asks, so that
// nothing is locked on the way of a request.
type Raw struct {
	RawConfig
	remote sockaddr    // Address
	socket *socketPlan // WebSocket messages rather than HTTP requests, if not nil
	tried  atomic.Int64
	served atomic.Int64
	links  linkCounts

	mu    sync.Mutex // guards what follows
	loops []*rawLoop // empty until Run
	begun time.Duration
}

// mostSlots is how many requests may be under way at once, for the memory that
// they take, 16 bytes each.
const mostSlots = 4 << 20

// NewRaw checks the configuration. It opens nothing: Run does.
func NewRaw(c RawConfig) (*Raw, error) {
	if c.Request == nil && c.Mix == nil {
		return nil, errors.New("make a raw engine: no request given")
	}
	if c.Mix == nil {
		c.Mix = One(c.Request, c.Expect)
	}
	r, err := newRaw(c)
	if err != nil {
		return nil, fmt.Errorf("make a raw engine: %w", err)
	}
	return r, nil
}

func newRaw(c RawConfig) (*Raw, error) {
	c.Depth, c.Loops = max(c.Depth, 1), max(c.Loops, 1)
	if c.Timeout <= 0 {
		c.Timeout = 10 * time.Second
	}
	address, err := netip.ParseAddrPort(c.Address)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%q is not an IP address and port: %w", c.Address, err)
	case c.Connections < 1 || c.Connections > 65536:
		return nil, fmt.Errorf("%d connections; give 1 to 65536", c.Connections)
	case c.Depth > 1024:
		return nil, fmt.Errorf("%d requests under way on a connection; give 1 to 1024", c.Depth)
	case c.Connections*c.Depth > mostSlots:
		return nil, fmt.Errorf("%d connections with %d requests under way on each; %d requests are the most", c.Connections, c.Depth, mostSlots)
	case c.Fresh && c.Depth > 1:
		return nil, errors.New("connections that end after a request cannot have several under way; use depth 1")
	case c.Clock == nil:
		return nil, errors.New("no clock given")
	}
	c.Loops = min(c.Loops, c.Connections)
	r := &Raw{RawConfig: c, begun: c.Clock(), links: newLinkCounts()}
	if r.remote, err = sockaddrOf(address); err != nil {
		return nil, err
	}
	return r, nil
}

// Run follows the schedule and then waits for what is still under way, as
// Attack.Run does. It fails if the loops cannot be set up. A Raw runs once.
func (r *Raw) Run(ctx context.Context, s Schedule) error {
	if err := r.start(s); err != nil {
		return fmt.Errorf("start the raw engine: %w", err)
	}
	defer r.end()
	// A loop keeps one of Go's processors even while it waits for the kernel, and
	// everything else needs them, too.
	processors := runtime.GOMAXPROCS(0)
	runtime.GOMAXPROCS(processors + r.Loops)
	defer runtime.GOMAXPROCS(processors)
	defer context.AfterFunc(ctx, r.cancel)()
	var all sync.WaitGroup
	for _, l := range r.loops {
		all.Go(l.run)
	}
	all.Wait()
	return nil
}

func (r *Raw) cancel() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, l := range r.loops {
		l.cancel()
	}
}

// end frees the loops' descriptors when nobody can wake a loop any more.
func (r *Raw) end() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, l := range r.loops {
		l.free()
	}
}

func (r *Raw) start(s Schedule) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.loops) > 0 {
		return errors.New("it ran before")
	}
	var loops []*rawLoop
	for i := range r.Loops {
		l, err := newRawLoop(r, s, i)
		if err != nil {
			for _, l := range loops {
				l.free()
			}
			return err
		}
		loops = append(loops, l)
	}
	for i, l := range loops { // now that all of them are ready
		l.beginAt(r.Clock(), s, i)
	}
	r.loops = loops
	return nil
}

// Tried is how many connections were ever asked to connect, and Served how many
// of those ever got a whole response; one that reconnects counts once.
func (r *Raw) Tried() int  { return int(r.tried.Load()) }
func (r *Raw) Served() int { return int(r.served.Load()) }

// Links is what became of the connections so far.
func (r *Raw) Links() *Links { return r.links.read() }

// Close does nothing: Run leaves nothing open.
func (r *Raw) Close() {}

// Cut ends the stretch now, begins the next, and returns what it brought, as
// Recorder.Cut does. It may be called before, during and after Run.
func (r *Raw) Cut(now time.Duration) *measure.Tally {
	r.mu.Lock()
	defer r.mu.Unlock()
	total := newTally(r.begun)
	for i, l := range r.loops {
		part := l.cut()
		if i == 0 {
			part.Start, total = total.Start, part
		} else {
			addTally(total, part)
		}
	}
	total.End, r.begun = now, now
	return total
}
