package echoing

import (
	"regexp"
	"slices"
	"strings"

	"github.com/httpdlab/httpdlab/conformance/websocket"
)

// Faults is every mutant. Which cases must notice which of them stands in a matrix beside the test that proves it.
var Faults = slices.Concat(lenient, strict, stumbling, heads, picky, wrongFrames, wrongEnds, wrongEchoes, named, contagious)

// lenient mutants do not make one complaint.
var lenient = tolerating(
	"version of HTTP", "host missing", "host twice", "method", "content", "upgrade", "connection", "version missing",
	"version twice", "version list", "version with zero", "version unknown", "key missing", "key twice", "key empty", "key",
	"blank before colon", "NUL", "extensions",
	"unmasked", "reserved bits of data", "reserved bits of control", "reserved data opcode", "reserved control opcode",
	"fragmented control", "long control", "length not minimal", "orphan", "interrupted", "message size",
	"close of one octet", "reason", "codes for nobody", "code that nobody defined", "code above 4999",
	"text", "surrogates", "overlong text", "text above U+10FFFF", "cut text",
)

func tolerating(complaints ...string) (faults []Fault) {
	for _, c := range complaints {
		faults = append(faults, Fault{Name: "tolerates: " + c, Tolerate: c})
	}
	return faults
}

// strict mutants refuse handshakes that are valid.
var strict = []Fault{
	forbid("names in other case", `\n(?:UPGRADE|connection|sEC)`),
	forbid("WebSocket", `Upgrade: WebSocket`),
	forbid("upgrade in other case", `uPGRADE`),
	forbid("lists in Connection", `Connection: [^\r]*,`),
	forbid("two Connections", `(?s:\nConnection.*\nConnection)`),
	forbid("lists in Upgrade", `Upgrade: h2c`),
	forbid("tabs", `\t`),
	forbid("values without a blank", `Key:[^ \t]`),
	forbid("absolute targets", ` http://`),
	forbid("unknown extensions", `x-unknown; a`),
	forbid("deflate", `permessage-deflate\r`),
}

func forbid(what, pattern string) Fault {
	return Fault{Name: "forbids: " + what, Forbid: regexp.MustCompile(pattern).MatchString}
}

// stumbling mutants answer 500, or never, where the RFC leaves a choice.
var stumbling = []Fault{
	stumble("queries", `^GET /ws\?`),
	stumble("odd paths", `^GET /ws[-%/]`),
	stumble("malformed extensions", `Extensions: (?:;|a b|.*unclosed|.*; =|.*\x7f)`),
	stumble("long heads", `q{900}`),
	hang("loose padding bits", `ZR==`),
	hang("an empty Host", `\nHost:\r`),
	hang("folds", `\n Upgrade`),
	hang("bare LF", `[^\r]\n`),
	hang("Origin", `\nOrigin`),
}

func stumble(what, pattern string) Fault {
	return Fault{Name: "stumbles over " + what, Stumble: regexp.MustCompile(pattern).MatchString}
}

func hang(what, pattern string) Fault {
	return Fault{Name: "hangs on " + what, Hang: regexp.MustCompile(pattern).MatchString}
}

// heads of responses with something wrong.
var heads = []Fault{
	headed("sends a wrong Accept", "Accept: ", "Accept: A"),
	headed("sends no Accept", `Sec-WebSocket-Accept: [^\r]*\r\n`, ""),
	headed("sends Accept twice", `(Sec-WebSocket-Accept: [^\r]*\r\n)`, "$1$1"),
	headed("answers in HTTP/1.0", `^HTTP/1.1 101`, "HTTP/1.0 101"),
	headed("sends no Upgrade", `Upgrade: websocket\r\n`, ""),
	headed("upgrades to another protocol", `Upgrade: websocket\r\n`, "Upgrade: websockets\r\n"),
	headed("sends no upgrade in Connection", `Connection: Upgrade`, "Connection: keep-alive"),
	headed("sends a length with 101", `(101 [^\r]*\r\n)`, "${1}Content-Length: 0\r\n"),
	headed("sends a coding with 101", `(101 [^\r]*\r\n)`, "${1}Transfer-Encoding: chunked\r\n"),
	headed("sends the version with 101", `(101 [^\r]*\r\n)`, "${1}Sec-WebSocket-Version: 13\r\n"),
	headed("sends the key back", `(101 [^\r]*\r\n)`, "${1}Sec-WebSocket-Key: x\r\n"),
	headed("refuses without the version it speaks", `Sec-WebSocket-Version: 13\r\n`, ""),
	headed("refuses with a page", ` (?:400|405|426|431) [^\r]*`, " 200 OK"),
	headed("refuses with 500", ` (?:400|405|426|431) [^\r]*`, " 500 Internal Server Error"),
	headed("names its subprotocol twice", `(Sec-WebSocket-Protocol: [^\r]*\r\n)`, "$1$1"),
	{Name: "sends text behind 101", Head: func(s string) string {
		if strings.Contains(s, " 101 ") {
			return s + "\r\nok"
		}
		return s
	}},
}

