package rfc9110

var protocolVersion = []Case{
	{
		Section: "2.5", Name: "own-version", Alias: "RESP-VERSION-11",
		Rule: "A server SHOULD send the highest version it conforms to, HTTP/1.1, also to a client of HTTP/1.0.",
		Lint: func(r *Response) error {
			if r.Version != "HTTP/1.1" {
				return wrong("HTTP/1.1", r.Line())
			}
			return nil
		},
	},
	{
		Section: "2.5", Name: "higher-minor", Alias: "RL-VERSION-1.2-AS-1.1",
		Rule:   "A request of a higher minor version SHOULD be processed as the highest that the server knows of that major.",
		Script: Script{send("GET {p} HTTP/1.2\r\nHost: {h}\r\n\r\n"), prefer(400, 505)},
	},
	{
		Section: "2.5", Name: "preface-of-http-2", Alias: "M-PRI", Cite: "RFC 9113, 3.4", Twin: get,
		Rule:   "The preface of HTTP/2 is answered once or with a close by a server that does not speak it.",
		Script: Script{send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), unlessHTTP2, canary("4xx close", "4xx open", "405 close", "405 open", "close")},
	},
}

// unlessHTTP2 skips a case on a server that speaks HTTP/2 on a plain connection, as its first frame, SETTINGS, tells.
func unlessHTTP2(c *Conn) error {
	const head, settings = 9, 4 // RFC 9113, 4.1 and 6.5
	c.Await(c.Answer)
	if b := c.Pending(); len(b) >= head && b[3] == settings {
		return skip("the server speaks HTTP/2")
	}
	return nil
}
