package rfc9110

import (
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"slices"
	"strings"
)

// kept are the fields that 304 and 206 repeat from the 200 that they stand for.
var kept = []string{"Date", "ETag", "Cache-Control", "Content-Location", "Expires", "Vary"}

// representation are fields that say what the content is a part of.
var representation = []string{"Content-Type", "Content-Encoding", "Content-Language", "Last-Modified"}

var statusCodes = []Case{
	{
		Section: "15.2", Name: "no-interim-to-http-1.0",
		Rule: "A server MUST NOT send a 1xx response to a client of HTTP/1.0, which does not know them.",
		Lint: func(r *Response) error {
			if !r.Minor10 {
				return na
			}
			if r.Status/100 == 1 {
				return wrong("a final response", r.Line())
			}
			return nil
		},
	},
	{
		Section: "15.3.5", Name: "204-ends-at-its-head", Alias: "RESP-204-NO-BODY",
		Rule:   "A 204 MUST end with its head: the next answer begins right behind.",
		Script: Script{send("GET {empty} HTTP/1.1\r\nHost: {h}\r\n\r\n", get), status(204), ok},
	},
	{
		Section: "15.3.6", Name: "205-without-content", Alias: "RESP-205-NO-BODY",
		Rule:   "A server MUST NOT send content with 205.",
		Script: Script{send("GET {reset} HTTP/1.1\r\nHost: {h}\r\n\r\n"), status(205), noContent},
	},
	{
		Section: "15.3.7", Name: "206-keeps-fields", Alias: "RANGE-206-FIELDS",
		Rule:   "A 206 MUST have the validators and cache fields that the 200 has.",
		Script: Script{send(ranged + "Range: bytes=0-0\r\n\r\n"), status(206), keepsFields(kept)},
	},
	{
		Section: "15.3.7", Name: "206-keeps-representation-fields",
		Rule:   "A 206 to a request without If-Range MUST have all representation fields that the 200 has.",
		Script: Script{send(ranged + "Range: bytes=0-0\r\n\r\n"), status(206), keepsFields(representation)},
	},
	{
		Section: "15.3.7", Name: "one-part-says-which",
		Rule: "A 206 with a single part MUST have Content-Range.",
		Lint: whenStatus(206, func(r *Response) error {
			if strings.HasPrefix(r.Get("Content-Type"), "multipart/byteranges") {
				return na
			}
			return with("Content-Range")(r)
		}),
	},
	{
		Section: "15.3.7.2", Name: "several-parts", Alias: "RANGE-MULTI",
		Rule:   "Several ranges are answered whole, joined, or as multipart/byteranges that MUST NOT have a Content-Range of its own.",
		Script: Script{send(ranged + "Range: bytes=0-0,2-2\r\n\r\n"), severalParts},
	},
	{
		Section: "15.4", Name: "redirects-say-where", Alias: "RESP-LOCATION-ON-3XX",
		Rule: "A redirect SHOULD have Location.",
		Lint: func(r *Response) error {
			if !slices.Contains([]int{301, 302, 303, 307, 308}, r.Status) {
				return na
			}
			return with("Location")(r)
		},
	},
	{
		Section: "15.4.5", Name: "304-keeps-fields", Alias: "RESP-304-FIELDS",
		Rule:   "A 304 MUST have the validators and cache fields that the 200 would have.",
		Script: Script{send(getFile + "If-None-Match: {etag}\r\n\r\n"), status(304), keepsFields(kept)},
	},
	{
		Section: "15.4.5", Name: "304-has-no-other-fields",
		Rule: "A 304 SHOULD NOT have fields about a representation that it does not carry.",
		Lint: whenStatus(304, func(r *Response) error {
			for _, name := range []string{"Content-Type", "Content-Encoding", "Content-Language", "Content-Range"} {
				if err := without(r, name); err != nil {
					return err
				}
			}
			return nil
		}),
	},
	{
		Section: "15.5", Name: "errors-explain-themselves",
		Rule: "An error response SHOULD have content that explains it, except to HEAD.",
		Lint: func(r *Response) error {
			if r.Status < 400 || r.Defect != "" {
				return na
			}
			return hasContent(r)
		},
	},
	{
		Section: "15.5.2", Name: "unauthorized-has-a-challenge", Alias: "AUTH-401-CHALLENGE",
		Rule: "A 401 response MUST have WWW-Authenticate.",
		Lint: whenStatus(401, with("WWW-Authenticate")),
	},
	{
		Section: "15.5.6", Name: "405-has-allow", Alias: "M-KNOWN-405-ALLOW", Twin: get,
		Rule:   "A 405 response MUST have Allow with what the resource takes.",
		Each:   []string{"DELETE", "PUT", "PATCH"},
		Script: Script{send("{x} {p} HTTP/1.1\r\nHost: {h}\r\nContent-Length: 0\r\n\r\n"), allowIn405},
	},
	{
		Section: "15.5.17", Name: "unsatisfiable-range", Alias: "RANGE-416",
		Rule:   "A 416 SHOULD say in Content-Range how long the content is.",
		Script: Script{send(ranged + "Range: bytes={size}-\r\n\r\n"), unsatisfiable},
	},
}