func headed(name, pattern, replacement string) Fault {
	re := regexp.MustCompile(pattern)
	return Fault{Name: name, Head: func(s string) string { return re.ReplaceAllString(s, replacement) }}
}

// picky mutants fail on frames that are valid.
var picky = []Fault{
	refuse("empty messages", func(f websocket.Frame) bool { return !f.Op.Control() && f.Payload == "" && !f.More }),
	refuse("empty fragments", func(f websocket.Frame) bool { return f.Payload == "" && (f.More || f.Op == websocket.OpContinuation) }),
	refuse("payloads of 125 octets", size(125, 125)),
	refuse("payloads of 126 octets", size(126, 126)),
	refuse("payloads of 127 and 128 octets", size(127, 128)),
	refuse("lengths in 16 bits", size(126, 0xffff)),
	refuse("lengths in 64 bits", size(0x10000, 1<<62)),
	refuse("binary", func(f websocket.Frame) bool { return f.Op == websocket.OpBinary }),
	refuse("fragments", func(f websocket.Frame) bool { return f.Op == websocket.OpContinuation || f.More && !f.Op.Control() }),
	refuse("pongs", func(f websocket.Frame) bool { return f.Op == websocket.OpPong }),
	refuse("pings with binary", func(f websocket.Frame) bool {
		return f.Op == websocket.OpPing && strings.ContainsAny(f.Payload, "\x00")
	}),
	refuse("reasons", func(f websocket.Frame) bool { return f.Op == websocket.OpClose && len(f.Payload) > 2 }),
	refuse("empty Closes", func(f websocket.Frame) bool { return f.Op == websocket.OpClose && f.Payload == "" }),
	refuse("codes other than 1000", func(f websocket.Frame) bool {
		return f.Op == websocket.OpClose && !strings.HasPrefix(f.Payload, "\x03\xe8")
	}),
	refuse("codes from 1012", func(f websocket.Frame) bool {
		return f.Op == websocket.OpClose && len(f.Payload) > 1 && f.Payload[:2] >= "\x03\xf4" && f.Payload[:2] < "\x0b\xb8"
	}),
	refuse("texts beyond ASCII", func(f websocket.Frame) bool { return f.Op == websocket.OpText && beyondASCII(f.Payload) }),
	refuse("noncharacters", func(f websocket.Frame) bool {
		return f.Op == websocket.OpText && (strings.Contains(f.Payload, "\xbf\xbe") || strings.Contains(f.Payload, "\xbf\xbf"))
	}),
	refuse("controls in text", func(f websocket.Frame) bool {
		return f.Op == websocket.OpText && strings.ContainsAny(f.Payload, "\x00\x7f")
	}),
	refuse("specials in text", func(f websocket.Frame) bool {
		return f.Op == websocket.OpText && strings.Contains(f.Payload, "\xef\xbf")
	}),
}

func beyondASCII(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r > 0x7f })
}

func refuse(what string, which func(websocket.Frame) bool) Fault {
	return Fault{Name: "refuses " + what, Refuse: which}
}

// size matches data frames by the length of their payload.
func size(from, to int) func(websocket.Frame) bool {
	return func(f websocket.Frame) bool { return !f.Op.Control() && len(f.Payload) >= from && len(f.Payload) <= to }
}

// wrongFrames is frames of the server with something wrong.
var wrongFrames = []Fault{
	replies("masks its frames", func(f *websocket.Frame) { f.Bare, f.Key = false, websocket.DefaultKey }),
	replies("masks its pongs", func(f *websocket.Frame) {
		if f.Op == websocket.OpPong {
			f.Bare, f.Key = false, websocket.DefaultKey
		}
	}),
	replies("sets reserved bits", func(f *websocket.Frame) { f.RSV = websocket.RSV2 }),
	replies("sends reserved opcodes", func(f *websocket.Frame) {
		if f.Op == websocket.OpBinary {
			f.Op = 3
		}
	}),
	replies("writes lengths in 64 bits", func(f *websocket.Frame) {
		if len(f.Payload) > 100 {
			f.Form = websocket.In64Bits
		}
	}),
	replies("sends long pongs", func(f *websocket.Frame) {
		if f.Op == websocket.OpPong && len(f.Payload) > 100 {
			f.Payload += strings.Repeat(".", 60)
		}
	}),
	replies("sends pongs without FIN", func(f *websocket.Frame) { f.More = f.Op == websocket.OpPong }),
	replies("sends text that is none", func(f *websocket.Frame) {
		if f.Op == websocket.OpText && beyondASCII(f.Payload) {
			f.Payload = f.Payload[:len(f.Payload)-1]
		}
	}),
	replies("changes pongs", func(f *websocket.Frame) {
		if f.Op == websocket.OpPong && f.Payload != "" {
			f.Payload = f.Payload[1:] + "!"
		}
	}),
	{Name: "breaks off its last frame", Wire: func(b []byte) []byte {
		if b[0] == 0x88 {
			return b[:len(b)-1]
		}
		return b
	}},
	{Name: "sets the highest bit of lengths", Wire: func(b []byte) []byte {
		if len(b) > 900 && b[1] == 126 {
			return append([]byte{b[0], 127, 0x80, 0, 0, 0, 0, 0, b[2], b[3]}, b[4:]...)
		}
		return b
	}},
}

