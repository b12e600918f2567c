package compare

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/httpdlab/httpdlab/bench/measure"
)

// condition is something that has to be the same in all runs for their figures
// to be compared.
type condition struct {
	name string
	of   func(*measure.Run) string
}

var conditions = []condition{
	{"board", func(r *measure.Run) string { return r.Target.Board }},
	{"kind of target", func(r *measure.Run) string {
		if r.Target.Simulated {
			return "simulated"
		}
		return "real"
	}},
	{"chip", told("chip")},
	{"clock of the chip", told("mhz")},
	{"power save mode", told("power_save")},
	{"radio channel", told("channel")},
	{"path of the URL", func(r *measure.Run) string { return path(r.Target.URL) }},
	{"client's system", func(r *measure.Run) string {
		return strings.TrimSpace(r.Environment.OS + " " + r.Environment.Kernel + " " + r.Environment.Arch)
	}},
	{"client's processor", func(r *measure.Run) string {
		return fmt.Sprintf("%s, %d cores", r.Environment.CPU, r.Environment.Cores)
	}},
	{"place of the client", func(r *measure.Run) string {
		if r.Environment.Local {
			return "same machine as the target"
		}
		return "another machine than the target"
	}},
	{"load", plan},
}

// told is a field of what the target says of itself.
func told(field string) func(*measure.Run) string {
	return func(r *measure.Run) string {
		v, ok := info(r)[field]
		if !ok {
			return ""
		}
		return fmt.Sprint(v)
	}
}

func info(r *measure.Run) (fields map[string]any) {
	_ = json.Unmarshal(r.Target.Info, &fields) // a target that tells nonsense tells nothing
	return fields
}

// path cuts scheme and authority off: boards change their address.
func path(url string) string {
	_, rest, ok := strings.Cut(url, "://")
	if !ok {
		return url
	}
	if i := strings.IndexAny(rest, "/?"); i >= 0 {
		return rest[i:]
	}
	return "/"
}

// plan says engine, kind and name of the phases.
func plan(r *measure.Run) string {
	var all []string
	for i := range r.Phases {
		p := &r.Phases[i]
		all = append(all, fmt.Sprintf("%s by %s", p.Name, p.Engine))
	}
	return strings.Join(all, ", ")
}

// unlike says in sentences which conditions were not the same in all runs.
func unlike(base, new *Side) (all []string) {
	runs := slices.Concat(base.Runs, new.Runs)
	for _, c := range conditions {
		var seen []string
		for _, r := range runs {
			if v := c.of(r); !slices.Contains(seen, v) {
				seen = append(seen, v)
			}
		}
		if len(seen) > 1 {
			all = append(all, fmt.Sprintf("the %s is not the same: %q", c.name, seen))
		}
	}
	if lo, hi, ok := signal(runs); ok && hi-lo > strengthStep {
		all = append(all, fmt.Sprintf("the radio signal is not the same: %v to %v dBm", lo, hi))
	}
	return all
}

// strengthStep is how many dB two stations at the same place may differ.
const strengthStep = 10

// signal is the range of received signal strength.
func signal(runs []*measure.Run) (lo, hi float64, ok bool) {
	lo, hi = math.Inf(1), math.Inf(-1)
	for _, r := range runs {
		if v, is := info(r)["rssi"].(float64); is {
			lo, hi, ok = min(lo, v), max(hi, v), true
		}
	}
	return lo, hi, ok
}

// doubts are remarks on runs that are no good witnesses.
func doubts(sides ...*Side) (all []string) {
	tools := map[string]bool{}
	for _, s := range sides {
		distrusted := 0
		for i, r := range s.Runs {
			tools[r.Environment.Tool] = true
			if r.Interrupted != "" {
				all = append(all, fmt.Sprintf("%s did not run to its end: %s.", s.Dirs[i], r.Interrupted))
			}
			if slices.ContainsFunc(r.Phases, func(p measure.Phase) bool { return !p.Trust.OK }) {
				distrusted++
			}
		}
		if distrusted > 0 {
			all = append(all, fmt.Sprintf("%d of %d runs in %s have phases that failed an audit; their reports say why.", distrusted, len(s.Runs), s.Name))
		}
	}
	if len(tools) > 1 {
		all = append(all, "The runs were made by different versions of httpdlab.")
	}
	return all
}
