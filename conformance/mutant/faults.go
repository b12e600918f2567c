package mutant

import (
	"regexp"
	"slices"
)

// Faults is every mutant. Which cases must notice which of them is written down beside the test that proves it.
var Faults = slices.Concat(lenient, misreading, strict, stumbling, careless, lasting, wrongFields, wrongMessages, wrongAnswers)

// lenient mutants do not make one complaint of the parser.
var lenient = tolerating(
	"bare LF", "bare CR", "parts of the request line", "target length", "head length", "method is no token",
	"method unknown", "version grammar", "version unknown", "CONNECT", "authority of the target", "https", "target form",
	"target characters", "fold", "no colon", "blank before colon", "name is no token", "control in value",
	"host twice", "host missing", "host value", "length beside coding", "coding in HTTP/1.0", "lengths differ",
	"length grammar", "length overflow", "content length", "coding unknown", "coding twice",
	"chunk size", "chunk extension", "end of a chunk", "LF in chunks", "CR in chunks",
	"extensions too long", "trailer",
)

func tolerating(complaints ...string) (faults []Fault) {
	for _, c := range complaints {
		faults = append(faults, Fault{Name: "tolerates: " + c, Tolerate: c})
	}
	return faults
}

// misreading mutants take a request for another.
var misreading = []Fault{
	misread("knows Content-Length by its capitals", `\n(?:content-length|CONTENT-LENGTH):`, "\nX-Length:"),
	misread("folds the case of methods", `^(?i:GET) `, "GET "),
	misread("knows methods by their beginning", `^(?:GET[^ \n]+|GE) `, "GET "),
}

// misread makes a mutant that reads, for what matches at the front of a head, something else.
func misread(name, pattern, instead string) Fault {
	matches := regexp.MustCompile(pattern)
	return Fault{Name: name, Head: func(head string) string { return matches.ReplaceAllString(head, instead) }}
}

// strict mutants refuse something that is valid.
var strict = []Fault{
	forbid("a Host after other fields", `^[^\n]*\n[^Hh]`),
	forbid("a Host in other case", `\nhOsT:`),
	forbid("no blank before a value", `\nHost:[^ \t]`),
	forbid("tabs", `\t`),
	forbid("an empty port", `\nHost: [^\n]*:\r`),
	forbid("an upper-case host", `\nHost: [A-Z]`),
	forbid("an IPv6 host", `\nHost: \[`),
	forbid("HTTP/1.0", ` HTTP/1\.0\r`),
	forbid("HTTP/1.2", ` HTTP/1\.2\r`),
	forbid("absolute targets", `^[A-Z]+ (?i:http)://`),
	forbid("schemes in upper case", `^[A-Z]+ HTTP://`),
	forbid("an empty query", `^\S+ \S+\? `),
	forbid("odd characters in a query", `^\S+ \S+\?a=/`),
	forbid("empty values", `:[ \t]*\r`),
	forbid("odd token characters", `\n!`),
	forbid("unknown fields", `\nX-Unknown`),
	forbid("heads over 200 octets", `(?s:^.{200})`),
	forbid("targets over 100 octets", `^[^\n]{120}`),
	forbid("octets above 127", `[^\x00-\x7f]`),
	forbid("HEAD", `^HEAD`),
	forbid("POST", `^POST`),
	forbid("codings in upper case", `CHUNKED`),
	forbid("Content-Length: 0", `\nContent-Length: 0\r`),
	forbid("TE", `\nTE:`),
	forbid("Keep-Alive", `\nKeep-Alive:`),
	forbid("cookies", `\nCookie:`),
	forbid("unknown types", `x-nonsense`),
	forbid("many fields", `(?s:(?:\nX-[0-9]{2}.*){20})`),
	forbid("long request lines", `^[^\n]{1000}`),
	forbid("conditions", `\nIf-`),
	forbid("ranges", `\nRange:`),
	forbid("Accept", `\nAccept:`),
	forbid("Upgrade-Insecure-Requests", `\nUpgrade-Insecure-Requests`),
	forbid("Content-Encoding", `\nContent-Encoding`),
	forbid("Expect", `\nExpect`),
	forbid("OPTIONS", `^OPTIONS`),
	forbid("encoded letters", `%6[0-9A-F]`),
	forbid("handshakes in other case", `\nupgrade: WebSocket`),
}

// forbid makes a mutant that refuses the heads that match.
func forbid(what, pattern string) Fault {
	return Fault{Name: "forbids: " + what, Forbid: regexp.MustCompile(pattern).MatchString}
}

