package rfc9112

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/httpdlab/httpdlab/conformance/check"
)

var fieldSyntax = []Case{
	{
		Section: "5", Name: "response-lines-end-in-crlf", Alias: "RESP-NO-BARE-CR", Cite: "RFC 9112, 2.2",
		Rule: "A sender MUST NOT generate a bare CR, and ends each line of a head with CRLF.",
		Lint: func(r *check.Response) error {
			if strings.ContainsAny(strings.ReplaceAll(r.Head, "\r\n", ""), "\r\n") {
				return wrong("CRLF at the end of each line and no other CR or LF", fmt.Sprintf("%q", r.Head[:min(len(r.Head), 120)]))
			}
			return nil
		},
	},
	{
		Section: "5", Name: "response-field-grammar", Alias: "RESP-FIELD-SYNTAX",
		Rule: "A field line MUST be a token, a colon without blank before it, and a value without control characters; it is never folded.",
		Lint: func(r *check.Response) error {
			for _, line := range strings.Split(strings.TrimRight(r.Head, "\r\n"), "\n")[1:] {
				if !fieldGrammar.MatchString(strings.TrimSuffix(line, "\r")) {
					return wrong("name: value", fmt.Sprintf("%q", line))
				}
			}
			return nil
		},
	},
	{
		Section: "5", Name: "empty-values", Alias: "HDR-EMPTY-VALUE-OK",
		Rule:   "A field value may be empty or blank: such a field MUST be accepted.",
		Script: Script{send(getHead + "X-E:\r\nX-F: \t \r\n\r\n"), ok},
	},
	{
		Section: "5", Name: "colon-without-name", Alias: "HDR-COLON-ONLY", Twin: getField,
		// MUST in the catalogue; an invalid line falls under the SHOULD of section 2.2.
		Rule:   "A field name has at least one character: a line that begins with the colon SHOULD be refused.",
		Script: Script{send(getHead + ":\r\nX: 1\r\n\r\n"), refuse(400)},
	},
	{
		Section: "5", Name: "line-without-colon", Alias: "HDR-SP-NO-COLON", Twin: getField,
		// MUST in the catalogue; an invalid line falls under the SHOULD of section 2.2.
		Rule:   "A line without colon is no field and SHOULD be refused.",
		Script: Script{send(getHead + "Content-Length 5\r\n\r\nhello"), refuse(400)},
	},
}

var fieldGrammar = regexp.MustCompile("^[!#$%&'*+\\-.^_`|~0-9A-Za-z]+:[^\\x00-\\x08\\x0a-\\x1f\\x7f]*$")

var fieldLine = []Case{
	{
		Section: "5.1", Name: "space-before-colon", Alias: "RFC9110-5.6.2-SP-BEFORE-COLON", Twin: getField,
		Rule:   "A blank between field name and colon MUST be answered with 400.",
		Script: Script{send(getHead + "X-Test : value\r\n\r\n"), reject(400)},
	},
	{
		Section: "5.1", Name: "space-before-colon-of-framing", Twin: postField, Each: []string{"Content-Length : {n}", "Content-Length\t: {y}", "Transfer-Encoding : chunked"},
		Rule:   "A blank before the colon of a framing field MUST be answered with 400: half of the world would not see the field.",
		Script: Script{send(postHead + "{x}\r\n\r\n" + hidden), canary("4xx close")},
	},
}

var obsFold = []Case{
	{
		Section: "5.2", Name: "folded-value", Alias: "HDR-OBSFOLD-ACCEPTED-OK", Twin: getField,
		Rule:   "A folded field line MUST be refused with 400 or have its fold read as spaces.",
		Script: Script{send(getHead + "X-Test: a\r\n\tb\r\n\r\n"), tolerate(400)},
	},
	{
		Section: "5.2", Name: "folded-host", Alias: "HDR-OBSFOLD-HOST", Twin: get,
		Rule:   "A Host on a folded line MUST be refused with 400 or be read with the fold as spaces.",
		Script: Script{send("GET {p} HTTP/1.1\r\nHost:\r\n {h}\r\n\r\n"), tolerate(400)},
	},
	{
		Section: "5.2", Name: "folded-content-length", Alias: "HDR-OBSFOLD-CL", Twin: post,
		Rule:   "A fold is spaces, never nothing: a Content-Length of 5, fold, 0 is invalid and MUST be refused.",
		Script: Script{send(postHead + "Content-Length: 5\r\n 0\r\n\r\nhello" + hidden), canary("4xx close")},
	},
	{
		Section: "5.2", Name: "blank-line-is-a-fold", Alias: "HDR-OBSFOLD-EMPTY-LINE", Twin: getField,
		Rule:   "A line of one space inside a head is a fold: it MUST NOT be taken for the end of the head.",
		Script: Script{send(getHead + "X: a\r\n \r\n\r\n"), canary("4xx close", "4xx open", "2xx open", "2xx close")},
	},
	{
		Section: "5.2", Name: "name-continued-on-next-line", Alias: "HDR-NAME-CONTINUED", Twin: getField,
		// MUST in the catalogue; the line X has no colon, which falls under the SHOULD of section 2.2.
		Rule:   "A fold belongs to a value: a name whose colon comes after a fold is invalid and SHOULD be refused.",
		Script: Script{send(getHead + "X\r\n Y: 1\r\n\r\n"), refuse(400)},
	},
	{
		Section: "5.2", Name: "folded-coding-and-length", Alias: "SMUG-CLTE-SMUGGLED-GET-TE-OBS-FOLD", Twin: chunkField,
		Rule:   "A folded Transfer-Encoding MUST be refused or read as the coding it names, and then the connection closes.",
		Script: Script{send(postHead + "Transfer-Encoding:\r\n chunked\r\nContent-Length: {n}\r\n\r\n0\r\n\r\n" + hidden), canary("4xx close", "~2xx close")},
	},
	{
		Section: "5.2", Name: "folded-coding-on-options", Alias: "SMUG-OPTIONS-TE-OBS-FOLD", Twin: get,
		Rule:   "A folded Transfer-Encoding MUST NOT be overlooked on a method without content either: the text that follows is no request.",
		Script: Script{send("OPTIONS {p} HTTP/1.1\r\nHost: {h}\r\nTransfer-Encoding:\r\n chunked\r\nContent-Length: 5\r\n\r\nhello", hidden), canary("4xx close", "405 close", "2xx close")},
	},
}
