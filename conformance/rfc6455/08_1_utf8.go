package rfc6455

import (
	"encoding/hex"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/httpdlab/httpdlab/conformance/websocket"
)

const (
	comesBack   = "A text message that is UTF-8 MUST come back octet for octet."
	failsOnText = "A text message that is not UTF-8 MUST fail the connection."
	failsFast   = "A text that cannot become UTF-8 any more SHOULD fail the connection at once, not at its end."
	kosme       = "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5" // κόσμε
	greetings   = "Hello-µ@ßöäüàá-UTF-8!!"
)

var fits = websocket.Fits

// utf8Cases are chapter 6 of Autobahn, then what it lacks.
var utf8Cases = append(append(fragmentedText, sequences()...),
	table(Case{Section: "8.1", Name: "text-kept-as-it-is", Rule: comesBack},
		kept("BOM", "\ufeffhi"), kept("NUL", "a\x00b"), kept("U+10FFFF", "\U0010ffff"), kept("noncharacters", "\ufffe\uffff\ufdd0"), kept("not normalized", "e\u0301\u00e9")),
	table(Case{Section: "8.1", Name: "ping-inside-a-code-point", Cite: "RFC 6455, 5.4", Rule: "A code point may be cut by a fragment: the text MUST be judged as a whole."},
		pingInside("\xc3", "\xa9"), pingInside("\xe2\x82", "\xac"), pingInside("\xf0\x9f", "\x98\x80"), pingInside("\xf0", "\x9f\x98\x80")),
	table(Case{Section: "8.1", Name: "code-point-that-breaks-off", Rule: failsOnText, Neighbour: neighbour(open, echo(text("\xe2\x82").NotFinal(), cont("\xac")))},
		breaksOff("in a message", text("\xe2\x82")), breaksOff("in a final fragment", text("a").NotFinal(), cont("\xe2\x82")),
		breaksOff("before an empty final fragment", text("\xe2\x82").NotFinal(), cont("")),
		breaksOff("and goes on in the next message", text("\xe2\x82"), text("\xac")),
		breaksOff("and goes on behind a ping", text("\xe2\x82"), ping(""), text("\xac"))),
	table(Case{Section: "8.1", Name: "state-between-messages", Rule: "A text message MUST be judged by itself, whatever came before."},
		kept2("after binary that is no text", binary("\xe2\x82"), text("ok")), kept2("after fragments", text("\xe2").NotFinal(), cont("\x82\xac"), text("ok"))),
	table(Case{Section: "8.1", Name: "valid-text-cut-at-every-octet", Rule: comesBack}, everyTextCut(true)...),
	table(Case{Section: "8.1", Name: "invalid-text-cut-at-every-octet", Rule: failsOnText, Neighbour: neighbour(open, echo(text("a").NotFinal(), cont("b")))}, everyTextCut(false)...),
	table(Case{Section: "8.1", Name: "borders-of-valid-sequences", Cite: "RFC 3629, 4", Rule: comesBack}, everyBorder(true)...),
	table(Case{Section: "8.1", Name: "borders-of-invalid-sequences", Cite: "RFC 3629, 4", Rule: failsOnText, Neighbour: greeted}, everyBorder(false)...),
	Case{
		Section: "8.1", Name: "every-valid-pair-of-octets", Cite: "RFC 3629, 4", Rule: comesBack,
		Script: script(open, everyPair, bye),
	},
)

// fragmentedText is 6.1 to 6.4 of Autobahn.
var fragmentedText = []Case{
	textual("empty-text", "6.1.1", text("")),
	textual("empty-fragments", "6.1.2", text("").NotFinal(), cont("").NotFinal(), cont("")),
	textual("text-between-empty-fragments", "6.1.3", text("").NotFinal(), cont("middle frame payload").NotFinal(), cont("")),
	textual("greetings", "6.2.1", text(greetings)),
	textual("greetings-in-two-fragments", "6.2.2", text(greetings[:15]).NotFinal(), cont(greetings[15:])),
	textual("greetings-in-fragments-of-one-octet", "6.2.3", websocket.Fragments(text(greetings), 1)...),
	textual("kosme-in-fragments-of-one-octet", "6.2.4", websocket.Fragments(text(kosme), 1)...),
	untextual("surrogate-behind-text", "6.3.1", text(kosme+"\xed\xa0\x80edited")),
	untextual("surrogate-in-fragments-of-one-octet", "6.3.2", websocket.Fragments(text(kosme+"\xed\xa0\x80edited"), 1)...),
	fast("bad-second-fragment", "6.4.1", send(text(kosme).NotFinal()), send(cont("\xf4\x90\x80\x80").NotFinal()), send(cont("edited"))),
	fast("bad-second-octet-in-second-fragment", "6.4.2", send(text(kosme+"\xf4").NotFinal()), send(cont("\x90").NotFinal()), send(cont("\x80\x80edited"))),
	fast("bad-second-part-of-a-frame", "6.4.3", parts(kosme+"\xf4\x90\x80\x80edited", 0, 11)...),
	fast("bad-second-octet-in-second-part-of-a-frame", "6.4.4", parts(kosme+"\xf4\x90\x80\x80edited", 1, 12)...),
}

