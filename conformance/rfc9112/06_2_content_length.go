package rfc9112

import "github.com/httpdlab/httpdlab/conformance/check"

var contentLength = []Case{
	{
		Section: "6.2", Name: "no-length-beside-coding", Alias: "RESP-NO-CL-AND-TE",
		Rule: "A sender MUST NOT send Content-Length in a message that has Transfer-Encoding.",
		Lint: func(r *check.Response) error {
			if len(r.Values("Transfer-Encoding")) == 0 {
				return check.NotApplicable
			}
			return without(r, "Content-Length")
		},
	},
	{
		Section: "6.2", Name: "content-by-length", Alias: "COMP-POST-CL-BODY",
		Rule:   "Content of the length announced MUST reach the resource.",
		Script: Script{send("POST {echo} HTTP/1.1\r\nHost: {h}\r\nContent-Length: 5\r\n\r\nhello"), body("hello"), again},
	},
	{
		Section: "6.2", Name: "content-of-length-zero", Alias: "COMP-POST-CL-ZERO",
		Rule:   "A POST of length 0 MUST be served without waiting for content.",
		Script: Script{send(postHead + "Content-Length: 0\r\n\r\n"), ok, again},
	},
}
