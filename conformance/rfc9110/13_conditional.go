package rfc9110

import (
	"slices"
	"strings"
)

var conditional = []Case{
	{
		Section: "13.1.1", Name: "if-match-holds",
		Rule:   "If-Match holds for a tag that is current, and for * where the resource exists: the request MUST be performed.",
		Script: Script{ifMatchHolds},
	},
	{
		Section: "13.1.1", Name: "if-match-fails", Alias: "COND-IM-MISMATCH-412", Twin: getIfMatch,
		Rule:   "A server MUST NOT perform a request whose If-Match fails: 412, or 2xx from who ignores the field.",
		Script: Script{send(getFile + "If-Match: \"nope\"\r\n\r\n"), preconditionFailed},
	},
	{
		Section: "13.1.1", Name: "if-match-compares-strongly", Alias: "COND-IM-STRONG", Twin: getIfMatch,
		Rule:   "If-Match compares strongly: a weak tag MUST NOT match.",
		Script: Script{sendWeakTag("If-Match"), preconditionFailed},
	},
	{
		Section: "13.1.2", Name: "if-none-match", Alias: "COND-INM-MATCH",
		Rule:   "GET and HEAD whose If-None-Match has the current tag MUST be answered with 304.",
		Each:   []string{"GET", "HEAD"},
		Script: Script{send("{x} {file} HTTP/1.1\r\nHost: {h}\r\nIf-None-Match: {etag}\r\n\r\n"), status(304), again},
	},
	{
		Section: "13.1.2", Name: "if-none-match-list", Alias: "COND-INM-LIST",
		Rule:   "If-None-Match is a list: one tag that matches among others MUST give 304.",
		Script: Script{send(getFile + "If-None-Match: \"x\", {etag}, W/\"y\"\r\n\r\n"), status(304)},
	},
	{
		Section: "13.1.2", Name: "if-none-match-compares-weakly", Alias: "COND-INM-WEAK",
		Rule:   "If-None-Match compares weakly: the tag with W/ before it MUST match.",
		Script: Script{sendWeakTag("If-None-Match"), status(304)},
	},
	{
		Section: "13.1.2", Name: "if-none-match-star", Alias: "COND-INM-STAR",
		Rule:   "If-None-Match: * on a resource that exists MUST give 304 for GET and HEAD.",
		Each:   []string{"GET", "HEAD"},
		Script: Script{send("{x} {file} HTTP/1.1\r\nHost: {h}\r\nIf-None-Match: *\r\n\r\n"), status(304)},
	},
	{
		Section: "13.1.2", Name: "if-none-match-without-match", Alias: "COND-INM-NOMATCH",
		Rule:   "If-None-Match without a match MUST NOT stop the request: it is served in full.",
		Script: Script{send(getHead + "If-None-Match: \"nope\"\r\n\r\n"), ok},
	},
	{
		Section: "13.1.3", Name: "if-none-match-beats-date", Alias: "COND-INM-OVER-IMS",
		Rule:   "With If-None-Match a recipient MUST ignore If-Modified-Since.",
		Script: Script{send(getFile + "If-None-Match: \"nope\"\r\nIf-Modified-Since: Thu, 01 Jan 2037 00:00:00 GMT\r\n\r\n"), ok},
	},
	{
		Section: "13.1.3", Name: "not-modified-since", Alias: "COND-IMS-NOT-MODIFIED",
		Rule:   "If-Modified-Since with the date of the last change SHOULD give 304.",
		Script: Script{send(getFile + "If-Modified-Since: {lm}\r\n\r\n"), status(304)},
	},
	{
		Section: "13.1.3", Name: "date-in-the-future", Alias: "CAP-IMS-FUTURE",
		// The catalogue demands 200. RFC 9110 compares with the date as it is and says nothing of the future:
		// 304 is right where the resource has a date, 200 where it has none.
		Rule:   "If-Modified-Since in the future is a date like any other: the answer SHOULD be 304 or 200.",
		Script: Script{send(getHead+"Connection: keep-alive\r\n\r\n", getHead+"If-Modified-Since: Thu, 01 Jan 2099 00:00:00 GMT\r\n\r\n"), ok, tolerate(304)},
	},
	{
		Section: "13.1.3", Name: "invalid-date", Alias: "COND-IMS-INVALID",
		Rule:   "A recipient MUST ignore If-Modified-Since if it is no date or more than one.",
		Each:   []string{"yesterday", "Thu, 01 Jan 2037 00:00:00 GMT, Fri, 02 Jan 2037 00:00:00 GMT"},
		Script: Script{send(getHead + "If-Modified-Since: {x}\r\n\r\n"), ok},
	},
	{
		Section: "13.1.3", Name: "date-on-post", Alias: "COND-IMS-NON-GET",
		Rule:   "A recipient MUST ignore If-Modified-Since on a method other than GET and HEAD.",
		Script: Script{send(postHead + "Content-Length: 5\r\nIf-Modified-Since: Thu, 01 Jan 2037 00:00:00 GMT\r\n\r\nhello"), ok},
	},
	{
		Section: "13.1.4", Name: "if-unmodified-since-fails", Alias: "COND-IUS-412", Twin: getFile + "If-Unmodified-Since: {lm}\r\n\r\n",
		Rule:   "A server MUST NOT perform a request whose If-Unmodified-Since fails: 412, or 2xx from who ignores the field.",
		Script: Script{send(getFile + "If-Unmodified-Since: Sat, 01 Jan 1994 00:00:00 GMT\r\n\r\n"), preconditionFailed},
	},
	{
		Section: "13.1.4", Name: "if-unmodified-since-is-no-date",
		Rule:   "A recipient MUST ignore If-Unmodified-Since if it is no date.",
		Script: Script{ignores(getFile, "If-Unmodified-Since: yesterday\r\n")},
	},
	{
		Section: "13.1.4", Name: "if-match-beats-date",
		Rule:   "With If-Match a recipient MUST ignore If-Unmodified-Since.",
		Script: Script{ignores(getFile+"If-Match: *\r\n", "If-Unmodified-Since: Sat, 01 Jan 1994 00:00:00 GMT\r\n")},
	},
	{
		Section: "13.1.5", Name: "if-range-without-range",
		Rule:   "A server MUST ignore If-Range in a request without Range.",
		Script: Script{ignores(getFile, "If-Range: \"nope\"\r\n")},
	},
	{
		Section: "13.1.5", Name: "if-range", Alias: "RANGE-IF-RANGE",
		Rule:   "If-Range compares strongly: with another or a weak tag a server MUST ignore Range.",
		Script: Script{ifRange},
	},
	{
		Section: "13.2.1", Name: "precondition-on-what-is-missing", Alias: "COND-404-NO-PRECOND",
		Rule:   "A server MUST ignore preconditions where the answer without them would be neither 2xx nor 412.",
		Script: Script{send("GET /no-such-{rnd} HTTP/1.1\r\nHost: {h}\r\nIf-None-Match: *\r\n\r\n"), status(404)},
	},
	{
		Section: "13.2.1", Name: "precondition-on-options",
		Rule:   "A server MUST ignore preconditions on a method that selects no representation, as OPTIONS.",
		Script: Script{ignores("OPTIONS {file} HTTP/1.1\r\nHost: {h}\r\n", "If-Match: \"nope\"\r\nIf-None-Match: *\r\n")},
	},
}

