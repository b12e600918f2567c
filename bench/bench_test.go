package bench

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/httpdlab/httpdlab/bench/measure"
)

func TestMain(m *testing.M) {
	if url := os.Getenv(childURL); url != "" {
		child(url)
	}
	code := m.Run()
	if code == 0 && !settles(func() bool { return runtime.NumGoroutine() <= 3 }) {
		fmt.Println("goroutines are left behind:")
		buf := make([]byte, 1<<16)
		os.Stdout.Write(buf[:runtime.Stack(buf, true)])
		code = 1
	}
	os.Exit(code)
}

// settles waits up to five seconds for what other goroutines bring about.
func settles(ok func() bool) bool {
	limit := time.After(5 * time.Second)
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-limit:
			return false
		case <-tick.C:
		}
	}
	return true
}

// board is a target with the routes of a board, which counts its sockets.
type board struct {
	*httptest.Server
	open, most atomic.Int64
	heaps      atomic.Int64
	boot       atomic.Int64
	noHeap     bool
	began      time.Time
}

func newBoard(t *testing.T, configure func(*board)) *board {
	b := &board{began: time.Now()}
	if configure != nil {
		configure(b)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /hello", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "Hello World!") })
	mux.HandleFunc("GET /info", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, `{"board":"test"}`) })
	mux.HandleFunc("GET /heap", func(w http.ResponseWriter, r *http.Request) {
		n := b.heaps.Add(1)
		if b.noHeap {
			http.NotFound(w, r)
			return
		}
		fmt.Fprintf(w, `{"uptime_ms":%d,"boot_count":%d,"free":%d,"min_free":1,"largest_block":2,"total":300000}`,
			time.Since(b.began).Milliseconds()+1, b.boot.Load(), 200000-n)
	})
	b.Server = httptest.NewUnstartedServer(mux)
	b.Listener = counted{b.Listener, b}
	b.Start()
	t.Cleanup(b.Close)
	return b
}

// counted counts a board's sockets: one is free when the board closes it.
type counted struct {
	net.Listener
	*board
}

func (l counted) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	open := l.open.Add(1)
	for m := l.most.Load(); open > m && !l.most.CompareAndSwap(m, open); m = l.most.Load() {
	}
	return &socket{Conn: c, board: l.board}, nil
}

type socket struct {
	net.Conn
	*board
	once sync.Once
}

func (s *socket) Close() error {
	s.once.Do(func() { s.open.Add(-1) })
	return s.Conn.Close()
}

func options(t *testing.T, url string) Options {
	return Options{URL: url, Dir: t.TempDir() + "/run", Board: "test", Command: []string{"httpdlab", "bench"}}
}

// The default plan leaves a whole run folder, that reads back as it was.
func TestRun(t *testing.T) {
	b := newBoard(t, nil)
	o := options(t, b.URL+"/hello")
	o.Duration = 2 * time.Second
	began := time.Now()
	r, err := Run(context.Background(), o)
	require.NoError(t, err)
	require.Less(t, time.Since(began), 4*time.Second)
	require.Empty(t, r.Interrupted)
	require.NotNil(t, r.Finished)
	require.Equal(t, 200, r.Target.Status)
	require.Equal(t, int64(12), r.Target.BodyBytes)
	require.JSONEq(t, `{"board":"test"}`, string(r.Target.Info))
	require.Equal(t, b.Listener.Addr().String(), r.Target.Address)
	require.True(t, r.Environment.Local)
	require.Equal(t, runtime.GOMAXPROCS(0), r.Environment.Cores)
	require.Len(t, r.Phases, 5)
	best := 0.0
	for i, n := range []int{1, 2, 4, 7, 7} {
		p := r.Phases[i]
		require.Equal(t, n, p.OfferedConnections)
		require.Equal(t, n, p.ServedConnections)
		require.Empty(t, p.Errors)
		require.Greater(t, p.Requests, int64(20))
		require.Equal(t, 12*p.Requests, p.BytesIn)
		require.Greater(t, p.EndMS, p.StartMS)
		require.Greater(t, p.ServiceMS.P50, 0.0)
		require.NotNil(t, p.Memory)
		require.Equal(t, "heap", p.Memory.Source)
		if i < 4 {
			best = max(best, p.Rate)
		}
	}
	require.InEpsilon(t, 0.7*best, r.Phases[4].OfferedRate, 1e-9)
	require.LessOrEqual(t, b.most.Load(), int64(7), "the probes of the heap have no socket of their own")

	back, err := measure.Load(o.Dir)
	require.NoError(t, err)
	require.Equal(t, r.Phases, back.Phases)
	requireWhole(t, o.Dir, r)
}

