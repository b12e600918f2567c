package measure

// Links is what became of a phase's connections, its warm-up included.
type Links struct {
	Opened      int64   `json:"opened"`      // connections that were established
	Reused      int64   `json:"reused"`      // requests sent on a connection that had answered one before
	ConnectMS   Latency `json:"connect_ms"`  // from the first SYN to the established connection
	SecureMS    Latency `json:"secure_ms"`   // TLS or WebSocket handshakes
	CloseMS     Latency `json:"close_ms"`    // from our last word to the peer's end of the connection
	Known       bool    `json:"known"`       // the kernel tells what follows; Linux only
	Retransmits int64   `json:"retransmits"` // segments that had to be sent again
	RTTMS       Latency `json:"rtt_ms"`      // smoothed round-trip times of TCP: the way to the target, without its server
}

// Streams is what streams of server-sent events brought in a phase, its warm-up
// included.
type Streams struct {
	Streams    int64   `json:"streams"`    // that began with a good response
	Ended      int64   `json:"ended"`      // of those, that the server ended as it should
	Reconnects int64   `json:"reconnects"` // of clients whose stream was over before the load was
	Events     int64   `json:"events"`     // that arrived
	Lost       int64   `json:"lost"`       // whose number is missing between two others
	Disordered int64   `json:"disordered"` // whose number is not above the one before
	FirstMS    Latency `json:"first_ms"`   // from the request to the first event
	GapMS      Latency `json:"gap_ms"`     // between an event and the next
	LateMS     Latency `json:"late_ms"`    // behind the earliest that the spacing allows; zero if that is not known
}

// Siege is how a bystander fared beside hostile clients.
type Siege struct {
	Kind       string  `json:"kind"`  // "slow-head", "slow-body", "slow-read", "half-open", "reset", "surplus" or "squat"
	Count      int     `json:"count"` // hostile clients at once
	Before     Stretch `json:"before"`
	During     Stretch `json:"during"`
	After      Stretch `json:"after"`
	Served     bool    `json:"served"`      // the bystander got good answers during the attack
	Recovered  bool    `json:"recovered"`   // and answers as before, after it
	RecoveryMS float64 `json:"recovery_ms"` // from the end of the attack until then, if Recovered
	Attempts   int64   `json:"attempts"`    // connections that the hostile clients tried
	Connected  int64   `json:"connected"`   // of those, that were accepted
	CutOff     int64   `json:"cut_off"`     // of those, that the server ended while they misbehaved
}

// Stretch is what the bystander saw in a part of the siege.
type Stretch struct {
	Requests  int64            `json:"requests"`
	Errors    map[string]int64 `json:"errors"` // by "phase/cause"
	ServiceMS Latency          `json:"service_ms"`
}
