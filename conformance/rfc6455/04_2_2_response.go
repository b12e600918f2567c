package rfc6455

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"encoding/base64"

	"github.com/httpdlab/httpdlab/conformance/check"
	"github.com/httpdlab/httpdlab/conformance/websocket"
)

var response = []Case{
	{
		Section: "4.2.2", Name: "status-line",
		Rule: "The response MUST have status 101, in HTTP/1.1 or higher.",
		Script: script(open, head(func(r *check.Response) (bad string) {
			if r.Version != "HTTP/1.1" {
				return r.Line()
			}
			return ""
		})),
	},
	{
		Section: "4.2.2", Name: "upgrade-field",
		Rule: "The response MUST have an Upgrade with the value websocket.",
		Script: script(open, head(func(r *check.Response) (bad string) {
			if values := r.Values("Upgrade"); len(values) != 1 || !strings.EqualFold(values[0], "websocket") {
				return fmt.Sprintf("%q", values)
			}
			return ""
		})),
	},
	{
		Section: "4.2.2", Name: "connection-field",
		Rule: "The response MUST have a Connection with the value Upgrade.",
		Script: script(open, head(func(r *check.Response) (bad string) {
			if !r.Has("Connection", "Upgrade") {
				return fmt.Sprintf("%q", r.Values("Connection"))
			}
			return ""
		})),
	},
	table(Case{
		Section: "4.2.2", Name: "accept-of-the-key",
		Rule: "Sec-WebSocket-Accept MUST be the base64 of the SHA-1 of the key and the GUID.",
	}, randomKeys(20)...),
	{
		Section: "4.2.2", Name: "accept-once", Cite: "RFC 6455, 11.3.3",
		Rule: "Sec-WebSocket-Accept MUST NOT appear more than once in a response.",
		Script: script(open, head(func(r *check.Response) (bad string) {
			if values := r.Values("Sec-WebSocket-Accept"); len(values) != 1 {
				return fmt.Sprintf("%q", values)
			}
			return ""
		})),
	},
	{
		Section: "4.2.2", Name: "no-length-in-101", Cite: "RFC 9110, 8.6",
		Rule:   "A response of 101 MUST NOT have Content-Length or Transfer-Encoding.",
		Script: script(open, head(absent("Content-Length", "Transfer-Encoding"))),
	},
	{
		Section: "4.2.2", Name: "no-request-fields-in-101", Cite: "RFC 6455, 11.3.1",
		Rule:   "Sec-WebSocket-Key MUST NOT be in a response, and Sec-WebSocket-Version only in one that refuses.",
		Script: script(open, head(absent("Sec-WebSocket-Key", "Sec-WebSocket-Version"))),
	},
	{
		Section: "4.2.2", Name: "nothing-but-frames-behind-101", Cite: "RFC 9110, 15.2",
		Rule:   "The head of 101 ends at its empty line: what follows MUST be frames.",
		Script: script(open, onlyFrames),
	},
	{
		Section: "4.2.2", Name: "no-protocol-unasked",
		Rule:   "A server MUST NOT name a subprotocol if the client offered none.",
		Script: script(shakeOffering(), anySubprotocol()),
	},
	{
		Section: "4.2.2", Name: "unknown-protocol",
		Rule:   "A subprotocol in the response MUST be one that the client offered and the server speaks.",
		Script: script(shakeOffering("x-unknown-{rnd}"), anySubprotocol()),
	},
	table(Case{
		Section: "4.2.2", Name: "protocol-of-several", Cite: "RFC 6455, 11.3.4",
		Rule: "The response MUST name at most one subprotocol, once and octet for octet as it was offered.",
	},
		offering("in a list", "a, {known}, b"),
		offering("on two lines", "a, b", "{known}, c"),
		offering("in other case", "{other}"),
		offering("twice", "{known}, {known}"),
		offering("empty list", ""),
		offering("many", strings.Repeat("p1, ", 40)+"{known}"),
	),
	{
		Section: "4.2.2", Name: "known-protocol",
		Rule:   "A server that speaks the subprotocol offered SHOULD name it: without it a client does not know what is spoken.",
		Script: script(knownProtocol),
	},
}

// head judges the response to the handshake.
func head(bad func(*check.Response) string) Step {
	return func(c *Conn) error {
		if what := bad(c.Response); what != "" {
			return wrong("", "the response has "+what)
		}
		return nil
	}
}

