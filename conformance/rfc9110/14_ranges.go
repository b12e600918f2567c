package rfc9110

import (
	"fmt"
	"slices"
	"strings"
)

const ranged = "GET {ranged} HTTP/1.1\r\nHost: {h}\r\n"

var ranges = []Case{
	{
		Section: "14.1.1", Name: "overflowing-range", Alias: "RANGE-OVERFLOW",
		Rule:   "A recipient MUST expect positions beyond its integers: the answer is 206, 416 or 200, never a failure.",
		Each:   []string{"0-18446744073709551615", "18446744073709551616-"},
		Script: Script{send(getFile + "Range: bytes={x}\r\n\r\n"), status(206, 416, 200)},
	},
	{
		Section: "14.1.2", Name: "suffix-range", Alias: "RANGE-SUFFIX",
		Rule:   "A suffix longer than the content MUST give all of it, a suffix of one the last octet.",
		Script: Script{send(ranged+"Range: bytes=-1\r\n\r\n", ranged+"Range: bytes=-999999999\r\n\r\n"), part(-1, -1), part(0, -1)},
	},
	{
		Section: "14.1.2", Name: "open-range", Alias: "RANGE-OPEN",
		Rule:   "A range without end or beyond the end MUST be taken to the last octet.",
		Script: Script{send(ranged+"Range: bytes=1-\r\n\r\n", ranged+"Range: bytes=0-999999999\r\n\r\n"), part(1, -1), part(0, -1)},
	},
	{
		Section: "14.2", Name: "first-octet", Alias: "RANGE-206",
		Rule:   "A server MAY ignore Range; if not, it sends the part that was asked for.",
		Script: Script{send(getFile + "Range: bytes=0-0\r\n\r\n"), partOrWhole},
	},
	{
		Section: "14.2", Name: "invalid-range", Alias: "RANGE-INVALID-IGNORED",
		Rule:   "An invalid range MAY be ignored or refused with 416; it never fails or gives a part.",
		Each:   []string{"bytes=2-1", "bytes=x", "bytes=", "bytes=--1"},
		Script: Script{send(getFile + "Range: {x}\r\n\r\n"), status(200, 416, 400)},
	},
	{
		Section: "14.2", Name: "unknown-unit",
		// MAY in the catalogue, which has it among invalid ranges. The section tells the two apart.
		Rule:   "An origin server MUST ignore a Range in a unit that it does not understand.",
		Script: Script{ignores(getFile, "Range: foo=0-1\r\n")},
	},
	{
		Section: "14.2", Name: "thousand-ranges", Alias: "RANGE-MANY", Cite: "RFC 9110, 17.15",
		Rule:   "A server SHOULD ignore, join or refuse a thousand overlapping ranges: the answer stays small.",
		Script: Script{send(getFile + "Range: bytes=" + strings.TrimSuffix(strings.Repeat("0-,", 1000), ",") + "\r\n\r\n"), bounded},
	},
	{
		Section: "14.2", Name: "range-without-get", Alias: "RANGE-NOT-GET",
		Rule:   "A server MUST ignore Range on a method other than GET.",
		Script: Script{send("HEAD {file} HTTP/1.1\r\nHost: {h}\r\nRange: bytes=0-0\r\n\r\n"), ignoredRange},
	},
	{
		Section: "14.3", Name: "accept-ranges-is-true", Alias: "RANGE-ACCEPT-RANGES-HONEST",
		Rule:   "A server that advertises Accept-Ranges: bytes SHOULD honour a simple range.",
		Script: Script{send(getFile + "\r\n"), advertised},
	},
	{
		Section: "14.4", Name: "content-range-on-get",
		Rule:   "A server MUST ignore Content-Range on a method that has no meaning for it.",
		Script: Script{ignores(getFile, "Content-Range: bytes 0-0/1\r\n")},
	},
}

// part asks for 206 with the octets from first to last of the file; negative counts from its end.
func part(first, last int) Step {
	return func(c *Conn) error {
		r, err := c.Final()
		if err != nil {
			return err
		}
		return samePart(c, r, first, last)
	}
}

func samePart(c *Conn, r *Response, first, last int) error {
	whole := c.File.Body
	if first < 0 {
		first += len(whole)
	}
	if last < 0 {
		last += len(whole)
	}
	want := fmt.Sprintf("bytes %d-%d/%d", first, last, len(whole))
	switch {
	case r.Status != 206:
		return wrong("206", r.Line())
	case r.Get("Content-Range") != want && r.Get("Content-Range") != fmt.Sprintf("bytes %d-%d/*", first, last):
		return wrong("Content-Range: "+want, r.Get("Content-Range"))
	case string(r.Body) != string(whole[first:last+1]):
		return wrong(fmt.Sprintf("%d octets of the file", last+1-first), fmt.Sprintf("%d other ones", len(r.Body)))
	}
	return nil
}

func partOrWhole(c *Conn) error {
	r, err := c.Final()
	if err != nil {
		return err
	}
	if r.Status == 200 && string(r.Body) == string(c.File.Body) {
		return nil
	}
	return samePart(c, r, 0, 0)
}

// bounded asks for a quick answer that is not a thousand times the file.
func bounded(c *Conn) error {
	r, err := c.Final()
	if err != nil {
		return err
	}
	if !slices.Contains([]int{200, 206, 400, 416, 431}, r.Status) {
		return wrong("200, a joined 206, 416 or 400", r.Line())
	}
	if most := 4*len(c.File.Body) + 4096; len(r.Body) > most {
		return wrong(fmt.Sprintf("at most %d octets", most), fmt.Sprint(len(r.Body)))
	}
	return nil
}

func ignoredRange(c *Conn) error {
	r, err := c.Final()
	if err != nil {
		return err
	}
	if r.Status != 200 {
		return wrong("200 as if there were no Range", r.Line())
	}
	return nil
}

func advertised(c *Conn) error {
	if err := ok(c); err != nil {
		return err
	}
	if !c.Last.Has("Accept-Ranges", "bytes") {
		return skip("Accept-Ranges is not sent")
	}
	if err := reopen(c); err != nil {
		return err
	}
	if err := c.Send(getFile + "Range: bytes=0-0\r\n\r\n"); err != nil {
		return err
	}
	return part(0, 0)(c)
}
