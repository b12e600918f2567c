//go:build !386 && !s390x

package load

import (
	"math/rand/v2"
	"runtime"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/httpdlab/httpdlab/bench/measure"
)

// hasEpoll says that there are the loops of this file.
const hasEpoll = true

const (
	receiveSize = 128 << 10 // how much a loop reads at once
	sweepEvery  = 10 * time.Millisecond
	wakeEvent   = -1 // index of the events that another goroutine causes
)

// rawLoop is one event loop with its share of the connections. One goroutine
// runs it; others only ask it to stop or to hand over its counts.
type rawLoop struct {
	*Raw
	rawCounts
	poller
	validator
	tape   *tape
	echoes *tape // WebSocket: what the tape brings back
	random *rand.Rand
	pace   pace
	conns  []rawConn
	vacant []int32 // connections to fill again at the end of the round
	unread []int32 // connections that were not read to their end in their turn
	ready  queue   // open loop: a connection for each slot that is not taken
	events [256]syscall.EpollEvent
	buf    []byte
	joined []byte // a head that came in pieces

	answers int64 // beyond the first of their connections, that links do not have yet
	looking int   // the connection to ask the kernel about next

	began   time.Duration
	until   time.Duration // then sending ends
	giveUp  time.Duration // then waiting ends; 0: sending goes on
	sweepAt time.Duration

	cancelled atomic.Bool
	asked     atomic.Pointer[measure.Tally] // to count in from now on
	told      chan *measure.Tally
	ended     chan struct{}
	freed     bool // guarded by Raw.mu
}

func newRawLoop(r *Raw, s Schedule, index int) (*rawLoop, error) {
	p, err := newPoller()
	if err != nil {
		return nil, err
	}
	n := r.Connections / r.Loops
	if index < r.Connections%r.Loops {
		n++
	}
	l := &rawLoop{
		Raw: r, poller: p, buf: make([]byte, receiveSize),
		rawCounts: rawCounts{open: s.Open(), slots: n * r.Depth},
		told:      make(chan *measure.Tally, 1), ended: make(chan struct{}),
	}
	if r.socket != nil {
		l.random = rand.New(rand.NewPCG(s.Seed, socketStream+uint64(index)))
		l.tape, l.echoes = r.socket.tapes(r.Depth, l.random)
		l.validator = newValidator(NewMix())
	} else {
		l.tape = newTape(r.Mix, r.Depth, r.Fresh, s.Seed, uint64(index))
		l.validator = newValidator(r.Mix)
	}
	l.arrange(n)
	return l, nil
}

// beginAt makes now the start of the schedule, of which this is one loop's part.
func (l *rawLoop) beginAt(now time.Duration, s Schedule, index int) {
	l.Tally, l.now, l.counted = newTally(now), now, now
	l.began, l.until = now, Never
	if s.Duration > 0 {
		l.until = now + s.Duration
	}
	l.pace = newPace(s, now, index, l.Loops)
}

// arrange makes the loop's connections, all closed.
func (l *rawLoop) arrange(n int) {
	l.conns = make([]rawConn, n)
	l.vacant, l.unread = make([]int32, 0, 2*n), make([]int32, 0, n)
	room := 1
	for room < l.Depth {
		room *= 2
	}
	slots := make([]slot, n*room)
	for i := range l.conns {
		l.conns[i] = rawConn{fd: -1, index: int32(i), place: i * len(l.tape.order) / n, slots: slots[i*room : (i+1)*room : (i+1)*room]}
	}
	if l.dials() {
		for i := range l.conns {
			l.vacant = append(l.vacant, int32(i))
		}
	}
	if !l.open {
		return
	}
	l.ready = newQueue(n * l.Depth)
	for range l.Depth {
		for i := 0; i < n && l.socket == nil; i++ {
			l.release(&l.conns[i])
		}
	}
}

// run turns the loop until its schedule is over and nothing is under way. It
// keeps its thread, whose timers it has changed: the thread ends with it.
func (l *rawLoop) run() {
	runtime.LockOSThread()
	sharpenTimers()
	defer close(l.ended)
	l.tick(l.Clock())
	for !l.over() {
		l.send()
		for i := range l.wait() {
			l.handle(&l.events[i])
		}
		l.readOn()
		if l.now >= l.sweepAt {
			l.sweep()
		}
		l.answer()
	}
	l.closeAll()
	l.links.reused(l.answers)
	l.answers = 0
}

// over decides where the loop stands in its life.
func (l *rawLoop) over() bool {
	switch {
	case l.cancelled.Load():
		l.dropAll()
		return true
	case l.giveUp == 0 && l.now >= l.until:
		l.giveUp = l.now + min(max(leastGrace, 2*l.slowest), l.Timeout)
	}
	if l.giveUp == 0 {
		return false
	}
	if l.inFlight > 0 && l.now >= l.giveUp {
		l.failAll(measure.ErrUnfinished)
	}
	return l.inFlight == 0
}

// sending reports whether requests may still begin.
func (l *rawLoop) sending() bool { return l.giveUp == 0 }

// wait returns how many events there are. It asks without blocking first, which
// is cheap; if there are none it blocks until something is due.
func (l *rawLoop) wait() int {
	n := l.poll(l.events[:])
	if n == 0 && len(l.unread) == 0 && l.asked.Load() == nil && !l.cancelled.Load() {
		n = l.block()
	}
	l.tick(l.Clock())
	return n
}

