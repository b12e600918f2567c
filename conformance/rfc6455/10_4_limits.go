package rfc6455

import (
	"fmt"
	"slices"
	"time"

	"github.com/httpdlab/httpdlab/conformance/websocket"
)

// Sizes between which limits are looked for, in octets.
const (
	smallest = 64
	largest  = 16 << 20
	briefly  = 2 << 20 // without --slow
	onChip   = 64 << 10
)

var limits = []Case{
	{
		Section: "10.4", Name: "largest-message", Alone: true, Rule: "The largest message that comes back.",
		Script: script(func(c *Conn) error {
			limit, how, err := bisect(c, func(n int) []Frame { return []Frame{binary(websocket.Pattern(n))} })
			return tell(c, "one frame", limit, how, err)
		}),
	},
	{
		Section: "10.4", Name: "largest-fragmented-message", Alone: true, Rule: "The largest message that comes back, in fragments of a quarter.",
		Script: script(func(c *Conn) error {
			limit, how, err := bisect(c, quarters)
			return tell(c, "four fragments", limit, how, err)
		}),
	},
	{
		Section: "10.4", Name: "too-large-is-told", Cite: "RFC 6455, 7.4.1", Alone: true, Neighbour: greeted,
		Rule:   "A message that is too large for the server SHOULD end with 1009.",
		Script: script(tooLarge(func(n int) []Frame { return []Frame{binary(websocket.Pattern(n))} })),
	},
	{
		Section: "10.4", Name: "limit-is-of-the-sum", Alone: true, Neighbour: greeted,
		Rule:   "A limit of the message MUST hold for the sum of its fragments, or a client chooses how much is buffered.",
		Script: script(sumIsLimited),
	},
	{
		Section: "10.4", Name: "too-large-by-its-header", Alone: true, Neighbour: greeted,
		Rule:   "A length beyond the limit SHOULD be refused at the header, not after the payload was buffered.",
		Script: script(headerAlone),
	},
	{
		Section: "10.4", Name: "connections", Alone: true, Rule: "How many clients are served at the same time; one too many is refused and the others stay.",
		Script: script(connections),
	},
	{
		Section: "10.4", Name: "client-that-never-reads", Alone: true, Neighbour: greeted,
		Rule:   "A client that sends and never reads MUST NOT take unbounded memory, nor the time of others.",
		Script: script(websocket.WatchingHeap(96<<20, open, flood(binary(websocket.Pattern(16<<10)), 64<<20), othersServed)),
	},
	{
		Section: "10.4", Name: "pings-that-nobody-reads", Alone: true, Neighbour: greeted,
		Rule:   "Very many Pings without reading the Pongs MUST NOT take unbounded memory, nor the time of others.",
		Script: script(websocket.WatchingHeap(64<<20, open, floodOf(20000, ping(websocket.Pattern(125))), othersServed)),
	},
	{
		Section: "10.4", Name: "octet-by-octet-stops-nobody", Rule: "While one client sends a frame octet by octet others MUST be served.",
		Script: script(open, websocket.Drip(1, 20*time.Millisecond, text("slowly, slowly")), othersServed, receive(text("slowly, slowly")), bye),
	},
	{
		Section: "10.4", Name: "resets-leak-nothing", Alone: true, Rule: "Connections that end by RST MUST NOT take memory along.",
		Script: script(websocket.WatchingHeap(48<<20, resetMany(500)), open, hello),
	},
	{
		Section: "10.4", Name: "round-trips", Alone: true, Rule: "How long a small message takes there and back, and how fast large ones are.",
		Script: script(open, roundTrips, bye),
	},
}

func quarters(n int) []Frame {
	return websocket.Fragments(binary(websocket.Pattern(n)), max(1, n/4))
}

// highest is the size that a limit is looked for up to.
func highest(c *Conn) int {
	switch {
	case c.Slow:
		return largest
	case c.Sockets > 0:
		return onChip // its link takes seconds for a megabyte
	}
	return briefly
}

// bisect finds the largest message that comes back, and how one octet more is refused.
func bisect(c *Conn, message func(int) []Frame) (limit int, how string, err error) {
	most := highest(c)
	back, how := c.Accepts(message(most)...)
	switch {
	case back:
		return most, "", nil
	case how == "":
		return 0, "", broken(fmt.Sprintf("a message of %d octets to come back or to be refused", most), "neither")
	}
	served, refused := 0, most
	for n := smallest; n < refused; n *= 4 {
		if back, _ := c.Accepts(message(n)...); !back {
			refused = n
			break
		}
		served = n
	}
	for refused-served > 1 && c.Context().Err() == nil {
		n := (served + refused) / 2
		back, refusal := c.Accepts(message(n)...)
		switch {
		case back:
			served = n
			continue
		case refusal == "":
			return 0, "", broken(fmt.Sprintf("a message of %d octets to come back or to be refused", n), "neither")
		}
		refused, how = n, refusal
	}
	return served, how, c.Context().Err()
}

func tell(c *Conn, what string, limit int, how string, err error) error {
	switch {
	case err != nil:
		return err
	case how == "" && limit >= briefly:
		c.Note("%d octets in %s, and no limit was met", limit, what)
	default:
		c.Note("%d octets in %s; one more is refused by %s", limit, what, how)
	}
	if limit == 125 || limit == 65535 {
		c.Weak("the limit is where the form of the length changes: the longer form is probably not read")
	}
	return nil
}

