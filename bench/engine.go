package bench

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/httpdlab/httpdlab/bench/load"
	"github.com/httpdlab/httpdlab/bench/measure"
)

// The engines that Options.Engine can name.
const (
	Vegeta    = "vegeta"    // any server: HTTP and HTTPS, the heap watched over the same connections
	Raw       = "raw"       // servers that are faster than vegeta: HTTP, on Linux
	WebSocket = "websocket" // messages that come back
	SSE       = "sse"       // streams of server-sent events
)

// protocols are what each engine speaks.
var protocols = map[string]load.Protocol{Vegeta: load.HTTP, Raw: load.HTTP, WebSocket: load.WebSocket, SSE: load.Events}

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
	o, t := r.o, r.target
	switch {
	case o.makeEngine != nil:
		return o.makeEngine(r, s)
	case o.Engine == Raw:
		e, err := load.NewRaw(load.RawConfig{
			Address: t.address, Mix: t.mix, Connections: s.Connections, Depth: o.Depth,
			Loops: o.Loops, Fresh: o.Fresh, Timeout: o.Timeout, Clock: r.clock,
		})
		return raw{e}, err
	case o.Engine == WebSocket:
		return load.NewWebSocket(load.WebSocketConfig{
			URL: t.resource, Address: t.address, TLS: t.tls, Fields: t.fields, Message: o.Scenario.Message, Connections: s.Connections,
			Depth: o.Depth, Loops: o.Loops, Plain: t.tls != nil, Timeout: o.Timeout, Clock: r.clock,
		})
	case o.Engine == SSE:
		return load.NewEvents(load.EventsConfig{
			URL: t.resource, Address: t.address, TLS: t.tls, Fields: t.fields, Connections: s.Connections,
			Spacing: spacing(t.resource), Timeout: o.Timeout, Clock: r.clock,
		})
	}
	e := pooled{Pool: t.pool(s.Connections), Recorder: measure.NewRecorder(s.Connections, r.clock())}
	e.attack = load.Attack{Pool: e.Pool, Mix: t.mix, Fresh: o.Fresh, Timeout: o.Timeout, Recorder: e.Recorder, Clock: r.clock}
	return e, nil
}

// engineName is what run.json says of the step's load.
func (o *Options) engineName(s Step) string {
	if o.Engine != Vegeta {
		return o.Engine
	}
	return s.schedule(0).Engine()
}

// ladders reports whether the engine can carry out the default plan.
func (o *Options) ladders() bool { return o.Engine != SSE }

func (o *Options) validateEngine() error {
	if err := o.chooseEngine(); err != nil {
		return err
	}
	loops := o.Engine == Raw || o.Engine == WebSocket
	switch {
	case protocols[o.Engine] != load.HTTP && o.Fresh:
		return errors.New("connections for one request each are of HTTP; leave out the engine, or --fresh")
	case !loops && (o.Depth > 1 || o.Loops > 1):
		return errors.New("several requests under way on a connection and several loops are for the engines raw and websocket")
	case o.Depth < 0 || o.Depth > 1024:
		return fmt.Errorf("%d requests under way on a connection; give 1 to 1024", o.Depth)
	case o.Loops < 0 || o.Loops > 1024:
		return fmt.Errorf("%d loops; give 1 to 1024", o.Loops)
	case o.Fresh && o.Depth > 1:
		return errors.New("connections that end after a request cannot have several under way; leave out one of the two")
	case o.Engine == SSE && (o.Rate > 0 || o.Arrivals.Some()):
		return errors.New("the engine sse listens; leave out the rate")
	case len(o.Hostile) > 0 && protocols[o.Engine] != load.HTTP:
		return errors.New("a bystander of hostile clients speaks plain HTTP; leave out the engine")
	}
	return nil
}

// chooseEngine takes the engine for the scenario, or the scenario for the engine.
func (o *Options) chooseEngine() (err error) {
	speaks := load.HTTP
	if o.Scenario != nil && o.Scenario.Protocol != "" {
		speaks = o.Scenario.Protocol
	}
	if o.Engine == "" {
		o.Engine = map[load.Protocol]string{load.HTTP: Vegeta, load.WebSocket: WebSocket, load.Events: SSE}[speaks]
	}
	wants, known := protocols[o.Engine]
	switch {
	case !known:
		return fmt.Errorf("no engine is called %q; take %s, %s, %s or %s", o.Engine, Vegeta, Raw, WebSocket, SSE)
	case o.Scenario == nil && wants == load.WebSocket:
		o.Scenario, err = o.usual("ws")
	case o.Scenario == nil && wants == load.Events:
		o.Scenario, err = o.usual("events")
	case wants != speaks:
		return fmt.Errorf("the scenario %s speaks %s, and the engine %s %s; leave out the engine", o.Scenario.Name, speaks, o.Engine, wants)
	}
	return err
}

// usual is a built-in scenario, on the URL's own path if it has one.
func (o *Options) usual(name string) (*load.Scenario, error) {
	s, err := load.BuiltIn(name, 0)
	if u, bad := parseURL(o.URL); err == nil && bad == nil && o.Board == "" && strings.Trim(u.Path, "/") != "" {
		s.Requests[0].Path = ""
	}
	return s, err
}

// links writes down what the engine knows of its connections and streams.
func (p *phase) links() {
	if e, ok := p.engine.(interface{ Links() *load.Links }); ok {
		if x := e.Links(); x != nil {
			p.record.Links = &measure.Links{
				Opened: x.Opened, Reused: x.Reused, Known: x.Known, Retransmits: x.Retransmits,
				ConnectMS: summary(x.Connect), SecureMS: summary(x.Secure), CloseMS: summary(x.Close), RTTMS: summary(x.RTT),
			}
		}
	}
	if e, ok := p.engine.(load.EventsEngine); ok {
		x := e.Stats()
		p.record.Streams = &measure.Streams{
			Streams: x.Streams, Ended: x.Ended, Reconnects: x.Reconnects, Events: x.Events, Lost: x.Lost, Disordered: x.Disordered,
			FirstMS: summary(x.First), GapMS: summary(x.Gap), LateMS: summary(x.Late),
		}
	}
}

func summary(h *hdrhistogram.Histogram) measure.Latency {
	if h == nil {
		return measure.Latency{}
	}
	return measure.Summarize(h)
}

// spacing is what a stream of the board contract has between two events, 0 if
// the resource does not say.
func spacing(u *url.URL) time.Duration {
	n, err := strconv.Atoi(u.Query().Get("ms"))
	if err != nil || n < 0 {
		return 0
	}
	return time.Duration(n) * time.Millisecond
}
