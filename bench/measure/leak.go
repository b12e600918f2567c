package measure

// Leak answers whether the target loses memory with each request.
type Leak struct {
	Verdict      string    `json:"verdict"` // Leaks, NoLeak or CannotTell
	Source       string    `json:"source"`  // "heap" (GET /heap, free bytes) or "rss" (resident bytes)
	Slope        float64   `json:"slope"`   // B/request lost, Theil–Sen over the plateaus; below 0: regained
	Low          float64   `json:"low"`     // bootstrap interval of Slope
	High         float64   `json:"high"`
	Confidence   float64   `json:"confidence"`              // of the interval, such as 0.95
	Limit        float64   `json:"limit"`                   // B/request: NoLeak says that there is none above
	MoreRequests int64     `json:"more_requests,omitempty"` // CannotTell: about how many more it takes
	MoreMS       float64   `json:"more_ms,omitempty"`       // CannotTell: about how much longer it takes
	Text         string    `json:"text"`                    // the answer in words
	Plateaus     []Plateau `json:"plateaus"`                // warm-up rounds too
}

// Verdicts on a leak.
const (
	Leaks      = "leak"
	NoLeak     = "no leak"
	CannotTell = "cannot tell"
)

// Plateau is the target's memory at rest after a round of requests.
type Plateau struct {
	MS       float64 `json:"ms"`               // since Run.Started
	Requests int64   `json:"requests"`         // of the run that had ended, all rounds
	Bytes    float64 `json:"bytes"`            // median of the looks at it; free for "heap", resident for "rss"
	Spread   float64 `json:"spread"`           // largest less smallest of the looks
	SettleMS float64 `json:"settle_ms"`        // rest before it
	Warmup   bool    `json:"warmup,omitempty"` // first use costs memory once: not judged
}
