package measure

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Killed is Run.Interrupted of a run that did not end by itself.
const Killed = "killed"

// Load reads the run in dir. If it was killed, or still goes on, the phases
// that did not finish are completed from the series and the latency log, and
// Interrupted says [Killed].
func Load(dir string) (*Run, error) {
	b, err := os.ReadFile(filepath.Join(dir, RunFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s is not a run: it has no %s", dir, RunFile)
	}
	if err != nil {
		return nil, fmt.Errorf("load a run: %w", err)
	}
	r := new(Run)
	if err := json.Unmarshal(b, r); err != nil {
		return nil, fmt.Errorf("load a run: %s: %w", filepath.Join(dir, RunFile), err)
	}
	if r.Schema < 1 || r.Schema > Schema {
		return nil, fmt.Errorf("load a run: %s has schema %d, and this httpdlab reads 1 to %d: use the version that wrote it",
			filepath.Join(dir, RunFile), r.Schema, Schema)
	}
	if r.Finished != nil {
		return r, nil
	}
	if r.Interrupted == "" {
		r.Interrupted = Killed
	}
	if err := r.complete(dir); err != nil {
		return nil, fmt.Errorf("complete the run in %s: %w", dir, err)
	}
	return r, nil
}

// complete fills the phases that did not finish.
func (r *Run) complete(dir string) error {
	series, err := ReadSeries(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	latencies, err := ReadLatencies(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for i := range r.Phases {
		if p := &r.Phases[i]; p.EndMS == 0 {
			p.complete(series, latencies, &r.Environment)
		}
	}
	return nil
}

func (p *Phase) complete(series []Sample, latencies []Interval, e *Environment) {
	t := NewTotals()
	for i := range series {
		if x := &series[i]; x.Phase == p.Name || besides(series, i, p.Name) {
			t.AddSample(x)
		}
	}
	for _, x := range latencies {
		if x.Phase == p.Name {
			t.AddInterval(x)
		}
	}
	t.Fill(p, e)
	p.Trust.OK = false
	p.Trust.Reasons = append(p.Trust.Reasons, fmt.Sprintf(
		"The run was killed in this phase, so its numbers cover the first %.0f s of it: run it again.", (p.EndMS-p.StartMS)/1000))
}

// besides reports whether the idle sample i stands right before or after the
// samples of phase.
func besides(series []Sample, i int, phase string) bool {
	if series[i].Phase != "" {
		return false
	}
	return i > 0 && series[i-1].Phase == phase || i+1 < len(series) && series[i+1].Phase == phase
}
