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
	Schema        int            `json:"schema"`
	Started       time.Time      `json:"started"`               // the zero of every *_ms offset in the run
	Finished      *time.Time     `json:"finished,omitempty"`    // absent: still running, or killed
	Interrupted   string         `json:"interrupted,omitempty"` // why the plan was not carried out to its end
	Repetition    *Repetition    `json:"repetition,omitempty"`  // absent: a run of its own
	Target        Target         `json:"target"`
	Environment   Environment    `json:"environment"`
	Configuration *Configuration `json:"configuration,omitempty"` // absent in runs before there was a --replay
	Phases        []Phase        `json:"phases"`
	Assertions    []Outcome      `json:"assertions,omitempty"` // what --assert asked, one for each phase that it is about
	Search        *Search        `json:"search,omitempty"`     // what --find found
	Sieges        []Siege        `json:"sieges,omitempty"`     // what --hostile found
	Leak          *Leak          `json:"leak,omitempty"`       // what --soak found
	Events        []Event        `json:"events,omitempty"`     // the first MostEvents of the run, those of the series too
	LostLines     int64          `json:"lost_lines,omitempty"` // of the series and the latency log, which a full disk did not take
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

// Repetition says which of several like runs this is.
type Repetition struct {
	Series string `json:"series"` // the same in all of them, and in no other run
	Index  int    `json:"index"`  // from 1
	Of     int    `json:"of"`     // how many there are of each target
	Target string `json:"target"` // "a", or "b" for the second of two that take turns
}

// MostEvents is how many events run.json keeps; the series has them all.
const MostEvents = 1000

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