func noContent(c *Conn) error {
	if len(c.Last.Body) > 0 {
		return wrong("no content", fmt.Sprintf("%q", c.Last.Body))
	}
	return nil
}

// keepsFields compares the last response with the 200 of the file.
func keepsFields(names []string) Step {
	return func(c *Conn) error {
		for _, name := range names {
			was, is := c.File.Get(name), c.Last.Get(name)
			if was != "" && (is == "" || name != "Date" && name != "Expires" && is != was) {
				return wrong(name+": "+was, fmt.Sprintf("%q", is))
			}
		}
		return nil
	}
}

// severalParts reads multipart/byteranges with the library: it is the client's side of the matter.
func severalParts(c *Conn) error {
	r, err := c.Final()
	if err != nil {
		return err
	}
	if r.Status == 200 {
		return nil
	}
	if r.Status == 206 && r.Get("Content-Range") == fmt.Sprintf("bytes 0-2/%d", len(c.File.Body)) {
		return samePart(c, r, 0, 2) // a server may join ranges with a small gap between them
	}
	kind, params, err := mime.ParseMediaType(r.Get("Content-Type"))
	if r.Status != 206 || err != nil || kind != "multipart/byteranges" {
		return wrong("200, or 206 with multipart/byteranges", r.Line()+" "+r.Get("Content-Type"))
	}
	if err := without(r, "Content-Range"); err != nil {
		return err
	}
	parts := multipart.NewReader(strings.NewReader(string(r.Body)), params["boundary"])
	for _, at := range []int{0, 2} {
		part, err := parts.NextPart()
		if err != nil {
			return wrong("two parts", err.Error())
		}
		octets, _ := io.ReadAll(part)
		want := fmt.Sprintf("bytes %d-%d/%d", at, at, len(c.File.Body))
		if got := part.Header.Get("Content-Range"); got != want || string(octets) != string(c.File.Body[at]) {
			return wrong(want+" and its octet", fmt.Sprintf("%s and %q", got, octets))
		}
	}
	return nil
}

// allowIn405 asks a 405 for its Allow, which names GET since GET was served.
func allowIn405(c *Conn) error {
	if err := tolerate(400, 403, 404, 405, 501)(c); err != nil || c.Last.Status != 405 {
		return err
	}
	if len(c.Last.Values("Allow")) == 0 {
		return wrong("Allow", "none")
	}
	if !c.Last.Has("Allow", "GET") {
		c.Weak("Allow: %s does not have GET, which is served", c.Last.Get("Allow"))
	}
	return nil
}

func unsatisfiable(c *Conn) error {
	r, err := c.Final()
	if err != nil {
		return err
	}
	if want := "bytes */" + c.Vars["size"]; r.Status == 416 && r.Get("Content-Range") != want {
		return wrong("Content-Range: "+want, fmt.Sprintf("%q", r.Get("Content-Range")))
	}
	if r.Status != 416 && r.Status != 200 {
		return wrong("416 or 200", r.Line())
	}
	return nil
}
