package measure

import (
	"fmt"
	"maps"
	"math"
	"slices"
)

// What a phase must hold to be believed.
const (
	leastResponses = 100  // below, a 99th percentile is one request's luck
	littleGap      = 0.15 // Little's law: rate × mean against requests in flight
	leastBusy      = 0.85 // of a closed loop's connections, on average
	leastSent      = 0.95 // of an open loop's schedule
	mostLate       = 0.01 // of an open loop's requests: more, and its 99th percentile is ours
	leastWait      = 0.1  // cores waited for; below, the load generator hardly runs
	mostWait       = 0.5  // of the load generator's time on a core, waiting for one
	mostCPU        = 0.85 // of the machine's cores, by load generator and local target
	mostGC         = 0.25 // of the load generator's time, collecting garbage
	leastGC        = 0.1  // cores; below, the collector hardly runs
	mostPauseMS    = 10   // that the garbage collector stops the load generator
	mostResent     = 0.01 // TCP segments sent again for each request
)

// audit looks for whatever makes the numbers of p say something else than what
// they seem to.
func (t *Totals) audit(p *Phase, e *Environment) Trust {
	var reasons []string
	for _, check := range []func(*Phase, *Environment) string{
		t.auditErrors, t.auditCount, t.auditLittle, t.auditBusy, t.auditSockets, t.auditSchedule, t.auditLate, t.auditCPU, auditGC, auditSleep, auditLink,
	} {
		if r := check(p, e); r != "" {
			reasons = append(reasons, r)
		}
	}
	return Trust{OK: len(reasons) == 0, Reasons: append([]string{}, reasons...)}
}

// cures says what to do about the commonest error of a phase.
var cures = map[string]string{
	"connect/refused":       "see whether the server runs and how many connections it takes",
	"connect/timeout":       "see whether the target is still on the network",
	"connect/no-local-port": "this machine ran out of local ports: use fewer new connections a second",
	"connect/no-descriptor": "this machine ran out of file descriptors: raise ulimit -n",
	"ttfb/timeout":          "use fewer connections or a lower rate, or a longer --timeout",
	"ttfb/unfinished":       "use fewer connections, a lower rate or a longer --duration",
	"status/404":            "give a path that the server has",
}

func (t *Totals) auditErrors(p *Phase, _ *Environment) string {
	failed := p.ErrorCount()
	if failed == 0 {
		return ""
	}
	others := "latencies only tell of the others"
	if failed == p.Requests {
		others = "there are no latencies"
	}
	worst := slices.MaxFunc(slices.Sorted(maps.Keys(p.Errors)), func(a, b string) int {
		return int(p.Errors[a] - p.Errors[b])
	})
	cure := cures[worst]
	if cure == "" {
		cure = "find out why before comparing"
	}
	return fmt.Sprintf("%d of %d requests failed (%s), most often with %s, and %s: %s.",
		failed, p.Requests, percent(failed, p.Requests), worst, others, cure)
}

func (t *Totals) auditCount(p *Phase, _ *Environment) string {
	n := t.service.TotalCount()
	if n == 0 && p.ErrorCount() > 0 {
		return "" // the errors say it all
	}
	if n < leastResponses {
		return fmt.Sprintf("There were only %d good responses, and %d are the least for a 99th percentile: give a longer --duration.",
			n, leastResponses)
	}
	return ""
}

// auditLittle compares what the latencies say was in flight with what was.
// It finds latencies that are not those of the requests counted, and requests
// that hang and never show in a latency.
func (t *Totals) auditLittle(p *Phase, _ *Environment) string {
	if t.windowMS == 0 || p.InFlight == 0 {
		return ""
	}
	told := p.Rate*p.ServiceMS.Mean/1000 + t.failedMS/t.windowMS
	gap := math.Abs(told - p.InFlight)
	// A request may begin or end outside the window: each end of it is
	// worth one request a connection at most.
	edge := math.Min(p.InFlight, float64(p.OfferedConnections)) * p.ServiceMS.Mean / t.windowMS
	if gap <= littleGap*p.InFlight+edge {
		return ""
	}
	return fmt.Sprintf("Little's law does not hold: rate times mean latency makes %.3g requests in flight, there were %.3g: "+
		"requests hang or are counted wrongly, so look at the latency over time and give a longer --duration.", told, p.InFlight)
}

