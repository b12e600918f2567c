// Package boards knows the servers that httpdlab measures: what a board is
// (a profile, one TOML file each), where it is, how it is started and ended,
// and which routes it serves (the board contract).
package boards

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/BurntSushi/toml"
)

//go:embed profiles/*.toml
var profiles embed.FS

// Profile is one board: what it is, what it can take, how to load it.
type Profile struct {
	Name      string   `toml:"-"`         // the file's name without .toml
	Ref       string   `toml:"-"`         // what Load was given: it loads the same profile again
	Title     string   `toml:"title"`     // one line for people
	Simulated bool     `toml:"simulated"` // no real board behind the address
	Start     bool     `toml:"start"`     // httpdlab starts and ends the target itself
	Path      string   `toml:"path"`      // what a load run asks for
	Probes    []string `toml:"probes"`    // what tells of the board while it is loaded: heap, info, serial
	Chip      Chip     `toml:"chip"`
	Link      Link     `toml:"link"`
	Serial    Serial   `toml:"serial"`
	Limits    Limits   `toml:"limits"`
	Plan      Plan     `toml:"plan"`
	Twin      *Twin    `toml:"twin"` // how a simulated chip behaves; nil: as fast as this machine
}

// Chip holds facts of the silicon; zero means not a chip, or not known.
type Chip struct {
	Name     string `toml:"name"`
	Target   string `toml:"target"` // as idf.py set-target and the firmware's GET /info call it
	Cores    int    `toml:"cores"`
	MHz      int    `toml:"mhz"`
	SRAM     int64  `toml:"sram"`      // bytes
	FreeHeap int64  `toml:"free_heap"` // bytes, usual after the server started
}

// Link is what the vendor measured of the network; zero means not known.
type Link struct {
	Kind       string  `toml:"kind"`        // wifi or ethernet
	TCPSend    float64 `toml:"tcp_send"`    // Mbit/s from the board
	TCPReceive float64 `toml:"tcp_receive"` // Mbit/s to the board
}

// Serial is the board's console.
type Serial struct {
	Baud int `toml:"baud"`
}

// Limits are those that the board's server declares; zero means not known.
type Limits struct {
	Sockets  int `toml:"sockets"`  // connections at once
	Reserved int `toml:"reserved"` // sockets more that the server takes for itself
	Head     int `toml:"head"`     // bytes of a request's header section
	URI      int `toml:"uri"`      // bytes of a request target
}

// Plan is the default load: a closed loop with each number of connections in
// turn, then an open loop at a share of the best rate seen.
type Plan struct {
	Connections []int         `toml:"connections"` // [1, 10000] each, ascending
	RateShare   float64       `toml:"rate_share"`  // (0, 1]
	Duration    time.Duration `toml:"duration"`    // of all of it, 0: the bench's own
	Pause       time.Duration `toml:"pause"`       // between two loads, for the board to settle
	Recovery    time.Duration `toml:"recovery"`    // after a hostile load
	Reboots     int           `toml:"reboots"`     // end the run after so many, 0: never
}

// ErrUnknown says that no profile has that name.
var ErrUnknown = errors.New("no such board")

// Load returns the profile of that name, or the one in that file if the name
// ends in .toml and there is no such board.
func Load(name string) (*Profile, error) {
	text, err := profiles.ReadFile("profiles/" + name + ".toml")
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrInvalid) {
		if strings.HasSuffix(name, ".toml") {
			return loadFile(name)
		}
		return nil, fmt.Errorf("board %q: %w; there are: %s; a profile of your own is a file, --board ./mine.toml",
			name, ErrUnknown, strings.Join(Names(), ", "))
	}
	if err != nil {
		return nil, fmt.Errorf("read the profile of board %q: %w", name, err)
	}
	return parse(name, string(text))
}

func loadFile(file string) (*Profile, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read the profile of a board: %w; there are without a file: %s", err, strings.Join(Names(), ", "))
	}
	p, err := parse(strings.TrimSuffix(filepath.Base(file), ".toml"), string(text))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	p.Ref = file
	return p, nil
}

// Names lists the profiles in alphabetical order.
func Names() []string {
	files, err := fs.Glob(profiles, "profiles/*.toml")
	if err != nil {
		panic(err) // the pattern is a constant
	}
	names := make([]string, len(files))
	for i, f := range files {
		names[i] = strings.TrimSuffix(strings.TrimPrefix(f, "profiles/"), ".toml")
	}
	slices.Sort(names)
	return names
}

func parse(name, text string) (*Profile, error) {
	p := &Profile{Name: name, Ref: name}
	meta, err := toml.Decode(text, p)
	if err != nil {
		return nil, fmt.Errorf("profile of board %q: %w", name, err)
	}
	if unknown := meta.Undecoded(); len(unknown) > 0 {
		return nil, fmt.Errorf("profile of board %q: unknown key %s", name, unknown[0])
	}
	return p, p.validate()
}

// validate names every wrong field at once.
func (p *Profile) validate() error {
	var wrong []error
	must := func(ok bool, rule string) {
		if !ok {
			wrong = append(wrong, fmt.Errorf("profile of board %q: %s", p.Name, rule))
		}
	}
	must(p.Title != "", "title is missing")
	must(strings.HasPrefix(p.Path, "/"), "path must begin with /")
	must(!p.Start || p.Simulated, "a board that httpdlab starts is simulated")
	must(p.Twin == nil || p.Simulated, "a twin is simulated")
	for _, kind := range p.Probes {
		must(slices.Contains(probeKinds, kind), fmt.Sprintf("probe %q is none of %s", kind, strings.Join(probeKinds, ", ")))
	}
	must(p.Link.Kind == "" || p.Link.Kind == "wifi" || p.Link.Kind == "ethernet", "link.kind must be wifi or ethernet")
	must(p.Serial.Baud >= 0, "serial.baud must not be negative")
	must(min(p.Limits.Sockets, p.Limits.Reserved, p.Limits.Head, p.Limits.URI) >= 0, "limits must not be negative")
	p.Plan.validate(must)
	if p.Twin != nil {
		p.Twin.validate(p, must)
	}
	return errors.Join(wrong...)
}

func (p *Plan) validate(must func(ok bool, rule string)) {
	must(len(p.Connections) > 0, "plan.connections is empty")
	least := 1
	for _, n := range p.Connections {
		must(n >= least && n <= 10000, "plan.connections must be 1 to 10000 and ascend")
		least = n + 1
	}
	must(p.RateShare > 0 && p.RateShare <= 1, "plan.rate_share must be above 0 and at most 1")
	must(min(p.Duration, p.Pause, p.Recovery) >= 0, "plan's times must not be negative")
	must(p.Reboots >= 0, "plan.reboots must not be negative")
}

// serialProbe is the board's console, see [Profile.Console].
const serialProbe = "serial"

// probeKinds are the values of Profile.Probes.
var probeKinds = []string{"heap", "info", serialProbe}

// Asked are the probes that are requests of the board contract; nil if the
// profile says nothing of probes.
func (p *Profile) Asked() []string {
	if p.Probes == nil {
		return nil
	}
	return slices.DeleteFunc(append([]string{}, p.Probes...), func(kind string) bool { return kind == serialProbe })
}

// Console is the speed of the board's console in baud, 0 if it is not known. A
// profile with probes and without a serial one has no console, which is an error.
func (p *Profile) Console() (baud int, err error) {
	if p.Probes != nil && !slices.Contains(p.Probes, serialProbe) {
		return 0, fmt.Errorf("board %q has no console to listen to; leave out --console, or give its profile the probe %q", p.Name, serialProbe)
	}
	return p.Serial.Baud, nil
}
