package rfc9110

import (
	"fmt"
	"slices"
	"strings"
)

const headReq = "HEAD {p} HTTP/1.1\r\nHost: {h}\r\n\r\n"

var methods = []Case{
	{
		Section: "9.1", Name: "head-supported", Alias: "HEAD-SUPPORTED",
		Rule:   "Every general-purpose server MUST support GET and HEAD.",
		Script: Script{send(headReq), ok},
	},
	{
		Section: "9.1", Name: "unknown-method", Alias: "M-UNKNOWN-501", Twin: get,
		Rule:   "A method that the server does not know SHOULD be answered with 501, or 405 if it knows and does not allow it.",
		Script: Script{send("FOOBAR {p} HTTP/1.1\r\nHost: {h}\r\n\r\n"), refuse(501, 405)},
	},
	{
		Section: "9.1", Name: "method-case", Alias: "M-CASE-SENSITIVE", Twin: get,
		Rule:   "Methods are case-sensitive: get MUST NOT be processed as GET.",
		Each:   []string{"get", "Get", "gET"},
		Script: Script{knownMethods, send("{x} {p} HTTP/1.1\r\nHost: {h}\r\n\r\n"), refuse(501, 405, 400)},
	},
	{
		Section: "9.2.1", Name: "get-is-safe", Alias: "M-GET-SAFE",
		Rule:   "GET SHOULD change nothing: twice the same gets the same status.",
		Script: Script{send(get, get), ok, ok},
	},
}

var head = []Case{
	{
		Section: "9.3.2", Name: "no-content", Alias: "HEAD-NO-BODY-PIPELINED",
		Rule:   "A server MUST NOT send content in the answer to HEAD: the next answer begins right behind its head.",
		Script: Script{send(headReq, get), ok, ok},
	},
	{
		Section: "9.3.2", Name: "status-of-get", Alias: "HEAD-STATUS-EQUALS-GET",
		Rule:   "HEAD is GET without the content: the status MUST be the same, also for what is not found.",
		Script: Script{headLikeGet("{p}", equalStatus), reopen, headLikeGet("/no-such-{rnd}", equalStatus)},
	},
	{
		Section: "9.3.2", Name: "fields-of-get", Alias: "HEAD-FIELDS-EQUAL-GET",
		Rule:   "HEAD SHOULD get the same fields as GET, except those that only making the content would tell.",
		Script: Script{headLikeGet("{p}", equalFields)},
	},
	{
		Section: "9.3.2", Name: "not-found-without-content", Alias: "HEAD-404-NO-BODY",
		Rule:   "An error in answer to HEAD MUST NOT have content either.",
		Script: Script{send("HEAD /no-such-{rnd} HTTP/1.1\r\nHost: {h}\r\nConnection: close\r\n\r\n"), status(404, 405), hangup},
	},
	{
		Section: "9.3.2", Name: "bad-request-without-content", Alias: "HEAD-400-NO-BODY", Twin: headReq,
		Rule:   "A 400 in answer to HEAD MUST NOT have content either.",
		Script: Script{send("HEAD {p} HTTP/1.1\r\n\r\n"), refuse(400), noStray},
	},
	{
		Section: "9.3.2", Name: "head-in-http-1.0", Alias: "HEAD-10",
		Rule:   "HEAD of HTTP/1.0 MUST NOT get content, and the connection closes.",
		Script: Script{send("HEAD {p} HTTP/1.0\r\n\r\n"), ok, hangup},
	},
}

// noStray asks for no octet behind the last response, whether the connection closes or not.
func noStray(c *Conn) error {
	c.Ended(c.Answer)
	if b := c.Pending(); len(b) > 0 {
		return wrong("no content", fmt.Sprintf("%q", b[:min(len(b), 60)]))
	}
	return nil
}

// headLikeGet asks for a target with GET and then with HEAD and compares the answers.
func headLikeGet(target string, same func(get, head *Response) error) Step {
	return func(c *Conn) error {
		first, err := statusOf(c, target)
		if err != nil {
			return err
		}
		second, err := ask(c, "HEAD "+target+" HTTP/1.1\r\nHost: {h}\r\n")
		if err != nil {
			return err
		}
		return same(first, second)
	}
}

func equalStatus(get, head *Response) error {
	if get.Status != head.Status {
		return wrong(get.Line()+" as for GET", head.Line())
	}
	return nil
}

func equalLength(get, head *Response) error {
	length := head.Get("Content-Length")
	if length != "" && length != fmt.Sprint(len(get.Body)) {
		return wrong(fmt.Sprintf("Content-Length: %d as for GET, or none", len(get.Body)), length)
	}
	return nil
}

// made are fields that a server may know only once it has made the content, or that change by the minute.
var made = []string{"Date", "Content-Length", "Transfer-Encoding", "Trailer", "Connection", "Keep-Alive", "Set-Cookie"}

func equalFields(get, head *Response) error {
	for _, f := range get.Fields {
		if slices.ContainsFunc(made, func(name string) bool { return strings.EqualFold(name, f.Name) }) {
			continue
		}
		if head.Get(f.Name) != get.Get(f.Name) {
			return wrong(f.Name+": "+get.Get(f.Name)+" as for GET", fmt.Sprintf("%q", head.Get(f.Name)))
		}
	}
	return nil
}

