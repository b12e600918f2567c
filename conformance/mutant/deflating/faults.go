package deflating

// Faults is every mutant. Two more are not wrong, only poor: "never compresses" and "declines every offer".
var Faults = named(
	// the handshake
	"looks at one offer", "minds blanks in an offer", "answers unasked", "takes a parameter twice", "takes unknown parameters", "takes values of flags",
	"takes any window", "takes leading zeros", "takes no value for server_max_window_bits",
	"does not answer server_no_context_takeover", "does not answer client_no_context_takeover", "does not answer server_max_window_bits",
	"answers a wider server window", "answers a wider client window", "answers server bits in quotes", "answers server bits without value",
	"answers client bits without value", "answers a window of 7 bits", "limits a client that did not offer it",
	"answers an unknown parameter", "answers a parameter twice", "answers a flag with a value", "answers twice", "answers on two lines",
	"answers another extension too", "answers with a malformed field", "refuses what it cannot agree to",
	// what it sends
	"keeps its context", "compresses with a wide window", "reaches back too far by one",
	"compresses after declining", "echoes the octets as they came", "sets RSV1 but does not compress",
	"compresses empty messages to nothing", "does not strip the tail", "strips an octet too many", "ends with a final block",
	"loses the last octet of compressed messages", "sets RSV1 on continuations", "sets RSV1 on Pong", "sets RSV1 on Close",
	// what it takes
	"takes RSV1 on continuations", "takes RSV1 on Ping", "takes RSV1 on Pong", "takes RSV1 on Close", "takes RSV2 and RSV3",
	"takes RSV1 without having agreed", "looks at RSV1 of the last frame", "does not inflate", "checks UTF-8 of compressed texts never",
	"echoes what came before an error", "takes truncated messages", "takes references to before the start",
	"knows no limit of inflated data", "keeps all that it inflates",
	// what it refuses
	"refuses empty fragments", "refuses fragments of compressed messages", "refuses uncompressed messages", "refuses final blocks",
	"ignores what is behind a final block", "refuses stored blocks", "refuses dynamic blocks", "refuses several blocks",
	"refuses empty compressed messages", "inflates with a narrow window", "forgets the context of the client",
	"forgets the context at a Ping", "loses a compressed message at a Ping", "puts uncompressed messages into the context",
	// how it ends
	"drops the connection instead of closing", "stays open after an offence", "dies of an offence",
	"closes with 1000 after an offence", "closes with 1002 whatever it was", "closes with 1011 whatever it was",
)

func named(names ...string) (faults []Fault) {
	for _, name := range names {
		faults = append(faults, Fault{name})
	}
	return faults
}
