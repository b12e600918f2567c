package server

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/httpdlab/httpdlab/server/websocket"
)

// receiveSize is how much a loop reads at once; its buffer has room for that behind a stride's bytes.
const (
	receiveSize = 48 << 10
	bufferSize  = receiveSize + 2*strideBytes
)

// busyRound is the number of events at once from which on more are expected to follow without a pause.
const busyRound = 4

// yieldEvery is how long a loop keeps its goroutine running. From 10 ms on the runtime interrupts it, or takes its
// processor away while it is in the kernel, and looks every 20 µs for a while whether it has to do so again.
const yieldEvery = 5 * time.Millisecond

const (
	sessionEvents = syscall.EPOLLIN | syscall.EPOLLOUT | syscall.EPOLLRDHUP | epollET
	eventsMissed  = 1 << 20 // not epoll's: others saw the events, and nobody knows what is there
	hangupEvents  = syscall.EPOLLRDHUP | syscall.EPOLLHUP | syscall.EPOLLERR
)

// A loop serves its share of the connections. One goroutine at a time runs it; when a handler would block, the
// goroutine leaves the loop to a new one and stays with the handler. All of the loop's state is therefore here
// and not on that goroutine's stack.
type loop struct {
	server *Server
	deadlines
	epoll
	acceptor

	req    *Request // serves the requests that run inline
	buf    []byte   // receives for sessions that have nothing buffered
	events [256]syscall.EpollEvent
	at, n  int // events[at:n] are still to be handled
	busy   bool
	stride
	now     time.Duration
	yielded time.Duration // when others last had the chance to run
	second  int64
	date    []byte

	siblings   []*loop      // all loops, if there are several
	oldest     atomic.Int64 // for them: since when the least recently used session has been so
	sessions   []*Session   // by descriptor; changed only with mu, so that others can list them
	count      int
	generation int32

	mu      sync.Mutex
	works   []func() // queued work; mail goes before it
	worked  int      // works[:worked] are done
	working atomic.Bool
	closed  bool // no more work is accepted
	workQueue
	inbox    []mail
	mailed   atomic.Bool
	opened   []mail // taken from the inbox
	openedAt int
	stopping bool
	cutting  bool
	ended    chan struct{} // closed when the loop is over
	done     func()
	goOn     func() // run: a go statement with a method would allocate
}

// mail is what other goroutines want of a loop.
type mail struct {
	session *Session
	request *Request // to be released
	close   bool     // the session is to be closed
	touch   bool     // the session is to be the most recently used
	nudge   bool     // the session's socket has something to be sent
	proceed bool     // the session goes on sending
	purge   bool     // the least recently used session is to be closed
	stop    bool     // the loop is to end when its sessions have
	cut     bool     // and these at once
}

func newLoop(s *Server, listenFD int) (*loop, error) {
	e, err := newEpoll()
	if err != nil {
		return nil, err
	}
	l := &loop{server: s, deadlines: newDeadlines(&s.cfg), epoll: e, acceptor: acceptor{fd: listenFD},
		ended: make(chan struct{}), workQueue: newWorkQueue(s)}
	l.buf = takeBuffer(bufferSize)
	l.adoptRequest()
	return l, l.listen()
}

// serve runs the loop on a goroutine of its own.
func (l *loop) serve(done func()) {
	l.done = done
	l.tick()
	l.goOn = l.run
	go l.goOn()
}

// adoptRequest gives the loop a request to serve with.
func (l *loop) adoptRequest() {
	r := l.server.takeRequest()
	r.inline, r.date = true, l.date
	r.out = roomFor(r.out, gatherLimit+largeWrite)
	l.req = r
}

// run turns the loop until it has ended or another goroutine goes on with it.
func (l *loop) run() {
	for !l.over() {
		if l.at == l.n && l.received == 0 {
			l.await()
		}
		if !l.handleEvents() || !l.readMail() || !l.expire() {
			return
		}
		l.doWork()
	}
	l.end()
}

