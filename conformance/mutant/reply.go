package mutant

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Response is one response before it is framed.
type Response struct {
	Status  int
	Fields  [][2]string
	Body    string
	chunked bool // send in chunks
	bare    bool // no content and no length: 1xx, 204, 304
	close   bool
	hijack  func() // takes the connection over after the head
}

func (a *Response) add(name, value string) { a.Fields = append(a.Fields, [2]string{name, value}) }

func (a *Response) get(name string) string {
	for _, f := range a.Fields {
		if strings.EqualFold(f[0], name) {
			return f[1]
		}
	}
	return ""
}

// Set replaces a field, or removes it if the value is empty.
func (a *Response) Set(name, value string) {
	a.Fields = slices.DeleteFunc(a.Fields, func(f [2]string) bool { return strings.EqualFold(f[0], name) })
	if value != "" {
		a.add(name, value)
	}
}

// reply serves a request whose content was read and reports whether the connection goes on (RFC 9112, 9.3).
func (x *session) reply(q *Request) bool {
	if x.is("serves nobody while a head is incomplete") {
		x.single.Lock()
		defer x.single.Unlock()
	}
	a := x.route(q)
	persistent := q.Minor == 1 && !q.has("Connection", "close")
	switch {
	case x.is("looks for close as a substring"):
		persistent = q.Minor == 1 && !strings.Contains(q.Get("Connection"), "close")
	case x.is("knows close only alone"):
		persistent = q.Minor == 1 && q.Get("Connection") != "close"
	case x.is("keeps HTTP/1.0 open in silence"):
		persistent = !q.has("Connection", "close")
	case x.is("never closes"), x.Tolerate == "coding in HTTP/1.0":
		persistent = true
	case x.is("closes after five requests"):
		persistent = persistent && x.taken < 5
	case q.length < 0 && q.count("Content-Length") > 0 && x.Tolerate != "length beside coding":
		persistent = false
	}
	a.close = a.close || !persistent
	x.taken++
	if x.send(q, a) != nil || a.close || x.is("closes unannounced") {
		return x.is("serves what comes behind close")
	}
	if a.hijack != nil {
		a.hijack()
		return false
	}
	return true
}

// send frames a response and writes it.
func (x *session) send(q *Request, a *Response) error {
	a.bare = a.bare || a.Status/100 == 1 || a.Status == 204 || a.Status == 304
	switch {
	case x.is("stops its clock"):
		a.add("Date", x.started.UTC().Format(http.TimeFormat))
	case !x.is("sends no Date"):
		a.add("Date", time.Now().UTC().Format(http.TimeFormat))
	}
	a.add("Server", "honest/1")
	if x.Promises {
		a.add("Strict-Transport-Security", "max-age=1; includeSubDomains")
	}
	endless := x.is("ends content by the close") && !a.bare
	a.close = a.close || endless
	if a.close && !x.is("keeps its close to itself") {
		a.add("Connection", "close")
	}
	body := a.Body
	if len(body) > 0 && a.get("Content-Type") == "" {
		a.add("Content-Type", "text/plain")
	}
	switch {
	case a.bare, endless:
	case a.chunked && q.Minor == 1:
		a.add("Transfer-Encoding", "chunked")
		a.add("Trailer", "X-Octets")
		body = inChunks(body)
	case a.chunked:
		a.close = true // RFC 9112, 6.3: to HTTP/1.0 the close ends the content
	default:
		a.add("Content-Length", fmt.Sprint(len(body)))
	}
	if x.Fault.Answer != nil {
		x.Fault.Answer(q, a)
		if !a.chunked {
			body = a.Body
		}
	}
	if (q.Method == "HEAD" || a.bare) && !x.is("answers HEAD with content") {
		body = ""
	}
	out := headOf(a) + body
	if x.Fault.Wire != nil {
		out = x.Fault.Wire(q, out)
	}
	_ = x.conn.SetWriteDeadline(time.Now().Add(x.Timeout))
	_, err := io.WriteString(x.conn, out)
	return err
}

func headOf(a *Response) string {
	var b strings.Builder
	fmt.Fprintf(&b, "HTTP/1.1 %d %s\r\n", a.Status, http.StatusText(a.Status))
	for _, f := range a.Fields {
		fmt.Fprintf(&b, "%s: %s\r\n", f[0], f[1])
	}
	return b.String() + "\r\n"
}

func inChunks(body string) string {
	var b strings.Builder
	for len(body) > 0 {
		n := min(len(body), 1000)
		fmt.Fprintf(&b, "%x\r\n%s\r\n", n, body[:n])
		body = body[n:]
	}
	return b.String() + "0\r\nX-Octets: known\r\n\r\n"
}
