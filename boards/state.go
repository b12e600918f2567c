package boards

import (
	"encoding/json"
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/httpdlab/httpdlab/server"
)

// Info is the answer of GET /info: what this board is. Zero stands for what a
// board does not have.
type Info struct {
	Board           string `json:"board"`
	Chip            string `json:"chip"`
	SDK             string `json:"sdk"`
	App             string `json:"app"`
	AppSHA          string `json:"app_sha"`
	Cores           int    `json:"cores"`
	MHz             int    `json:"mhz"`
	ResetReason     string `json:"reset_reason"`
	BootCount       int64  `json:"boot_count"`
	UptimeMS        int64  `json:"uptime_ms"`
	RSSI            int    `json:"rssi"` // dBm
	Channel         int    `json:"channel"`
	PowerSave       string `json:"power_save"`
	MaxOpenSockets  int    `json:"max_open_sockets"`
	MaxURILen       int    `json:"max_uri_len"`
	MaxReqHeaderLen int    `json:"max_req_hdr_len"`
}

// Heap is the answer of GET /heap, in bytes.
type Heap struct {
	UptimeMS     int64  `json:"uptime_ms"`
	BootCount    int64  `json:"boot_count"`
	Free         uint64 `json:"free"`
	MinFree      uint64 `json:"min_free"`
	LargestBlock uint64 `json:"largest_block"`
	Total        uint64 `json:"total"`
}

// hostInfo describes this process as a board.
func hostInfo(board, version string, cfg server.Config) Info {
	model, mhz := processor()
	return Info{
		Board: board, Chip: model, SDK: runtime.Version(), App: "httpdlab", AppSHA: version,
		Cores: runtime.GOMAXPROCS(0), MHz: mhz, ResetReason: "start", BootCount: 1, PowerSave: "none",
		MaxOpenSockets: cfg.MaxOpenSockets, MaxURILen: cfg.MaxTarget, MaxReqHeaderLen: cfg.MaxHeader,
	}
}

// processor reads model and clock of the first processor, as far as the
// system tells.
func processor() (model string, mhz int) {
	model = runtime.GOARCH
	text, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.SplitSeq(string(text), "\n") {
		name, value, _ := strings.Cut(line, ":")
		switch strings.TrimSpace(name) {
		case "model name":
			model = strings.TrimSpace(value)
		case "cpu MHz":
			f, _ := strconv.ParseFloat(strings.TrimSpace(value), 64)
			return model, int(math.Round(f))
		}
	}
	return model, 0
}

// state answers what changes while the board runs.
type state struct {
	about   Info
	started time.Time
	total   uint64 // bytes
	memory  func() (free, largest uint64)
	minFree atomic.Uint64 // least seen
}

// newState describes a board with total bytes of memory, of which memory tells
// what is free and how long the largest free block is.
func newState(about Info, total uint64, memory func() (free, largest uint64)) *state {
	s := &state{about: about, started: time.Now(), total: total, memory: memory}
	s.minFree.Store(total)
	return s
}

// hostState is that of this process.
func hostState(about Info) *state {
	total := memoryLimit()
	return newState(about, total, func() (free, largest uint64) {
		free = total - min(total, memoryUsed())
		return free, free // virtual memory has no holes that matter
	})
}

func (s *state) uptime() int64 { return time.Since(s.started).Milliseconds() }

func (s *state) info(r *server.Request) error {
	about := s.about
	about.UptimeMS = s.uptime()
	return sendJSON(r, about)
}

func (s *state) heap(r *server.Request) error {
	free, largest := s.sample()
	return sendJSON(r, Heap{s.uptime(), s.about.BootCount, free, s.minFree.Load(), largest, s.total})
}

// sample looks at the memory now.
func (s *state) sample() (free, largest uint64) {
	free, largest = s.memory()
	for least := s.minFree.Load(); free < least && !s.minFree.CompareAndSwap(least, free); least = s.minFree.Load() {
	}
	return free, largest
}

// memoryLimit is what this process may use: GOMEMLIMIT if set, else the machine's memory.
func memoryLimit() uint64 {
	if limit := debug.SetMemoryLimit(-1); limit != math.MaxInt64 {
		return uint64(limit)
	}
	return machineMemory()
}

// memoryUsed is what the Go runtime holds now, without what it gave back.
func memoryUsed() uint64 {
	m := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	metrics.Read(m)
	return m[0].Value.Uint64() - m[1].Value.Uint64()
}

func sendJSON(r *server.Request, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	r.SetType(server.TypeJSON)
	r.SetField("Cache-Control", "no-store")
	return r.Send(b)
}
