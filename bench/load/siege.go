package load

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/httpdlab/httpdlab/bench/measure"
)

// Siege is a bystander that asks again and again, on one connection, before,
// while and after hostile clients are at the server. Its bounds are small: a
// board must not be destroyed by a careless flag.
type Siege struct {
	Kind      HostileKind
	Address   string        // IP address and port; plain TCP
	Bystander *Mix          // what the bystander asks for
	Fresh     bool          // it takes a new connection for each request, as a new visitor does
	Path      string        // what the hostile clients ask for, for slow-read something large; "" means "/"
	Body      string        // path that takes a body, for slow-body; "" means Path
	Count     int           // [1, 64] hostile clients at once; 0 means 8
	Before    time.Duration // [100 ms, 1 min] 0 means 2 s
	During    time.Duration // [100 ms, 1 min] 0 means 5 s
	After     time.Duration // [100 ms, 1 min] the most that recovery is waited for; 0 means 10 s
	Timeout   time.Duration // of a bystander's request; 0 means 2 s
}

// SiegeResult is how a siege went for the bystander.
type SiegeResult struct {
	Kind       HostileKind `json:"kind"`
	Count      int         `json:"count"` // hostile clients at once
	Before     Stretch     `json:"before"`
	During     Stretch     `json:"during"`
	After      Stretch     `json:"after"`
	Served     bool        `json:"served"`      // the bystander got good answers during the attack
	Recovered  bool        `json:"recovered"`   // and answers as before, after it
	RecoveryMS float64     `json:"recovery_ms"` // from the end of the attack to the first of ten good answers in a row, none of which took over twice the slowest before; if Recovered
	Attempts   int64       `json:"attempts"`    // connections that the hostile clients tried
	Connected  int64       `json:"connected"`   // of those, that were accepted
	CutOff     int64       `json:"cut_off"`     // of those, that the server ended while they misbehaved
}

// Stretch is what the bystander saw of the requests that it began in a part of the siege.
type Stretch struct {
	Requests  int64            `json:"requests"`
	Errors    map[string]int64 `json:"errors"`
	ServiceMS measure.Latency  `json:"service_ms"` // of the good ones
}

const (
	leastStretch = 100 * time.Millisecond
	mostStretch  = time.Minute
	mostHostile  = 64
	// bystanderPause is between two requests of the bystander.
	bystanderPause = time.Millisecond
	// recoveredAfter is how many good answers in a row are a recovery.
	recoveredAfter = 10
)

// Run lays the siege and returns when all hostile clients are gone. It fails if
// the bystander is not served before the attack: then there is nothing to
// compare with.
func (s Siege) Run(ctx context.Context) (*SiegeResult, error) {
	h, err := s.check()
	if err != nil {
		return nil, fmt.Errorf("besiege %s with %s: %w", s.Address, s.Kind, err)
	}
	b := &bystander{Siege: &s, pool: NewPool(s.Address, nil, 1), began: time.Now()}
	defer b.pool.Close()
	b.dealer = s.Bystander.dealer(0, 0)
	r := &SiegeResult{Kind: s.Kind, Count: s.Count}

	before := b.watch(ctx, s.Before, nil)
	r.Before = stretch(before)
	if ctx.Err() == nil && r.Before.ServiceMS == (measure.Latency{}) {
		return nil, fmt.Errorf("besiege %s with %s: the bystander got no good answer before the attack (%v); see what it asks for", s.Address, s.Kind, r.Before.Errors)
	}
	attack, stop := context.WithCancel(ctx)
	defer stop()
	var attackers sync.WaitGroup
	attackers.Go(func() { h.run(attack, s.Count) })
	for end := b.clock() + leastStretch; h.connected.Load() < int64(s.Count) && b.clock() < end; {
		sleep(ctx, bystanderPause) // until the attack is there
	}
	during := b.watch(ctx, s.During, nil)
	stop()
	attackers.Wait()

	r.During = stretch(during)
	r.Served = r.During.Requests > sum(r.During.Errors)
	over := b.clock()
	limit := 2 * slowest(before)
	after := b.watch(ctx, s.After, func(all []seen) bool {
		return recovery(all[max(0, len(all)-recoveredAfter):], limit) >= 0
	})
	r.After = stretch(after)
	if i := recovery(after, limit); i >= 0 {
		r.Recovered, r.RecoveryMS = true, float64(after[i].ended-over)/float64(time.Millisecond)
	}
	r.Attempts, r.Connected, r.CutOff = h.attempts.Load(), h.connected.Load(), h.cutOff.Load()
	if ctx.Err() != nil {
		return r, context.Cause(ctx)
	}
	return r, nil
}

