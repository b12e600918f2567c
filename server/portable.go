package server

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/httpdlab/httpdlab/server/websocket"
)

// portable is the engine over net.Conn: a goroutine for each connection. It runs everywhere, speaks TLS, and is
// what the event loop is compared with in tests.
type portable struct {
	server   *Server
	listener net.Listener
	conns    sync.WaitGroup

	mu       sync.Mutex
	ending   sync.Cond // signalled when a session has ended
	sessions map[*Session]*visit
	recent   uint64 // counts the uses of sessions
	stopping bool
	works    chan func()
	closed   bool // no more work is accepted
	workQueue
}

// A visit is what the engine knows of a session.
type visit struct {
	used uint64 // recent, when it was last used
	busy bool   // a request is being answered
}

func newPortable(s *Server, ln net.Listener) *portable {
	p := &portable{server: s, listener: ln, sessions: make(map[*Session]*visit),
		works: make(chan func(), s.cfg.MaxWork), workQueue: newWorkQueue(s)}
	p.ending.L = &p.mu
	return p
}

// serve accepts connections until stop.
func (p *portable) serve(done func()) {
	go func() {
		p.acceptAll()
		p.conns.Wait()
		p.endWork()
	}()
	go func() {
		for f := range p.works {
			p.workQueue.run(f)
		}
		done()
	}()
}

func (p *portable) acceptAll() {
	pause := time.Millisecond
	for p.awaitRoom() {
		c, err := p.listener.Accept()
		if err != nil {
			if p.stopped() || errors.Is(err, net.ErrClosed) {
				break
			}
			// Out of descriptors: wait for one instead of spinning.
			if !p.server.cfg.LRUPurge || !p.purge() {
				p.awaitEnd(pause)
				pause = min(2*pause, time.Second)
			}
			continue
		}
		pause = time.Millisecond
		p.open(c)
	}
}

// awaitRoom waits until one more session may be opened; it returns false when the engine is stopped.
func (p *portable) awaitRoom() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for !p.stopping && p.server.open.Load() >= int64(p.server.cfg.MaxOpenSockets) && !p.server.cfg.LRUPurge {
		p.ending.Wait()
	}
	return !p.stopping
}

// awaitEnd waits until a session ends, but not for longer than d.
func (p *portable) awaitEnd(d time.Duration) {
	timer := time.AfterFunc(d, func() { p.ending.Broadcast() })
	defer timer.Stop()
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.stopping {
		p.ending.Wait()
	}
}

func (p *portable) stopped() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.stopping
}

// open makes a session of a new connection and serves it on a goroutine of its own.
func (p *portable) open(c net.Conn) {
	if p.server.open.Load() >= int64(p.server.cfg.MaxOpenSockets) && !p.purge() {
		c.Close()
		return
	}
	if t, ok := c.(*net.TCPConn); ok {
		t.SetNoDelay(true)
		if p.server.cfg.SendBuffer > 0 {
			t.SetWriteBuffer(p.server.cfg.SendBuffer)
		}
		if p.server.cfg.TCPKeepAlive.Enable {
			t.SetKeepAliveConfig(p.server.cfg.TCPKeepAlive)
		}
	}
	if p.server.cfg.TLS != nil {
		c = tls.Server(c, p.server.cfg.TLS)
	}
	s := &Session{server: p.server, link: &connLink{Conn: c}, home: p}
	p.server.open.Add(1)
	p.mu.Lock()
	p.recent++
	p.sessions[s] = &visit{used: p.recent}
	stopping := p.stopping
	p.mu.Unlock()
	if stopping || p.server.cfg.Open != nil && p.server.cfg.Open(s) != nil {
		p.close(s)
		return
	}
	p.server.emit(Event{ID: EventConnected, Session: s})
	p.conns.Go(func() { p.visit(s, c) })
}

// visit serves one connection to its end.
func (p *portable) visit(s *Session, c net.Conn) {
	defer p.close(s)
	if t, ok := c.(*tls.Conn); ok {
		ctx, cancel := context.WithTimeout(context.Background(), p.handshakeTimeout())
		err := t.HandshakeContext(ctx)
		cancel()
		if err != nil {
			return
		}
	}
	r := p.server.takeRequest()
	r.session = s
	s.owner.Store(r)
	defer func() {
		s.owner.Store(nil)
		giveRequest(r)
	}()
	for p.exchange(s, r) {
		if s.socket.Load() != nil {
			p.converse(s, r)
			return
		}
	}
}

// handshakeTimeout bounds the TLS handshake as a request head is bounded.
func (p *portable) handshakeTimeout() time.Duration {
	if d := p.server.cfg.HeadTimeout; d > 0 {
		return d
	}
	return 24 * time.Hour
}

// exchange receives until at least one request is there, answers what is there, and reports whether the connection
// goes on.
func (p *portable) exchange(s *Session, r *Request) bool {
	if len(s.in) == 0 && !p.awaitRequest(s) {
		return false
	}
	started := time.Now()
	for {
		used, n := r.serve(s.in)
		progress := used > 0
		if n == nextAside {
			n, progress = p.answer(s, r), true
		} else {
			s.in = s.in[:copy(s.in, s.in[used:])]
		}
		if r.flush(nil) != nil || n == nextClose || s.aborted.Load() {
			return false
		}
		if n == nextLinger {
			p.linger(s)
			return false
		}
		if s.socket.Load() != nil {
			return true
		}
		if len(s.in) == 0 {
			return p.setBusy(s, false)
		}
		if progress {
			started = time.Now()
		} else if !p.receiveHead(s, r, started) {
			return false
		}
	}
}

