package rfc9110

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"strings"

	"github.com/httpdlab/httpdlab/conformance/check"
)

var negotiation = []Case{
	{
		Section: "12.5.1", Name: "unacceptable-type", Alias: "CN-ACCEPT-ANY",
		Rule:   "A client that accepts only an unknown type SHOULD get the default representation, or 406.",
		Script: Script{send(getHead + "Accept: application/x-none\r\n\r\n"), tolerate(406)},
	},
	{
		Section: "12.5.3", Name: "no-coding-unasked", Alias: "CN-AE-IDENTITY",
		Rule:   "A server SHOULD NOT apply a content coding that the client has not accepted.",
		Each:   []string{"", "Accept-Encoding: identity\r\n", "Accept-Encoding: *;q=0\r\n", "Accept-Encoding: gzip;q=0\r\n"},
		Script: Script{send("GET {p} HTTP/1.1\r\nHost: {h}\r\n{x}\r\n"), uncoded},
	},
	{
		Section: "12.5.3", Name: "unsupported-content-coding", Alias: "CN-CE-UNSUPPORTED-415", Cite: "RFC 9110, 15.5.16",
		Rule:   "Content in a coding that the server does not support SHOULD be answered with 415, or be taken as it is.",
		Script: Script{send(postHead + "Content-Length: 5\r\nContent-Encoding: x-none\r\n\r\nhello"), tolerate(415)},
	},
	{
		Section: "12.5.5", Name: "coding-varies", Alias: "CN-AE-GZIP-VARY",
		Rule:   "Where a resource is compressed on demand the response SHOULD have Vary: Accept-Encoding, real gzip and another strong tag.",
		Script: Script{compressedOnDemand},
	},
	{
		Section: "12.5.5", Name: "vary-grammar", Alias: "RESP-VARY-GRAMMAR",
		Rule: "Vary MUST be * or a list of field names.",
		Lint: field("Vary", check.TokenList),
	},
}

func uncoded(c *Conn) error {
	r, err := c.Final()
	if err != nil {
		return err
	}
	if r.Status/100 != 2 && r.Status != 406 {
		return wrong("a 2xx response or 406", r.Line())
	}
	return without(r, "Content-Encoding")
}

func compressedOnDemand(c *Conn) error {
	if err := c.Send("GET {gzip} HTTP/1.1\r\nHost: {h}\r\n\r\n", "GET {gzip} HTTP/1.1\r\nHost: {h}\r\nAccept-Encoding: gzip\r\n\r\n"); err != nil {
		return err
	}
	plain, err := c.Final()
	if err != nil {
		return err
	}
	packed, err := c.Final()
	if err != nil {
		return err
	}
	unpacked, err := gunzip(packed.Body)
	tag := packed.Get("ETag")
	switch {
	case err != nil:
		return wrong("content in gzip", err.Error())
	case !bytes.Equal(unpacked, plain.Body):
		return wrong(fmt.Sprintf("the %d octets of the plain content", len(plain.Body)), fmt.Sprintf("%d other ones", len(unpacked)))
	case !packed.Has("Vary", "Accept-Encoding") && packed.Get("Vary") != "*":
		return wrong("Vary: Accept-Encoding", packed.Get("Vary"))
	case tag != "" && tag == plain.Get("ETag") && !strings.HasPrefix(tag, "W/"):
		return wrong("another strong ETag for other octets", tag)
	}
	return nil
}

func gunzip(b []byte) ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(z)
}
