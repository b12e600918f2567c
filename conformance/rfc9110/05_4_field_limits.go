package rfc9110

import (
	"fmt"
	"strings"
)

// The largest head that the limit cases send, in octets.
const hugeHead = 1 << 20

var fieldLimits = []Case{
	{
		Section: "5.4", Name: "fifty-fields", Alias: "HDR-MANY-50-OK",
		Rule:   "Fifty small fields are served (a chip: as many as its declared limit holds).",
		Script: Script{fifty},
	},
	{
		Section: "5.4", Name: "field-too-large", Alias: "HDR-431-VALUE", Twin: get, Alone: true,
		Rule:   "A field larger than the server wishes to process MUST be answered with a 4xx.",
		Script: Script{grow(func(n int) string { return "X: " + strings.Repeat("a", n) + "\r\n" })},
	},
	{
		Section: "5.4", Name: "too-many-fields", Alias: "HDR-431-COUNT", Twin: get, Alone: true,
		Rule:   "More fields than the server wishes to process MUST be answered with a 4xx.",
		Script: Script{grow(func(n int) string { return strings.Repeat("X: y\r\n", n/6) })},
	},
	{
		Section: "5.4", Name: "head-too-large", Alias: "HDR-431-TOTAL", Twin: get, Alone: true,
		Rule: "A head larger than the server wishes to process MUST be answered with a 4xx that the client can read.",
		Script: Script{grow(func(n int) string {
			return strings.Repeat("X-Field-Of-Some-Length: "+strings.Repeat("v", 74)+"\r\n", n/100)
		})},
	},
	{
		Section: "5.4", Name: "oversized-field-is-not-skipped", Alias: "HDR-LIMIT-NOT-TRUNCATE", Twin: post5,
		Rule:   "A server MUST NOT ignore an oversized field, or what follows it, and go on: a length behind it still frames the content.",
		Script: Script{oversizedThenLength},
	},
	{
		Section: "5.4", Name: "largest-head", Alias: "HDR-LIMIT-BISECT", Alone: true,
		Rule:   "The largest head that is accepted, found by bisection.",
		Script: Script{largestHead},
	},
}

func fifty(c *Conn) error {
	n := 50
	if c.MaxHead > 0 {
		n = min(n, (c.MaxHead-100)/len("X-00: y\r\n"))
	}
	var fields strings.Builder
	for i := range n {
		fmt.Fprintf(&fields, "X-%02d: y\r\n", i)
	}
	if err := c.Send(getHead + fields.String() + "\r\n"); err != nil {
		return err
	}
	return ok(c)
}

// tryHead sends a GET with more field lines, on a fresh connection.
func tryHead(c *Conn, fields string) (*Response, error) {
	if err := reopen(c); err != nil {
		return nil, err
	}
	if err := c.Send(getHead + fields + "\r\n"); err != nil {
		return nil, err
	}
	return c.Final()
}

// grow enlarges the head until it is refused; the refusal must be a readable 4xx, best 431.
func grow(fields func(n int) string) Step {
	return func(c *Conn) error {
		for n := 512; n <= hugeHead; n *= 2 {
			r, err := tryHead(c, fields(n))
			if err != nil {
				return fmt.Errorf("%d octets of fields: %w", n, err)
			}
			switch {
			case r.Status/100 == 2:
				continue
			case r.Status == 431:
				return nil
			case r.Status/100 == 4 && r.Status != 404 && r.Status != 405:
				c.Weak("%d octets of fields are answered %s rather than 431", n, r.Line())
				return nil
			}
			return wrong(fmt.Sprintf("a 4xx for %d octets of fields", n), r.Line())
		}
		return skip("%d octets of fields are still accepted", hugeHead)
	}
}

// oversizedThenLength puts the length of the content behind ever larger fields. The content is a request.
func oversizedThenLength(c *Conn) error {
	for _, n := range []int{600, 2 << 10, 9 << 10, 70 << 10} {
		if err := reopen(c); err != nil {
			return err
		}
		if err := c.Send(postHead + "X: " + strings.Repeat("a", n) + "\r\nContent-Length: {n}\r\n\r\n" + hidden); err != nil {
			return err
		}
		if err := canary("2xx open", "2xx close", "4xx close", "~4xx open")(c); err != nil {
			return fmt.Errorf("behind a field of %d octets: %w", n, err)
		}
	}
	return nil
}

// largestHead finds the limit between the sizes that are served and those that are not.
func largestHead(c *Conn) error {
	served, refused := 0, hugeHead
	for refused-served > 1 {
		n := (served + refused) / 2
		r, err := tryHead(c, "X: "+strings.Repeat("a", n)+"\r\n")
		if err == nil && r.Status/100 == 2 {
			served = n
		} else {
			refused = n
		}
	}
	base, err := c.Text(getHead + "X: \r\n\r\n")
	if err != nil {
		return err
	}
	if total := served + len(base); total >= 256 {
		c.Note("largest head served: %d octets", total)
		return nil
	}
	return wrong("a head of at least 256 octets", fmt.Sprint(served+len(base)))
}