func (l *rawLoop) block() int {
	at := l.sweepAt
	if l.sending() {
		at = min(at, l.until)
		if l.open && l.ready.n > 0 {
			at = min(at, l.pace.next())
		}
	}
	d := at - l.Clock()
	if d <= 0 {
		return 0
	}
	return l.poller.wait(l.events[:], d)
}

// send begins what is to begin now.
func (l *rawLoop) send() {
	for i := 0; i < len(l.vacant); i++ { // a connection that fails at once comes again
		if c := &l.conns[l.vacant[i]]; l.sending() {
			l.fill(c)
		}
	}
	l.vacant = l.vacant[:0]
	if l.open {
		l.sendDue()
	}
}

// sendDue sends what the schedule wants sent by now, as far as there are slots.
func (l *rawLoop) sendDue() {
	for l.sending() && l.ready.n > 0 && l.pace.next() <= l.now && l.now < l.until {
		c := l.readyConn()
		if c == nil {
			return
		}
		intended := l.pace.take(l.now)
		l.push(c, slot{min(intended, l.now), l.now}, 1)
		l.tick(l.Clock())
	}
}

// readyConn takes the next connection that has a slot and can be used now.
func (l *rawLoop) readyConn() *rawConn {
	for range l.ready.n {
		c := &l.conns[l.ready.pop()]
		c.tokens--
		switch {
		case l.socket != nil && c.state != live:
			continue // it gets its places back when it is live again
		case c.state != parting:
			return c
		}
		l.release(c)
	}
	return nil
}

// handle serves one event.
func (l *rawLoop) handle(ev *syscall.EpollEvent) {
	if ev.Fd == wakeEvent {
		return
	}
	c := &l.conns[ev.Fd]
	if c.generation != ev.Pad || c.fd < 0 {
		return // closed in this round
	}
	if c.state == dialing && !l.connect(c) {
		return
	}
	if ev.Events&^syscall.EPOLLOUT != 0 {
		l.read(c, ev.Events&^(syscall.EPOLLOUT|syscall.EPOLLIN) != 0)
	}
	if c.unsent > 0 && c.state == live || len(c.out) > 0 && (c.state == live || c.state == shaking) {
		l.write(c)
	}
}

// readOn goes on with connections that others were read after.
func (l *rawLoop) readOn() {
	n := len(l.unread)
	for _, i := range l.unread[:n] {
		c := &l.conns[i]
		c.unread = false
		l.read(c, true)
	}
	l.unread = l.unread[:copy(l.unread, l.unread[n:])]
}

// sweep looks after what no event tells: timeouts, and waits that are over.
func (l *rawLoop) sweep() {
	l.sweepAt = l.now + min(sweepEvery, max(l.Timeout/16, time.Millisecond))
	for i := range l.conns {
		c := &l.conns[i]
		switch {
		case c.count > 0:
			if l.now-c.oldest().sent >= l.Timeout {
				l.fail(c, l.stage(c), errTimeout)
			}
		case c.opening:
			if l.now-c.dialed >= l.Timeout {
				l.fail(c, l.stage(c), errTimeout)
			}
		case c.state == parting && l.now >= c.until:
			l.close(c)
		case c.state == shut && l.dials() && l.sending() && l.now >= c.until:
			l.fill(c)
		}
	}
}

// answer hands the counts over if they were asked for.
func (l *rawLoop) answer() {
	if fresh := l.asked.Load(); fresh != nil {
		l.asked.Store(nil)
		l.lookAround()
		l.told <- l.take(fresh)
	}
}

// mostLooks is how many connections a loop asks the kernel about at a time.
const mostLooks = 64

// lookAround asks the kernel about some of the connections, and others the next time.
func (l *rawLoop) lookAround() {
	l.links.reused(l.answers)
	l.answers = 0
	for range min(mostLooks, len(l.conns)) {
		c := &l.conns[l.looking]
		if c.state == live {
			l.look(c)
		}
		l.looking = (l.looking + 1) % len(l.conns)
	}
}

// cut asks for the counts; the loop goes on with fresh ones. Raw.mu is held.
func (l *rawLoop) cut() *measure.Tally {
	fresh := newTally(l.Clock())
	t := l.ask(fresh)
	if !l.open { // there, what is sent was meant to be sent then
		t.Response.Merge(t.Service)
	}
	return t
}

func (l *rawLoop) ask(fresh *measure.Tally) *measure.Tally {
	if !l.freed {
		l.asked.Store(fresh)
		l.wake()
		select {
		case t := <-l.told:
			return t
		case <-l.ended:
		}
	}
	select {
	case t := <-l.told: // its last deed
		return t
	default:
	}
	l.tick(l.Clock())
	return l.take(fresh)
}

// cancel ends the loop without counting what is under way. Raw.mu is held.
func (l *rawLoop) cancel() {
	l.cancelled.Store(true)
	if !l.freed {
		l.wake()
	}
}

// free closes what the kernel has of the loop. Raw.mu is held.
func (l *rawLoop) free() {
	l.poller.close()
	l.freed = true
}
