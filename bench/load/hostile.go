package load

import (
	"context"
	"errors"
	"time"

	"github.com/httpdlab/httpdlab/bench/measure"
)

// HostileKind is a way of being a bad client.
type HostileKind string

const (
	SlowHead HostileKind = "slow-head" // sends its request head a byte at a time
	SlowBody HostileKind = "slow-body" // announces a body and sends that a byte at a time
	SlowRead HostileKind = "slow-read" // asks for much and reads next to nothing
	HalfOpen HostileKind = "half-open" // connects and says nothing
	Reset    HostileKind = "reset"     // sends a request and resets the connection, again and again
	Surplus  HostileKind = "surplus"   // opens more connections than there are sockets, and asks on all of them
	Squat    HostileKind = "squat"     // asks once and keeps the connection idle
)

// HostileKinds are all of them.
var HostileKinds = []HostileKind{SlowHead, SlowBody, SlowRead, HalfOpen, Reset, Surplus, Squat}

// Siege is a bystander that asks again and again, on one connection, before,
// while and after hostile clients are at the server. Its bounds are small: a
// board must not be destroyed by a careless flag.
type Siege struct {
	Kind      HostileKind
	Address   string        // IP address and port; plain TCP
	Bystander *Mix          // what the bystander asks for
	Path      string        // what the hostile clients ask for; "" means "/"
	Body      string        // path that takes a body, for slow-body; "" means Path
	Count     int           // [1, 64] hostile clients at once; 0 means 8
	Before    time.Duration // [.., 1 min] 0 means 2 s
	During    time.Duration // [.., 1 min] 0 means 5 s
	After     time.Duration // [.., 1 min] the most that recovery is waited for; 0 means 10 s
	Timeout   time.Duration // of a bystander's request; 0 means 2 s
}

// SiegeResult is how a siege went for the bystander. Times are in milliseconds.
type SiegeResult struct {
	Kind       HostileKind `json:"kind"`
	Count      int         `json:"count"` // hostile clients at once
	Before     Stretch     `json:"before"`
	During     Stretch     `json:"during"`
	After      Stretch     `json:"after"`
	Served     bool        `json:"served"`      // the bystander got good answers during the attack
	Recovered  bool        `json:"recovered"`   // and answers as before, after it
	RecoveryMS float64     `json:"recovery_ms"` // from the end of the attack to the first of ten good answers in a row that were no slower than the slowest before; if Recovered
	Attempts   int64       `json:"attempts"`    // connections that the hostile clients tried
	Connected  int64       `json:"connected"`   // of those, that were accepted
	CutOff     int64       `json:"cut_off"`     // of those, that the server ended while they misbehaved
}

// Stretch is what the bystander saw in a part of the siege.
type Stretch struct {
	Requests  int64            `json:"requests"`
	Errors    map[string]int64 `json:"errors"`
	ServiceMS measure.Latency  `json:"service_ms"`
}

// Run lays the siege and returns when all hostile clients are gone.
func (s Siege) Run(ctx context.Context) (*SiegeResult, error) {
	return nil, errors.ErrUnsupported
}
