package rfc9112

var transferCodings = []Case{
	{
		Section: "7", Name: "coding-in-upper-case", Alias: "TE-CASE-OK",
		Rule:   "Names of codings are case-insensitive: CHUNKED MUST be accepted.",
		Script: Script{send(postHead + "Transfer-Encoding: CHUNKED\r\n\r\n" + coded), ok, again},
	},
	{
		Section: "7", Name: "blanks-around-coding", Alias: "TE-OWS-OK",
		Rule:   "Blanks around a value are no part of it: chunked between tabs MUST be accepted.",
		Script: Script{send(postHead + "Transfer-Encoding: \t chunked \t\r\n\r\n" + coded), ok, again},
	},
	{
		Section: "7", Name: "empty-list-elements", Alias: "TE-EMPTY-LIST-ELEMENTS", Cite: "RFC 9110, 5.6.1.2", Twin: postChunk,
		Rule:   "A recipient MUST ignore a few empty list elements: chunked between commas is chunked, and never overlooked.",
		Script: Script{send(postHead+"Transfer-Encoding: , chunked ,\r\n\r\n"+coded, get), canary("2xx 2xx open", "2xx 2xx close", "~4xx close")},
	},
	{
		Section: "7", Name: "coding-with-parameter", Alias: "TE-PARAM", Twin: postChunk,
		Rule:   "Chunked has no parameters: with one it SHOULD be treated as an error.",
		Each:   []string{"chunked;q=1", "chunked;", `"chunked"`, "'chunked'"},
		Script: Script{send(postHead + "Transfer-Encoding: {x}\r\n\r\n" + coded), refuse(400, 501)},
	},
	{
		Section: "7.1", Name: "response-chunks", Alias: "RESP-CHUNKED-GRAMMAR",
		Rule:   "A chunked response MUST follow the grammar to its last octet: sizes in hex, CRLF after size and data, a last chunk, trailers, an empty line.",
		Script: Script{send("GET {chunked} HTTP/1.1\r\nHost: {h}\r\n\r\n"), ok, silenceIfOpen, again},
	},
}