// stumbling mutants answer 500 where the RFC leaves the choice between serving and refusing.
var stumbling = []Fault{
	stumble("content on GET", `^GET [^\n]*\n(?s:.*)\nContent-Length: [1-9]`),
	stumble("chunked content on GET", `^GET [^\n]*\n(?s:.*)\nTransfer-Encoding`),
	stumble("content on HEAD", `^HEAD [^\n]*\n(?s:.*)\nContent-Length: [1-9]`),
	stumble("content on OPTIONS", `^OPTIONS [^\n]*\n(?s:.*)\nContent-Length: [1-9]`),
	stumble("content on an unknown method", `^FOO `),
	stumble("Connection: Host", `Connection: Host`),
	stumble("two Content-Types", `(?s:\nContent-Type.*\nContent-Type)`),
	stumble("Max-Forwards", `\nMax-Forwards`),
	stumble("no Host value", `\nHost: \r`),
	stumble("several spaces", `^GET  `),
	stumble("tabs in the request line", `^GET\t`),
	stumble("LF for CRLF", `[^\r]\n`),
	stumble("an empty line of LF", `^\n`),
	stumble("folds", `\n[ \t]`),
	stumble("empty cookies", `\nCookie: \r`),
	stumble("malformed cookies", `\nCookie: =`),
	stumble("cookies without value", `\nCookie: foo=\r`),
	stumble("odd cookies", `\nCookie: a=hello`),
	stumble("large cookies", `\nCookie: k0`),
	stumble("odd expectations", `\nExpect: (?:x|y|100-continue,)`),
	stumble("unknown types", `x-nonsense`),
	stumble("POST without length", `^POST \S+ HTTP/1.1\r\nHost: [^\r]*\r\n\r\n`),
	stumble("the preface of HTTP/2", `^PRI`),
	stumble("odd Keep-Alive", `\nKeep-Alive`),
	stumble("future dates", `2099`),
	stumble("leading zeros", `Content-Length: 0005`),
	stumble("lengths in a list", `Content-Length: [0-9]*,`),
	stumble("equal lengths", `(?s:Content-Length: 5\r\n.*Content-Length: 0?5\r)`),
	stumble("empty list elements", `Transfer-Encoding: ,`),
	stumble("Accept", `\nAccept: application/x-none`),
	stumble("HTTP2-Settings", `HTTP2-Settings`),
	stumble("Content_Length", `Content_Length`),
	stumble("large lengths", `Content-Length: [0-9]{9}`),
}

func stumble(over, pattern string) Fault {
	return Fault{Name: "stumbles over " + over, Stumble: regexp.MustCompile(pattern).MatchString}
}

// careless mutants have one bad habit on the connection or in a handler. Each name is asked for in one line of the server.
var careless = named(
	"stays open after a refusal", "ends connections by RST", "serves what breaks off",
	"closes instead of refusing", "forgets what came with a request", "forgets the first part of a head",
	"refuses empty lines before a request", "purges the newest", "does not read content", "takes what has come for all of a content", "reads late content as a request", "wraps chunk sizes around",
	"forgets trailers", "answers at the last chunk", "believes trailers", "sends 100 to HTTP/1.0",
	"minds the case of an expectation", "never sends 100", "sends 100 twice", "sends 100 with a length",
	"looks for close as a substring", "knows close only alone", "keeps HTTP/1.0 open in silence", "never closes",
	"closes after five requests", "closes unannounced", "serves what comes behind close", "sends no Date", "stops its clock",
	"keeps its close to itself", "answers HEAD with content", "serves every method alike",
	"shares session contexts", "forgets session contexts",
	"upgrades HTTP/1.0", "upgrades without Connection", "upgrades any method", "speaks every WebSocket version", "takes any key",
	"compares If-Match weakly", "refuses nothing for If-Match", "lets a date beat a tag", "does not know a star",
	"compares If-None-Match strongly", "fails If-Unmodified-Since with 500", "reads one date format",
	"lets a date beat If-Match", "fails for what is no date", "takes every two-digit year for one to come",
	"keeps 6000 octets of a content", "ends content by the close",
	"serves ranges of HEAD", "compresses unasked", "ignores If-Range", "serves any number of ranges",
	"answers empty lines", "answers noise", "takes a CR for an empty line", "gives up on many empty lines",
	"refuses incomplete heads", "keeps fewer sessions than it says", "stumbles in a crowd", "gives up on half-closed clients", "forgets the content with an odd expectation",
	"loses content that comes late", "refuses chunk extensions", "stumbles over long chunk sizes",
	"sleeps with everybody", "does not wait", "speaks HTTP behind an upgrade", "sends 100 after 101",
)

// lasting mutants have a bad habit that clients on other connections feel.
var lasting = forEver(named(
	"waits for one client at a time", "serves nobody while a head is incomplete", "sends an answer to whoever asked last",
	"takes 150 connections and no more", "dies of noise", "dies of a reset",
))

func forEver(faults []Fault) []Fault {
	for i := range faults {
		faults[i].Lasting = true
	}
	return faults
}

func named(names ...string) (faults []Fault) {
	for _, name := range names {
		faults = append(faults, Fault{Name: name})
	}
	return faults
}