func textual(name, number string, fragments ...Frame) Case {
	return Case{Section: "8.1", Name: name, Alias: "autobahn/" + number, Rule: comesBack, Script: script(open, echo(fragments...), bye)}
}

func untextual(name, number string, fragments ...Frame) Case {
	return Case{
		Section: "8.1", Name: name, Alias: "autobahn/" + number, Rule: failsOnText, Neighbour: greeted,
		Script: script(open, send(fragments...), fails(1007)),
	}
}

// fast makes the case of a text in three parts of which the second is wrong. That only the end is noticed is weak.
func fast(name, number string, three ...Step) Case {
	return Case{
		Section: "8.1", Name: name, Alias: "autobahn/" + number, Rule: failsFast, Neighbour: neighbour(open, echo(text(kosme).NotFinal(), cont("edited"))),
		Script: script(open, three[0], websocket.Wait(20*time.Millisecond), three[1], atOnce(three[2])),
	}
}

// parts cuts the frame of a text behind its header in three: the valid start with its first surplus octets, the octets up
// to the first that cannot follow, and the rest.
func parts(message string, surplus, upTo int) []Step {
	wire := string(websocket.Octets(text(message)))
	header := len(wire) - len(message)
	a, b := header+len(kosme)+surplus, header+upTo+map[int]int{0: 4, 1: 1}[surplus]
	return []Step{websocket.SendOctets(wire[:a]), websocket.SendOctets(wire[a:b]), websocket.SendOctets(wire[b:])}
}

// atOnce asks for 1007 before the rest is sent.
func atOnce(rest Step) Step {
	return func(c *Conn) error {
		c.CountsRefusal()
		m, err := c.Next(max(4*c.Quiet, 200*time.Millisecond))
		if err == nil || !c.Open() || websocket.IsFinding(err) {
			return c.GradeEnd(m, err, 1007)
		}
		c.Weak("only the end of the message is noticed")
		return c.Run(rest, fails(1007))
	}
}

func kept(name, s string) websocket.Row { return kept2(name, text(s)) }

func kept2(name string, frames ...Frame) websocket.Row {
	return websocket.Row{Name: name, Steps: []Step{open, echo(frames...), bye}}
}

func pingInside(first, rest string) websocket.Row {
	return kept2(hex.EncodeToString([]byte(first))+" "+hex.EncodeToString([]byte(rest)), text(first).NotFinal(), ping("inside"), cont(rest))
}

func breaksOff(name string, frames ...Frame) websocket.Row {
	return websocket.Row{Name: name, Steps: []Step{open, send(frames...), fails(1007)}}
}

// everyTextCut cuts short texts of chapter 6 at every octet into two fragments.
func everyTextCut(valid bool) (rows []websocket.Row) {
	seen := map[string]bool{}
	for _, group := range sequenceGroups {
		for _, s := range group {
			if utf8.ValidString(s) != valid || len(s) > 13 || seen[s] {
				continue
			}
			seen[s] = true
			for at := 1; at < len(s); at++ {
				steps := []Step{open, send(text(s[:at]).NotFinal(), cont(s[at:])), fails(1007)}
				if valid {
					steps = []Step{open, echo(text(s[:at]).NotFinal(), cont(s[at:])), bye}
				}
				rows = append(rows, websocket.Row{Name: fmt.Sprintf("%x cut at %d", s, at), Steps: steps})
			}
		}
	}
	return rows
}

// everyBorder combines lead octets and second octets at the borders of the table in RFC 3629, 4, completed by 0x80.
func everyBorder(valid bool) (rows []websocket.Row) {
	for _, lead := range []byte("\x7f\x80\xbf\xc0\xc1\xc2\xdf\xe0\xe1\xec\xed\xee\xef\xf0\xf1\xf3\xf4\xf5\xf7\xf8\xfc\xff") {
		for _, second := range []byte("\x00\x7f\x80\x8f\x90\x9f\xa0\xbf\xc0\xff") {
			s := string([]byte{lead, second}) + strings.Repeat("\x80", max(0, nominal(lead)-2))
			if utf8.ValidString(s) != valid {
				continue
			}
			steps := []Step{open, send(text(s)), fails(1007)}
			if valid {
				steps = []Step{open, echo(text(s)), bye}
			}
			rows = append(rows, websocket.Row{Name: fmt.Sprintf("%x", s), Steps: steps})
		}
	}
	return rows
}

// nominal is the length that the high bits of a lead octet announce.
func nominal(lead byte) int {
	switch {
	case lead < 0xe0:
		return 2
	case lead < 0xf0:
		return 3
	}
	return 4
}

// everyPair sends every valid text of two octets, many to a write.
func everyPair(c *Conn) error {
	var batch []Frame
	for pair := range 1 << 16 {
		s := string([]byte{byte(pair >> 8), byte(pair)})
		if utf8.ValidString(s) && (c.Slow || pair>>8 == 'a' || pair>>8 > 0x7f || pair&0xff == 'z') {
			batch = append(batch, text(s))
		}
		if len(batch) == 256 || pair == 1<<16-1 && len(batch) > 0 {
			if err := c.Run(echo(batch...)); err != nil {
				return err
			}
			batch = batch[:0]
		}
	}
	return nil
}
