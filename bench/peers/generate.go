package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/valyala/fasthttp"

	vegeta "github.com/tsenart/vegeta/v12/lib"

	"github.com/httpdlab/httpdlab/bench/measure"
)

// goGenerators are load generators that are libraries: each keeps so many
// connections busy and tells of each response how long it took.
var goGenerators = map[string]func(ctx context.Context, url string, connections int, took func(time.Duration, error)){
	"vegeta":   vegetaLoad,
	"fasthttp": fasthttpLoad,
	"net/http": nethttpLoad,
}

// generateGo is the child that loads a URL for so many seconds with one of them,
// and prints what the others print.
func generateGo(ctx context.Context, out io.Writer, name, url, connections, seconds string) error {
	load := goGenerators[name]
	n, err := strconv.Atoi(connections)
	if err != nil || load == nil {
		return fmt.Errorf("load with %q over %q connections: there are vegeta, fasthttp and net/http", name, connections)
	}
	length, err := time.ParseDuration(seconds + "s")
	if err != nil {
		return err
	}
	var mu sync.Mutex
	h, failed := measure.NewHistogram(), error(nil)
	ctx, cancel := context.WithTimeout(ctx, length)
	defer cancel()
	began := time.Now()
	load(ctx, url, n, func(d time.Duration, err error) {
		mu.Lock()
		defer mu.Unlock()
		if err != nil && ctx.Err() == nil {
			failed = err
		}
		if err == nil {
			err = h.RecordValue(min(max(int64(d), h.LowestTrackableValue()), h.HighestTrackableValue()))
		}
	})
	if failed != nil {
		return fmt.Errorf("load with %s: %w", name, failed)
	}
	fmt.Fprintf(out, "Requests/sec: %.1f\n99%% in %.6f secs\n", float64(h.TotalCount())/time.Since(began).Seconds(), float64(h.ValueAtPercentile(99))/1e9)
	return nil
}

// vegetaLoad is its closed loop: no rate, and as many workers as connections.
func vegetaLoad(ctx context.Context, url string, connections int, took func(time.Duration, error)) {
	n := uint64(connections)
	a := vegeta.NewAttacker(vegeta.Workers(n), vegeta.MaxWorkers(n), vegeta.Connections(connections), vegeta.MaxBody(0))
	defer context.AfterFunc(ctx, func() { a.Stop() })()
	target := vegeta.NewStaticTargeter(vegeta.Target{Method: http.MethodGet, URL: url})
	for r := range a.Attack(target, vegeta.Rate{}, 0, "") {
		if r.Error != "" {
			took(0, fmt.Errorf("%s", r.Error))
			continue
		}
		took(r.Latency, nil)
	}
}

func fasthttpLoad(ctx context.Context, url string, connections int, took func(time.Duration, error)) {
	c := &fasthttp.Client{MaxConnsPerHost: connections}
	each(ctx, connections, took, func() func() error {
		q, a := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
		q.SetRequestURI(url)
		return func() error { return c.Do(q, a) }
	})
}

func nethttpLoad(ctx context.Context, url string, connections int, took func(time.Duration, error)) {
	c := &http.Client{Transport: &http.Transport{
		MaxIdleConnsPerHost: connections, MaxConnsPerHost: connections, DisableCompression: true, DialContext: new(net.Dialer).DialContext,
	}}
	each(ctx, connections, took, func() func() error {
		return func() error {
			a, err := c.Get(url)
			if err != nil {
				return err
			}
			defer a.Body.Close()
			_, err = io.Copy(io.Discard, a.Body)
			return err
		}
	})
}

// each runs so many goroutines, each of which sends its next request when the
// last one is answered.
func each(ctx context.Context, connections int, took func(time.Duration, error), prepare func() func() error) {
	var all sync.WaitGroup
	for range connections {
		all.Go(func() {
			for send := prepare(); ctx.Err() == nil; {
				began := time.Now()
				err := send()
				took(time.Since(began), err)
			}
		})
	}
	all.Wait()
}
