// Package measure holds what a load run brings back: counters, latencies,
// typed errors, the target's memory, and whether the numbers can be trusted.
//
// A run is a folder. [Run] is its run.json, [Sample] a line of its
// series.jsonl, and [LatencyLog] its latency.hlog. The last two are only ever
// appended to, run.json is replaced atomically, so a run that was killed is
// still readable: [Load] completes from the two logs what run.json lacks.
package measure

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// Schema is the version of run.json. It grows when a field changes its meaning
// or goes away; a new field does not change it.
const Schema = 1

// Names of the files in a run folder.
const (
	RunFile     = "run.json"
	SeriesFile  = "series.jsonl"
	LatencyFile = "latency.hlog"
)

// Run is run.json. Times are in milliseconds, rates in requests a second and
// sizes in bytes unless a field says otherwise.
type Run struct {
	Schema      int         `json:"schema"`
	Started     time.Time   `json:"started"`            // the zero of every *_ms offset in the run
	Finished    *time.Time  `json:"finished,omitempty"` // absent: still running, or killed
	Interrupted string      `json:"interrupted,omitempty"`
	Target      Target      `json:"target"`
	Environment Environment `json:"environment"`
	Phases      []Phase     `json:"phases"`
}

// Target says what was loaded.
type Target struct {
	URL       string          `json:"url"`
	Address   string          `json:"address"`        // IP address and port that the name led to
	Board     string          `json:"board"`          // profile name, "" for a bare URL
	Simulated bool            `json:"simulated"`      // true: no real board behind the address
	Server    string          `json:"server"`         // Server field of the probe's response, "" if none
	Status    int             `json:"status"`         // status of the probe's response
	BodyBytes int64           `json:"body_bytes"`     // content length of the probe's response
	PID       int             `json:"pid,omitempty"`  // process that we started, 0 if none
	Info      json.RawMessage `json:"info,omitempty"` // answer of GET /info, if the target has it
}

// Environment says where the load came from; two runs are alike only if these are.
type Environment struct {
	OS      string   `json:"os"`
	Kernel  string   `json:"kernel"`
	Arch    string   `json:"arch"`
	CPU     string   `json:"cpu"`
	Cores   int      `json:"cores"` // usable by the load generator
	Local   bool     `json:"local"` // the target shares this machine
	Go      string   `json:"go"`
	Tool    string   `json:"tool"` // httpdlab version or VCS revision
	Command []string `json:"command"`
}

// Phase is one stretch of the plan under one load, its warm-up left out.
type Phase struct {
	Name               string           `json:"name"`
	Engine             string           `json:"engine"`              // "loop" (closed), "vegeta" (open), …
	StartMS            float64          `json:"start_ms"`            // first counted request, since Run.Started
	EndMS              float64          `json:"end_ms"`              // 0: the phase did not finish
	WarmupMS           float64          `json:"warmup_ms"`           // length of the uncounted part before StartMS
	OfferedConnections int              `json:"offered_connections"` // how many the load was allowed
	TriedConnections   int              `json:"tried_connections"`   // how many of them the load used
	ServedConnections  int              `json:"served_connections"`  // how many of them ever got a response
	OfferedRate        float64          `json:"offered_rate"`        // 0: closed loop
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
	Memory             *Memory          `json:"memory,omitempty"` // absent: the target does not tell
	ClientCPU          float64          `json:"client_cpu"`       // load generator's own use, in cores
	ClientWait         float64          `json:"client_wait"`      // cores that it was ready to use and did not get; Linux only
	TargetCPU          float64          `json:"target_cpu"`       // target's use in cores, if we started it
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

// Save replaces run.json in dir atomically: a reader sees the old or the new one.
func (r *Run) Save(dir string) error {
	b, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		return fmt.Errorf("encode %s: %w", RunFile, err)
	}
	return replaceFile(filepath.Join(dir, RunFile), append(b, '\n'))
}

// replaceFile writes a neighbour of name and renames it over name, so that a
// full disk or a kill leaves the old content whole.
func replaceFile(name string, content []byte) error {
	f, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+".*.part")
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	err = errors.Join(err, f.Chmod(0o644), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		os.Remove(f.Name())
		return fmt.Errorf("replace %s: %w", name, err)
	}
	return nil
}