// handleEvents serves all events, and first what the goroutine that ran the loop before has received and left. It
// returns false when another goroutine runs the loop now.
func (l *loop) handleEvents() bool {
	for {
		l.receiveStride()
		if !l.serveStride() {
			return false
		}
		if l.at == l.n {
			return true
		}
		ev := &l.events[l.at]
		l.at++
		if !l.handle(ev.Fd, ev.Pad, ev.Events) {
			return false
		}
	}
}

// over reports whether the loop has nothing left to do, and refuses work from then on.
func (l *loop) over() bool {
	if !l.stopping || l.count > 0 || l.mailed.Load() {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.works) > 0 || l.closed {
		return l.closed
	}
	l.closed = true
	close(l.workQueue.over)
	return true
}

// queue accepts work from any goroutine.
func (l *loop) queue(f func(), ctx context.Context) error {
	if err := l.claim(ctx); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		<-l.room
		return fmt.Errorf("queue work: %w", ErrServerClosed)
	}
	l.works = append(l.works, f)
	l.working.Store(true)
	l.wake()
	return nil
}

// doWork calls one queued function: mail and sessions come before the next one.
func (l *loop) doWork() {
	if !l.working.Load() {
		return
	}
	l.mu.Lock()
	if len(l.inbox) > 0 { // what was asked for before this work was queued is done before
		l.mu.Unlock()
		return
	}
	f := l.works[l.worked]
	l.works[l.worked] = nil
	if l.worked++; l.worked == len(l.works) {
		l.works, l.worked = l.works[:0], 0
		l.working.Store(false)
	} else if l.worked == cap(l.room) { // the queue may never be empty
		l.works, l.worked = l.works[:copy(l.works, l.works[l.worked:])], 0
	}
	l.mu.Unlock()
	l.workQueue.run(f)
}

// end frees what the loop has; only then do Stop and Wait return.
func (l *loop) end() {
	l.acceptor.close()
	l.epoll.close()
	giveBuffer(l.buf)
	giveRequest(l.req)
	close(l.ended)
	l.done()
}

// await gets the next events. While there is much to do it asks without blocking, which costs the scheduler nothing;
// else it blocks in a way that lets other goroutines and the garbage collector run.
func (l *loop) await() {
	if l.now-l.yielded >= yieldEvery || l.server.aside.Load() > 0 { // those of requests moved aside want to run, too
		runtime.Gosched()
		l.yielded = l.now
	}
	l.at, l.n = 0, 0
	pending := l.mailed.Load() || l.working.Load()
	if l.busy || pending {
		l.n = l.poll(l.events[:])
		l.busy = l.n > 0
	}
	if l.n == 0 && !pending {
		l.n = l.wait(l.events[:], l.patience())
		l.busy = l.n >= busyRound
	}
	l.tick()
}

// patience returns how many milliseconds may pass until something has to be done, -1 for any.
func (l *loop) patience() int {
	at, ok := l.next()
	if l.pausedUntil > 0 && (!ok || l.pausedUntil < at) {
		at, ok = l.pausedUntil, true
	}
	if !ok {
		return -1
	}
	left := at - l.now
	if left <= 0 {
		return 0
	}
	return int(min((left+time.Millisecond-1)/time.Millisecond, math.MaxInt32))
}

// tick reads the clock, once a round.
func (l *loop) tick() {
	now := time.Now()
	l.now = now.Sub(l.server.epoch)
	if second := now.Unix(); second != l.second {
		l.second, l.date = second, dateAt(now)
		l.req.date = l.date
	}
	if l.siblings != nil {
		l.publishOldest()
	}
}

// time reads the clock between two rounds.
func (l *loop) time() time.Duration { return time.Since(l.server.epoch) }

// publishOldest lets the other loops compare their least recently used sessions with this loop's.
func (l *loop) publishOldest() {
	at := int64(math.MaxInt64)
	if s := l.purgeable(); s != nil {
		at = int64(s.since)
	}
	if l.oldest.Load() != at {
		l.oldest.Store(at)
	}
}

