package main

import (
	"context"
	"fmt"
	"time"

	"github.com/httpdlab/httpdlab/bench/load"
)

// verify sees that a server really does what the row asks of it: the status, and
// every byte of the content, twice on the same connection.
func (r *row) verify(ctx context.Context, address string) error {
	if r.socket {
		return r.verifySocket(ctx, address)
	}
	q, err := r.request(address)
	if err != nil {
		return err
	}
	pool := load.NewPool(address, nil, 1)
	defer pool.Close()
	limit, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	for range 2 {
		a, err := pool.Do(limit, q)
		switch {
		case err != nil:
			return fmt.Errorf("ask it for %s: %w", r.target, err)
		case a.Status != 200:
			return fmt.Errorf("ask it for %s: it answers %d", r.target, a.Status)
		case string(a.Content) != r.content:
			return fmt.Errorf("ask it for %s: %d bytes come back that are not those expected", r.target, a.Length)
		}
	}
	return nil
}