func (s *Siege) check() (*hostile, error) {
	preset := func(at *time.Duration, usual time.Duration) {
		if *at == 0 {
			*at = usual
		}
	}
	preset(&s.Before, 2*time.Second)
	preset(&s.During, 5*time.Second)
	preset(&s.After, 10*time.Second)
	preset(&s.Timeout, 2*time.Second)
	if s.Count == 0 {
		s.Count = 8
	}
	for _, d := range []time.Duration{s.Before, s.During, s.After} {
		if d < leastStretch || d > mostStretch {
			return nil, fmt.Errorf("a part of %v; give %v to %v", d, leastStretch, mostStretch)
		}
	}
	switch {
	case s.Count < 1 || s.Count > mostHostile:
		return nil, fmt.Errorf("%d hostile clients; give 1 to %d", s.Count, mostHostile)
	case s.Bystander == nil || len(s.Bystander.deck) == 0:
		return nil, errors.New("the bystander has nothing to ask for")
	}
	return newHostile(s)
}

// bystander asks again and again.
type bystander struct {
	*Siege
	pool   *Pool
	dealer *dealer
	began  time.Time
}

// seen is what became of one of its requests.
type seen struct {
	began, ended time.Duration
	failed       string
}

func (b *bystander) clock() time.Duration { return time.Since(b.began) }

// watch asks for a while, or until enough is seen.
func (b *bystander) watch(ctx context.Context, d time.Duration, enough func([]seen) bool) (all []seen) {
	for end := b.clock() + d; b.clock() < end && ctx.Err() == nil; {
		x, connected := b.ask(ctx)
		if ctx.Err() != nil {
			break // we cut it off
		}
		all = append(all, x)
		if enough != nil && enough(all) {
			break
		}
		pause := bystanderPause
		if !connected {
			pause = reconnectDelay
		}
		sleep(ctx, pause)
	}
	return all
}

// ask makes one request, and reports whether there was a connection for it.
func (b *bystander) ask(ctx context.Context) (x seen, connected bool) {
	kind := &b.Bystander.kinds[b.dealer.deal()]
	c := <-b.pool.free
	defer func() { b.pool.free <- c }()
	stop := context.AfterFunc(ctx, c.interrupt)
	defer stop()
	content := io.Discard
	if kind.expect.hashes() {
		c.hash = hasher{}
		content = &c.hash
	}
	x.began = b.clock()
	response, n, err := c.exchange(ctx, kind.request, b.Fresh, time.Now().Add(b.Timeout), content)
	x.ended = b.clock()
	if err == nil {
		if b.Fresh {
			c.close()
		}
		x.failed = kind.expect.judge(response.StatusCode, n, c.hash.crc)
		return x, true
	}
	failure := (*measure.Failure)(nil)
	errors.As(err, &failure)
	x.failed = failure.Key()
	return x, !failure.BeforeRequest()
}

func stretch(all []seen) Stretch {
	s := Stretch{Requests: int64(len(all)), Errors: map[string]int64{}}
	h := measure.NewHistogram()
	for _, x := range all {
		if x.failed != "" {
			s.Errors[x.failed]++
			continue
		}
		recordTimes(h, x.ended-x.began, 1)
	}
	s.ServiceMS = measure.Summarize(h)
	return s
}

func sum(errors map[string]int64) (n int64) {
	for _, c := range errors {
		n += c
	}
	return n
}

func slowest(all []seen) (d time.Duration) {
	for _, x := range all {
		if x.failed == "" {
			d = max(d, x.ended-x.began)
		}
	}
	return d
}

// recovery is the index of the first of enough good answers in a row, none of
// which took longer than the limit; -1 if there are not that many.
func recovery(all []seen, limit time.Duration) int {
	row := 0
	for i, x := range all {
		if x.failed != "" || x.ended-x.began > limit {
			row = 0
			continue
		}
		if row++; row == recoveredAfter {
			return i - recoveredAfter + 1
		}
	}
	return -1
}
