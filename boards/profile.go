// Package boards knows the servers that httpdlab measures: what a board is
// (a profile, one TOML file each), where it is, how it is started and ended,
// and which routes it serves (the board contract).
package boards

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
)

//go:embed profiles/*.toml
var profiles embed.FS

// Profile is one board: what it is, what it can take, how to load it.
type Profile struct {
	Name      string `toml:"-"`         // the file's name without .toml
	Title     string `toml:"title"`     // one line for people
	Simulated bool   `toml:"simulated"` // no real board behind the address
	Start     bool   `toml:"start"`     // httpdlab starts and ends the target itself
	Path      string `toml:"path"`      // what a load run asks for
	Chip      Chip   `toml:"chip"`
	Limits    Limits `toml:"limits"`
	Plan      Plan   `toml:"plan"`
}

// Chip holds facts of the silicon; zero means not a chip.
type Chip struct {
	Name  string `toml:"name"`
	Cores int    `toml:"cores"`
	MHz   int    `toml:"mhz"`
	SRAM  int64  `toml:"sram"` // bytes
}

// Limits are those that the board's server declares; zero means not known.
type Limits struct {
	Sockets int `toml:"sockets"` // connections at once
	Head    int `toml:"head"`    // bytes of a request's header section
	URI     int `toml:"uri"`     // bytes of a request target
}

// Plan is the default load: a closed loop with each number of connections in
// turn, then an open loop at a share of the best rate seen.
type Plan struct {
	Connections []int   `toml:"connections"` // [>=1] each
	RateShare   float64 `toml:"rate_share"`  // (0, 1]
}

// ErrUnknown says that no profile has that name.
var ErrUnknown = errors.New("no such board")

// Load returns the profile of that name.
func Load(name string) (*Profile, error) {
	text, err := profiles.ReadFile("profiles/" + name + ".toml")
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrInvalid) {
		return nil, fmt.Errorf("board %q: %w; there are: %s", name, ErrUnknown, strings.Join(Names(), ", "))
	}
	if err != nil {
		return nil, fmt.Errorf("read the profile of board %q: %w", name, err)
	}
	return parse(name, string(text))
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
	p := &Profile{Name: name}
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
	must(len(p.Plan.Connections) > 0, "plan.connections is empty")
	must(!slices.ContainsFunc(p.Plan.Connections, func(n int) bool { return n < 1 }), "plan.connections must be 1 or more")
	must(p.Plan.RateShare > 0 && p.Plan.RateShare <= 1, "plan.rate_share must be above 0 and at most 1")
	must(!p.Start || p.Simulated, "a board that httpdlab starts is simulated")
	return errors.Join(wrong...)
}