// answer runs a request whose content is not there in whole, or whose handler blocks.
func (p *portable) answer(s *Session, r *Request) next {
	if !p.server.claimAside() {
		r.closing = true
		r.answered(r.Fail(503))
		return nextLinger
	}
	defer p.server.aside.Add(-1)
	r.keepCopy()
	s.in = s.in[:0]
	n := r.run()
	s.in = append(roomFor(s.in, len(r.tail)), r.tail...)
	return n
}

// awaitRequest waits for the first bytes of a request.
func (p *portable) awaitRequest(s *Session) bool {
	s.link.bound(false, after(p.server.cfg.IdleTimeout))
	s.in = roomFor(s.in, 4<<10)
	n, err := s.receive(s.in[:cap(s.in)])
	if err != nil {
		return false
	}
	s.in = s.in[:n]
	return p.setBusy(s, true)
}

// receiveHead waits for more of a request's head.
func (p *portable) receiveHead(s *Session, r *Request, started time.Time) bool {
	var deadline time.Time
	if d := p.server.cfg.HeadTimeout; d > 0 {
		deadline = started.Add(d)
	}
	for {
		s.link.bound(false, deadline)
		s.in = roomFor(s.in, 512)
		n, err := s.receive(s.in[len(s.in):cap(s.in)])
		if err != nil {
			if isTimeout(err) && !s.aborted.Load() && !p.stopped() {
				r.refuse(nil, 408)
				if r.flush(nil) == nil {
					p.linger(s)
				}
			}
			return false
		}
		s.in = s.in[:len(s.in)+n]
		if len(s.in) >= p.server.cfg.MaxHeader || bytes.IndexByte(s.in[len(s.in)-n:], '\n') >= 0 {
			return true
		}
	}
}

func isTimeout(err error) bool {
	var t net.Error
	return errors.As(err, &t) && t.Timeout()
}

// linger lets the peer read the last response: see RFC 9112, 9.6.
func (p *portable) linger(s *Session) {
	timeout := p.server.cfg.LingerTimeout
	if timeout == 0 || s.link.closeWrite() != nil {
		return
	}
	s.link.bound(false, time.Now().Add(timeout))
	s.in = roomFor(s.in[:0], 4<<10)
	for total := 0; total < lingerLimit; {
		n, err := s.link.recv(s.in[:cap(s.in)])
		if err != nil {
			return
		}
		total += n
	}
}

// setBusy notes that a request is being answered, or that the session waits for one; it returns false if the
// session is to end instead.
func (p *portable) setBusy(s *Session, busy bool) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	v := p.sessions[s]
	v.busy = busy
	if busy { // a request makes the session recent, the end of it does not
		p.recent++
		v.used = p.recent
	}
	return busy || !p.stopping
}

// purge ends the session that has been idle for longest.
func (p *portable) purge() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	var oldest *Session
	for s, v := range p.sessions {
		if !v.busy && !s.aborted.Load() && (oldest == nil || v.used < p.sessions[oldest].used) {
			oldest = s
		}
	}
	if oldest == nil {
		return false
	}
	p.cut(oldest)
	return true
}

func (p *portable) cut(s *Session) {
	s.aborted.Store(true)
	s.link.abort()
}

// close ends a session's account.
func (p *portable) close(s *Session) {
	s.finish()
	p.mu.Lock()
	delete(p.sessions, s)
	p.mu.Unlock()
	p.ending.Broadcast()
}

func (p *portable) stop(now bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stopping = true
	p.listener.Close()
	for s, v := range p.sessions {
		if c := s.socket.Load(); c != nil && !now {
			c.Close(websocket.GoingAway, "") // RFC 6455, 7.4.1: the server goes down.
		} else if now || !v.busy {
			p.cut(s)
		}
	}
	p.ending.Broadcast()
}

func (p *portable) each(f func(*Session)) {
	p.mu.Lock()
	list := make([]*Session, 0, len(p.sessions))
	for s := range p.sessions {
		list = append(list, s)
	}
	p.mu.Unlock()
	for _, s := range list {
		f(s)
	}
}

func (p *portable) trigger(s *Session) { p.cut(s) }

func (p *portable) touch(s *Session) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if v := p.sessions[s]; v != nil {
		p.recent++
		v.used = p.recent
	}
}

// A request of this engine has its goroutine already.
func (p *portable) handOver(*Request) {}
func (p *portable) release(*Request)  {}

// queue accepts work from any goroutine; it is called in order, on a goroutine of its own.
func (p *portable) queue(f func(), ctx context.Context) error {
	if err := p.claim(ctx); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		<-p.workQueue.room
		return fmt.Errorf("queue work: %w", ErrServerClosed)
	}
	p.works <- f
	return nil
}

// endWork lets the work that was accepted be done and refuses more.
func (p *portable) endWork() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	close(p.works)
	close(p.workQueue.over)
}
