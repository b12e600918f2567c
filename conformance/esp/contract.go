package esp

import (
	"fmt"
	"strings"
)

var handlers = []Case{
	{
		Section: "4", Name: "wildcard-tail",
		Rule:   "A handler for /tree/* MUST get every path below, with the tail as it was sent.",
		Each:   []string{"a", "a/b/c", "a.b~c"},
		Script: Script{send(get("{tree}/{x}")), content("{x}")},
	},
	{
		Section: "4", Name: "wildcard-without-query",
		Rule:   "Only the path is matched: a query MUST NOT be part of the tail.",
		Script: Script{send(get("{tree}/a?b=c")), content("a")},
	},
	{
		Section: "4", Name: "exact-match",
		Rule:   "A handler without wildcard MUST match its path and no other, in the same case.",
		Each:   []string{"{sink}x", "{sink}/", "/SINK"},
		Script: Script{send(post("{x}", "12345")), status(404)},
	},
	{
		Section: "4", Name: "method-mismatch",
		Rule:   "A path that has a handler, but not for this method, MUST be answered with 405.",
		Script: Script{send(get("{sink}")), status(405)},
	},
	{
		Section: "4", Name: "any-method",
		Rule:   "A handler for any method MUST get them all.",
		Each:   []string{"POST", "PUT"},
		Script: Script{send("{x} {echo}" + host + "Content-Length: {n}\r\n\r\nhello"), content("hello")},
	},
	{
		Section: "4", Name: "no-handler",
		Rule:   "A path without handler MUST be answered with 404.",
		Script: Script{send(get("/no-such-{rnd}")), status(404)},
	},
}

var requests = []Case{
	{
		Section: "6", Name: "content-is-counted",
		Rule:   "A handler MUST get as many octets of content as the length says, in however many reads.",
		Script: Script{send(post("{sink}", strings.Repeat("x", 3000))), content(`{"bytes":3000}`), send(post("{sink}", "")), content(`{"bytes":0}`)},
	},
	{
		Section: "6", Name: "content-comes-back",
		Rule:   "An echo MUST return content and Content-Type as they came.",
		Script: Script{send("POST {echo}" + host + "Content-Type: application/x-board\r\nContent-Length: 3\r\n\r\na\x00b"), content("a\x00b"), sameType("application/x-board")},
	},
	{
		Section: "6", Name: "unread-content-is-purged",
		Rule:   "Content that no handler reads MUST be purged before the next request, or the connection closes.",
		Script: Script{send(post("/no-such-{rnd}", "GET / HTTP/1.1\r\nHost: {h}\r\n\r\n")), status(404), again},
	},
}

var responses = []Case{
	{
		Section: "7", Name: "plain-content",
		Rule:   "A response sent at once MUST have its length and every octet of it.",
		Each:   []string{"0", "1", "1460", "20000"},
		Script: Script{send(get("{bytes}?n={x}")), sized},
	},
	{
		Section: "7", Name: "chunked-content",
		Rule:   "A response sent in chunks MUST have the same content as one sent at once.",
		Script: Script{send(get("{bytes}?n=5000"), get("{bytes}?n=5000&chunked=1")), ok, sameInChunks},
	},
	{
		Section: "7", Name: "server-sent-events",
		Rule:   "A handler that sends one event after another MUST have each of them arrive.",
		Script: Script{send(get("{events}?n=3&ms=5")), ok, events(3)},
	},
}

var sessions = []Case{
	{
		Section: "9", Name: "context-lives-with-connection",
		Rule:   "A session context MUST be there again with the next request of the same connection.",
		Script: Script{send(post("{adder}", "5")), content("5"), send(post("{adder}", "10")), content("15"), send(post("{adder}", "-3")), content("12")},
	},
	{
		Section: "9", Name: "context-dies-with-connection",
		Rule:   "A session context MUST NOT outlive its connection.",
		Script: Script{send(post("{adder}", "5")), content("5"), reopen, send(post("{adder}", "1")), content("1")},
	},
	{
		Section: "9", Name: "contexts-are-separate",
		Rule:   "Two connections MUST have a context each, also if their requests alternate.",
		Script: Script{separateContexts},
	},
	{
		Section: "9", Name: "context-survives-an-error",
		Rule:   "A response with an error that keeps the connection MUST keep its session context.",
		Script: Script{send(post("{adder}", "5")), content("5"), send(get("/no-such-{rnd}")), status(404), sumGoesOn},
	},
}

// content asks for a 2xx response with exactly this content; placeholders are expanded.
func content(want string) Step {
	return func(c *Conn) error {
		if err := ok(c); err != nil {
			return err
		}
		want, err := c.Text(want)
		if err != nil {
			return err
		}
		if got := strings.TrimSpace(string(c.Last.Body)); got != strings.TrimSpace(want) {
			return wrong(fmt.Sprintf("the content %q", want), fmt.Sprintf("%q", got))
		}
		return nil
	}
}

func sameType(want string) Step {
	return func(c *Conn) error {
		if got := c.Last.Get("Content-Type"); got != want {
			return wrong("Content-Type: "+want, got)
		}
		return nil
	}
}

func sized(c *Conn) error {
	if err := ok(c); err != nil {
		return err
	}
	if got := fmt.Sprint(len(c.Last.Body)); got != c.Element() {
		return wrong(c.Element()+" octets", got)
	}
	return nil
}

func sameInChunks(c *Conn) error {
	whole := c.Last
	if err := ok(c); err != nil {
		return err
	}
	if !c.Last.Coding {
		return wrong("Transfer-Encoding: chunked", c.Last.Line())
	}
	if string(whole.Body) != string(c.Last.Body) {
		return wrong(fmt.Sprintf("the same %d octets", len(whole.Body)), fmt.Sprintf("%d other ones", len(c.Last.Body)))
	}
	return nil
}

func events(n int) Step {
	return func(c *Conn) error {
		if got := strings.Count("\n"+string(c.Last.Body), "\ndata:"); got != n {
			return wrong(fmt.Sprintf("%d events", n), fmt.Sprintf("%d in %q", got, c.Last.Body))
		}
		return nil
	}
}

// add posts a number on a connection and asks for the sum.
func add(c *Conn, number, sum string) error {
	if err := c.Send(post("{adder}", number)); err != nil {
		return err
	}
	return content(sum)(c)
}

func separateContexts(c *Conn) error {
	other, err := c.Peer()
	if err != nil {
		return err
	}
	defer c.Drop(other)
	for _, turn := range []struct {
		conn        *Conn
		number, sum string
	}{{c, "1", "1"}, {other, "10", "10"}, {c, "1", "2"}, {other, "10", "20"}} {
		if err := add(turn.conn, turn.number, turn.sum); err != nil {
			return err
		}
	}
	return nil
}

func sumGoesOn(c *Conn) error {
	if c.Last.Closes() {
		return skip("the connection closes after an error")
	}
	return add(c, "1", "6")
}