// limit is the largest message in one frame, found once.
func limit(c *Conn) (int, error) {
	type found struct {
		limit int
		err   error
	}
	f := c.Once("websocket limit", func() any {
		n, _, err := bisect(c, func(n int) []Frame { return []Frame{binary(websocket.Pattern(n))} })
		return found{n, err}
	}).(found)
	switch {
	case f.err != nil:
		return 0, f.err
	case f.limit >= highest(c):
		return f.limit, skip("no limit was met up to %d octets", f.limit)
	}
	return f.limit, nil
}

// tooLarge sends the smallest message that is refused.
func tooLarge(message func(int) []Frame) Step {
	return func(c *Conn) error {
		n, err := limit(c)
		if err != nil {
			return err
		}
		return c.Run(open, send(message(n+1)...), fails(1009))
	}
}

// sumIsLimited sends fragments that are small enough one by one.
func sumIsLimited(c *Conn) error {
	n, err := limit(c)
	if err != nil {
		return err
	}
	if err := c.Run(open, send(websocket.Fragments(binary(websocket.Pattern(4*n+4)), max(1, n/2))...)); err != nil {
		return err
	}
	m, err := c.Next(c.Patience())
	return c.GradeEnd(m, err, 1009, 1008)
}

// headerAlone announces the smallest message that is refused, and sends none of it.
func headerAlone(c *Conn) error {
	n, err := limit(c)
	if err != nil {
		return err
	}
	if err := c.Run(open, send(binary("").Claiming(uint64(n)+1))); err != nil {
		return err
	}
	m, err := c.Next(c.Patience() / 2)
	if err != nil && c.Open() && !websocket.IsFinding(err) {
		c.CountsRefusal()
		c.Weak("waits for %d octets that it will not take", n+1)
		return nil
	}
	return c.GradeEnd(m, err, 1009)
}

// connections opens clients until one is refused, and uses all of them again.
func connections(c *Conn) error {
	most := 50
	switch {
	case c.Sockets > 0:
		most = 10
	case c.Slow:
		most = 1000
	}
	var peers []*Conn
	defer func() {
		for _, peer := range peers {
			c.Drop(peer.Conn)
		}
	}()
	refusal := ""
	for len(peers) < most && refusal == "" {
		plain, err := c.Peer()
		if err != nil {
			refusal = err.Error()
			break
		}
		peer := &Conn{Conn: plain, Lenient: true}
		peers = append(peers, peer)
		if err := peer.Run(open, echo(text("Hello"))); err != nil {
			refusal = err.Error()
			peers = peers[:len(peers)-1]
			c.Drop(plain)
		}
	}
	for i, peer := range peers {
		if err := peer.Run(echo(text("still here"))); err != nil {
			return broken(fmt.Sprintf("connection %d of %d to live on", i+1, len(peers)), err.Error())
		}
	}
	c.Note("%d clients at once", len(peers))
	if refusal != "" {
		c.Note("one more: %s", refusal)
	}
	return nil
}

// flood sends a message again and again, without reading, until total octets are sent or the server takes no more.
func flood(message Frame, total int) Step {
	return func(c *Conn) error {
		octets := total
		if !c.Slow {
			octets /= 8
		}
		return floodOf(octets/len(message.Payload), message)(c)
	}
}

// floodOf sends n frames without reading, for two seconds at most.
func floodOf(n int, f Frame) Step {
	return func(c *Conn) error {
		frame := websocket.Octets(f)
		var all []byte
		for range sparing(c, n, 200) {
			all = append(all, frame...)
		}
		done := c.Pour(all, 64<<10, 0)
		select {
		case <-done:
			c.Note("%d octets were taken without reading the answers", len(all))
		case <-time.After(2 * time.Second):
			c.Note("the server stopped reading")
		}
		return nil
	}
}

// sparing is n, or less for a chip, which is not to be drowned.
func sparing(c *Conn, n, chip int) int {
	if c.Sockets > 0 {
		return min(n, chip)
	}
	return n
}

// othersServed asks another client to be served within a second, whatever this one does.
func othersServed(c *Conn) error {
	start := time.Now()
	if err := websocket.Beside(open, echo(text("me too")), bye)(c); err != nil {
		return broken("another client to be served meanwhile", err.Error())
	}
	if took := time.Since(start); took > time.Second {
		c.Weak("another client was served only after %.1f s", took.Seconds())
	}
	return nil
}

// resetMany opens connections and resets each after its handshake.
func resetMany(n int) Step {
	return func(c *Conn) error {
		for i := range sparing(c, n, 30) {
			if err := c.Run(open, reset, websocket.Reopen); err != nil {
				return fmt.Errorf("connection %d of %d: %w", i+1, n, err)
			}
		}
		return nil
	}
}

// roundTrips measures latency and throughput with every octet compared.
func roundTrips(c *Conn) error {
	n, size := 200, 64<<10
	if c.Sockets > 0 {
		n, size = 50, 1024
	}
	var times []time.Duration
	for i := range n {
		start := time.Now()
		if err := c.Run(echo(text(fmt.Sprintf("round trip %d", i)))); err != nil {
			return err
		}
		times = append(times, time.Since(start))
	}
	c.Note("a small message takes %s there and back, one in a hundred %s", middle(times, 50), middle(times, 99))
	if back, _ := c.Accepts(binary(websocket.Pattern(size))); !back {
		return nil
	}
	start := time.Now()
	for range 16 {
		if err := c.Run(echo(binary(websocket.Pattern(size)))); err != nil {
			return err
		}
	}
	c.Note("messages of %d octets go at %.0f MB/s", size, float64(16*size)/1e6/time.Since(start).Seconds())
	return nil
}

// middle is a percentile.
func middle(times []time.Duration, percent int) time.Duration {
	sorted := append([]time.Duration(nil), times...)
	slices.Sort(sorted)
	return sorted[min(len(sorted)-1, len(sorted)*percent/100)].Round(time.Microsecond)
}
