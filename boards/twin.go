package boards

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/httpdlab/httpdlab/server"
)

// Twin is how a simulated chip behaves: three stations that every request
// passes one at a time, the way up, the server's task and the way down, each
// taking an exponentially distributed time, and a delay that holds up nobody
// else. Times are means.
type Twin struct {
	Uplink   time.Duration `toml:"uplink"`   // of a request on the air
	Service  time.Duration `toml:"service"`  // of a request in the server's task
	Downlink time.Duration `toml:"downlink"` // of a response on the air
	PerKB    time.Duration `toml:"per_kb"`   // of 1000 bytes more, up or down
	Delay    time.Duration `toml:"delay"`    // of a request and its response, beside all that

	Heap         int64   `toml:"heap"`          // bytes in total
	PerSocket    int64   `toml:"per_socket"`    // bytes that an open connection takes
	LargestShare float64 `toml:"largest_share"` // (0, 1] the largest free block is of what is free

	Scaled bool `toml:"scaled"` // by clock and memory from the ESP32's twin: no measured board stands behind it
}

func (t *Twin) validate(p *Profile, must func(ok bool, rule string)) {
	must(min(t.Uplink, t.Service, t.Downlink, t.PerKB, t.Delay) >= 0, "twin's times must not be negative")
	must(p.Chip.FreeHeap > 0 && p.Chip.FreeHeap <= t.Heap, "twin.heap must hold chip.free_heap")
	must(t.PerSocket >= 0 && t.PerSocket*int64(p.Limits.Sockets) < p.Chip.FreeHeap, "twin.per_socket leaves no heap")
	must(t.LargestShare > 0 && t.LargestShare <= 1, "twin.largest_share must be above 0 and at most 1")
	must(p.Limits.Sockets > 0 && p.Limits.Head > 0 && p.Limits.URI > 0, "a twin needs limits")
}

// What esp_http_server has by default beside the limits of the profile.
const (
	twinBacklog = 5
	twinTimeout = 5 * time.Second
)

// twinConfig is our server with the limits of the board's.
func (p *Profile) twinConfig() server.Config {
	cfg := server.DefaultConfig()
	cfg.Addr = "127.0.0.1:0" // only the link is reached from outside
	cfg.Loops = 1
	cfg.MaxOpenSockets, cfg.LRUPurge, cfg.Backlog = p.Limits.Sockets, false, twinBacklog
	cfg.MaxHeader, cfg.MaxTarget = p.Limits.Head, p.Limits.URI
	cfg.IdleTimeout = 0
	cfg.HeadTimeout, cfg.RecvTimeout, cfg.SendTimeout = twinTimeout, twinTimeout, twinTimeout
	return cfg
}

func (p *Profile) twinInfo(version string) Info {
	return Info{
		Board: p.Name, Chip: p.Chip.Name, SDK: p.twinSDK(), App: "httpdlab", AppSHA: version,
		Cores: p.Chip.Cores, MHz: p.Chip.MHz, ResetReason: "power-on", BootCount: 1, PowerSave: "none",
		MaxOpenSockets: p.Limits.Sockets, MaxURILen: p.Limits.URI, MaxReqHeaderLen: p.Limits.Head,
	}
}

// twinSDK says in every report what the numbers are worth.
func (p *Profile) twinSDK() string {
	if p.Twin.Scaled {
		return "httpdlab twin, scaled, not calibrated"
	}
	return "httpdlab twin"
}

// startTwin starts the twin's server and returns it listening on loopback.
func (p *Profile) startTwin(ctx context.Context, version string) (*server.Server, error) {
	var s *server.Server
	st := newState(p.twinInfo(version), uint64(p.Twin.Heap), func() (free, largest uint64) {
		free = uint64(p.Chip.FreeHeap - p.Twin.PerSocket*int64(s.OpenSockets()))
		return free, uint64(float64(free) * p.Twin.LargestShare)
	})
	cfg := p.twinConfig()
	cfg.Open = func(*server.Session) error { st.sample(); return nil }
	s, err := server.New(cfg)
	if err != nil {
		return nil, err
	}
	c := &contract{ctx: ctx, state: st}
	if err := c.register(s); err != nil {
		return nil, err
	}
	return s, s.Start()
}

// serveTwin serves a chip's twin on addr until ctx ends, see [Profile.Serve].
func (p *Profile) serveTwin(ctx context.Context, addr, version string, announce func(net.Addr)) error {
	s, err := p.startTwin(ctx, version)
	if err != nil {
		return fmt.Errorf("serve board %q: %w", p.Name, err)
	}
	outside, err := net.Listen("tcp", addr)
	if err != nil {
		return errors.Join(fmt.Errorf("serve on %s: %w", addr, err), s.Stop(ctx))
	}
	l := newLink(p.Twin, s.Addr().String())
	announce(outside.Addr())
	l.serve(ctx, outside)
	end, stop := context.WithTimeout(context.Background(), stopTimeout)
	defer stop()
	return s.Stop(end)
}
