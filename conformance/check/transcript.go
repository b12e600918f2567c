package check

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net"
	"regexp"
	"strings"
	"time"
)

// Kinds of events in a transcript.
const (
	Dialed   = "dial"
	Sent     = "send"
	Received = "recv"
	Remarked = "note" // what octets mean in a protocol above: a frame
	Ended    = "end"  // FIN, RST or our own close; Note says which
)

// Bounds of what is kept: octets of one event, octets of one connection, events of one connection. What is cut is counted.
const (
	transcriptLimit = 16 << 10
	transcriptTotal = 24 << 10
	transcriptLines = 500
)

// Event is one thing that happened on a connection.
type Event struct {
	At    time.Duration // since the connection was dialled
	Kind  string
	Bytes []byte
	Cut   int // octets beyond those kept
	Note  string
}

// Transcript is everything that happened on one connection.
type Transcript struct {
	start  time.Time
	Events []Event
	kept   int // octets
}

func (t *Transcript) add(kind string, b []byte, note string) {
	if n := len(t.Events); n >= transcriptLines && kind != Ended {
		t.Events[n-1].Cut += len(b)
		return
	}
	e := Event{At: time.Since(t.start), Kind: kind, Note: note}
	keep := min(len(b), transcriptLimit, transcriptTotal-t.kept)
	t.kept += keep
	e.Bytes, e.Cut = append([]byte(nil), b[:keep]...), len(b)-keep
	t.Events = append(t.Events, e)
}

// Escape writes octets as C does, so that CR, LF and NUL can be seen and printf can send them again.
func Escape(b []byte) string {
	var s strings.Builder
	for _, c := range b {
		switch {
		case c == '\r':
			s.WriteString(`\r`)
		case c == '\n':
			s.WriteString(`\n`)
		case c == '\t':
			s.WriteString(`\t`)
		case c == '\\':
			s.WriteString(`\\`)
		case c < ' ' || c >= 0x7f:
			fmt.Fprintf(&s, `\%03o`, c)
		default:
			s.WriteByte(c)
		}
	}
	return s.String()
}

// Octets sums up what was received, shortened for a line of text.
func (t *Transcript) received() []byte {
	var all []byte
	for _, e := range t.Events {
		if e.Kind == Received {
			all = append(all, e.Bytes...)
		}
	}
	return all
}

// netcat is the command that carries its input to a server and what comes back to its output.
func (t *Target) netcat() string {
	host, port, _ := net.SplitHostPort(t.Addr)
	if t.tls != nil {
		return "openssl s_client -quiet -connect " + t.Addr
	}
	return "nc " + host + " " + port
}

// Repro is a shell line that sends the same octets with the same pauses through a command such as "nc host port".
func (t *Transcript) Repro(command string) string {
	var parts []string
	var last time.Duration
	cut := 0
	for _, e := range t.Events {
		if e.Kind != Sent {
			continue
		}
		if gap := e.At - last; len(parts) > 0 && gap > 20*time.Millisecond {
			parts = append(parts, fmt.Sprintf("sleep %.2f", gap.Seconds()))
		}
		parts, last, cut = append(parts, printf(e.Bytes)), e.At, cut+e.Cut
	}
	if len(parts) == 0 {
		return ""
	}
	line := parts[0]
	if len(parts) > 1 {
		line = "(" + strings.Join(parts, "; ") + ")"
	}
	line += " | " + command
	if cut > 0 {
		line += fmt.Sprintf("  # %d more octets were sent", cut)
	}
	return line
}

func printf(b []byte) string {
	quoted := strings.ReplaceAll(Escape(b), "%", "%%")
	if strings.HasPrefix(quoted, "-") {
		quoted = `\055` + quoted[1:] // which printf would take for an option
	}
	return "printf '" + strings.ReplaceAll(quoted, "'", `\047`) + "'"
}

type eventJSON struct {
	Ms    float64 `json:"ms"`
	Kind  string  `json:"kind"`
	Bytes string  `json:"bytes,omitempty"`
	Hex   string  `json:"hex,omitempty"`
	Cut   int     `json:"cut,omitempty"`
	Note  string  `json:"note,omitempty"`
}

// MarshalJSON writes the octets escaped, and also in hex where they are not plain text.
func (e Event) MarshalJSON() ([]byte, error) {
	j := eventJSON{Ms: float64(e.At.Microseconds()) / 1e3, Kind: e.Kind, Cut: e.Cut, Note: e.Note, Bytes: Escape(e.Bytes)}
	if !e.Text() {
		j.Hex = hex.EncodeToString(e.Bytes)
	}
	return json.Marshal(j)
}

// Text reports whether the octets are lines of ASCII.
func (e Event) Text() bool {
	for _, c := range e.Bytes {
		if (c < ' ' || c >= 0x7f) && !strings.ContainsRune("\r\n\t", rune(c)) {
			return false
		}
	}
	return true
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (e *Event) UnmarshalJSON(b []byte) error {
	var j eventJSON
	if err := json.Unmarshal(b, &j); err != nil {
		return err
	}
	*e = Event{At: time.Duration(j.Ms * float64(time.Millisecond)), Kind: j.Kind, Cut: j.Cut, Note: j.Note, Bytes: unescape(j.Bytes)}
	return nil
}

// escaped is one escape of Escape.
var escaped = regexp.MustCompile(`\\(?:[rnt\\]|[0-7]{3})`)

func unescape(s string) []byte {
	return escaped.ReplaceAllFunc([]byte(s), func(b []byte) []byte {
		if c, ok := map[byte]byte{'r': '\r', 'n': '\n', 't': '\t', '\\': '\\'}[b[1]]; ok {
			return []byte{c}
		}
		return []byte{(b[1]-'0')<<6 | (b[2]-'0')<<3 | (b[3] - '0')}
	})
}

// MarshalJSON writes the events as a list.
func (t *Transcript) MarshalJSON() ([]byte, error) { return json.Marshal(t.Events) }

// UnmarshalJSON reads a list of events.
func (t *Transcript) UnmarshalJSON(b []byte) error { return json.Unmarshal(b, &t.Events) }
