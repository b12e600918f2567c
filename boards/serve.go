package boards

import (
	"context"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/httpdlab/httpdlab/server"
)

// stopTimeout bounds how long Serve waits for requests under way.
const stopTimeout = 2 * time.Second

// Serve serves the board contract on addr (host:port) until ctx ends, and
// announces its URL on w. loops is the number of event loops, 0 for one a
// processor. version says what runs, for GET /info.
func (p *Profile) Serve(ctx context.Context, w io.Writer, addr string, loops int, version string) error {
	if !p.Simulated {
		return fmt.Errorf("board %q is real hardware: it cannot be served from here, only measured", p.Name)
	}
	announce := func(a net.Addr) { fmt.Fprintf(w, "%shttp://%s\n", Announcement, a) }
	if p.Twin != nil {
		if loops > 1 {
			return fmt.Errorf("board %q has one loop, as the chip's server has one task: leave out --loops", p.Name)
		}
		return p.serveTwin(ctx, addr, version, announce)
	}
	cfg := server.DefaultConfig()
	cfg.Addr = addr
	if loops != 0 {
		cfg.Loops = loops
	}
	s, err := server.New(cfg)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if err := Contract(ctx, s, hostInfo(p.Name, version, cfg)); err != nil {
		return err
	}
	if err := s.Start(); err != nil {
		return fmt.Errorf("serve on %s: %w", addr, err)
	}
	announce(s.Addr())
	<-ctx.Done()
	end, stop := context.WithTimeout(context.Background(), stopTimeout)
	defer stop()
	return s.Stop(end)
}
