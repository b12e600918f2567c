package esp

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Cases of this file need the limits that GET /info declares, and most of them need to be alone with the board.
var configuration = []Case{
	{
		Section: "2", Name: "max-uri-len", Twin: get("{p}"),
		Rule:   "A target of max_uri_len octets MUST be served, one that is longer be answered with 414.",
		Script: Script{uriLimit},
	},
	{
		Section: "2", Name: "max-req-hdr-len", Twin: get("{p}"),
		Rule:   "Header fields of more than max_req_hdr_len octets MUST be answered with 431.",
		Script: Script{headerLimit},
	},
	{
		Section: "2", Name: "max-open-sockets", Alone: true,
		Rule:   "As many connections as max_open_sockets says MUST be served and kept at the same time.",
		Script: Script{allSockets},
	},
	{
		Section: "2", Name: "lru-purge", Alone: true,
		Rule:   "With LRU purge a client too many MUST be served, and the connection closed for it is the one idle longest.",
		Script: Script{purge},
	},
}

func uriLimit(c *Conn) error {
	if c.MaxURI == 0 {
		return skip("the target does not declare max_uri_len")
	}
	pad := strings.Repeat("a", c.MaxURI-len(c.Vars["p"])-1)
	if err := c.Send(get("{p}?" + pad)); err != nil {
		return err
	}
	if err := ok(c); err != nil {
		return err
	}
	if err := reopen(c); err != nil {
		return err
	}
	if err := c.Send(get("{p}?" + pad + "a")); err != nil {
		return err
	}
	return reject(414)(c)
}

func headerLimit(c *Conn) error {
	if c.MaxHead == 0 {
		return skip("the target does not declare max_req_hdr_len")
	}
	if err := c.Send("GET {p}" + host + "X: " + strings.Repeat("a", c.MaxHead) + "\r\n\r\n"); err != nil {
		return err
	}
	return reject(431)(c)
}

// fill opens n connections and uses each once.
func fill(c *Conn, n int) (peers []*Conn, err error) {
	for i := range n {
		peer, err := c.Peer()
		if err != nil {
			return peers, fmt.Errorf("connection %d: %w", i+1, err)
		}
		peer.Irregular() // it may be purged
		peers = append(peers, peer)
		if err := use(peer); err != nil {
			return peers, fmt.Errorf("connection %d: %w", i+1, err)
		}
	}
	return peers, nil
}

func use(c *Conn) error {
	if err := c.Send(get("{p}")); err != nil {
		return err
	}
	return ok(c)
}

func dropAll(c *Conn, peers []*Conn) {
	for _, peer := range peers {
		c.Drop(peer)
	}
}

// sockets is the declared number of connections; the case's own is one of them.
func sockets(c *Conn) (int, error) {
	n, err := strconv.Atoi(c.Vars["sockets"])
	if err != nil || n < 2 || n > 64 {
		return 0, skip("the target does not declare max_open_sockets between 2 and 64")
	}
	return n, nil
}

func allSockets(c *Conn) error {
	n, err := sockets(c)
	if err != nil {
		return err
	}
	if err := use(c); err != nil {
		return err
	}
	peers, err := fill(c, n-1)
	defer func() { dropAll(c, peers) }()
	if err != nil {
		return err
	}
	for i, peer := range append(peers, c) {
		if err := use(peer); err != nil {
			return fmt.Errorf("connection %d of %d, used again: %w", i+1, n, err)
		}
	}
	return nil
}

// purge fills every socket, uses all but the first again and lets one more client come.
func purge(c *Conn) error {
	n, err := sockets(c)
	if err != nil {
		return err
	}
	c.Irregular()
	if err := use(c); err != nil {
		return err
	}
	peers, err := fill(c, n)
	defer func() { dropAll(c, peers) }()
	if err != nil && len(peers) == n {
		return skip("one client too many is not served: LRU purge is off")
	}
	if err != nil {
		return err
	}
	if !c.Ended(c.Answer) {
		return wrong("the connection idle longest to be closed", "it is still open")
	}
	if err := use(peers[0]); err != nil {
		return fmt.Errorf("the connection idle second longest: %w", err)
	}
	return nil
}

var async = []Case{
	{
		Section: "10", Name: "slow-handler-stops-nobody",
		Rule:   "While an asynchronous handler takes its time other clients MUST be served.",
		Script: Script{slowOne},
	},
}

// slowOne asks for a slow answer and for quick ones on the side; the slow one must come, and not early. Whoever is stopped
// by the slow one waits at least as long as that takes; whoever is only slow because the machine has much to do does not.
func slowOne(c *Conn) error {
	takes, start := c.Answer/3, time.Now()
	if err := c.Send(get(fmt.Sprintf("{slow}?ms=%d", takes.Milliseconds()))); err != nil {
		return err
	}
	for range 3 {
		peer, err := c.Peer()
		if err != nil {
			return err
		}
		err = use(peer)
		c.Drop(peer)
		if err != nil {
			return err
		}
	}
	if waited := time.Since(start); waited >= takes.Truncate(time.Millisecond) {
		return late("three quick answers meanwhile", fmt.Sprintf("they took %s of the %s", waited.Round(time.Millisecond), takes))
	}
	if err := ok(c); err != nil {
		return err
	}
	if took := time.Since(start); took < takes*9/10 {
		return wrong("an answer after "+takes.String(), took.Round(time.Millisecond).String())
	}
	return nil
}

var telling = []Case{
	{
		Section: "12", Name: "info",
		Rule:   "GET /info MUST tell what the board is, as JSON with every field of the contract.",
		Script: Script{send(get("{info}")), ok, fields("board", "chip", "sdk", "app", "app_sha", "cores", "mhz", "reset_reason", "boot_count", "uptime_ms")},
	},
	{
		Section: "12", Name: "heap",
		Rule:   "GET /heap MUST tell the heap in octets, as JSON of numbers.",
		Script: Script{send(get("{heap}")), ok, fields("uptime_ms", "boot_count", "free", "min_free", "largest_block", "total")},
	},
	{
		Section: "12", Name: "uptime-grows",
		Rule:   "Uptime MUST grow and the boot count stay: a board that reboots in between is not well.",
		Script: Script{uptime},
	},
}

// decode reads the last response as a JSON object.
func decode(c *Conn) (object map[string]any, err error) {
	if err := json.Unmarshal(c.Last.Body, &object); err != nil {
		return nil, wrong("a JSON object", fmt.Sprintf("%q", c.Last.Body))
	}
	return object, nil
}

func fields(names ...string) Step {
	return func(c *Conn) error {
		object, err := decode(c)
		if err != nil {
			return err
		}
		for _, name := range names {
			if _, there := object[name]; !there {
				return wrong("the field "+name, string(c.Last.Body))
			}
		}
		return nil
	}
}

func uptime(c *Conn) error {
	var before map[string]any
	for range 2 {
		if err := c.Send(get("{info}")); err != nil {
			return err
		}
		if err := ok(c); err != nil {
			return err
		}
		now, err := decode(c)
		if err != nil {
			return err
		}
		if before != nil && (number(now, "uptime_ms") < number(before, "uptime_ms")+5 || now["boot_count"] != before["boot_count"]) {
			return wrong("a later uptime of the same boot", fmt.Sprintf("%v then %v", before, now))
		}
		before = now
		if err := c.Wait(20 * time.Millisecond); err != nil {
			return err
		}
	}
	return nil
}

func number(object map[string]any, name string) float64 {
	n, _ := object[name].(float64)
	return n
}
