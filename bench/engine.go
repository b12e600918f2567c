package bench

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/httpdlab/httpdlab/bench/load"
	"github.com/httpdlab/httpdlab/bench/measure"
)

// The engines that Options.Engine can name.
const (
	Vegeta = "vegeta" // any server: HTTP and HTTPS, the heap watched over the same connections
	Raw    = "raw"    // servers that are faster than vegeta: HTTP, on Linux, the heap looked at between phases only
)

// engine makes a phase's load and counts what comes of it.
type engine interface {
	Run(context.Context, load.Schedule) error
	Cut(now time.Duration) *measure.Tally
	Tried() int
	Served() int
	Close()
}

// pooled is the engine over net/http's reader and a pool of connections, which
// others may borrow.
type pooled struct {
	*load.Pool
	*measure.Recorder
	attack load.Attack
}

func (e pooled) Run(ctx context.Context, s load.Schedule) error {
	e.attack.Run(ctx, s)
	return nil
}

// raw is the engine with event loops of its own.
type raw struct{ *load.Raw }

func (raw) Close() {} // Run leaves nothing open

// newEngine makes what carries out step s.
func (r *runner) newEngine(s Step) (engine, error) {
	if r.o.Engine == Raw {
		e, err := load.NewRaw(load.RawConfig{
			Address: r.target.address, Request: r.target.request, Connections: s.Connections, Depth: r.o.Depth,
			Loops: r.o.Loops, Fresh: r.o.Fresh, Timeout: r.o.Timeout, Clock: r.clock,
		})
		return raw{e}, err
	}
	e := pooled{Pool: r.target.pool(s.Connections), Recorder: measure.NewRecorder(s.Connections, r.clock())}
	e.attack = load.Attack{Pool: e.Pool, Request: r.target.request, Timeout: r.o.Timeout, Recorder: e.Recorder, Clock: r.clock}
	return e, nil
}

// engineName is what run.json says of the step's load.
func (o *Options) engineName(s Step) string {
	if o.Engine == Raw {
		return Raw
	}
	return s.schedule().Engine()
}

func (o *Options) validateEngine() error {
	switch {
	case o.Engine != "" && o.Engine != Vegeta && o.Engine != Raw:
		return fmt.Errorf("start a run: no engine is called %q; take %s or %s", o.Engine, Vegeta, Raw)
	case o.Engine != Raw && (o.Depth > 1 || o.Loops > 1 || o.Fresh):
		return errors.New("start a run: several requests under way on a connection, several loops and fresh connections are for the engine raw")
	case o.Depth < 0 || o.Depth > 1024:
		return fmt.Errorf("start a run: %d requests under way on a connection; give 1 to 1024", o.Depth)
	case o.Loops < 0 || o.Loops > 1024:
		return fmt.Errorf("start a run: %d loops; give 1 to 1024", o.Loops)
	case o.Fresh && o.Depth > 1:
		return errors.New("start a run: connections that end after a request cannot have several under way; leave out one of the two")
	}
	return nil
}