var post = []Case{
	{
		Section: "9.3.3", Name: "statuses-of-get-only", Alias: "M-POST-CODES",
		Rule: "A server MUST NOT answer POST with 206, 304 or 416.",
		Lint: func(r *Response) error {
			if r.Method != "POST" {
				return na
			}
			if slices.Contains([]int{206, 304, 416}, r.Status) {
				return wrong("a status that POST can have", r.Line())
			}
			return nil
		},
	},
	{
		Section: "9.3.3", Name: "unsupported-type", Alias: "COMP-POST-UNSUPPORTED-CT", Cite: "RFC 9110, 15.5.16",
		Rule:   "Content of a type that the resource does not know MAY be answered with 415 or be served.",
		Script: Script{send(postHead + "Content-Length: 5\r\nContent-Type: application/x-nonsense\r\n\r\nhello"), tolerate(415), again},
	},
}

var connect = []Case{
	{
		Section: "9.3.6", Name: "no-tunnel", Alias: "RT-CONNECT-NO-TUNNEL", Twin: get,
		Rule:   "A server that is no proxy MUST NOT answer CONNECT with 2xx: there is no tunnel.",
		Script: Script{send("CONNECT {host}:{port} HTTP/1.1\r\nHost: {h}\r\n\r\n"), refuse(405, 501, 400, 404, 403)},
	},
	{
		Section: "9.3.6", Name: "connect-without-port", Twin: get,
		Rule:   "A server MUST reject CONNECT to an empty or invalid port.",
		Each:   []string{"", "x", "99999"},
		Script: Script{send("CONNECT {host}:{x} HTTP/1.1\r\nHost: {h}\r\n\r\n"), refuse(400, 405, 501, 404, 403)},
	},
}

var options = []Case{
	{
		Section: "9.3.7", Name: "options-of-the-server", Alias: "RT-OPTIONS-STAR",
		// MUST in the catalogue; no server owes OPTIONS, and what its answer owes is the next case.
		Rule:   "OPTIONS with * SHOULD be taken for the server as a whole; 405 and 501 are for servers without OPTIONS.",
		Script: Script{send("OPTIONS * HTTP/1.1\r\nHost: {h}\r\n\r\n"), tolerate(405, 501), framedWithoutContent},
	},
	{
		Section: "9.3.7", Name: "options-without-content", Alias: "M-OPTIONS-CL0",
		// MUST in the catalogue, from RFC 7231, 4.3.7. RFC 9110 dropped that sentence and has the SHOULD of 8.6 for every response.
		Rule:   "An answer to OPTIONS without content SHOULD have Content-Length 0, unless it is a 204.",
		Script: Script{send("OPTIONS {p} HTTP/1.1\r\nHost: {h}\r\n\r\n"), tolerate(404, 405, 501), framedWithoutContent},
	},
	{
		Section: "9.3.7", Name: "allow-tells-the-truth", Alias: "RT-OPTIONS-PATH-ALLOW",
		Rule:   "The answer to OPTIONS SHOULD list in Allow what the resource takes, and what is listed is not answered 405 or 501.",
		Script: Script{send("OPTIONS {p} HTTP/1.1\r\nHost: {h}\r\n\r\n"), allowHolds},
	},
}

// framedWithoutContent asks for Content-Length: 0, 204 or real content.
func framedWithoutContent(c *Conn) error {
	r := c.Last
	if len(r.Body) == 0 && r.Status != 204 && r.Status/100 == 2 && r.Get("Content-Length") != "0" && !r.Coding {
		return wrong("Content-Length: 0", fmt.Sprintf("%q", r.Head))
	}
	return nil
}

// allowHolds tries every safe method that Allow lists.
func allowHolds(c *Conn) error {
	r, err := c.Final()
	if err != nil {
		return err
	}
	if slices.Contains([]int{404, 405, 501}, r.Status) {
		return skip("the resource does not answer OPTIONS: %s", r.Line())
	}
	allow := r.Get("Allow")
	if allow == "" {
		return wrong("Allow in the answer to OPTIONS", "none")
	}
	for _, method := range []string{"GET", "HEAD", "OPTIONS", "TRACE"} {
		if !r.Has("Allow", method) {
			continue
		}
		got, err := ask(c, method+" {p} HTTP/1.1\r\nHost: {h}\r\n")
		if err != nil {
			return err
		}
		if got.Status == 405 || got.Status == 501 {
			return wrong(method+" to be served, as Allow: "+allow+" says", got.Line())
		}
	}
	return nil
}

var trace = []Case{
	{
		Section: "9.3.8", Name: "trace", Alias: "M-TRACE",
		Rule:   "A server that answers TRACE SHOULD leave out what is sensitive, as credentials; most refuse the method.",
		Script: Script{send("TRACE {p} HTTP/1.1\r\nHost: {h}\r\nCookie: secret=1\r\nAuthorization: Basic c2VjcmV0\r\n\r\n"), noReflection},
	},
}

func noReflection(c *Conn) error {
	r, err := c.Final()
	if err != nil {
		return err
	}
	if strings.Contains(string(r.Body), "c2VjcmV0") || strings.Contains(string(r.Body), "secret=1") {
		return wrong("no credentials in the answer", fmt.Sprintf("%q", r.Body))
	}
	if r.Status/100 == 2 && !strings.HasPrefix(r.Get("Content-Type"), "message/http") {
		c.Weak("TRACE is answered like another method: %s, %s", r.Line(), r.Get("Content-Type"))
	}
	return nil
}
