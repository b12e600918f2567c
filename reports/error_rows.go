package reports

import "strings"

// errorRow is a line of the table: one type of error in one phase.
type errorRow struct {
	Kind, Meaning string
	Phase         string
	Count, Share  string // share: of the phase's requests
	First, Latest string // second in which it was seen, the warm-up included
}

const mostErrorRows = 300

func (r *record) errorRows() (rows []errorRow) {
	seen := r.errorTimes()
	for _, kind := range r.kinds() {
		for i := range r.Phases {
			p := &r.Phases[i]
			n := p.Errors[kind]
			if n == 0 || len(rows) == mostErrorRows {
				continue
			}
			row := errorRow{
				Kind: oneLine(kind, 120), Meaning: meaning(kind), Phase: oneLine(p.Name, 60),
				Count: count(n), Share: share(float64(n), float64(p.Requests)), First: none, Latest: none,
			}
			if t, ok := seen[errorKey{p.Name, kind}]; ok {
				row.First, row.Latest = span(t[0]), span(t[1])
			}
			rows = append(rows, row)
		}
	}
	return rows
}

type errorKey struct{ phase, kind string }

// errorTimes are the first and the last second of each error in each phase.
func (r *record) errorTimes() map[errorKey][2]float64 {
	seen := map[errorKey][2]float64{}
	for _, s := range r.Samples {
		for kind, n := range s.Errors {
			if n == 0 {
				continue
			}
			k := errorKey{s.Phase, kind}
			t, ok := seen[k]
			if !ok {
				t[0] = s.MS
			}
			t[1] = s.MS
			seen[k] = t
		}
	}
	return seen
}

// stages and causes say in words what the two parts of an error's name mean.
var (
	stages = map[string]string{
		"dns": "looking up the name", "connect": "connecting", "tls": "agreeing on TLS", "write": "sending the request",
		"ttfb": "waiting for the answer", "body": "reading the answer",
	}
	causes = map[string]string{
		"refused": "nobody listens there, or the queue is full", "reset": "the other side reset the connection", "timeout": "not in time",
		"eof": "closed without an answer", "truncated": "closed in the middle of an answer", "unreachable": "no way to the target",
		"no-such-host": "the name does not exist", "lookup": "the name could not be looked up", "protocol": "what came is not HTTP",
		"certificate": "the certificate is not trusted", "alert": "the other side refused TLS", "not-tls": "the other side does not speak TLS",
		"no-local-port": "this machine has no free port", "no-descriptor": "this machine has no free file descriptor",
		"denied": "this machine does not permit it", "unfinished": "not answered when the phase ended", "canceled": "given up by the load generator",
		"closed": "the connection was closed here",
	}
)

// meaning puts an error's name into words, "" if it has none.
func meaning(kind string) string {
	stage, cause, _ := strings.Cut(kind, "/")
	if stage == "status" {
		return "answered with status " + oneLine(cause, 20)
	}
	if stages[stage] == "" || causes[cause] == "" {
		return ""
	}
	return stages[stage] + ": " + causes[cause]
}
