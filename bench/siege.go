package bench

import (
	"context"
	"fmt"

	"github.com/httpdlab/httpdlab/bench/load"
	"github.com/httpdlab/httpdlab/bench/measure"
)

// sieges measures a bystander beside one kind of hostile clients after the other.
func (r *runner) sieges(ctx context.Context) error {
	if err := r.rest(ctx); err != nil {
		return err
	}
	for n, kind := range r.o.Hostile {
		r.progress.say(fmt.Sprintf("%s, %d of %d", kind, n+1, len(r.o.Hostile)))
		found, err := load.Siege{
			Kind: kind, Address: r.target.address, Bystander: r.target.mix, Path: r.target.url.RequestURI(), Count: r.o.Count,
		}.Run(ctx)
		if r.ends(ctx, nil) {
			return r.flushEvents()
		}
		if err != nil {
			return err
		}
		r.run.Sieges = append(r.run.Sieges, siegeOf(found))
		if err := r.recover(ctx); err != nil {
			return err
		}
		if r.ends(ctx, r.worn()) {
			break
		}
	}
	return r.flushEvents()
}

// recover leaves the target alone after a siege, and looks at it then: a board
// holds sockets and memory of clients that went away without a word for a while.
func (r *runner) recover(ctx context.Context) error {
	if err := r.save(); err != nil {
		return err
	}
	r.settle(ctx, r.o.Recovery)
	if err := r.rest(ctx); err != nil {
		return err
	}
	return r.save()
}

func siegeOf(x *load.SiegeResult) measure.Siege {
	stretch := func(s load.Stretch) measure.Stretch {
		return measure.Stretch{Requests: s.Requests, Errors: s.Errors, ServiceMS: s.ServiceMS}
	}
	return measure.Siege{
		Kind: string(x.Kind), Count: x.Count, Before: stretch(x.Before), During: stretch(x.During), After: stretch(x.After),
		Served: x.Served, Recovered: x.Recovered, RecoveryMS: x.RecoveryMS,
		Attempts: x.Attempts, Connected: x.Connected, CutOff: x.CutOff,
	}
}
