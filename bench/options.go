// Package bench loads an HTTP server and records how fast it is, for how long,
// and whether the numbers can be trusted.
//
// [Run] carries out a plan of phases against one URL and leaves a run folder
// that package measure describes.
package bench

import (
	"io"
	"time"
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

	// Ladder and Share shape the default plan, which runs when neither Connections nor Rate is given: a closed
	// loop with each number of connections in turn, then an open loop at a share of the best rate seen.
	Ladder []int   // [1, 10000], each above the last; default 1, 2, 4, 7
	Share  float64 // (0, 1], default 0.7

	Sockets int // [0, 10000] connections that the target takes at once, which the open loop keeps to; 0: not known

	Connections int           // [0, 10000] closed loop with so many connections, or the most that Rate may use (default 7)
	Rate        float64       // [0, 1e6] requests a second, open loop
	Duration    time.Duration // of the whole default plan (default DefaultDuration), or of the one phase without its warm-up (default 10 s)
	Timeout     time.Duration // of a request, default DefaultTimeout

	Engine string // Vegeta (default) or Raw
	Depth  int    // [0, 1024] raw: requests under way on a connection, default 1
	Loops  int    // [0, 1024] raw: event loops, default 1
	Fresh  bool   // raw: each request on a connection of its own

	Insecure bool      // accept any certificate, as boards sign their own
	Progress io.Writer // a line that is rewritten if this is a terminal, a line a phase if not; nil: silent
}