// requireWhole holds the logs of a run against its summary.
func requireWhole(t *testing.T, dir string, r *measure.Run) {
	t.Helper()
	series, err := measure.ReadSeries(dir)
	require.NoError(t, err)
	requests, last := map[string]int64{}, 0.0
	for _, x := range series {
		require.GreaterOrEqual(t, x.MS, last, "the series goes forward")
		last = x.MS
		if !x.Warmup {
			requests[x.Phase] += x.Requests
		}
	}
	latencies, err := measure.ReadLatencies(dir)
	require.NoError(t, err)
	counts := map[string]int64{}
	for _, x := range latencies {
		if x.Clock == measure.Service {
			counts[x.Phase] += x.Hist.TotalCount()
		}
	}
	for _, p := range r.Phases {
		require.Equal(t, p.Requests, requests[p.Name], p.Name)
		require.Equal(t, p.Requests-p.ErrorCount(), counts[p.Name], p.Name)
	}
}

// The heap is asked for once a second, over the load's own connection.
func TestHeapOnTheLoadsConnection(t *testing.T) {
	b := newBoard(t, nil)
	o := options(t, b.URL+"/hello")
	o.Connections, o.Duration = 1, 2300*time.Millisecond
	r, err := Run(context.Background(), o)
	require.NoError(t, err)
	require.Equal(t, int64(1), b.most.Load())
	series, err := measure.ReadSeries(o.Dir)
	require.NoError(t, err)
	heaps := 0
	for _, x := range series {
		if x.Heap != nil {
			heaps++
		}
	}
	require.GreaterOrEqual(t, heaps, 4, "at rest before and after, and at two whole seconds")
	require.Equal(t, int64(heaps), b.heaps.Load())
	require.Less(t, r.Phases[0].Memory.Min, r.Phases[0].Memory.Before)
}

func TestTargetWithoutHeap(t *testing.T) {
	b := newBoard(t, func(b *board) { b.noHeap = true })
	o := options(t, b.URL+"/hello")
	o.Connections, o.Duration = 2, 1300*time.Millisecond
	r, err := Run(context.Background(), o)
	require.NoError(t, err)
	require.Equal(t, int64(1), b.heaps.Load(), "asked once")
	require.Nil(t, r.Phases[0].Memory)
}

func TestReboot(t *testing.T) {
	b := newBoard(t, nil)
	o := options(t, b.URL+"/hello")
	o.Rate, o.Duration = 50, 1300*time.Millisecond
	timer := time.AfterFunc(600*time.Millisecond, func() { b.boot.Add(1) })
	defer timer.Stop()
	r, err := Run(context.Background(), o)
	require.NoError(t, err)
	require.Equal(t, "open-50", r.Phases[0].Name)
	require.Contains(t, kinds(t, o.Dir), "reboot")
}

// kinds lists the events of a run in order.
func kinds(t *testing.T, dir string) (all []string) {
	t.Helper()
	series, err := measure.ReadSeries(dir)
	require.NoError(t, err)
	for _, x := range series {
		for _, e := range x.Events {
			all = append(all, e.Kind)
		}
	}
	return all
}

