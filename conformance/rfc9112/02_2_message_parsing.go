package rfc9112

import "strings"

var messageParsing = []Case{
	{
		Section: "2.2", Name: "plain-get", Alias: "COMP-BASELINE", Plain: true, Cite: "RFC 9110, 9.1",
		Rule:   "Every server MUST support GET: the plainest request there is gets a 2xx response. Nothing else counts without it.",
		Script: Script{send(get), ok},
	},
	{
		Section: "2.2", Name: "bare-lf-after-request-line", Alias: "RFC9112-2.2-BARE-LF-REQUEST-LINE", Twin: get,
		Rule:   "A recipient MAY take a single LF for the end of a line; to refuse it is safer.",
		Script: Script{send("GET {p} HTTP/1.1\nHost: {h}\r\n\r\n"), refuseOrServe(400)},
	},
	{
		Section: "2.2", Name: "bare-lf-after-field", Alias: "RFC9112-2.2-BARE-LF-HEADER", Twin: get,
		Rule:   "A recipient MAY take a single LF for the end of a field line; to refuse it is safer.",
		Script: Script{send("GET {p} HTTP/1.1\r\nHost: {h}\nX-Test: value\r\n\r\n"), refuseOrServe(400)},
	},
	{
		Section: "2.2", Name: "lf-only", Alias: "HDR-LF-ONLY", Twin: get,
		Rule:   "A recipient MAY read a head that has LF for every CRLF, and then answers just once.",
		Script: Script{send("GET {p} HTTP/1.1\nHost: {h}\nX-Test: value\n\n"), canary("4xx close", "4xx open", "2xx open", "2xx close")},
	},
	{
		Section: "2.2", Name: "head-ends-with-lf-lf", Alias: "HDR-END-LFLF", Twin: get,
		Rule:   "A recipient MAY take LF LF for the end of the head.",
		Script: Script{send("GET {p} HTTP/1.1\nHost: {h}\n\n"), canary("4xx close", "4xx open", "2xx open", "2xx close")},
	},
	{
		Section: "2.2", Name: "bare-cr-for-line-end", Alias: "RFC9112-3-CR-ONLY-LINE-ENDING", Twin: get,
		Rule:   "A CR without LF MUST be refused or read as a space: it never ends the request line.",
		Script: Script{send("GET {p} HTTP/1.1\rHost: {h}\r\n\r\n"), refuse(400)},
	},
	{
		Section: "2.2", Name: "bare-cr-in-request-line", Alias: "RL-CR-IN-LINE", Twin: get,
		Rule:   "A CR without LF in the request-target MUST be refused or read as a space, and then the line has four parts.",
		Script: Script{send("GET {p}\rx HTTP/1.1\r\nHost: {h}\r\n\r\n"), refuse(400)},
	},
	{
		Section: "2.2", Name: "lf-cr", Alias: "HDR-LFCR", Twin: get,
		Rule:   "With LF CR for line ends each CR stands before a name and not before LF: it MUST be refused or read as a space.",
		Script: Script{send("GET {p} HTTP/1.1\n\rHost: {h}\n\r\n\r"), refuse(400)},
	},
	{
		Section: "2.2", Name: "cr-cr-lf", Alias: "HDR-CRCRLF", Twin: getField,
		Rule:   "Of CR CR LF the first CR is bare: it MUST be refused or read as a space.",
		Script: Script{send(getHead + "X: 1\r\r\n\r\n"), refuseOrServe(400)},
	},
	{
		Section: "2.2", Name: "head-ends-with-bare-cr", Alias: "HDR-END-CRLFCR-X", Twin: getField,
		Rule:   "CR LF CR and then no LF MUST NOT be taken for the end of the head.",
		Script: Script{write(getHead + "\rXX"), canary("4xx close", "4xx open", "open")},
	},
	{
		Section: "2.2", Name: "leading-crlf", Alias: "RL-LEADING-CRLF-1",
		Rule:   "An empty line before the request line SHOULD be ignored.",
		Script: Script{send("\r\n" + get), ok},
	},
	{
		Section: "2.2", Name: "leading-lf", Alias: "RL-LEADING-LF",
		Rule:   "A line of LF alone before the request line MAY be ignored like an empty line or be refused.",
		Script: Script{send("\n" + get), tolerate(400)},
	},
	{
		Section: "2.2", Name: "many-leading-crlf", Alias: "RL-LEADING-CRLF-MANY", Twin: get,
		Rule:   "Ten kilobytes of empty lines are skipped or refused within bounded time and memory.",
		Script: Script{send(strings.Repeat("\r\n", 5000) + get), tolerate(400, 431), alive},
	},
	{
		Section: "2.2", Name: "empty-lines-only", Alias: "RL-EMPTY-LINE-ONLY",
		Rule:   "Empty lines alone are no request and get no 2xx response.",
		Twin:   get,
		Script: Script{write("\r\n\r\n\r\n"), canary("open", "close", "4xx close", "4xx open")},
	},
	{
		Section: "2.2", Name: "whitespace-only-line", Alias: "MAL-WHITESPACE-ONLY-LINE", Twin: get,
		Rule:   "A line of blanks is no request and gets no 2xx response.",
		Script: Script{write("   \r\n\r\n"), canary("4xx close", "4xx open", "open", "close")},
	},
	{
		Section: "2.2", Name: "crlf-after-post", Alias: "PIPE-CRLF-BETWEEN",
		Rule:   "An empty line between the content of a POST and the next request line SHOULD be ignored.",
		Script: Script{send(post+"\r\n", get), ok, ok},
	},
	{
		Section: "2.2", Name: "invalid-then-valid", Alias: "PIPE-AFTER-400", Twin: post,
		Rule:   "After a request whose framing is invalid the connection MUST close: nothing behind it is a request.",
		Script: Script{send("GET {p} HTTP/1.1\r\nHost: {h}\r\nContent-Length: x\r\n\r\n", hidden), canary("4xx close")},
	},
	{
		Section: "2.2", Name: "fold-before-first-field", Alias: "HDR-OBSFOLD-FIRST", Twin: get,
		Rule:   "A line that begins with a blank right after the request line MUST be refused or skipped unread: it is never Host.",
		Each:   []string{"\x20X: 1\r\nHost: {h}", " Host: {h}"},
		Script: Script{send("GET {p} HTTP/1.1\r\n{x}\r\n\r\n"), skippedOrRefused},
	},
	{
		Section: "2.2", Name: "byte-by-byte", Alias: "FRAG-BYTE-BY-BYTE-GET",
		Rule:   "Where TCP cuts the octets of a request MUST NOT matter: one octet a segment is the same request.",
		Script: Script{drip(get), ok},
	},
	{
		Section: "2.2", Name: "every-split-of-a-get", Alias: "FRAG-EVERY-SPLIT-2", Alone: true,
		Rule:   "A request cut in two at any octet MUST be read as if it were whole.",
		Script: Script{everySplit(get)},
	},
	{
		Section: "2.2", Name: "crlf-split", Alias: "FRAG-CRLF-SPLIT",
		Rule:   "CR and LF in separate segments MUST be read as one line end.",
		Script: Script{splitAfter(get, "\r"), ok},
	},
	{
		Section: "2.2", Name: "every-prefix-is-silent", Alias: "FRAG-INCOMPLETE-NO-EARLY-REPLY",
		Rule:   "Before its empty line a head is incomplete: a server MUST NOT answer it yet, whatever the prefix.",
		Script: Script{everyPrefixSilent, send(get), ok},
	},
	{
		Section: "2.2", Name: "invalid-first-octet", Alias: "FRAG-INVALID-EARLY", Twin: get,
		Rule:   "What cannot become a request MAY be refused at once or only when it is whole.",
		Script: Script{write("\x01"), canary("open", "close", "4xx close", "4xx open")},
	},
	{
		Section: "2.2", Name: "tls-on-plain-port", Alias: "MISC-TLS-ON-PLAIN", Twin: get,
		Rule:   "A TLS ClientHello on a port that speaks plain HTTP is refused or dropped, and the server lives on.",
		Script: Script{write(clientHello), canary("4xx close", "4xx open", "open", "close")},
	},
	{
		Section: "2.2", Name: "random-mutations", Alias: "MISC-BINARY-FUZZ", Twin: get, Alone: true,
		Rule:   "No mutation of a valid request makes the server crash, hang or answer 500.",
		Script: Script{mutations(500)},
	},
}
