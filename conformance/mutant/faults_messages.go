package mutant

import (
	"regexp"
	"strings"
)

// wire makes a mutant that changes octets of responses.
func wire(name string, change func(out string) string) Fault {
	return Fault{Name: name, Wire: func(_ *Request, out string) string { return change(out) }}
}

var statusCode = regexp.MustCompile(`^(HTTP/1\.1 [0-9]{3}) [^\r]*`)

// wrongMessages mutants send responses whose octets are wrong.
var wrongMessages = []Fault{
	wire("leaves the space before no reason out", func(out string) string { return statusCode.ReplaceAllString(out, "$1") }),
	wire("has a bell in its reason", func(out string) string { return statusCode.ReplaceAllString(out, "$1 O\x07K") }),
	wire("ends a line in LF", func(out string) string { return strings.Replace(out, "\r\n", "\n", 1) }),
	wire("has a blank before a colon", func(out string) string { return strings.Replace(out, "Server:", "Server :", 1) }),
	wire("says HTTP/1.0", func(out string) string { return strings.Replace(out, "HTTP/1.1", "HTTP/1.0", 1) }),
	wire("sends a stray octet", func(out string) string { return out + "x" }),
	wire("sends an octet too few", func(out string) string { return out[:max(0, len(out)-1)] }),
	wire("cuts long responses", func(out string) string { return out[:min(len(out), 10000)] }),
	wire("ends chunks in LF", func(out string) string {
		if head, body, ok := strings.Cut(out, "\r\n\r\n"); ok && strings.Contains(head, "chunked") {
			return head + "\r\n\r\n" + strings.ReplaceAll(body, "\r\n", "\n")
		}
		return out
	}),
	wire("sends a length in a trailer", func(out string) string {
		if strings.Contains(out, "Transfer-Encoding: chunked") {
			return strings.TrimSuffix(out, "\r\n") + "Content-Length: 1\r\n\r\n"
		}
		return out
	}),
	wire("does not announce its trailers", func(out string) string { return strings.Replace(out, "Trailer: X-Octets\r\n", "", 1) }),
	wire("promises chunked twice", func(out string) string {
		return strings.Replace(out, "Transfer-Encoding: chunked", "Transfer-Encoding: chunked, chunked", 1)
	}),
	wire("sends length and coding", func(out string) string {
		return strings.Replace(out, "Transfer-Encoding:", "Content-Length: 1\r\nTransfer-Encoding:", 1)
	}),
	wire("sends coding with 204", func(out string) string {
		if strings.HasPrefix(out, "HTTP/1.1 204") {
			return strings.Replace(out, "\r\n", "\r\nTransfer-Encoding: chunked\r\n", 1)
		}
		return out
	}),
	wire("sends length with 204", func(out string) string {
		if strings.HasPrefix(out, "HTTP/1.1 204") {
			return strings.Replace(out, "\r\n", "\r\nContent-Length: 0\r\n", 1)
		}
		return out
	}),
	wire("sends content with 204", withContent("204")),
	wire("sends content with 205", func(out string) string {
		if strings.HasPrefix(out, "HTTP/1.1 205") {
			return strings.Replace(out, "Content-Length: 0\r\n", "Content-Length: 1\r\n", 1) + "x"
		}
		return out
	}),
	wire("sends content with 304", withContent("304")),
	wire("sends another length with 304", func(out string) string {
		if strings.HasPrefix(out, "HTTP/1.1 304") {
			return strings.Replace(out, "\r\n", "\r\nContent-Length: 1\r\n", 1)
		}
		return out
	}),
	wire("frames errors badly", func(out string) string {
		if strings.HasPrefix(out, "HTTP/1.1 4") {
			return strings.Replace(out, "Content-Length: ", "Content-Length: 9", 1)
		}
		return out
	}),
	{Name: "chunks for HTTP/1.0", Wire: func(q *Request, out string) string {
		if head, body, ok := strings.Cut(out, "\r\n\r\n"); ok && q.Minor == 0 && strings.HasPrefix(q.Path, "/") {
			head = regexp.MustCompile(`\r\nContent-Length: [0-9]+`).ReplaceAllString(head, "")
			return head + "\r\nTransfer-Encoding: chunked\r\n\r\n" + inChunks(body)
		}
		return out
	}},
	{Name: "sends content for HEAD in chunks", Wire: func(q *Request, out string) string {
		if q.Method == "HEAD" && strings.Contains(out, "chunked") {
			return out + "0\r\n\r\n"
		}
		return out
	}},
	{Name: "forgets the length of no content", Wire: func(q *Request, out string) string {
		if q.Method == "OPTIONS" {
			return strings.Replace(out, "HTTP/1.1 204 No Content\r\n", "HTTP/1.1 200 OK\r\nConnection: close\r\n", 1)
		}
		return out
	}},
}

func withContent(code string) func(string) string {
	return func(out string) string {
		if strings.HasPrefix(out, "HTTP/1.1 "+code) {
			return out + "x"
		}
		return out
	}
}
