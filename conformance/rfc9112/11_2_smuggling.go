package rfc9112

// The two framings that a hidden request can be sent between. The octets after the head are: an empty chunked body,
// and the canary. Who reads by length sees one request, who reads by chunks sees two if he goes on.
var smuggling = []Case{
	{
		Section: "11.2", Name: "every-pair-of-framings", Alias: "SMUG-ORACLE", Twin: chunkField,
		Rule: "With two framings in one request the answers are counted: a hidden request MUST NOT be among them.",
		Each: []string{
			"Content-Length: {n}\r\nTransfer-Encoding: chunked",
			"Transfer-Encoding: chunked\r\nContent-Length: {n}",
			"Content-Length: 5\r\nTransfer-Encoding: chunked",
			"Transfer-Encoding: chunked\r\nContent-Length: 5",
			"Content-Length: 0\r\nTransfer-Encoding: chunked",
			"Transfer-Encoding: chunked\r\nContent-Length: 0",
			"Content-Length: {n}\r\nContent-Length: 5\r\nTransfer-Encoding: chunked",
			"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\nContent-Length: {n}",
			"Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\nContent-Length: {n}",
			"Connection: Transfer-Encoding\r\nTransfer-Encoding: chunked\r\nContent-Length: {n}",
		},
		Script: Script{send(postHead + "{x}\r\n\r\n" + emptyChunked + hidden), canary("4xx close", "2xx close")},
	},
	{
		Section: "11.2", Name: "disguised-expectation", Alias: "SMUG-EXPECT-OBFUSCATED", Cite: "RFC 9110, 10.1.1", Twin: postField,
		Rule:   "An odd Expect changes no framing: it MUST NOT bring a hidden request to an answer.",
		Each:   []string{"Expect: y 100-continue", "Expect: 100-continue, 100-continue", "Expect: x\r\nExpect: 100-continue", "Expect:\t100-continue"},
		Script: Script{send(postHead+"{x}\r\nContent-Length: {n}\r\n\r\n"+hidden, get), canary("2xx 2xx open", "2xx 2xx close", "any close", "417 2xx open", "417 2xx close")},
	},
}
