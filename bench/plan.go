package bench

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/httpdlab/httpdlab/bench/load"
)

// Parts of a plan.
const (
	ladderPart = "ladder"
	openPart   = "open"
	singlePart = "single"
	searchPart = "search"
	warmupPart = "warm-up"
	soakPart   = "soak"
)

// Step is a phase to be.
type Step struct {
	Name        string
	Part        string
	Connections int
	Rate        float64       // requests a second, 0: closed loop unless Share or Arrivals is set
	Arrivals    load.Arrivals // open loop of any shape, in place of Rate
	Share       float64       // open loop at this share of the best rate seen before
	Warmup      time.Duration // runs like the rest and is not counted
	Duration    time.Duration // that counts
}

func (s Step) length() time.Duration { return s.Warmup + s.Duration }

// closed reports whether connections send their next request when the last one
// is answered.
func (s Step) closed() bool { return s.Rate == 0 && !s.Arrivals.Some() }

// offered is the mean rate over what counts, 0 for a closed loop.
func (s Step) offered() float64 {
	if !s.Arrivals.Some() {
		return s.Rate
	}
	return (s.Arrivals.Expected(s.length()) - s.Arrivals.Expected(s.Warmup)) / s.Duration.Seconds()
}

func (s Step) schedule(seed uint64) load.Schedule {
	return load.Schedule{Rate: s.Rate, Arrivals: s.Arrivals, Seed: seed, Duration: s.length()}
}

// boardSockets is what esp_http_server takes at once by default (max_open_sockets).
const boardSockets = 7

// The default plan: how throughput grows with connections up to what a board
// takes, and then latencies at a rate that leaves the server some air.
var (
	defaultLadder = []int{1, 2, 4, boardSockets}
	defaultShare  = 0.7
)

// Plan is what Run will do with these options. A search makes its phases as it
// goes, and has none here.
func (o *Options) Plan() []Step {
	switch {
	case o.Find != nil || len(o.Hostile) > 0:
		return nil
	case o.Soak:
		return o.soakPlan()
	case o.Connections > 0 || o.Rate > 0 || o.Arrivals.Some() || !o.ladders():
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
		plan = append(plan, Step{Name: fmt.Sprintf("closed-%d", n), Part: ladderPart, Connections: n, Warmup: warmup, Duration: part - warmup})
	}
	open := slices.Max(ladder)
	if o.Sockets > 0 {
		open = min(open, o.Sockets) // one that is not served would only time out
	}
	return append(plan, Step{Name: "open", Part: openPart, Connections: open, Share: share, Warmup: warmup, Duration: 2*part - warmup})
}

func (o *Options) singleStep() Step {
	s := Step{Part: singlePart, Connections: o.connections(), Rate: o.Rate, Arrivals: o.Arrivals, Duration: o.Duration}
	if s.Duration == 0 {
		s.Duration = 10 * time.Second
	}
	s.Warmup = min(time.Second, s.Duration/5)
	if o.shaped() {
		s.Warmup = 0 // its beginning is a part of the shape
	}
	s.Name = fmt.Sprintf("closed-%d", s.Connections)
	switch {
	case o.Arrivals.Some():
		s.Name = "open-" + phaseName(o.Arrivals.String())
	case s.Rate > 0:
		s.Name = fmt.Sprintf("open-%g", s.Rate)
	}
	return s
}

// connections is how many a phase has when there is no ladder.
func (o *Options) connections() int {
	switch {
	case o.Connections > 0:
		return o.Connections
	case o.Sockets > 0:
		return min(boardSockets, o.Sockets)
	}
	return boardSockets
}

// shaped reports whether the rate changes with time.
func (o *Options) shaped() bool {
	return strings.Contains(strings.TrimPrefix(o.Arrivals.String(), "poisson:"), ":")
}

// phaseName makes a name of what stands in a schedule's text: latency logs and
// assertions mark where names end.
func phaseName(text string) string {
	return strings.NewReplacer("/", "-", " ", "-", ",", "-", "{", "", "}", "", ":", "-", "=", "").Replace(text)
}

// plannedLength is how long the whole run is meant to take, as far as it is known.
func (o *Options) plannedLength() (d time.Duration) {
	if o.Find != nil {
		return o.Budget
	}
	rest := o.Pause
	if o.Soak {
		rest = o.Settle
	}
	for _, s := range o.Plan() {
		d += s.length() + rest
	}
	return d
}