func absent(names ...string) func(*check.Response) string {
	return func(r *check.Response) string {
		for _, name := range names {
			if values := r.Values(name); len(values) > 0 {
				return fmt.Sprintf("%s: %s", name, values[0])
			}
		}
		return ""
	}
}

// randomKeys are the same in each run, so that a finding can be repeated.
func randomKeys(n int) (rows []websocket.Row) {
	random := rand.New(rand.NewPCG(6455, 42))
	for range n {
		nonce := make([]byte, 16)
		for i := range nonce {
			nonce[i] = byte(random.Uint32())
		}
		key := base64.StdEncoding.EncodeToString(nonce)
		rows = append(rows, websocket.Row{Name: key, Steps: []Step{shake(websocket.SampleKey, key), upgradedFor(key)}})
	}
	return rows
}

// onlyFrames waits whether something follows that is no frame.
func onlyFrames(c *Conn) error {
	for {
		_, err := c.Next(c.Quiet)
		switch {
		case check.Expired(err) && len(c.Pending()) > 0:
			return wrong("frames or nothing", fmt.Sprintf("%q", c.Pending()))
		case check.Expired(err):
			return hello(c)
		case err != nil:
			return err
		}
	}
}

// protocol is what the target was said to speak, or a likely name.
func protocol(c *Conn) string {
	if c.Subprotocol != "" {
		return c.Subprotocol
	}
	return "echo"
}

// shakeOffering offers subprotocols, each on a line of its own.
func shakeOffering(offers ...string) Step {
	return func(c *Conn) error {
		known := strings.NewReplacer("{known}", protocol(c), "{other}", otherCase(protocol(c)))
		h := websocket.Handshake{Protocols: []string{}}
		for _, offer := range offers {
			h.Protocols = append(h.Protocols, known.Replace(offer))
		}
		return c.Conn.Send(h.Text(c.Target))
	}
}

func otherCase(s string) string {
	if upper := strings.ToUpper(s); upper != s {
		return upper
	}
	return strings.ToLower(s)
}

// offering is a row that offers subprotocols and asks for one of them, or none.
func offering(name string, lines ...string) websocket.Row {
	return websocket.Row{Name: name, Steps: []Step{shakeOffering(lines...), anySubprotocol(lines...)}}
}

// anySubprotocol asks for 101 with one of what was offered or nothing, or for a refusal of it all.
func anySubprotocol(lines ...string) Step {
	return func(c *Conn) error {
		r, err := c.Final()
		if err != nil {
			return err
		}
		if c.Response = r; r.Status != 101 {
			if r.Status/100 != 4 {
				return wrong("101 or 4xx", r.Line())
			}
			return nil
		}
		known := strings.NewReplacer("{known}", protocol(c), "{other}", otherCase(protocol(c)))
		return protocolAmong(known.Replace(strings.Join(lines, ",")))(c)
	}
}

// protocolAmong asks for no subprotocol in the response, or one of the list.
func protocolAmong(lists ...string) Step {
	return func(c *Conn) error {
		values := c.Response.Values("Sec-WebSocket-Protocol")
		offers := strings.FieldsFunc(strings.Join(lists, ","), func(r rune) bool { return r == ',' || r == ' ' })
		switch {
		case len(values) == 0:
			return nil
		case len(values) > 1:
			return wrong("one Sec-WebSocket-Protocol", fmt.Sprintf("%q", values))
		case !slices.Contains(offers, values[0]):
			return wrong(fmt.Sprintf("no subprotocol or one of %q", offers), fmt.Sprintf("%q", values[0]))
		}
		return nil
	}
}

// knownProtocol offers the subprotocol that the target was said to speak.
func knownProtocol(c *Conn) error {
	if c.Subprotocol == "" {
		return skip("no subprotocol is known of the target; name one with --subprotocol")
	}
	if err := c.Run(shakeOffering("a, {known}"), upgraded); err != nil {
		return err
	}
	if got := c.Response.Get("Sec-WebSocket-Protocol"); got != c.Subprotocol {
		return wrong("Sec-WebSocket-Protocol: "+c.Subprotocol, fmt.Sprintf("%q", got))
	}
	return nil
}
