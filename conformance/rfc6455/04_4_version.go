package rfc6455

const needsVersion = "A version that the server does not speak MUST be refused, and the response names those that it does."

var version = []Case{
	{
		Section: "4.4", Name: "version-missing", Cite: "RFC 6455, 4.2.1", Neighbour: shaken,
		Rule:   "A request without Sec-WebSocket-Version MUST NOT be upgraded.",
		Script: script(shake(versionLine, ""), declined(400, 426)),
	},
	{
		Section: "4.4", Name: "version-8", Cite: "RFC 6455, 4.2.2", Neighbour: shaken, Rule: needsVersion,
		Script: script(shake("Version: 13", "Version: 8"), versionRefused),
	},
	{
		Section: "4.4", Name: "version-14", Cite: "RFC 6455, 4.2.2", Neighbour: shaken, Rule: needsVersion,
		Script: script(shake("Version: 13", "Version: 14"), versionRefused),
	},
	{
		Section: "4.4", Name: "version-list", Cite: "RFC 6455, 11.3.5", Neighbour: shaken,
		Rule:   "A request MUST NOT offer two versions in one Sec-WebSocket-Version.",
		Script: script(shake("Version: 13", "Version: 13, 8"), declined(400, 426)),
	},
	{
		Section: "4.4", Name: "version-with-leading-zero", Cite: "RFC 6455, 11.3.5", Neighbour: shaken,
		Rule:   "A version MUST NOT have leading zeros.",
		Script: script(shake("Version: 13", "Version: 013"), declined(400, 426)),
	},
	{
		Section: "4.4", Name: "version-twice", Cite: "RFC 6455, 11.3.5", Neighbour: shaken,
		Rule:   "Sec-WebSocket-Version MUST NOT appear more than once in a request.",
		Script: script(shake(versionLine, versionLine+"Sec-WebSocket-Version: 8\r\n"), declined(400, 426)),
	},
}

// versionRefused asks for 426 with the versions that are spoken; another error with them is weak.
func versionRefused(c *Conn) error {
	if err := declined(426)(c); err != nil || c.Response == nil {
		return err
	}
	if !c.Response.Has("Sec-WebSocket-Version", "13") {
		return wrong("Sec-WebSocket-Version: 13 in the refusal", c.Response.Line()+" without it")
	}
	return nil
}
