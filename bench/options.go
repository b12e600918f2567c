// Package bench loads an HTTP server and records how fast it is, for how long,
// and whether the numbers can be trusted.
//
// [Run] carries out a plan of phases against one URL and leaves a run folder
// that package measure describes.
package bench

import (
	"io"
	"time"

	"github.com/httpdlab/httpdlab/bench/load"
	"github.com/httpdlab/httpdlab/bench/measure"
	"github.com/httpdlab/httpdlab/bench/watch"
)

// DefaultDuration is how long the whole default plan takes.
const DefaultDuration = 42 * time.Second

// DefaultTimeout is how long a request may take, from its send.
const DefaultTimeout = 10 * time.Second

// Options say what to load and how. Only URL and Dir are required.
type Options struct {
	URL       string   // http or https; without a scheme http is meant
	Board     string   // profile name, "" for a bare URL
	Simulated bool     // no real board is behind the URL
	PID       int      // server process that the caller started, 0 if none
	Command   []string // command line, for the record
	Tool      string   // version of httpdlab, for the record; "" finds it in the binary
	Dir       string   // run folder, which must not exist or be empty

	// Ladder and Share shape the default plan, which runs when nothing else is asked for: a closed loop with each
	// number of connections in turn, then an open loop at a share of the best rate seen.
	Ladder []int   // [1, 10000], each above the last; default 1, 2, 4, 7
	Share  float64 // (0, 1], default 0.7

	// How gently the target is treated.
	Pause    time.Duration // [0, 1h] before each phase, a soak's rounds aside
	Recovery time.Duration // [0, 1h] after each kind of hostile clients
	Reboots  int           // the run ends when the target was seen to restart so often; 0: never
	Probes   []string      // what it is asked beside the load: HeapProbe, InfoProbe; nil: both

	Sockets int // [0, 10000] connections that the target takes at once, which the open loop keeps to; 0: not known

	Connections int           // [0, 10000] closed loop with so many connections, or the most that Rate may use (default 7)
	Rate        float64       // [0, 1e6] requests a second, open loop
	Arrivals    load.Arrivals // open loop of any shape, in place of Rate
	Duration    time.Duration // of the whole default plan (default DefaultDuration), of the one phase without its warm-up (default 10 s), or of a soak's rounds together
	Timeout     time.Duration // of a request, default DefaultTimeout
	Seed        uint64        // of all that is random

	Engine   string         // Vegeta, Raw, WebSocket or SSE; "": what the scenario needs
	Scenario *load.Scenario // what is sent; nil: GET of the URL
	Depth    int            // [0, 1024] raw and websocket: requests under way on a connection, default 1
	Loops    int            // [0, 1024] raw and websocket: event loops, default 1
	Fresh    bool           // HTTP: each request on a connection of its own

	Assert      []*measure.Assertion
	AbortOnFail bool // a broken assertion ends the run, as if each had a !

	// A search for the highest load that meets an objective.
	Find   *measure.Assertion
	Over   string        // what it varies: VaryRate (default) or VaryConnections
	Budget time.Duration // [5 s, ...] default DefaultBudget

	// A soak: rounds of load, each followed by a rest, and a verdict on a leak.
	Soak      bool
	Rounds    int           // [8, 500] warm-up rounds too, default DefaultRounds
	Settle    time.Duration // rest after each round, default DefaultSettle
	LeakLimit float64       // B/request that are told from nothing, default measure.DefaultLeakLimit

	// Sieges: what happens to a bystander while hostile clients are at the target.
	Hostile []load.HostileKind
	Count   int // [0, 64] hostile clients at once, 0: the default

	Console    <-chan watch.Told   // what the target's console says, nil: nobody listens
	Against    string              // URL of the second target that takes turns, for the record
	Repetition *measure.Repetition // which of several runs this is
	Replayed   string              // run folder that this run repeats

	Insecure bool      // accept any certificate, as boards sign their own
	Progress io.Writer // a line that is rewritten if this is a terminal, one every ten seconds if not; nil: silent

	makeEngine func(*runner, Step) (engine, error) // for tests
}
