package load

import (
	"context"
	"net/http"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"
)

// open sends at the schedule's rate, whatever becomes of the requests, as far
// as there are connections. It takes vegeta's dispatch and workers; connections,
// wire and clocks are ours, so none of vegeta's own fields is sent.
func (a *attack) open(sending context.Context) {
	connections := uint64(a.Pool.Size())
	due := make(chan time.Duration, connections+1)
	attacker := vegeta.NewAttacker(
		vegeta.Workers(connections),
		vegeta.MaxWorkers(connections),
		vegeta.Client(&http.Client{Transport: transport{a, due}}),
	)
	// The dispatch may be stuck because all workers are busy.
	defer context.AfterFunc(sending, func() { attacker.Stop() })()
	target := vegeta.NewStaticTargeter(vegeta.Target{Method: http.MethodGet, URL: "http://target/"})
	for range attacker.Attack(target, &pacer{a, newPace(a.Schedule, a.began, 0, 1), sending, due}, 0, "") {
		// What came of it was recorded on the spot: see send.
	}
}

// transport sends the attack's request in place of vegeta's. The starts come in
// the order in which the pacer let them go; there are never more than one for
// each worker and one for the dispatch.
type transport struct {
	*attack
	due <-chan time.Duration
}

// answered is all that vegeta gets to see. It is read and never written, so
// that one serves all requests.
var answered = &http.Response{StatusCode: http.StatusNoContent, Header: http.Header{}, Body: http.NoBody}

func (t transport) RoundTrip(*http.Request) (*http.Response, error) {
	t.send(<-t.due)
	return answered, nil
}

// pacer tells vegeta when to send. It waits by itself, because vegeta's own
// sleep cannot be interrupted and is up to a millisecond late.
type pacer struct {
	*attack
	pace
	sending context.Context
	let     chan<- time.Duration
}

// Pace implements vegeta's Pacer. What is late is sent as soon as a connection
// is free, and its response time counts from when it was due.
func (p *pacer) Pace(time.Duration, uint64) (wait time.Duration, stop bool) {
	now := p.Clock()
	at := max(p.next(), now)
	if end := p.attack.began + p.Duration; p.Duration > 0 && at >= end {
		sleep(p.sending, end-now)
		return 0, true
	}
	sleep(p.sending, at-now)
	if p.sending.Err() != nil {
		return 0, true
	}
	p.let <- p.take(at)
	return 0, false
}

// Rate implements vegeta's Pacer.
func (p *pacer) Rate(elapsed time.Duration) float64 { return p.At(elapsed) }
