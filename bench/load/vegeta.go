package load

import (
	"context"
	"net/http"
	"strconv"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"
)

// open sends at the schedule's rate, whatever becomes of the requests, as far
// as there are connections. It takes vegeta's dispatch and workers; connections,
// wire and clocks are ours, so none of vegeta's own fields is sent.
func (a *attack) open(sending context.Context) {
	connections := uint64(a.Pool.Size())
	attacker := vegeta.NewAttacker(
		vegeta.Workers(connections),
		vegeta.MaxWorkers(connections),
		vegeta.Client(&http.Client{Transport: transport{a}}),
	)
	// The dispatch may be stuck because all workers are busy.
	defer context.AfterFunc(sending, func() { attacker.Stop() })()
	target := vegeta.NewStaticTargeter(vegeta.Target{Method: http.MethodGet, URL: "http://target/"})
	for range attacker.Attack(target, &pacer{attack: a, sending: sending}, 0, "") {
		// What came of it was recorded on the spot: see send.
	}
}

// transport sends the attack's request in place of vegeta's, of which it only
// takes the number.
type transport struct{ *attack }

// answered is all that vegeta gets to see. It is read and never written, so
// that one serves all requests.
var answered = &http.Response{StatusCode: http.StatusNoContent, Header: http.Header{}, Body: http.NoBody}

func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	// Vegeta counts the requests as its workers take them, in the order in
	// which the pacer let them go.
	n, err := strconv.ParseUint(r.Header.Get("X-Vegeta-Seq"), 10, 64)
	if err != nil {
		return nil, err
	}
	t.send(t.due(n))
	return answered, nil
}

// due is when request i is to be sent, on the run's clock. The schedule is a
// formula and never slips.
func (a *attack) due(i uint64) time.Duration {
	return a.began + time.Duration(float64(i)/a.Rate*float64(time.Second))
}

// catchUp is how many times faster than its rate an open loop may send while it
// is behind its schedule, so that a late timer does not become a volley.
const catchUp = 10

// pacer tells vegeta when to send. It waits by itself, because vegeta's own
// sleep cannot be interrupted and is up to a millisecond late.
type pacer struct {
	*attack
	sending context.Context
	last    time.Duration // when the last request was let go
}

// Pace implements vegeta's Pacer. What is late is sent as soon as a connection
// is free, and its response time counts from when it was due.
func (p *pacer) Pace(_ time.Duration, hits uint64) (wait time.Duration, stop bool) {
	now := p.Clock()
	spacing := time.Duration(float64(time.Second) / p.Schedule.Rate / catchUp)
	at := max(p.due(hits), p.last+spacing, now)
	if end := p.began + p.Duration; p.Duration > 0 && at >= end {
		sleep(p.sending, end-now)
		return 0, true
	}
	sleep(p.sending, at-now)
	p.last = at
	return 0, p.sending.Err() != nil
}

// Rate implements vegeta's Pacer.
func (p *pacer) Rate(time.Duration) float64 { return p.Schedule.Rate }
