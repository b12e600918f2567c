package load

import (
	"fmt"
	"strings"
)

// Scenarios are the names that BuiltIn knows. They ask for the routes of the
// board contract.
var Scenarios = []string{
	"hello", "plaintext", "empty", "echo", "upload", "download", "sink", "slow", "mixed", "events", "ws",
}

// BuiltIn returns a scenario by its name. The size, in bytes, is that of what
// goes up, comes down or is echoed; 0 takes the usual one.
func BuiltIn(name string, size int64) (*Scenario, error) {
	or := func(usual int64) int64 {
		if size == 0 {
			return usual
		}
		return size
	}
	s := &Scenario{Name: name, Protocol: HTTP}
	switch name {
	case "hello":
		s.Title = "the smallest answer of the board contract"
		s.Requests = []Part{{Path: "/hello", Expect: Expectation{Status: 200, Content: "Hello World!"}}}
	case "plaintext":
		s.Title = "a short text, as the TechEmpower test has it"
		s.Requests = []Part{{Path: "/plaintext", Expect: Expectation{Status: 200, Content: "Hello, World!"}}}
	case "empty":
		s.Title = "a response without content"
		s.Requests = []Part{{Path: "/empty", Expect: Expectation{Status: 204, Length: new(int64)}}}
	case "echo":
		s.Title = "a body that comes back"
		s.Requests = []Part{{Method: "POST", Path: "/echo", Size: or(64), Expect: Expectation{Status: 200, Echo: true}}}
	case "upload":
		s.Title = "bytes to the server, as fast as they go"
		s.Requests = []Part{sinkPart(or(64 << 10))}
	case "sink":
		s.Title = "a small body that the server counts"
		s.Requests = []Part{sinkPart(or(1 << 10))}
	case "download":
		s.Title = "bytes from the server, as fast as they come"
		s.Requests = []Part{bytesPart(or(64 << 10))}
	case "slow":
		s.Title = "answers after 100 ms: how many requests the server holds at once"
		s.Requests = []Part{{Path: "/slow?ms=100", Expect: Expectation{Status: 200}}}
	case "mixed":
		s.Title = "what a page and its data ask for"
		s.Requests = mixed(or(4 << 10))
	case "events":
		s.Title = "a stream of server-sent events, 10 ms apart"
		s.Protocol, s.Requests = Events, []Part{{Path: "/events?n=1000000&ms=10"}}
	case "ws":
		s.Title = "WebSocket messages that come back"
		s.Protocol, s.Requests = WebSocket, []Part{{Path: "/ws"}}
		s.Message = Message{Size: int(or(32))}
	default:
		return nil, fmt.Errorf("no scenario is called %q; take one of %s, or a file that ends in .toml", name, strings.Join(Scenarios, ", "))
	}
	if err := s.validate(); err != nil {
		return nil, fmt.Errorf("scenario %s: %w", name, err)
	}
	return s, nil
}

func sinkPart(size int64) Part {
	return Part{Method: "POST", Path: "/sink", Size: size,
		Expect: Expectation{Status: 200, Content: fmt.Sprintf(`{"bytes":%d}`, size)}}
}

func bytesPart(size int64) Part {
	return Part{Path: fmt.Sprintf("/bytes?n=%d", size), Expect: Expectation{Status: 200, Pattern: &size}}
}

func mixed(size int64) []Part {
	hello, page := Expectation{Status: 200, Content: "Hello World!"}, bytesPart(size)
	echo := Part{Weight: 15, Method: "POST", Path: "/echo", Size: 64, Expect: Expectation{Status: 200, Echo: true}}
	count := sinkPart(1 << 10)
	page.Weight, count.Weight = 20, 5
	return []Part{{Weight: 55, Path: "/hello", Expect: hello}, page, echo, count,
		{Weight: 5, Path: "/empty", Expect: Expectation{Status: 204, Length: new(int64)}}}
}
