package bench

import (
	"fmt"
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
var defaultPlan = []Step{
	{Name: "closed-1", Connections: 1, Warmup: time.Second, Duration: 6 * time.Second},
	{Name: "closed-2", Connections: 2, Warmup: time.Second, Duration: 6 * time.Second},
	{Name: "closed-4", Connections: 4, Warmup: time.Second, Duration: 6 * time.Second},
	{Name: "closed-7", Connections: boardSockets, Warmup: time.Second, Duration: 6 * time.Second},
	{Name: "open", Connections: boardSockets, Share: 0.7, Warmup: time.Second, Duration: 13 * time.Second},
}

// Plan is what Run will do with these options.
func (o *Options) Plan() []Step {
	if o.Connections > 0 || o.Rate > 0 {
		return []Step{o.singleStep()}
	}
	if o.Duration == 0 {
		return defaultPlan
	}
	total := time.Duration(0)
	for _, s := range defaultPlan {
		total += s.length()
	}
	scale := float64(o.Duration) / float64(total)
	plan := make([]Step, len(defaultPlan))
	for i, s := range defaultPlan {
		s.Warmup = time.Duration(float64(s.Warmup) * scale)
		s.Duration = time.Duration(float64(s.Duration) * scale)
		plan[i] = s
	}
	return plan
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
