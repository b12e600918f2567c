package main

import (
	"context"
	"time"

	"github.com/httpdlab/httpdlab/bench/measure"
)

// measureSocket is measure for messages.
func (j *job) measureSocket(ctx context.Context, r *row) (x outcome, err error) {
	l, err := newSocketLoad(ctx, r, j.Address)
	if err != nil {
		return x, err
	}
	defer l.close()
	if err := l.begin(); err != nil {
		return x, err
	}
	if err := l.run(ctx, j.Warmup, newTally(r)); err != nil {
		return x, err
	}
	t, before, began := newTally(r), j.look(), time.Now()
	if err := l.run(ctx, j.Length, t); err != nil {
		return x, err
	}
	t.End = time.Since(began)
	return j.summary(t, 0, before, j.look()), nil
}

func newTally(r *row) *measure.Tally {
	return &measure.Tally{Service: measure.NewHistogram(), Lag: measure.NewHistogram(), MeanInFlight: float64(r.connections * r.depth)}
}

// verifySocket sees that a server echoes the row's message.
func (r *row) verifySocket(ctx context.Context, address string) error {
	one := *r
	one.connections = 2
	l, err := newSocketLoad(ctx, &one, address)
	if err == nil {
		l.close()
	}
	return err
}
