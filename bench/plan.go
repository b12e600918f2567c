package bench

import (
	"fmt"
	"slices"
	"time"

	"github.com/httpdlab/httpdlab/bench/load"
)

// Step is a phase to be.
type Step struct {
	Name        string
	Connections int
	Rate        float64       // requests a second, 0: closed loop unless Share is set
	Share       float64       // open loop at this share of the best rate seen before
	Warmup      time.Duration // runs like the rest and is not counted
	Duration    time.Duration // that counts
}

func (s Step) length() time.Duration { return s.Warmup + s.Duration }

func (s Step) schedule() load.Schedule {
	return load.Schedule{Rate: s.Rate, Duration: s.length()}
}

// boardSockets is what esp_http_server takes at once by default (max_open_sockets).
const boardSockets = 7

// The default plan: how throughput grows with connections up to what a board
// takes, and then latencies at a rate that leaves the server some air.
var (
	defaultLadder = []int{1, 2, 4, boardSockets}
	defaultShare  = 0.7
)

// Plan is what Run will do with these options.
func (o *Options) Plan() []Step {
	if o.Connections > 0 || o.Rate > 0 {
		return []Step{o.singleStep()}
	}
	ladder, share, total := o.Ladder, o.Share, o.Duration
	if len(ladder) == 0 {
		ladder = defaultLadder
	}
	if share == 0 {
		share = defaultShare
	}
	if total == 0 {
		total = DefaultDuration
	}
	// The open loop takes two parts of the time, every rung of the ladder one;
	// the first second in seven warms up.
	part := total / time.Duration(len(ladder)+2)
	warmup := part / 7
	plan := make([]Step, 0, len(ladder)+1)
	for _, n := range ladder {
		plan = append(plan, Step{Name: fmt.Sprintf("closed-%d", n), Connections: n, Warmup: warmup, Duration: part - warmup})
	}
	open := slices.Max(ladder)
	if o.Sockets > 0 {
		open = min(open, o.Sockets) // one that is not served would only time out
	}
	return append(plan, Step{Name: "open", Connections: open, Share: share, Warmup: warmup, Duration: 2*part - warmup})
}

func (o *Options) singleStep() Step {
	s := Step{Connections: o.Connections, Rate: o.Rate, Duration: o.Duration}
	if s.Duration == 0 {
		s.Duration = 10 * time.Second
	}
	s.Warmup = min(time.Second, s.Duration/5)
	if s.Connections == 0 {
		s.Connections = boardSockets
	}
	s.Name = fmt.Sprintf("closed-%d", s.Connections)
	if s.Rate > 0 {
		s.Name = fmt.Sprintf("open-%g", s.Rate)
	}
	return s
}