func (t *Totals) auditBusy(p *Phase, _ *Environment) string {
	// Waiting to connect again after a refusal is idleness that errors explain.
	if !p.Closed() || p.ErrorCount() > 0 || p.InFlight >= leastBusy*float64(p.OfferedConnections) {
		return ""
	}
	return fmt.Sprintf("Of %d connections only %.2f were busy on average, because the load generator needs longer between two requests "+
		"than this server for one: the server can do more than this rate; run the load on another machine or with a faster engine.",
		p.OfferedConnections, p.InFlight)
}

func (t *Totals) auditSockets(p *Phase, _ *Environment) string {
	if p.TriedConnections <= p.ServedConnections || p.ServedConnections == 0 {
		return ""
	}
	return fmt.Sprintf("Only %d of %d connections ever got an answer, so this is the result of %d: "+
		"the server takes no more sockets; use --connections %d.",
		p.ServedConnections, p.TriedConnections, p.ServedConnections, p.ServedConnections)
}

func (t *Totals) auditSchedule(p *Phase, _ *Environment) string {
	planned := p.OfferedRate * t.windowMS / 1000
	// Less than one request short is the rounding of the window's ends.
	if p.Closed() || float64(p.Requests) >= leastSent*planned-1 {
		return ""
	}
	why := fmt.Sprintf("%d connections carry no more: response times grow as long as the run lasts; use a lower --rate or more --connections",
		p.OfferedConnections)
	if p.InFlight < leastBusy*float64(p.OfferedConnections) {
		why = "the load generator can send no more: lower the --rate or run it on another machine"
	}
	return fmt.Sprintf("Only %d of %.0f planned requests were sent, because %s.", p.Requests, planned, why)
}

func (t *Totals) auditLate(p *Phase, _ *Environment) string {
	if p.Closed() || float64(p.Late) <= mostLate*float64(p.Requests) {
		return ""
	}
	return fmt.Sprintf("%s of the requests were sent over %v late although connections were free: "+
		"the load generator's machine was too busy; run it elsewhere or lower the --rate.", percent(p.Late, p.Requests), onTime)
}

// auditCPU looks whether the machine of the load generator had a core whenever
// it needed one.
func (t *Totals) auditCPU(p *Phase, e *Environment) string {
	used := p.ClientCPU
	what := "The load generator"
	if e.Local && p.TargetCPU > 0 {
		used += p.TargetCPU
		what = "The load generator and the server together"
	}
	switch {
	case e.Cores > 0 && used >= mostCPU*float64(e.Cores):
		return fmt.Sprintf("%s used %.1f of this machine's %d cores (the load generator %.1f): "+
			"the rate may be the machine's limit and not the server's; run the load on another machine or lower the --rate.",
			what, used, e.Cores, p.ClientCPU)
	case p.ClientWait >= leastWait && p.ClientWait > mostWait*p.ClientCPU:
		return fmt.Sprintf("The load generator ran %.2f s of each second and waited %.2f s for a core, because the server or other programs "+
			"keep this machine busy, and latencies tell of that too: run the load on another machine or lower the --rate.", p.ClientCPU, p.ClientWait)
	}
	return ""
}

// auditGC looks whether Go's garbage collector got in the way of the load
// generator.
func auditGC(p *Phase, _ *Environment) string {
	switch {
	case p.ClientPauseMS >= mostPauseMS:
		return fmt.Sprintf("The garbage collector stopped the load generator for up to %.0f ms at once, and the greatest latencies may be its own: "+
			"use fewer connections or smaller bodies.", p.ClientPauseMS)
	case p.ClientGC >= leastGC && p.ClientGC > mostGC*p.ClientCPU:
		return fmt.Sprintf("The load generator spent %.2f of its %.2f cores on collecting garbage: use the engine raw.", p.ClientGC, p.ClientCPU)
	}
	return ""
}

func auditSleep(p *Phase, _ *Environment) string {
	if p.SuspendedMS == 0 {
		return ""
	}
	return fmt.Sprintf("This machine slept for %.0f s in the phase, and connections and the target may have waited for it: "+
		"keep it awake and run it again.", math.Ceil(p.SuspendedMS/1000))
}

// auditLink tells a network that loses packets from a server that is slow.
func auditLink(p *Phase, _ *Environment) string {
	if p.Links == nil || float64(p.Links.Retransmits) <= mostResent*float64(p.Requests) || p.Links.Retransmits < 3 {
		return ""
	}
	return fmt.Sprintf("%d TCP segments had to be sent again over %d requests: the radio or the network loses packets, and the greatest latencies are its: "+
		"move nearer to the access point, or use a cable.", p.Links.Retransmits, p.Requests)
}

func percent(part, whole int64) string {
	return fmt.Sprintf("%.3g %%", 100*float64(part)/float64(max(whole, 1)))
}
