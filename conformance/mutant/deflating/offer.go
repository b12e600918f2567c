package deflating

import (
	"fmt"
	"slices"
	"strings"
)

// parameter is one extension parameter of an offer, its value without quotes.
type parameter struct {
	name, value string
	valued      bool
}

// offer is one element of Sec-WebSocket-Extensions.
type offer struct {
	name       string
	parameters []parameter
}

// offers reads the elements of a field; those that do not follow the grammar are passed over.
func offers(field string) (list []offer) {
	for _, element := range strings.Split(field, ",") {
		parts := strings.Split(element, ";")
		o := offer{name: strings.TrimSpace(parts[0])}
		for _, part := range parts[1:] {
			name, value, valued := strings.Cut(strings.TrimSpace(part), "=")
			o.parameters = append(o.parameters, parameter{strings.TrimSpace(name), strings.Trim(value, `" `), valued})
		}
		list = append(list, o)
	}
	return list
}

// agreement is what both sides keep to.
type agreement struct {
	on, declined           bool
	serverAlone            bool // server_no_context_takeover
	clientAlone            bool // client_no_context_takeover
	serverBits, clientBits int
	answer                 string // the value of Sec-WebSocket-Extensions; "" for none
}

// agree answers the first offer that can be kept (RFC 7692, 7.1).
func (f Fault) agree(fields []string) agreement {
	field := strings.Join(fields, ",")
	if f.is("declines every offer") || f.is("minds blanks in an offer") && strings.Contains(field, "\t") || strings.Count(field, `"`)%2 == 1 {
		return agreement{} // RFC 6455, 9.1
	}
	all := offers(field)
	if f.is("looks at one offer") {
		all = all[:min(1, len(all))]
	}
	for _, o := range all {
		if o.name != "permessage-deflate" {
			continue
		}
		if a, ok := f.accept(o); ok {
			return a
		}
	}
	if f.is("answers unasked") {
		a, _ := f.accept(offer{})
		return a
	}
	return agreement{declined: len(all) > 0 && all[0].name != ""}
}

// accept answers one offer; false if it is to be declined.
func (f Fault) accept(o offer) (agreement, bool) {
	a := agreement{on: true, serverBits: 15, clientBits: 15}
	answer := []string{"permessage-deflate"}
	var seen []string
	for _, p := range o.parameters {
		if slices.Contains(seen, p.name) && !f.is("takes a parameter twice") {
			return a, false // RFC 7692, 7.1
		}
		seen = append(seen, p.name)
		said, ok := f.parameter(p, &a)
		if !ok {
			return a, false
		}
		if said != "" {
			answer = append(answer, said)
		}
	}
	a.answer = f.spell(answer, seen)
	return a, true
}

// parameter takes one parameter of an offer and returns what is to be answered.
func (f Fault) parameter(p parameter, a *agreement) (said string, ok bool) {
	switch p.name {
	case "server_no_context_takeover":
		a.serverAlone = !f.is("keeps its context")
		if f.is("does not answer server_no_context_takeover") {
			return "", true
		}
		return p.name, !p.valued || f.is("takes values of flags")
	case "client_no_context_takeover":
		if f.is("does not answer client_no_context_takeover") {
			return "", true
		}
		a.clientAlone = true
		return p.name, !p.valued || f.is("takes values of flags")
	case "server_max_window_bits":
		return f.serverBits(p, a)
	case "client_max_window_bits":
		return f.clientBits(p, a)
	}
	return "", f.is("takes unknown parameters")
}

func (f Fault) serverBits(p parameter, a *agreement) (said string, ok bool) {
	bits, ok := f.bits(p)
	if !p.valued && f.is("takes no value for server_max_window_bits") {
		bits, ok = 15, true
	}
	a.serverBits = bits
	switch {
	case f.is("compresses with a wide window"):
		a.serverBits = 15
	case f.is("does not answer server_max_window_bits"):
		return "", ok
	case f.is("answers a wider server window"):
		return "server_max_window_bits=15", ok
	case f.is("answers server bits in quotes"):
		return fmt.Sprintf(`server_max_window_bits="%02d"`, bits), ok
	case f.is("answers server bits without value"):
		return "server_max_window_bits", ok
	case f.is("answers a window of 7 bits"):
		return "server_max_window_bits=7", ok
	}
	return fmt.Sprintf("server_max_window_bits=%d", bits), ok
}

func (f Fault) clientBits(p parameter, a *agreement) (said string, ok bool) {
	if !p.valued {
		if f.is("answers client bits without value") {
			return p.name, true
		}
		return "", true
	}
	bits, ok := f.bits(p)
	a.clientBits = bits
	if f.is("answers a wider client window") {
		return "client_max_window_bits=15", ok
	}
	return fmt.Sprintf("client_max_window_bits=%d", bits), ok
}

// bits reads 8 to 15, without leading zeros (RFC 7692, 7.1.2).
func (f Fault) bits(p parameter) (n int, ok bool) {
	if _, err := fmt.Sscanf(p.value, "%d", &n); err != nil {
		return 15, f.is("takes any window")
	}
	switch {
	case f.is("takes leading zeros") && strings.HasPrefix(p.value, "0"), f.is("takes any window"):
		return min(max(n, 8), 15), true
	case fmt.Sprint(n) != p.value:
		return 0, false
	}
	return n, n >= 8 && n <= 15
}

// spell writes the answer.
func (f Fault) spell(answer, offered []string) string {
	element := strings.Join(answer, "; ")
	switch {
	case f.is("limits a client that did not offer it") && !slices.Contains(offered, "client_max_window_bits"):
		return element + "; client_max_window_bits=10"
	case f.is("answers an unknown parameter"):
		return element + "; level=9"
	case f.is("answers a parameter twice"):
		return element + "; client_no_context_takeover; client_no_context_takeover"
	case f.is("answers a flag with a value"):
		return element + "; server_no_context_takeover=true"
	case f.is("answers twice"):
		return element + ", " + element
	case f.is("answers another extension too"):
		return element + ", x-webkit-deflate-frame"
	case f.is("answers with a malformed field"):
		return element + ";;"
	}
	return element
}