// A server that dies in the middle and comes back costs errors, by type and
// second, and not the run.
func TestDyingServer(t *testing.T) {
	b := newBoard(t, func(b *board) { b.noHeap = true })
	address := b.Listener.Addr().String()
	var second *http.Server
	died, back := make(chan bool), make(chan error, 1)
	time.AfterFunc(600*time.Millisecond, func() {
		b.CloseClientConnections()
		b.Close()
		close(died)
	})
	time.AfterFunc(1700*time.Millisecond, func() {
		<-died
		l, err := net.Listen("tcp", address)
		if err == nil {
			second = &http.Server{Handler: b.Config.Handler}
			go second.Serve(l)
		}
		back <- err
	})
	o := options(t, b.URL+"/hello")
	o.Connections, o.Duration = 2, 2500*time.Millisecond
	r, err := Run(context.Background(), o)
	require.NoError(t, err)
	require.NoError(t, <-back)
	defer second.Close()
	p := r.Phases[0]
	require.Greater(t, p.Errors["connect/refused"], int64(2))
	require.Less(t, p.Errors["connect/refused"], int64(100), "a dead server is not hammered")
	require.False(t, p.Trust.OK)
	require.Equal(t, []string{"lost", "regained"}, kinds(t, o.Dir))
	requireWhole(t, o.Dir, r)
	series, err := measure.ReadSeries(o.Dir)
	require.NoError(t, err)
	seconds := 0
	for _, x := range series {
		if x.Errors["connect/refused"] > 0 {
			seconds++
			require.LessOrEqual(t, x.MS, 3500.0)
		}
	}
	require.GreaterOrEqual(t, seconds, 2)
	require.Less(t, seconds, 4)
}

// A canceled run is saved as far as it came.
func TestCanceled(t *testing.T) {
	b := newBoard(t, nil)
	o := options(t, b.URL+"/hello")
	ctx, cancel := context.WithCancelCause(context.Background())
	timer := time.AfterFunc(1500*time.Millisecond, func() { cancel(errors.New("interrupt")) })
	defer timer.Stop()
	began := time.Now()
	r, err := Run(ctx, o)
	require.NoError(t, err)
	require.Less(t, time.Since(began), 3*time.Second)
	require.Equal(t, "interrupt", r.Interrupted)
	require.Len(t, r.Phases, 1)
	require.Greater(t, r.Phases[0].Requests, int64(20))
	require.Empty(t, r.Phases[0].Errors, "what we cut ourselves is no error")
	back, err := measure.Load(o.Dir)
	require.NoError(t, err)
	require.Equal(t, "interrupt", back.Interrupted)
	requireWhole(t, o.Dir, r)

	again := options(t, b.URL+"/hello")
	_, err = Run(ctx, again)
	require.ErrorContains(t, err, "interrupt")
	require.NoDirExists(t, again.Dir)
}

// A redirect is measured as the answer that it is, and noted.
func TestRedirect(t *testing.T) {
	s := httptest.NewServer(http.RedirectHandler("https://elsewhere.invalid/", http.StatusMovedPermanently))
	defer s.Close()
	o := options(t, s.URL)
	o.Connections, o.Duration = 1, 50*time.Millisecond
	r, err := Run(context.Background(), o)
	require.NoError(t, err)
	require.Equal(t, 301, r.Target.Status)
	require.Empty(t, r.Phases[0].Errors)
	require.Equal(t, []string{"note"}, kinds(t, o.Dir))
}

func TestRunFolderTaken(t *testing.T) {
	b := newBoard(t, nil)
	o := options(t, b.URL+"/hello")
	o.Connections, o.Duration = 1, 50*time.Millisecond
	_, err := Run(context.Background(), o)
	require.NoError(t, err)
	_, err = Run(context.Background(), o)
	require.ErrorContains(t, err, "holds a run already")
}
