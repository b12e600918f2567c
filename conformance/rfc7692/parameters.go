package rfc7692

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/httpdlab/httpdlab/conformance/check"
	"github.com/httpdlab/httpdlab/conformance/websocket"
)

// The parameters of permessage-deflate (RFC 7692, 7.1).
const (
	serverNoTakeover = "server_no_context_takeover"
	clientNoTakeover = "client_no_context_takeover"
	serverMaxBits    = "server_max_window_bits"
	clientMaxBits    = "client_max_window_bits"
)

// parameters is one permessage-deflate element, offered or answered.
type parameters struct {
	serverAlone, clientAlone bool // each message is compressed for itself
	serverBits               int  // [8..15]; 0: not there
	clientBits               int  // [8..15]; 0: not there, or without value
	clientLimits             bool // client_max_window_bits is there
}

// wellFormed is the grammar of Sec-WebSocket-Extensions (RFC 6455, 9.1).
var wellFormed = check.List(`<token>(?:<ows>;<ows><token>(?:=(?:<token>|<quoted>))?)*`)

// answered reads what a server answered. On is false without permessage-deflate. The error says what no answer may hold,
// whatever was offered.
func answered(r *check.Response) (p parameters, on bool, err error) {
	field := r.Get("Sec-WebSocket-Extensions")
	if field == "" {
		return p, false, nil
	}
	if !wellFormed(field) { // RFC 6455, 9.1
		return p, false, broken("a Sec-WebSocket-Extensions by its grammar", fmt.Sprintf("%q", field))
	}
	for _, e := range websocket.Extensions(r) {
		switch {
		case e.Name != deflate:
			return p, on, broken("no extension but those offered", e.Name) // RFC 6455, 9.1
		case on:
			return p, on, broken("permessage-deflate once", field)
		}
		on = true
		if p, err = read(e, true); err != nil {
			return p, on, err
		}
	}
	return p, on, nil
}

// bits is a number from 8 to 15 without leading zeros (RFC 7692, 7.1.2).
var bits = regexp.MustCompile(`^(?:[89]|1[0-5])$`)

// read reads one element. In an answer client_max_window_bits needs a value (RFC 7692, 7.1.2.2).
func read(e websocket.Extension, answer bool) (p parameters, err error) {
	var seen []string
	for _, q := range e.Parameters {
		if slices.Contains(seen, q.Name) {
			return p, broken("each parameter once", q.Name+" twice") // RFC 7692, 7.1
		}
		seen = append(seen, q.Name)
		value, number := 0, bits.MatchString(q.Value)
		if number {
			value, _ = strconv.Atoi(q.Value)
		}
		switch q.Name {
		case serverNoTakeover, clientNoTakeover:
			if !q.Bare {
				return p, broken(q.Name+" without a value", q.Name+"="+q.Value)
			}
			p.serverAlone = p.serverAlone || q.Name == serverNoTakeover
			p.clientAlone = p.clientAlone || q.Name == clientNoTakeover
			continue
		case serverMaxBits:
			p.serverBits = value
		case clientMaxBits:
			p.clientBits, p.clientLimits = value, true
			number = number || q.Bare && !answer
		default:
			return p, broken("no parameter but the four that there are", q.Name)
		}
		if !number {
			return p, broken(q.Name+" with a number from 8 to 15", strings.TrimSuffix(q.Name+"="+q.Value, "="))
		}
	}
	return p, nil
}

// offered reads our own offers, the valid ones of permessage-deflate.
func offered(lines []string) (valid []parameters) {
	field := websocket.Extensions(&check.Response{Fields: []check.Field{{Name: "Sec-WebSocket-Extensions", Value: strings.Join(lines, ", ")}}})
	for _, e := range field {
		if p, err := read(e, false); err == nil && e.Name == deflate {
			valid = append(valid, p)
		}
	}
	return valid
}

// keepsTakeover says what is not as an offer demands in the answer to it, about the context of the server.
func (p parameters) keepsTakeover(offer parameters) error {
	if offer.serverAlone && !p.serverAlone { // RFC 7692, 7.1.1.1
		return broken(serverNoTakeover+" in the answer, or no permessage-deflate", "an answer without it")
	}
	return nil
}

// keepsServerWindow is keepsTakeover for the window of the server. To leave 15 out changes nothing.
func (p parameters) keepsServerWindow(offer parameters) error {
	switch {
	case offer.serverBits == 0:
	case p.serverBits == 0 && offer.serverBits < 15: // RFC 7692, 7.1.2.1
		return broken(serverMaxBits+" in the answer, or no permessage-deflate", "an answer without it")
	case p.serverBits > offer.serverBits: // RFC 7692, 7.1.2.1
		return broken(fmt.Sprintf("%s of at most %d", serverMaxBits, offer.serverBits), strconv.Itoa(p.serverBits))
	}
	return nil
}

// keepsClientWindow is keepsTakeover for the window of the client.
func (p parameters) keepsClientWindow(offer parameters) error {
	switch {
	case p.clientLimits && !offer.clientLimits: // RFC 7692, 7.1.2.2
		return broken("no "+clientMaxBits+", which was not offered", fmt.Sprintf("%s=%d", clientMaxBits, p.clientBits))
	case offer.clientBits != 0 && p.clientBits > offer.clientBits: // RFC 7692, 7.1.2.2
		return broken(fmt.Sprintf("%s of at most %d", clientMaxBits, offer.clientBits), strconv.Itoa(p.clientBits))
	}
	return nil
}

// keeps is all three.
func (p parameters) keeps(offer parameters) error {
	return cmp.Or(p.keepsTakeover(offer), p.keepsServerWindow(offer), p.keepsClientWindow(offer))
}

// serverWindow is how far the server may reach back, in octets.
func (p parameters) serverWindow() int { return window(p.serverBits) }

// clientWindow is how far the client may reach back, in octets.
func (p parameters) clientWindow() int { return window(p.clientBits) }

func window(bits int) int {
	if bits == 0 {
		bits = 15
	}
	return 1 << bits
}
