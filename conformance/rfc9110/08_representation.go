package rfc9110

import (
	"fmt"
	"strings"

	"github.com/httpdlab/httpdlab/conformance/check"
)

var contentType = []Case{
	{
		Section: "8.3", Name: "content-type-present", Alias: "RESP-CONTENT-TYPE",
		Rule: "A response with content SHOULD have a well-formed Content-Type.",
		Lint: func(r *Response) error {
			if len(r.Body) == 0 {
				return na
			}
			if !wellFormedType(r.Get("Content-Type")) {
				return wrong("a Content-Type of type/subtype", fmt.Sprintf("%q", r.Get("Content-Type")))
			}
			return nil
		},
	},
	{
		Section: "8.4", Name: "identity-is-no-coding",
		Rule: "Content-Encoding SHOULD NOT name identity, which is the absence of a coding.",
		Lint: func(r *Response) error {
			if len(r.Values("Content-Encoding")) == 0 {
				return na
			}
			if r.Has("Content-Encoding", "identity") {
				return wrong("no Content-Encoding", r.Get("Content-Encoding"))
			}
			return nil
		},
	},
}

var wellFormedType = check.Grammar(mediaType)

var contentLength = []Case{
	{
		Section: "8.6", Name: "length-grammar", Alias: "RESP-CL-GRAMMAR",
		Rule: "Content-Length MUST be digits.",
		Lint: field("Content-Length", digits),
	},
	{
		Section: "8.6", Name: "no-length-in-1xx-and-204", Alias: "RESP-NO-CL-1XX-204",
		Rule: "A server MUST NOT send Content-Length with a 1xx or 204 status.",
		Lint: func(r *Response) error {
			if r.Status/100 != 1 && r.Status != 204 {
				return na
			}
			return without(r, "Content-Length")
		},
	},
	{
		Section: "8.6", Name: "length-of-not-modified", Alias: "RESP-304-CL-EQUAL-200",
		Rule:   "A Content-Length in a 304 MUST be the one that the 200 would have.",
		Script: Script{send(getFile + "If-None-Match: {etag}\r\n\r\n"), status(304), lengthOfFile},
	},
	{
		Section: "8.6", Name: "length-for-head", Alias: "HEAD-CL-EQUALS-GET",
		Rule:   "A Content-Length in the answer to HEAD MUST be the one of GET.",
		Script: Script{headLengths},
	},
	{
		Section: "8.6", Name: "length-above-limit", Alias: "CL-413", Cite: "RFC 9110, 15.5.14",
		Rule:   "Content that is announced larger than the server takes is refused with 413 before it has come, or waited for.",
		Script: Script{send(postHead + "Content-Length: 1099511627776\r\n\r\n"), tooLargeOrWaits},
	},
}

// headLengths asks for each page that is known, with GET and with HEAD.
func headLengths(c *Conn) error {
	for _, key := range []string{"p", "file", "chunked", "large"} {
		path, known := c.Vars[key]
		if !known {
			continue
		}
		if err := headLikeGet(path, equalLength)(c); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	return nil
}

// lengthOfFile compares the length in the last response, if it has one, with that of the file.
func lengthOfFile(c *Conn) error {
	length := c.Last.Get("Content-Length")
	if length != "" && length != c.Vars["size"] {
		return wrong("Content-Length: "+c.Vars["size"]+" or none", length)
	}
	return nil
}

func tooLargeOrWaits(c *Conn) error {
	if len(c.Quietly(c.Quiet)) == 0 && !c.Ended(0) {
		return nil
	}
	r, err := c.Final()
	if err != nil {
		return err
	}
	if r.Status/100 != 4 {
		return wrong("413 or silence until content comes", r.Line())
	}
	return nil
}

var validators = []Case{
	{
		Section: "8.8.3", Name: "etag-grammar", Alias: "RESP-ETAG-GRAMMAR",
		Rule: "ETag MUST be an opaque tag in quotes, with W/ before it if it is weak.",
		Lint: fieldGrammar("ETag", `(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"`),
	},
	{
		Section: "8.8.3", Name: "etag-stable", Alias: "RESP-ETAG-STABLE",
		Rule:   "Equal representations SHOULD have equal strong tags.",
		Script: Script{send(getFile+"\r\n", getFile+"\r\n"), ok, sameTagTwice},
	},
	{
		Section: "8.8.3", Name: "unquoted-tag", Alias: "CAP-INM-UNQUOTED",
		Rule:   "If-None-Match without quotes is no tag and SHOULD NOT match: the request is served in full.",
		Script: Script{send(getHead+"Connection: keep-alive\r\n\r\n", getHead+"If-None-Match: no-etag\r\n\r\n"), ok, prefer(400)},
	},
}

func sameTagTwice(c *Conn) error {
	first := c.Last
	if err := ok(c); err != nil {
		return err
	}
	one, two := first.Get("ETag"), c.Last.Get("ETag")
	if one == "" {
		return skip("the resource has no ETag")
	}
	if string(first.Body) == string(c.Last.Body) && one != two && !strings.HasPrefix(one, "W/") {
		return wrong(one, two)
	}
	return nil
}
