package boards

import (
	"context"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// link is the network between a client and a twin, and the queue for the twin's
// one task: what goes up waits for the air and then for the task, what comes
// down waits for the air. All connections share them.
type link struct {
	twin           *Twin
	inside         string // the server's address
	up, task, down *station
}

func newLink(t *Twin, inside string) *link {
	return &link{twin: t, inside: inside, up: newStation(1), task: newStation(2), down: newStation(3)}
}

// slack is how much of the time between the task's turn and its response is
// held to be that of the machine that plays the board, and not counted.
const slack = 5 * time.Millisecond

// serve passes on connections until ctx ends; then it closes them all.
func (l *link) serve(ctx context.Context, outside net.Listener) {
	ctx, cancel := context.WithCancel(ctx)
	var open sync.WaitGroup
	defer open.Wait()
	defer cancel()
	defer context.AfterFunc(ctx, func() { outside.Close() })()
	for {
		client, err := outside.Accept()
		if err != nil {
			return
		}
		open.Go(func() { l.pass(ctx, client) })
	}
}

// pass connects a client with the server. A server without a free socket leaves
// the connection waiting, and so does this.
func (l *link) pass(ctx context.Context, client net.Conn) {
	defer client.Close()
	board, err := new(net.Dialer).DialContext(ctx, "tcp", l.inside)
	if err != nil {
		return
	}
	defer board.Close()
	defer context.AfterFunc(ctx, func() { client.Close(); board.Close() })()
	var turn atomic.Int64 // when the task came to the last packet, Unix time in ns
	rise := func(n int) time.Time {
		aired := l.up.pass(time.Now(), l.airtime(l.twin.Uplink, n))
		done := l.task.pass(aired, l.twin.Service)
		turn.Store(done.UnixNano())
		return done
	}
	fall := func(n int) time.Time {
		comes := time.Now().Add(-slack)
		if t := time.Unix(0, turn.Load()); t.After(comes) {
			comes = t
		}
		return l.down.pass(comes, l.airtime(l.twin.Downlink, n)).Add(l.twin.Delay)
	}
	var both sync.WaitGroup
	both.Go(func() { carry(board, client, rise) })
	both.Go(func() { carry(client, board, fall) })
	both.Wait()
}

// airtime is the mean time of a packet that holds n bytes.
func (l *link) airtime(packet time.Duration, n int) time.Duration {
	return packet + time.Duration(n)*l.twin.PerKB/1000
}

// carry moves bytes from one side to the other; each packet arrives when
// schedule says. Once the source has ended, the destination is told; once that
// fails, both are closed, so that the other direction ends too.
func carry(to, from net.Conn, schedule func(n int) time.Time) {
	packet := make([]byte, 16<<10)
	for {
		n, err := from.Read(packet)
		if n > 0 {
			time.Sleep(time.Until(schedule(n)))
			if _, failed := to.Write(packet[:n]); failed != nil {
				from.Close()
				return
			}
		}
		if err == nil {
			continue
		}
		if half, ok := to.(interface{ CloseWrite() error }); ok && err == io.EOF {
			half.CloseWrite()
		} else {
			to.Close()
		}
		return
	}
}
