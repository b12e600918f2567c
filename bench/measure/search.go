package measure

// Search is what --find found: the highest load that still meets an objective.
type Search struct {
	Objective  string  `json:"objective"`  // assertion, such as "p(99)<200ms"
	Over       string  `json:"over"`       // what was varied: "rate" (requests a second) or "connections"
	Best       float64 `json:"best"`       // highest load that meets it, with Confidence; 0: none does
	Low        float64 `json:"low"`        // the edge lies between Low and High with Confidence; both 0: nothing is known
	High       float64 `json:"high"`       // 0: the edge was not reached
	Confidence float64 `json:"confidence"` // such as 0.95
	Confirmed  bool    `json:"confirmed"`  // a trial at Best met it at the end
	Ended      string  `json:"ended"`      // why the search stopped, a whole sentence
	Trials     []Trial `json:"trials"`
	Knee       *Knee   `json:"knee,omitempty"` // absent: too few trials to tell
}

// Trial is one load that a search tried.
type Trial struct {
	Phase  string  `json:"phase"`
	Load   float64 `json:"load"`    // in the unit of Search.Over
	Rate   float64 `json:"rate"`    // good responses a second
	MeanMS float64 `json:"mean_ms"` // response time
	Value  float64 `json:"value"`   // of the objective, in Unit
	Limit  float64 `json:"limit"`
	Unit   string  `json:"unit"`
	OK     bool    `json:"ok"`
	Reason string  `json:"reason,omitempty"` // why it is not OK although Value is
}

// Knee is where the throughput–latency curve bends: the load with the most
// throughput for its latency (Kleinrock's power, rate over mean response time).
type Knee struct {
	Load   float64 `json:"load"` // in the unit of Search.Over
	Low    float64 `json:"low"`  // neighbours on the curve: the knee lies between them
	High   float64 `json:"high"`
	Rate   float64 `json:"rate"`    // good responses a second there
	MeanMS float64 `json:"mean_ms"` // response time there
}
