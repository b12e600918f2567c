package rfc9110

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

const imf = "Mon, 02 Jan 2006 15:04:05 GMT"

// notInTrailers are fields that must be known before the content: they frame, route, authenticate or say what it is.
var notInTrailers = []string{"Content-Length", "Transfer-Encoding", "Host", "Trailer", "Connection", "Content-Encoding", "Content-Type", "Content-Range", "Cache-Control", "WWW-Authenticate", "Set-Cookie"}

var dateField = []Case{
	{
		Section: "6.5.1", Name: "trailers-of-responses",
		Rule: "A sender MUST NOT put fields for framing, routing, authentication or the content's form into a trailer section.",
		Lint: func(r *Response) error {
			if len(r.Trailers) == 0 {
				return na
			}
			for _, f := range r.Trailers {
				if slices.ContainsFunc(notInTrailers, func(name string) bool { return strings.EqualFold(name, f.Name) }) {
					return wrong("only fields that may come late", f.Name+": "+f.Value)
				}
			}
			return nil
		},
	},
	{
		Section: "6.6.1", Name: "date-present", Alias: "RESP-DATE-PRESENT",
		Rule: "A server with a clock MUST send Date in every 2xx, 3xx and 4xx response.",
		Lint: func(r *Response) error {
			if class := r.Status / 100; class < 2 || class > 4 || r.NoClock {
				return na
			}
			return with("Date")(r)
		},
	},
	{
		Section: "6.6.1", Name: "date-is-now", Alias: "RESP-DATE-SKEW",
		Rule: "Date SHOULD be the time at which the message was made: within a minute of the checker's clock.",
		Lint: func(r *Response) error {
			sent, err := time.Parse(imf, r.Get("Date"))
			if err != nil || r.NoClock {
				return na
			}
			if skew := r.At.Sub(sent); skew > time.Minute || skew < -time.Minute {
				return wrong("a Date near "+r.At.UTC().Format(imf), r.Get("Date"))
			}
			return nil
		},
	},
	{
		Section: "6.6.1", Name: "date-advances",
		Rule:   "Date SHOULD be that of each response: two seconds later it is another.",
		Script: Script{dateAdvances},
	},
	{
		Section: "6.6.1", Name: "no-date-without-clock",
		Rule: "A server without a clock MUST NOT send Date: one that is days off is no clock's.",
		Lint: func(r *Response) error {
			sent, err := time.Parse(imf, r.Get("Date"))
			if err != nil {
				return na
			}
			if r.At.Sub(sent).Abs() > 48*time.Hour {
				return wrong("a Date near "+r.At.UTC().Format(imf)+", or none", r.Get("Date"))
			}
			return nil
		},
	},
	{
		Section: "6.6.1", Name: "last-modified-not-in-future", Alias: "RESP-LAST-MODIFIED-NOT-FUTURE", Cite: "RFC 9110, 8.8.2.1",
		Rule: "Last-Modified MUST NOT be later than the Date of its response.",
		Lint: func(r *Response) error {
			modified, err := time.Parse(imf, r.Get("Last-Modified"))
			sent, noDate := time.Parse(imf, r.Get("Date"))
			if err != nil || noDate != nil {
				return na
			}
			if modified.After(sent) {
				return wrong("Last-Modified no later than Date", fmt.Sprintf("%s after %s", r.Get("Last-Modified"), r.Get("Date")))
			}
			return nil
		},
	},
	{
		Section: "6.6.2", Name: "trailers-are-announced",
		Rule: "A sender of trailer fields SHOULD name them in Trailer.",
		Lint: func(r *Response) error {
			if len(r.Trailers) == 0 {
				return na
			}
			for _, f := range r.Trailers {
				if !r.Has("Trailer", f.Name) {
					return wrong("Trailer: "+f.Name, fmt.Sprintf("%q", r.Get("Trailer")))
				}
			}
			return nil
		},
	},
}

// dateAdvances compares the Dates of two responses that are two seconds apart.
func dateAdvances(c *Conn) error {
	before, err := statusOf(c, "{p}")
	if err != nil {
		return err
	}
	if before.Get("Date") == "" {
		return skip("the target sends no Date")
	}
	if err := c.Wait(2 * time.Second); err != nil {
		return err
	}
	after, err := statusOf(c, "{p}")
	if err != nil {
		return err
	}
	if after.Get("Date") == before.Get("Date") {
		return wrong("another Date two seconds later", after.Get("Date")+" again")
	}
	return nil
}
