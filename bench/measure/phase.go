package measure

// Phase is one stretch of the plan under one load, its warm-up left out.
type Phase struct {
	Name               string           `json:"name"`
	Part               string           `json:"part,omitempty"`      // what it is in the plan: "ladder", "open", "single", "search", "warm-up" or "soak"
	Engine             string           `json:"engine"`              // "loop" (closed), "vegeta" (open), …
	StartMS            float64          `json:"start_ms"`            // first counted request, since Run.Started
	EndMS              float64          `json:"end_ms"`              // 0: the phase did not finish
	WarmupMS           float64          `json:"warmup_ms"`           // length of the uncounted part before StartMS
	OfferedConnections int              `json:"offered_connections"` // how many the load was allowed
	TriedConnections   int              `json:"tried_connections"`   // how many of them the load used
	ServedConnections  int              `json:"served_connections"`  // how many of them ever got a response
	Arrivals           string           `json:"arrivals,omitempty"`  // open loop of another shape than evenly spaced requests: "poisson:200", "ramp:10..500/60s", …
	OfferedRate        float64          `json:"offered_rate"`        // mean over the counted part; 0: closed loop
	TimeoutMS          float64          `json:"timeout_ms"`          // of a request
	Requests           int64            `json:"requests"`            // with an answer or an error
	Late               int64            `json:"late"`                // sent over 1 ms late, mostly by the load generator's own fault
	Errors             map[string]int64 `json:"errors"`              // by "phase/cause", see errors.go
	BytesIn            int64            `json:"bytes_in"`            // response content
	Rate               float64          `json:"rate"`                // good responses a second
	InFlight           float64          `json:"in_flight"`           // mean number of requests under way
	ServiceMS          Latency          `json:"service_ms"`          // from the send
	ResponseMS         Latency          `json:"response_ms"`         // from the intended start
	LagMS              Latency          `json:"lag_ms"`              // how late requests were sent; open loop only
	Trust              Trust            `json:"trust"`
	Links              *Links           `json:"links,omitempty"`           // absent: the engine does not tell
	Streams            *Streams         `json:"streams,omitempty"`         // engine sse only
	Memory             *Memory          `json:"memory,omitempty"`          // absent: the target does not tell
	ClientCPU          float64          `json:"client_cpu"`                // load generator's own use, in cores
	ClientWait         float64          `json:"client_wait"`               // cores that it was ready to use and did not get; Linux only
	ClientGC           float64          `json:"client_gc,omitempty"`       // cores that the load generator's garbage collector used of ClientCPU
	ClientPauseMS      float64          `json:"client_pause_ms,omitempty"` // longest that the garbage collector stopped the load generator
	SuspendedMS        float64          `json:"suspended_ms,omitempty"`    // that this machine slept in the phase
	TargetCPU          float64          `json:"target_cpu"`                // target's use in cores, if we started it
}

// Closed reports whether the phase was a closed loop: each connection sends
// its next request when the last one is answered.
func (p *Phase) Closed() bool { return p.OfferedRate == 0 }

// ErrorCount is the sum over all error types.
func (p *Phase) ErrorCount() (n int64) {
	for _, c := range p.Errors {
		n += c
	}
	return n
}

// Latency summarises a distribution in milliseconds; all zero when it is empty.
type Latency struct {
	Mean float64 `json:"mean"`
	P50  float64 `json:"p50"`
	P90  float64 `json:"p90"`
	P99  float64 `json:"p99"`
	P999 float64 `json:"p99.9"`
	Max  float64 `json:"max"`
}

// Trust says whether a phase's numbers can be believed, and if not why.
type Trust struct {
	OK      bool     `json:"ok"`
	Reasons []string `json:"reasons"` // whole sentences; empty when OK
}

// Memory is the target's memory over a phase, in bytes. Source "heap" counts
// free bytes (GET /heap), so a leak makes it fall; source "rss" counts resident
// bytes of the process that we started, so a leak makes it rise.
type Memory struct {
	Source string `json:"source"`
	Before int64  `json:"before"`
	Min    int64  `json:"min"`
	Max    int64  `json:"max"`
	After  int64  `json:"after"`
}
