package load

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func besiege(t testing.TB, s Siege) *SiegeResult {
	t.Helper()
	s.Bystander = One(get(t, "http://"+s.Address+"/"), Expect{Content: ContentOf([]byte("hello"))})
	s.Before, s.During, s.After = leastStretch, 3*leastStretch, 3*time.Second
	s.Timeout = 150 * time.Millisecond
	r, err := s.Run(context.Background())
	require.NoError(t, err)
	require.Equal(t, s.Kind, r.Kind)
	require.Positive(t, r.Before.Requests)
	require.Empty(t, r.Before.Errors)
	require.Positive(t, r.Before.ServiceMS.P99)
	return r
}

// A server with a goroutine for each connection serves the bystander whatever
// the others do.
func TestSiegeOfAGoodServer(t *testing.T) {
	for _, kind := range HostileKinds {
		t.Run(string(kind), func(t *testing.T) {
			s := serve(t, answer(hello))
			r := besiege(t, Siege{Kind: kind, Address: s.Addr().String(), Count: 5})
			require.True(t, r.Served)
			require.True(t, r.Recovered)
			require.Less(t, r.RecoveryMS, 3000.0)
			require.Empty(t, r.During.Errors)
			require.Equal(t, 5, r.Count)
			require.GreaterOrEqual(t, r.Connected, int64(5))
			require.GreaterOrEqual(t, r.Attempts, r.Connected)
			if kind != SlowBody { // which this server answers before the body is there
				require.Zero(t, r.CutOff)
			}
			require.True(t, settles(func() bool { return s.open.Load() == 0 }), "all hostile clients are gone")
		})
	}
}

// one serves a single connection at a time, which it gives up after some
// silence.
func one(t *testing.T, patience time.Duration) *server {
	var turn sync.Mutex
	return serve(t, func(p *peer) {
		turn.Lock()
		defer turn.Unlock()
		for {
			p.SetReadDeadline(time.Now().Add(patience))
			if _, err := http.ReadRequest(p.r); err != nil {
				return
			}
			p.say("%s", hello)
		}
	})
}

// A server of one socket has none for the bystander, until it loses patience
// with the hostile clients or they go.
func TestSiegeOfOneSocket(t *testing.T) {
	undisturbed(t, func(calm require.TestingT) {
		s := one(t, 10*time.Second)
		r := besiege(t, Siege{Kind: HalfOpen, Address: s.Addr().String(), Fresh: true, Count: 2})
		require.False(calm, r.Served)
		require.Equal(calm, map[string]int64{"ttfb/timeout": r.During.Requests}, r.During.Errors)
		require.True(calm, r.Recovered)
		require.Zero(calm, r.CutOff)
	})
	undisturbed(t, func(calm require.TestingT) {
		s := one(t, 20*time.Millisecond)
		r := besiege(t, Siege{Kind: HalfOpen, Address: s.Addr().String(), Fresh: true, Count: 1})
		require.True(calm, r.Served)
		require.Positive(calm, r.CutOff)
		require.Greater(calm, r.During.ServiceMS.Max, r.Before.ServiceMS.P50)
	})
}

// Every hostile client does what its name says.
func TestHostileWire(t *testing.T) {
	for kind, sends := range map[HostileKind]string{
		SlowHead: "GET /p HTTP/1.1\r\nHost: ADDR\r\nUser-Agent: httpdlab\r\nX-Slow: a",
		SlowBody: "POST /b HTTP/1.1\r\nContent-Length: 1000000\r\nHost: ADDR\r\nUser-Agent: httpdlab\r\n\r\na",
		HalfOpen: "",
		SlowRead: "GET /p HTTP/1.1\r\nHost: ADDR\r\nUser-Agent: httpdlab\r\n\r\n",
		Squat:    "GET /p HTTP/1.1\r\nHost: ADDR\r\nUser-Agent: httpdlab\r\n\r\n",
		Reset:    "GET /p HTTP/1.1\r\nHost: ADDR\r\nUser-Agent: httpdlab\r\n\r\n",
		Surplus:  "GET /p HTTP/1.1\r\nHost: ADDR\r\nUser-Agent: httpdlab\r\n\r\nGET /p HTTP/1.1\r\n",
	} {
		ctx, cancel := context.WithCancel(t.Context())
		got := make(chan string, 100)
		s := serve(t, func(p *peer) {
			all := ""
			p.SetReadDeadline(time.Now().Add(250 * time.Millisecond))
			for b := make([]byte, 1000); ; {
				n, err := p.Conn.Read(b)
				if all += string(b[:n]); err != nil {
					break
				}
			}
			got <- all
		})
		siege := &Siege{Kind: kind, Address: s.Addr().String(), Path: "/p", Body: "/b"}
		h, err := newHostile(siege)
		require.NoError(t, err)
		var all sync.WaitGroup
		all.Go(func() { h.run(ctx, 1) })
		first := <-got
		cancel()
		all.Wait()
		require.Contains(t, first, strings.Replace(sends, "ADDR", s.Addr().String(), 1), string(kind))
	}
}

func TestSiegeErrors(t *testing.T) {
	s := serve(t, answer("HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"))
	good := Siege{Kind: Reset, Address: s.Addr().String(), Bystander: One(get(t, s.url()), Expect{}), Before: leastStretch}
	_, err := good.Run(t.Context())
	require.ErrorContains(t, err, "no good answer before the attack (map[status/500")
	for says, change := range map[string]func(*Siege){
		"no hostile client is called": func(s *Siege) { s.Kind = "polite" },
		"not an IP address":           func(s *Siege) { s.Address = "localhost:80" },
		"1000 hostile clients":        func(s *Siege) { s.Count = 1000 },
		"a part of 2m0s":              func(s *Siege) { s.During = 2 * time.Minute },
		"nothing to ask for":          func(s *Siege) { s.Bystander = nil },
		"is not a path":               func(s *Siege) { s.Path = "a b" },
	} {
		bad := good
		change(&bad)
		_, err := bad.Run(t.Context())
		require.ErrorContains(t, err, says)
	}
}

// Recovery is ten good answers in a row, as fast as before.
func TestRecovery(t *testing.T) {
	var all []seen
	add := func(n int, took time.Duration, failed string) {
		for range n {
			all = append(all, seen{0, took, failed})
		}
	}
	add(3, time.Millisecond, "ttfb/timeout")
	add(9, time.Millisecond, "")
	add(1, time.Second, "")
	require.Equal(t, -1, recovery(all, 2*time.Millisecond))
	add(9, time.Millisecond, "")
	require.Equal(t, -1, recovery(all, 2*time.Millisecond))
	add(1, 2*time.Millisecond, "")
	require.Equal(t, 13, recovery(all, 2*time.Millisecond))
}
