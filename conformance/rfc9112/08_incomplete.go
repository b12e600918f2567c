package rfc9112

// A target that takes a cut-off request for a whole one would store half a file and call it a success.
var incomplete = []Case{
	{
		Section: "8", Name: "end-inside-head", Alias: "EARLY-EOF-HEAD", Twin: get,
		Rule:   "A head that breaks off is no request: it MUST NOT be served.",
		Script: Script{write("GET {p} HTTP/1.1\r\nHost: {h}\r\n"), halfClose, cutOff},
	},
	{
		Section: "8", Name: "end-inside-content", Alias: "EARLY-EOF-BODY", Twin: post,
		Rule:   "Content shorter than its length is incomplete: the request MUST NOT be served as if it were whole.",
		Script: Script{send(postHead + "Content-Length: 10\r\n\r\nhello"), halfClose, cutOff},
	},
	{
		Section: "8", Name: "end-inside-chunks", Alias: "EARLY-EOF-CHUNKED", Twin: postChunk,
		Rule:   "Chunked content without its last chunk is incomplete: the request MUST NOT be served as if it were whole.",
		Script: Script{send(chunkHead + "5\r\nhello\r\n"), halfClose, cutOff},
	},
}

// cutOff asks for a refusal or a close; both are right, the RFC lets the server choose.
func cutOff(c *Conn) error { return canary("4xx close", "close", "~500 close")(c) }
