package measure

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Sample is one line of series.jsonl: what one second brought, load and target
// on the same clock. Seconds of a warm-up are there too and say so.
type Sample struct {
	MS           float64          `json:"ms"` // end of the interval, since Run.Started
	IntervalMS   float64          `json:"interval_ms"`
	Phase        string           `json:"phase"` // "" between phases
	Warmup       bool             `json:"warmup,omitempty"`
	Draining     bool             `json:"draining,omitempty"` // nothing was sent any more, only awaited
	Requests     int64            `json:"requests"`           // ended in this interval, with or without error
	Errors       map[string]int64 `json:"errors,omitempty"`
	BytesIn      int64            `json:"bytes_in"`
	InFlight     int64            `json:"in_flight"`           // at the end of the interval
	MeanInFlight float64          `json:"mean_in_flight"`      // over the interval
	FailedMS     float64          `json:"failed_ms,omitempty"` // that the requests with an error took, summed
	Late         int64            `json:"late,omitempty"`      // sent over 1 ms late, mostly by the load generator's own fault
	Tried        int              `json:"tried_connections"`   // connections that this phase used so far
	ServiceMS    Latency          `json:"service_ms"`
	ResponseMS   Latency          `json:"response_ms"`
	ClientCPU    float64          `json:"client_cpu"`                // cores used by the load generator in this interval
	ClientWait   float64          `json:"client_wait"`               // cores that it was ready to use and did not get; Linux only
	ClientGC     float64          `json:"client_gc,omitempty"`       // cores of ClientCPU that the garbage collector used
	PauseMS      float64          `json:"client_pause_ms,omitempty"` // longest that the garbage collector stopped the load generator, upper bound
	SuspendedMS  float64          `json:"suspended_ms,omitempty"`    // that this machine slept in the interval
	WallMS       float64          `json:"wall_ms,omitempty"`         // by how much the wall clock was set forward (or back) in the interval; 0: less than 100 ms
	Served       int              `json:"served_connections"`        // of this phase so far
	Heap         *Heap            `json:"heap,omitempty"`            // answer of GET /heap; absent: not told in time
	Process      *Process         `json:"process,omitempty"`         // only for a process that we started
	Events       []Event          `json:"events,omitempty"`
}

// Heap is the answer of GET /heap. Sizes are in bytes.
type Heap struct {
	UptimeMS     int64 `json:"uptime_ms"`
	BootCount    int64 `json:"boot_count"`
	Free         int64 `json:"free"`
	MinFree      int64 `json:"min_free"`      // least since boot
	LargestBlock int64 `json:"largest_block"` // largest that one allocation could have
	Total        int64 `json:"total"`
	RSSI         int   `json:"rssi,omitempty"` // strength of the radio signal in dBm, below 0; 0: not told
}

// Process is what the kernel says of the target's process.
type Process struct {
	RSS int64   `json:"rss"` // resident set, bytes
	CPU float64 `json:"cpu"` // cores used in this interval
}

// Event is something that happened at one instant: a reboot, a lost target, a
// step of this machine's clock.
type Event struct {
	MS    float64  `json:"ms"`   // since Run.Started
	Kind  string   `json:"kind"` // see package watch
	Text  string   `json:"text"`
	Phase string   `json:"phase,omitempty"` // "": between phases
	After int64    `json:"after,omitempty"` // requests of the run that had ended before, warm-ups included
	Log   []string `json:"log,omitempty"`   // what the target's console said of it
}

// Series appends samples to series.jsonl. Each line reaches the kernel before
// Append returns, so that a killed process loses at most the second under way.
type Series struct{ log appendOnly }

// CreateSeries makes an empty series.jsonl in dir.
func CreateSeries(dir string) (*Series, error) {
	f, err := createLog(filepath.Join(dir, SeriesFile))
	if err != nil {
		return nil, fmt.Errorf("start the series: %w", err)
	}
	return &Series{f}, nil
}

// Append writes one line, or none if it fails.
func (s *Series) Append(x *Sample) error {
	b, err := json.Marshal(x)
	if err != nil {
		return fmt.Errorf("encode a sample: %w", err)
	}
	if err := s.log.write(append(b, '\n')); err != nil {
		return fmt.Errorf("append a sample: %w", err)
	}
	return nil
}

// Close closes the file.
func (s *Series) Close() error { return s.log.f.Close() }

// ReadSeries returns the samples of the run in dir, oldest first. A last line
// that a kill or a full disk cut short is left out; a broken line elsewhere is
// an error.
func ReadSeries(dir string) ([]Sample, error) {
	f, err := os.Open(filepath.Join(dir, SeriesFile))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var all []Sample
	r := bufio.NewReader(f)
	for n := 1; ; n++ {
		line, err := r.ReadBytes('\n')
		if err == io.EOF {
			return all, nil // what stands after the last newline was never whole
		}
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", SeriesFile, err)
		}
		var x Sample
		if err := json.Unmarshal(line, &x); err != nil {
			return nil, fmt.Errorf("%s line %d: %w", SeriesFile, n, err)
		}
		all = append(all, x)
	}
}
