package bench

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// What a target may be asked beside the load.
const (
	HeapProbe = "heap" // GET /heap, each second and between loads
	InfoProbe = "info" // GET /info, once
)

// mostPause bounds the rests that a target is given.
const mostPause = time.Hour

func (o *Options) validateTreatment() error {
	for _, d := range []time.Duration{o.Pause, o.Recovery} {
		if d < 0 || d > mostPause {
			return fmt.Errorf("a target with %v to settle; give up to %v", d, mostPause)
		}
	}
	if o.Reboots < 0 {
		return fmt.Errorf("a run that ends after %d restarts; give 1 or more, or 0 for never", o.Reboots)
	}
	for _, kind := range o.Probes {
		if kind != HeapProbe && kind != InfoProbe {
			return fmt.Errorf("no probe is called %q; there are %s and %s", kind, HeapProbe, InfoProbe)
		}
	}
	return nil
}

// probes reports whether the target may be asked that.
func (o *Options) probes(kind string) bool { return o.Probes == nil || slices.Contains(o.Probes, kind) }

// settle rests, so that the target frees what it holds for a while.
func (r *runner) settle(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// worn says why a target that restarts again and again is loaded no more, nil
// if it may be.
func (r *runner) worn() error {
	n := r.run.Reboots()
	if r.o.Reboots == 0 || n < r.o.Reboots {
		return nil
	}
	return errGone(fmt.Sprintf("the target restarted %d times, and is loaded no more; see what its console says, and its power supply", n))
}

// ends reports whether the run is over, and then run.json says why. A target
// that is gone comes with the reason.
func (r *runner) ends(ctx context.Context, gone error) bool {
	switch {
	case ctx.Err() != nil:
		r.run.Interrupted = context.Cause(ctx).Error()
	case gone != nil:
		r.run.Interrupted = gone.Error()
	}
	return r.run.Interrupted != ""
}
