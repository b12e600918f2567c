package measure

import "encoding/json"

// Configuration is all that was asked of a run, as far as it shapes the load
// and its judgement: the same configuration against the same target, from the
// same seed, sends the same requests at the same times.
type Configuration struct {
	URL         string          `json:"url"`                   // without a password
	Board       string          `json:"board,omitempty"`       // profile name
	Against     string          `json:"against,omitempty"`     // URL of the second target that takes turns
	Engine      string          `json:"engine"`                // "vegeta", "raw", "websocket" or "sse"
	Depth       int             `json:"depth,omitempty"`       // raw: requests under way on a connection
	Loops       int             `json:"loops,omitempty"`       // raw: event loops
	Fresh       bool            `json:"fresh,omitempty"`       // HTTP: a connection for each request
	Rate        string          `json:"rate,omitempty"`        // schedule, as load.Arrivals writes itself; "": closed loop or the default plan
	Connections int             `json:"connections,omitempty"` // 0: the default plan, or the default of an open loop
	Ladder      []int           `json:"ladder,omitempty"`      // of the default plan
	Share       float64         `json:"share,omitempty"`       // of the default plan
	Sockets     int             `json:"sockets,omitempty"`     // that the target is known to have
	DurationMS  float64         `json:"duration_ms,omitempty"` // 0: the default
	TimeoutMS   float64         `json:"timeout_ms"`
	Seed        uint64          `json:"seed"`                    // of arrivals, choices of a scenario, masks and resampling
	Scenario    json.RawMessage `json:"scenario,omitempty"`      // what is sent, as load.Scenario writes itself; absent: GET of the URL
	Hostile     []string        `json:"hostile,omitempty"`       // kind of hostile clients that a bystander is measured beside
	Count       int             `json:"hostile_count,omitempty"` // of hostile clients
	Assert      []string        `json:"assert,omitempty"`
	AbortOnFail bool            `json:"abort_on_fail,omitempty"`
	Find        string          `json:"find,omitempty"` // objective of a search
	Over        string          `json:"over,omitempty"` // what a search varies: "rate" or "connections"
	BudgetMS    float64         `json:"budget_ms,omitempty"`
	Soak        bool            `json:"soak,omitempty"`
	Rounds      int             `json:"rounds,omitempty"`      // of a soak
	SettleMS    float64         `json:"settle_ms,omitempty"`   // rest after each round of a soak
	LeakLimit   float64         `json:"leak_limit,omitempty"`  // B/request that a soak tells from nothing
	PauseMS     float64         `json:"pause_ms,omitempty"`    // rest before each phase
	RecoveryMS  float64         `json:"recovery_ms,omitempty"` // rest after each kind of hostile clients
	Reboots     int             `json:"reboots,omitempty"`     // restarts of the target that end the run, 0: any number is borne
	Probes      []string        `json:"probes,omitzero"`       // what the target is asked beside the load: "heap", "info"; absent: both
	Insecure    bool            `json:"insecure,omitempty"`
	Replayed    string          `json:"replayed,omitempty"` // run folder that this run repeats
}
