package measure

// Outcome is what an assertion asked of one phase, or of the run, and what came
// of it.
type Outcome struct {
	Text    string  `json:"text"`              // the assertion as it was given
	Phase   string  `json:"phase,omitempty"`   // "": the whole run
	Value   float64 `json:"value"`             // measured, in Unit; 0 if it could not be
	Limit   float64 `json:"limit"`             // in Unit
	Unit    string  `json:"unit"`              // "ms", "%", "requests", "requests/s", "B", "B/s", "B/request" or ""
	OK      bool    `json:"ok"`                // false if it could not be measured, too
	Reason  string  `json:"reason,omitempty"`  // why it could not be measured
	Aborted bool    `json:"aborted,omitempty"` // the run was ended because of it
}
