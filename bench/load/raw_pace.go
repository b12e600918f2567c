package load

import "time"

// rawPace is one loop's part of an open schedule: of all loops' requests, every
// step-th. The schedule is a formula and never slips.
type rawPace struct {
	rate  float64 // of all loops, requests a second
	began time.Duration
	first uint64
	step  uint64
	taken uint64
	last  time.Duration   // when the last request was sent
	again []time.Duration // requests to send once more, as their connection ended before they were read
}

// due is when the next request is meant to be sent.
func (p *rawPace) due() time.Duration {
	if len(p.again) > 0 {
		return p.again[0]
	}
	i := p.first + p.taken*p.step
	return p.began + time.Duration(float64(i)/p.rate*float64(time.Second))
}

// next is when it can be sent at the earliest: what is late is sent as fast as
// slots allow and no faster than catchUp, so that a late timer does not become
// a volley.
func (p *rawPace) next() time.Duration {
	spacing := time.Duration(float64(p.step) * float64(time.Second) / p.rate / catchUp)
	return max(p.due(), p.last+spacing)
}

// take counts the next request as sent now, and returns when it was due.
func (p *rawPace) take(now time.Duration) (due time.Duration) {
	due = p.due()
	p.last = now
	if len(p.again) > 0 {
		p.again = p.again[1:]
	} else {
		p.taken++
	}
	return due
}

// queue holds indices, first in, first out, up to its size.
type queue struct {
	items []int32
	first int
	n     int
}

func newQueue(size int) queue { return queue{items: make([]int32, size)} }

func (q *queue) push(i int32) {
	at := q.first + q.n
	if at >= len(q.items) {
		at -= len(q.items)
	}
	q.items[at] = i
	q.n++
}

func (q *queue) pop() int32 {
	i := q.items[q.first]
	if q.first++; q.first == len(q.items) {
		q.first = 0
	}
	q.n--
	return i
}