// handle serves one event; it returns false when another goroutine runs the loop now.
func (l *loop) handle(fd, generation int32, events uint32) bool {
	switch int(fd) {
	case l.acceptor.fd:
		l.accept()
		return true
	case l.wakeFD:
		return true
	}
	s := l.sessions[fd]
	if s == nil || s.generation != generation {
		return true // closed in this round
	}
	if owner := s.owner.Load(); owner != nil {
		owner.ready(events&hangupEvents != 0)
		if c := s.socket.Load(); c != nil && events&syscall.EPOLLOUT != 0 {
			c.trySend()
		}
		return true
	}
	return l.serveSession(s, events)
}

// post puts m into the loop's inbox.
func (l *loop) post(m mail) {
	l.mu.Lock()
	l.inbox = append(l.inbox, m)
	l.mailed.Store(true)
	l.mu.Unlock()
	l.wake()
}

// readMail does what other goroutines have asked for; it returns false when another goroutine runs the loop now.
func (l *loop) readMail() bool {
	if l.openedAt == len(l.opened) {
		if !l.mailed.Load() {
			return true
		}
		l.mu.Lock()
		clear(l.opened)
		l.opened, l.inbox = l.inbox, l.opened[:0]
		l.openedAt = 0
		l.mailed.Store(false)
		l.mu.Unlock()
	}
	for l.openedAt < len(l.opened) {
		m := &l.opened[l.openedAt]
		l.openedAt++
		if !l.obey(m) {
			return false
		}
	}
	return true
}

func (l *loop) obey(m *mail) bool {
	switch {
	case m.request != nil:
		return l.takeBack(m.request)
	case m.close:
		l.abort(m.session)
	case m.proceed:
		if s := m.session; !s.gone.Load() && s.owner.Load() == nil {
			return l.serveSession(s, syscall.EPOLLOUT)
		}
	case m.touch:
		if !m.session.gone.Load() && m.session.phase == phaseIdle {
			l.enter(m.session, phaseIdle, l.now)
		}
	case m.purge:
		if s := l.purgeable(); s != nil {
			l.drop(s)
		}
	case m.nudge:
		if !m.session.gone.Load() {
			l.sendQueued(m.session)
		}
	case m.stop:
		l.quit(m.cut)
	}
	return true
}

// all lists the sessions, for any goroutine: also for a handler that the loop waits for.
func (l *loop) all() []*Session {
	l.mu.Lock()
	defer l.mu.Unlock()
	var list []*Session
	for _, s := range l.sessions {
		if s != nil {
			list = append(list, s)
		}
	}
	return list
}

// quit ends what can be ended now; the rest ends when its requests have.
func (l *loop) quit(cut bool) {
	l.stopping, l.cutting = true, l.cutting || cut
	l.acceptor.close()
	for _, s := range l.all() {
		if c := s.socket.Load(); c != nil && !cut {
			c.Close(websocket.GoingAway, "") // RFC 6455, 7.4.1: the server goes down.
			continue
		}
		if cut || s.phase == phaseIdle || s.phase == phaseHead || s.phase == phaseLinger {
			l.abort(s)
		}
	}
}

// expire closes sessions whose deadline has come and gives the listener another try.
func (l *loop) expire() bool {
	if l.pausedUntil > 0 && l.now >= l.pausedUntil {
		l.resume()
	}
	for s := l.expired(l.now); s != nil; s = l.expired(l.now) {
		if !l.timeOut(s) {
			return false
		}
	}
	return true
}

func (l *loop) stop(now bool) { l.post(mail{stop: true, cut: now}) }

func (l *loop) each(f func(*Session)) {
	for _, s := range l.all() {
		f(s)
	}
}

// place puts s, or nil once it has ended, where its descriptor's events find it.
func (l *loop) place(fd int, s *Session) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for len(l.sessions) <= fd {
		l.sessions = append(l.sessions, make([]*Session, max(64, len(l.sessions)))...)
	}
	l.sessions[fd] = s
}
