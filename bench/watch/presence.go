package watch

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/httpdlab/httpdlab/bench/measure"
)

// A target is lost when it failed so many times and so long since its last good
// response: one reset is no more than that.
const (
	leastFailures = 2
	leastLoss     = 500 * time.Millisecond
)

// Presence follows whether the target answers, from what the load brings.
type Presence struct {
	firstBad time.Duration // first failure since the last good response, 0: none
	badRun   int64         // failures since then
	dark     time.Duration // since then nothing could connect, 0: not so
	lost     bool
	refused  bool // a connection, since then
}

func (p *Presence) regained(at time.Duration) string {
	text := fmt.Sprintf("the target answers again, after %.1f s", (at - p.firstBad).Seconds())
	if p.refused {
		text += "; it refused connections meanwhile, as one does that starts again"
	}
	return text
}

// See takes the next stretch of the run and returns what happened in it.
func (p *Presence) See(t *measure.Tally) []measure.Event {
	var events []measure.Event
	if t.FirstGood > 0 {
		if p.lost {
			events = append(events, event(t.FirstGood, Regained, p.regained(t.FirstGood)))
		}
		p.lost, p.firstBad, p.badRun, p.refused = false, 0, 0, false
	}
	if p.firstBad == 0 {
		p.firstBad = t.FirstBad
	}
	p.badRun += t.BadRun
	p.refused = p.refused || p.firstBad > 0 && t.Errors["connect/refused"] > 0
	if !p.lost && p.badRun >= leastFailures && t.End-p.firstBad >= leastLoss && silent(t) {
		p.lost = true
		events = append(events, event(p.firstBad, Lost,
			"the target answers no more: "+strings.Join(slices.Sorted(maps.Keys(t.Errors)), ", ")))
	}
	p.seeDark(t)
	return events
}

// Failed is how many requests failed since the last good response.
func (p *Presence) Failed() int64 { return p.badRun }

// silent reports whether a stretch brought failures and not even a status.
func silent(t *measure.Tally) bool {
	for key := range t.Errors {
		if strings.HasPrefix(key, "status/") {
			return false
		}
	}
	return len(t.Errors) > 0
}

// seeDark follows since when all that happens is that connecting fails.
func (p *Presence) seeDark(t *measure.Tally) {
	connects := int64(0)
	for key, n := range t.Errors {
		if strings.HasPrefix(key, string(measure.Connect)+"/") {
			connects += n
		}
	}
	switch {
	case connects < t.Requests:
		p.dark = 0
	case connects > 0 && p.dark == 0:
		p.dark = t.Start
	}
}

// Dark is for how long nothing but failures to connect has come, at now.
func (p *Presence) Dark(now time.Duration) time.Duration {
	if p.dark == 0 {
		return 0
	}
	return now - p.dark
}