// getIfMatch is a condition that holds for whatever exists.
const getIfMatch = getFile + "If-Match: *\r\n\r\n"

// preconditionFailed asks for 412; a server that does not know the field serves the request.
func preconditionFailed(c *Conn) error {
	r, err := c.Final()
	if err != nil {
		return err
	}
	switch {
	case r.Status == 412:
		return nil
	case r.Status == 200:
		c.Weak("the precondition is ignored: %s", r.Line())
		return nil
	}
	return wrong("412", r.Line())
}

// sendWeakTag sends the current tag with W/ before it, whether it had that or not.
func sendWeakTag(name string) Step {
	return func(c *Conn) error {
		tag, err := c.Text("{etag}")
		if err != nil {
			return err
		}
		if tag[0] == '"' {
			tag = "W/" + tag
		}
		return c.Send(getFile + name + ": " + tag + "\r\n\r\n")
	}
}

// ifMatchHolds tries *, and if the current tag is strong, that tag alone and behind another.
func ifMatchHolds(c *Conn) error {
	conditions := []string{"*"}
	if tag := c.Vars["etag"]; strings.HasPrefix(tag, `"`) {
		conditions = append(conditions, tag, `"nope", `+tag)
	}
	for _, condition := range conditions {
		r, err := ask(c, getFile+"If-Match: "+condition+"\r\n")
		if err != nil {
			return err
		}
		if r.Status != 200 {
			return wrong("200 for If-Match: "+condition, r.Line())
		}
	}
	return nil
}

// ignores asks for the same status with more fields as without them.
func ignores(head, fields string) Step {
	return func(c *Conn) error {
		plain, err := ask(c, head)
		if err != nil {
			return err
		}
		if plain.Status == 412 {
			return skip("a condition that holds is answered %s", plain.Line())
		}
		r, err := ask(c, head+fields)
		if err != nil {
			return err
		}
		if r.Status != plain.Status {
			return wrong(plain.Line()+" as without the field", r.Line())
		}
		return nil
	}
}

// ifRange tries another tag, a weak one and the current one.
func ifRange(c *Conn) error {
	tag, err := c.Text("{etag}")
	if err != nil {
		return err
	}
	if tag[0] != '"' {
		return skip("the resource has only a weak tag")
	}
	for _, try := range []struct {
		tag   string
		codes []int
	}{{`"nope"`, []int{200}}, {"W/" + tag, []int{200}}, {tag, []int{206, 200}}} {
		if err := c.Send("GET {ranged} HTTP/1.1\r\nHost: {h}\r\nRange: bytes=0-0\r\nIf-Range: " + try.tag + "\r\n\r\n"); err != nil {
			return err
		}
		r, err := c.Final()
		if err != nil {
			return err
		}
		if !slices.Contains(try.codes, r.Status) {
			return wrong("no part for If-Range: "+try.tag, r.Line())
		}
		if r.Closes() {
			if err := reopen(c); err != nil {
				return err
			}
		}
	}
	return nil
}