func replies(name string, change func(*websocket.Frame)) Fault {
	return Fault{Name: name, Reply: change}
}

// wrongEnds is connections that fail with another code.
var wrongEnds = []Fault{
	coded("fails with 1000", 1000), coded("fails with 1011", 1011), coded("fails with 1002 whatever was wrong", 1002), coded("fails with 1008", 1008),
	{Name: "fails with 1005 on the wire", Code: func(int) int { return 1005 }},
}

func coded(name string, code int) Fault {
	return Fault{Name: name, Code: func(int) int { return code }}
}

// wrongEchoes is messages that come back changed.
var wrongEchoes = []Fault{
	echoes("cuts messages at 125 octets", func(s string) string { return s[:min(len(s), 125)] }),
	echoes("cuts messages at 65535 octets", func(s string) string { return s[:min(len(s), 65535)] }),
	echoes("changes an octet behind the 60000th", func(s string) string {
		if len(s) > 60000 {
			return s[:60000] + "#" + s[60001:]
		}
		return s
	}),
	echoes("changes the last octet of long messages", func(s string) string {
		if len(s) > 3000 {
			return s[:len(s)-1] + "#"
		}
		return s
	}),
	echoes("drops the BOM", func(s string) string { return strings.TrimPrefix(s, "\ufeff") }),
	echoes("cuts text at NUL", func(s string) string { s, _, _ = strings.Cut(s, "\x00"); return s }),
	echoes("writes capitals", strings.ToUpper),
	echoes("writes Unicode anew", func(s string) string { return strings.ToValidUTF8(s, "\ufffd") }),
	echoes("adds a line end", func(s string) string { return s + "\n" }),
}

func echoes(name string, change func(string) string) Fault { return Fault{Name: name, Echo: change} }

// named faults sit in one line of the server.
var named = call(
	"looks for tokens as substrings", "forgets what came with a request", "needs a request in one segment", "answers half a request",
	"closes instead of refusing",
	"names a subprotocol unasked", "names the first subprotocol offered", "names all subprotocols", "names no subprotocol",
	"compares subprotocols without case", "names an extension unasked", "accepts every extension",
	"drops the oldest of twenty clients",
	"ends connections by RST", "ends TCP late", "never ends TCP", "never ends TCP if the client does not",
	"drops connections without Close", "closes without a code", "fails with two Closes", "answers behind its Close",
	"pings without FIN", "answers what breaks off", "keeps clients that are gone",
	"reads one frame a segment", "needs a header in one segment", "needs a frame in one segment",
	"cuts lengths to 32 bits", "cuts lengths to 16 bits", "forgets the highest bit",
	"does not unmask", "takes a key of ones for none", "forgets the last octets of the mask",
	"judges text at the end of the frame", "judges text at the end of the message", "judges every fragment as a text",
	"answers pongs", "answers no pings", "answers every second ping", "answers empty pings only", "answers no empty pings",
	"keeps pongs until the message is whole", "sends pongs in reverse",
	"answers no Close", "ends TCP without answering a Close", "answers Close with a code of its own", "answers every Close with 1000",
	"answers an empty Close with 1005", "answers with the last of several Closes", "answers Close with a reason that is no text", "gives up on a Close inside a message",
	"answers text as binary", "answers binary as text", "forgets every fiftieth message", "ignores messages above 700 octets", "answers twice",
	"tears its frames for pongs", "sends messages inside messages", "sends orphans",
)

func call(names ...string) (faults []Fault) {
	for _, name := range names {
		faults = append(faults, Fault{Name: name})
	}
	return faults
}

// contagious faults spoil the connections of others, so that they say themselves which cases must notice them.
var contagious = []Fault{
	{Name: "serves nobody while a request is incomplete", Trips: []string{"rfc6455/10.4/half-a-handshake"}},
	{Name: "serves one client at a time", Trips: []string{"rfc6455/10.4/half-a-handshake", "rfc6455/10.4/octet-by-octet-stops-nobody"}},
	{Name: "dies of heavy requests", Trips: []string{"rfc6455/10.4/heavy-requests"}},
	{Name: "takes 150 connections and no more", Trips: []string{"rfc6455/7.1.5/clients-that-vanish", "rfc6455/10.4/resets-leak-nothing"}},
	{Name: "leaks memory with each reset", Trips: []string{"rfc6455/10.4/resets-leak-nothing"}},
	{Name: "takes memory for a header", Trips: []string{"rfc6455/5.2/lengths-beyond-memory"}},
	{Name: "loses memory with each ping", Trips: []string{"rfc6455/10.4/pings-that-nobody-reads"}},
	{Name: "loses memory with each message", Trips: []string{"rfc6455/10.4/client-that-never-reads"}},
	{Name: "dies of a reset", Trips: []string{"rfc6455/7.1.5/half-a-frame-and-rst"}},
}
