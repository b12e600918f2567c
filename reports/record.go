package reports

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/httpdlab/httpdlab/bench/measure"
)

// record is a run as the figures want it: run.json, the seconds, and one
// latency histogram a phase and clock.
type record struct {
	measure.Run
	Name    string // of the folder
	Samples []measure.Sample
	Missing []string // sentences: what the folder lacks
	curves  map[curve]*hdrhistogram.Histogram
	batches map[curve]*batching
	heat    *heat // of response times
}

type curve struct {
	phase string
	clock measure.Clock
}

// open reads the run folder dir, or the report that dir is the name of. Logs
// that are missing or broken are named in Missing; only run.json has to be
// there.
func open(dir string) (*record, error) {
	if info, err := os.Stat(dir); err == nil && info.Mode().IsRegular() {
		return openPage(dir)
	}
	run, err := measure.Load(dir)
	if err != nil {
		return nil, err
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("open the run %s: %w", dir, err)
	}
	r := newRecord(run, filepath.Base(abs))
	if r.Samples, err = measure.ReadSeries(dir); err != nil {
		r.lacks(measure.SeriesFile, err, "nothing can be shown over time")
	}
	r.heat = newHeat(r.length() / 1e3)
	if err := r.mergeLog(dir); err != nil {
		r.lacks(measure.LatencyFile, err, "percentile curves and heat map end there")
	}
	for _, b := range r.batches {
		b.finish()
	}
	return r, nil
}

// mergeLog merges the latency log, one interval while the next is decoded: of a
// long run that is most of the work.
func (r *record) mergeLog(dir string) (err error) {
	decoded := make(chan measure.Interval, 16)
	go func() {
		defer close(decoded)
		err = measure.EachLatency(dir, func(x measure.Interval) error {
			decoded <- x
			return nil
		})
	}()
	for x := range decoded {
		r.merge(x)
	}
	return err
}

func newRecord(run *measure.Run, name string) *record {
	return &record{Run: *run, Name: name, curves: map[curve]*hdrhistogram.Histogram{}, batches: map[curve]*batching{}, heat: newHeat(1)}
}

func (r *record) lacks(file string, err error, so string) {
	if errors.Is(err, fs.ErrNotExist) {
		r.Missing = append(r.Missing, fmt.Sprintf("%s is missing: %s.", file, so))
		return
	}
	r.Missing = append(r.Missing, fmt.Sprintf("%s is broken (%v): %s.", file, err, so))
}

func (r *record) merge(x measure.Interval) {
	k := curve{x.Phase, x.Clock}
	if r.curves[k] == nil {
		r.curves[k] = measure.NewHistogram()
	}
	if !r.batched(k, &x) {
		r.curves[k].Merge(x.Hist)
	}
	if x.Clock == measure.Response {
		r.heat.add(&x)
	}
}

// phase is the phase of that name, nil if there is none.
func (r *record) phase(name string) *measure.Phase {
	for i := range r.Phases {
		if r.Phases[i].Name == name {
			return &r.Phases[i]
		}
	}
	return nil
}

// hist is the phase's latencies on that clock, nil if there are none.
func (r *record) hist(p *measure.Phase, c measure.Clock) *hdrhistogram.Histogram {
	if h := r.curves[curve{p.Name, c}]; h != nil && h.TotalCount() > 0 {
		return h
	}
	return nil
}

// end is when the phase ended, or the last that is known of it.
func (r *record) end(p *measure.Phase) float64 {
	if p.EndMS > 0 {
		return p.EndMS
	}
	last := p.StartMS
	for _, s := range r.Samples {
		if s.Phase == p.Name {
			last = max(last, s.MS)
		}
	}
	return last
}

// length is how long the run is known to have lasted, in milliseconds.
func (r *record) length() (ms float64) {
	for i := range r.Phases {
		ms = max(ms, r.end(&r.Phases[i]))
	}
	for _, s := range r.Samples {
		ms = max(ms, s.MS)
	}
	if !finite(ms) {
		return 0
	}
	return ms
}

// totals are the counted requests and errors, warm-ups left out.
func (r *record) totals() (requests, failed int64) {
	for i := range r.Phases {
		requests += r.Phases[i].Requests
		failed += r.Phases[i].ErrorCount()
	}
	return requests, failed
}

// best is the closed-loop phase with the highest rate, or of the open-loop ones
// if there is no other; nil if nothing was answered.
func (r *record) best() (best *measure.Phase) {
	for _, closed := range []bool{true, false} {
		for i := range r.Phases {
			p := &r.Phases[i]
			if p.Closed() == closed && finite(p.Rate) && p.Rate > 0 && (best == nil || p.Rate > best.Rate) {
				best = p
			}
		}
		if best != nil {
			break
		}
	}
	return best
}

// events are what happened, oldest first, with the reboots that only the heap
// samples tell of.
func (r *record) events() (all []measure.Event) {
	var before *measure.Heap
	for _, s := range r.Samples {
		all = append(all, s.Events...)
		if s.Heap == nil {
			continue
		}
		if before != nil && rebooted(before, s.Heap) && !slices.ContainsFunc(s.Events, isReboot) {
			all = append(all, measure.Event{MS: s.MS, Kind: "reboot", Text: "the uptime went back"})
		}
		before = s.Heap
	}
	slices.SortStableFunc(all, func(a, b measure.Event) int { return int(a.MS - b.MS) })
	return all
}

func rebooted(before, now *measure.Heap) bool {
	return now.UptimeMS < before.UptimeMS || now.BootCount > before.BootCount
}

func isReboot(e measure.Event) bool { return e.Kind == "reboot" }
